"""Makes the sample project's digits.npz and simplenet.pt from scikit-learn's real digits.

``.venv/bin/python benchmarks/train_sample.py`` writes both into ``resources/sample``. The number of epochs and the
learning rate were chosen on a validation share of the training split (``--validate`` prints it); the final weights
are trained on the whole training split with those, and the test split is only printed.
"""

import argparse
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
BATCH = 64
LEARNING_RATE = 2e-3
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


def train(images: Tensor, labels: Tensor) -> SimpleNet:
    torch.manual_seed(SEED)
    model = SimpleNet()
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    steps = EPOCHS * math.ceil(len(images) / BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(EPOCHS):
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--validate", action="store_true", help="only print the accuracy on a validation share"
    )
    is_validation = parser.parse_args().validate
    write_digits()
    x_train, y_train, x_test, y_test = read_digits()
    if is_validation:
        fit, held = train_test_split(
            np.arange(len(y_train)), test_size=0.2, stratify=y_train, random_state=SEED
        )
        print(
            f"validation accuracy {accuracy(train(x_train[fit], y_train[fit]), x_train[held], y_train[held]):.4f}"
        )
        return
    model = train(x_train, y_train)
    torch.save(model.state_dict(), sample_weights())
    print(f"train accuracy {accuracy(model, x_train, y_train):.4f}")
    print(f"test accuracy {accuracy(model, x_test, y_test):.4f}")


if __name__ == "__main__":
    main()
