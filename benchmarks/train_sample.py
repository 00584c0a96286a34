"""Makes the sample project's digits.npz and simplenet.pt from scikit-learn's real digits.

``.venv/bin/python benchmarks/train_sample.py`` writes both into ``resources/sample``. ``--validate`` prints how
settings do on two held-out parts of the training split: 98.44 % for the worst, 98.96 % for the one taken, 99.13 % for
the best, which is one sample of 576 more. The final weights are trained on the whole training split; the test split
is only printed.
"""

import argparse
import itertools
import math

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn

from resources import sample_data, sample_weights
from resources.sample.net import SimpleNet

SEED = 0
EPOCHS = 60
LEARNING_RATE = 2e-3
CANDIDATES = tuple(itertools.product((30, 60), (1e-3, 2e-3, 4e-3)))
FOLDS = 2
BATCH = 64
WEIGHT_DECAY = 1e-2


def write_digits() -> None:
    digits = load_digits()
    images = torch.from_numpy(digits.images).float().unsqueeze(1) * (255 / 16)
    large = nn.functional.interpolate(images, size=(28, 28), mode="bicubic", align_corners=False)
    pixels = large.clamp(0, 255).round().byte().squeeze(1).numpy()
    labels = digits.target.astype(np.int64)
    x_train, x_test, y_train, y_test = train_test_split(
        pixels, labels, test_size=0.2, stratify=labels, random_state=SEED
    )
    np.savez_compressed(sample_data(), x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)


def read_digits() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    with np.load(sample_data()) as arrays:
        x_train, x_test = (
            torch.from_numpy(arrays[name]).unsqueeze(1).float() / 255 for name in ("x_train", "x_test")
        )
        y_train, y_test = (torch.from_numpy(arrays[name]) for name in ("y_train", "y_test"))
    mean, std = x_train.mean(), x_train.std()
    print(f"mean = [{mean:.4f}]  std = [{std:.4f}]")
    return (x_train - mean) / std, y_train, (x_test - mean) / std, y_test


def jitter(images: Tensor) -> Tensor:
    """Turns, scales and shifts each image a little: handwriting varies more than 1,400 samples show."""
    count = len(images)
    angle = (torch.rand(count) - 0.5) * math.radians(24)
    scale = 1 + (torch.rand(count) - 0.5) * 0.2
    shift = (torch.rand(count, 2) - 0.5) * 0.2
    cosine, sine = angle.cos() * scale, angle.sin() * scale
    rows = torch.stack([cosine, -sine, shift[:, 0], sine, cosine, shift[:, 1]], dim=1).view(count, 2, 3)
    grid = nn.functional.affine_grid(rows, list(images.shape), align_corners=False)
    return nn.functional.grid_sample(images, grid, padding_mode="border", align_corners=False)


def train(images: Tensor, labels: Tensor, *, epochs: int, learning_rate: float) -> SimpleNet:
    torch.manual_seed(SEED)
    model = SimpleNet()
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=WEIGHT_DECAY)
    steps = epochs * math.ceil(len(images) / BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(epochs):
        for batch in torch.randperm(len(images)).split(BATCH):
            loss = nn.functional.cross_entropy(model(jitter(images[batch])), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.eval()


@torch.no_grad()
def accuracy(model: nn.Module, images: Tensor, labels: Tensor) -> float:
    return float((model(images).argmax(1) == labels).float().mean())


def validate(images: Tensor, labels: Tensor) -> None:
    for epochs, learning_rate in CANDIDATES:
        found = []
        for fold in range(FOLDS):
            fit, held = train_test_split(
                np.arange(len(labels)), test_size=0.2, stratify=labels, random_state=fold
            )
            model = train(images[fit], labels[fit], epochs=epochs, learning_rate=learning_rate)
            found.append(accuracy(model, images[held], labels[held]))
        print(f"{epochs} epochs at {learning_rate}: validation accuracy {sum(found) / FOLDS:.4f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--validate", action="store_true", help="only print how settings do on validation")
    is_validation = parser.parse_args().validate
    if not is_validation:
        write_digits()
    x_train, y_train, x_test, y_test = read_digits()
    if is_validation:
        validate(x_train, y_train)
        return
    model = train(x_train, y_train, epochs=EPOCHS, learning_rate=LEARNING_RATE)
    torch.save(model.state_dict(), sample_weights())
    print(f"train accuracy {accuracy(model, x_train, y_train):.4f}")
    print(f"test accuracy {accuracy(model, x_test, y_test):.4f}")


if __name__ == "__main__":
    main()
