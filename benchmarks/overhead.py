"""What our training costs: an epoch of ResNet-20 with ours ÷ the same written by hand in plain PyTorch.

Run: ``.venv/bin/python benchmarks/overhead.py [--json] [--steps N] [--threads N]``. Blocks of steps alternate in one
process, so that a noisy machine is noisy for all; a ratio is the median over the pairs of blocks. Data are CIFAR-10
where a folder of ``PENJING_DATA`` has ``cifar10.npz``, else random pixels (the time is the same).
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from networks import ResNet20

from engine.context import RunContext
from engine.contract.events import Stage
from engine.contract.methods import Augmentation, PruneGranularity, QuantizeMode, Strategy
from engine.contract.recipe import (
    DataSpec,
    JointSpec,
    ModelSpec,
    PruneSpec,
    QuantizeSpec,
    Recipe,
    RecoverSpec,
)
from engine.data.splits import Data, Split
from engine.joint.compressed import CompressedModel
from engine.joint.schedule import move_to_step_, simultaneous_plan
from engine.models.example import Example
from engine.models.graph import capture
from engine.training.loop import Hooks, Training, train_until

BATCH = 128
BLOCK = 6
SHAPE = (3, 32, 32)
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
Runner = Callable[[int], None]


def load_pixels(count: int) -> tuple[torch.Tensor, torch.Tensor, str]:
    """uint8 (N, 3, 32, 32), labels, and where they came from."""
    for folder in os.environ.get("PENJING_DATA", "data").split(os.pathsep):
        path = Path(folder) / "cifar10.npz"
        if path.is_file():
            with np.load(path) as arrays:
                images = torch.from_numpy(arrays["x_train"][:count]).permute(0, 3, 1, 2).contiguous()
                return images, torch.from_numpy(arrays["y_train"][:count].astype(np.int64)), "CIFAR-10"
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(256, (count, *SHAPE), generator=generator, dtype=torch.uint8)
    return images, torch.randint(10, (count,), generator=generator), "random pixels"


def by_hand(images: torch.Tensor, labels: torch.Tensor) -> Runner:
    """Plain, contiguous PyTorch: crop and flip of whole batches, SGD with momentum."""
    torch.manual_seed(0)
    model = ResNet20().train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (MEAN, STD))

    def run(steps: int) -> None:
        order = torch.randperm(len(labels))
        for start in range(0, steps * BATCH, BATCH):
            chosen = order[start : start + BATCH]
            batch = F.pad(images[chosen], (4, 4, 4, 4))
            rows, columns = (torch.randint(9, (1,)).item() for _ in range(2))
            batch = batch[:, :, int(rows) : int(rows) + 32, int(columns) : int(columns) + 32]
            is_flipped = torch.rand(len(batch)) < 0.5
            batch[is_flipped] = batch[is_flipped].flip(3)
            inputs = (batch.float() / 255 - mean) / std
            loss = F.cross_entropy(model(inputs), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss.item()

    return run


def ours(images: torch.Tensor, labels: torch.Tensor, *, is_on: bool) -> Runner:
    """Our loop, with masks on every weight and fake quantizers on every value, or with neither."""
    torch.manual_seed(0)
    prune = PruneSpec(granularity=PruneGranularity.WEIGHT)
    recipe = Recipe(
        model=ModelSpec(file="resnet20"),
        prune=prune if is_on else None,
        quantize=QuantizeSpec(mode=QuantizeMode.AWARE) if is_on else None,
        joint=JointSpec(strategy=Strategy.SIMULTANEOUS if is_on else Strategy.SEQUENTIAL),
    )
    model = CompressedModel(capture(ResNet20(), Example(SHAPE)), recipe)
    split, nothing = Split(images, labels), Split(images[:0], labels[:0])
    names = tuple(str(number) for number in range(10))
    data = Data(
        train=split,
        validation=nothing,
        test=nothing,
        classes=10,
        class_names=names,
        mean=torch.tensor(MEAN),
        std=torch.tensor(STD),
    )
    if is_on:
        model.attach_masks()
        model.attach_quantizers()
        model.calibrate([data.to_inputs(images[:BATCH])])
    training = Training(
        model=model.module,
        data=data,
        data_spec=DataSpec(batch_size=BATCH, augment=Augmentation.FLIP_CROP),
        spec=RecoverSpec(learning_rate=0.05),
        seed=0,
        steps_per_epoch=len(images) // BATCH,
        total_steps=10**9,
    )
    # Past the first tenth and before ranges are held: masks, rounding and observers all at work.
    plan = simultaneous_plan(1000)
    hooks = Hooks(before_step=lambda step: move_to_step_(model, plan, training) if is_on else None)
    training.step = 200 if is_on else 0

    def run(steps: int) -> None:
        train_until(training, training.step + steps, Stage.TRAIN, hooks, RunContext())

    return run


def time_blocks(runners: dict[str, Runner], steps: int) -> dict[str, list[float]]:
    """Seconds of each block, the runners taking turns."""
    for run in runners.values():
        run(3)
    times: dict[str, list[float]] = {name: [] for name in runners}
    for _ in range(-(-steps // BLOCK)):
        for name, run in runners.items():
            begin = time.perf_counter()
            run(BLOCK)
            times[name].append(time.perf_counter() - begin)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--steps", type=int, default=36)
    parser.add_argument("--threads", type=int, default=max((os.cpu_count() or 2) - 1, 1))
    arguments = parser.parse_args()
    torch.set_flush_denormal(True)
    torch.set_num_threads(arguments.threads)
    images, labels, source = load_pixels(50 * BATCH)
    runners = {
        "by hand": by_hand(images, labels),
        "ours, nothing on": ours(images, labels, is_on=False),
        "ours, masks and fake quantizers on": ours(images, labels, is_on=True),
    }
    times = time_blocks(runners, arguments.steps)
    if not arguments.json:
        print(f"ResNet-20, batch {BATCH}, {source}, torch {torch.__version__}, threads {arguments.threads}")
    for name, blocks in times.items():
        ratio = statistics.median(own / hand for own, hand in zip(blocks, times["by hand"], strict=True))
        row = {
            "row": name,
            "ratio": ratio,
            "seconds_per_step": statistics.median(blocks) / BLOCK,
            "steps": BLOCK * len(blocks),
            "threads": arguments.threads,
            "torch": torch.__version__,
        }
        if arguments.only in name:
            print(
                json.dumps(row)
                if arguments.json
                else f"{ratio:6.2f}×  {row['seconds_per_step']:.3f} s a step  {name}"
            )


if __name__ == "__main__":
    main()
