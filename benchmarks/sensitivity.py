"""How long sensitivity takes, how soon a cancel is obeyed, and whether brute force agrees.

Run: ``.venv/bin/python benchmarks/sensitivity.py [--json] [--only ROW] [--threads N]``.

* ``resnet50-quick``: torchvision's ResNet-50, quick.
* ``resnet20-full``: the shared checkpoint on 1,000 validation images of CIFAR-10, all layers × {8, 6, 4, 3, 2} bits,
  × {10 … 90 %} of the weights and of the channels; two layers are measured again the slow way: a copy of the whole
  network is changed and run for each score.

Each row runs on the real engine, in a process of its own, without its cache. The cancel is sent at a quarter of the
way of a second run, and the seconds are those until the engine has answered.
Data: ``cifar10.npz`` in a folder of ``PENJING_DATA``.
"""

import argparse
import copy
import json
import os
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torchvision

from engine.client import EngineClient
from engine.context import RunContext
from engine.contract.errors import RunCancelled
from engine.contract.events import LayerMeasured, RunEvent
from engine.contract.messages import Sensitivity
from engine.contract.methods import SensitivityKind
from engine.contract.recipe import DataSpec
from engine.contract.source import ModelSource
from engine.contract.stats import SensitivityMap
from engine.data.splits import load_data
from engine.models.opening import open_model

HERE = Path(__file__).parent
SAMPLES = 1000
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
BRUTE_LAYERS = ("layer1.0.conv1", "layer3.1.conv2")


def data_file(name: str) -> Path:
    for folder in os.environ.get("PENJING_DATA", "data").split(os.pathsep):
        if (Path(folder) / name).is_file():
            return (Path(folder) / name).absolute()
    raise SystemExit(f'There is no "{name}"; name the folder that holds it, such as PENJING_DATA=data.')


def quick_job(folder: Path, threads: int) -> Sensitivity:
    path = folder / "resnet50.pt"
    torch.manual_seed(0)
    torch.save(torchvision.models.resnet50(weights=None).state_dict(), path)
    return Sensitivity(id=1, source=ModelSource(file=str(path)), threads=threads)


def full_job(folder: Path, threads: int) -> Sensitivity:
    source = ModelSource(
        file=str(data_file("resnet_cifar10/resnet20-12fca82f.th")),
        architecture=f"{HERE / 'networks.py'}:ResNet20",
    )
    data = DataSpec(source=f"npz:{data_file('cifar10.npz')}", mean=MEAN, std=STD)
    return Sensitivity(
        id=1,
        source=source,
        kind=SensitivityKind.FULL,
        data=data,
        samples=SAMPLES,
        threads=threads,
        trust=True,
    )


ROWS: dict[str, Callable[[Path, int], Sensitivity]] = {"resnet50-quick": quick_job, "resnet20-full": full_job}


def run(job: Sensitivity, cancel_at: float | None = None) -> tuple[SensitivityMap | None, float, float]:
    """The map, its seconds, and those from the cancel to the answer."""
    cancelled, at = threading.Event(), 0.0

    def on_event(event: RunEvent) -> None:
        nonlocal at
        if (
            cancel_at is not None
            and isinstance(event, LayerMeasured)
            and event.step >= cancel_at * event.steps
        ):
            at = at or time.perf_counter()
            cancelled.set()

    with tempfile.TemporaryDirectory() as library:
        os.environ["PENJING_RUNS"] = f"{library}/runs"
        with EngineClient() as client:
            client.wait_until_ready()
            begin = time.perf_counter()
            try:
                found = client.run_job(job, on_event=on_event, is_cancelled=cancelled.is_set)
            except RunCancelled:
                return None, 0.0, time.perf_counter() - at
            return found, time.perf_counter() - begin, 0.0


def brute_force(job: Sensitivity, found: SensitivityMap) -> float:
    """The largest difference to a network that is changed and run as a whole."""
    assert job.data is not None
    ctx = RunContext(ask=lambda path, wants: True)
    data = load_data(job.data, ctx, seed=0)
    network = open_model(job.source, ctx, example=data.example).module.eval()
    chosen = torch.randperm(len(data.validation), generator=torch.Generator().manual_seed(0))[:SAMPLES]
    inputs, labels = data.to_inputs(data.validation.inputs[chosen]), data.validation.labels[chosen]

    def accuracy(name: str, weight: torch.Tensor) -> float:
        other = copy.deepcopy(network)
        other.get_submodule(name).weight.data = weight  # type: ignore[union-attr]
        with torch.no_grad():
            return float((other(inputs).argmax(1) == labels).double().mean())

    worst = 0.0
    for name in BRUTE_LAYERS:
        weight = network.get_submodule(name).weight.detach()
        for bits, score in found.layers[name].quantize:
            worst = max(worst, abs(score - accuracy(name, rounded(weight, bits))))
        for ratio, score in found.layers[name].prune:
            worst = max(worst, abs(score - accuracy(name, pruned(weight, ratio))))
    return worst


def rounded(weight: Any, bits: int) -> torch.Tensor:
    limit = 2 ** (bits - 1) - 1
    scale = weight.abs().flatten(1).amax(1).view(-1, 1, 1, 1) / limit
    return (weight / scale).round().clamp(-limit, limit) * scale


def pruned(weight: Any, ratio: float) -> torch.Tensor:
    limit = np.sort(weight.abs().numpy().ravel())[int(weight.numel() * ratio + 0.5) - 1]
    return weight * (weight.abs() > limit)


def row_of(name: str, threads: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        job = ROWS[name](Path(folder), threads)
        found, seconds, _ = run(job)
        assert found is not None
        _, _, obeyed = run(job, cancel_at=0.25)
        row: dict[str, Any] = {
            "row": name,
            "seconds": seconds,
            "layers": len(found.layers),
            "cancel_s": obeyed,
        }
        if found.kind is SensitivityKind.FULL:
            row |= {
                "samples": found.samples,
                "baseline": found.baseline,
                "brute_force_error": brute_force(job, found),
            }
    return row | {"threads": threads, "torch": torch.__version__}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", choices=list(ROWS))
    parser.add_argument("--threads", type=int, default=max((os.cpu_count() or 2) - 1, 1))
    arguments = parser.parse_args()
    for name in ROWS if arguments.only is None else (arguments.only,):
        row = row_of(name, arguments.threads)
        if arguments.json:
            print(json.dumps(row), flush=True)
        else:
            print("  ".join(f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}"
                            for key, value in row.items()), flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
