"""Real runs: of the sample, and of a tiny project of the user's own with dropout and a batch norm."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import torch
from torch import Tensor, nn

from engine.context import Control, RunContext
from engine.contract.events import RunEvent
from engine.contract.methods import ExportFormat, QuantizeMode, Strategy
from engine.contract.recipe import (
    DataSpec,
    ExportSpec,
    JointSpec,
    ModelSpec,
    PruneSpec,
    QuantizeSpec,
    Recipe,
    RecoverSpec,
)
from engine.contract.recipe_file import read_recipe
from engine.contract.recipe_paths import with_absolute_paths
from engine.contract.report import Report
from engine.pipeline.runner import run_recipe
from resources import sample_recipe
from tests.engine.networks import shake_

NET = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.hidden = nn.Linear(8 * 16, 12)
        self.drop = nn.Dropout(0.3)
        self.head = nn.Linear(12, 3)

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.norm(self.conv(x))), 2)
        return self.head(self.drop(torch.relu(self.hidden(x.flatten(1)))))
"""


def sample(*settings: str) -> Recipe:
    """The sample's recipe, short: two epochs, one thread, one small file."""
    short = ["recover.epochs=2", "threads=1", 'export.formats=["state_dict"]']
    return with_absolute_paths(read_recipe(sample_recipe(), [*short, *settings]), sample_recipe().parent)


def make_project(folder: Path) -> Recipe:
    """Writes network, weights and data; returns a recipe that prunes first and then trains with rounding."""
    folder.mkdir(exist_ok=True)
    (folder / "net.py").write_text(NET)
    names: dict[str, Callable[[], nn.Module]] = {}
    exec(compile(NET, "net.py", "exec"), names)
    torch.manual_seed(0)
    torch.save(shake_(names["Net"]()).state_dict(), folder / "weights.pt")
    inputs, labels = make_blobs()
    np.savez(
        folder / "data.npz",
        x_train=inputs[:96].numpy(),
        y_train=labels[:96].numpy(),
        x_test=inputs[96:].numpy(),
        y_test=labels[96:].numpy(),
    )
    return Recipe(
        threads=1,
        model=ModelSpec(file=str(folder / "weights.pt"), architecture=f"{folder / 'net.py'}:Net"),
        data=DataSpec(source=f"npz:{folder / 'data.npz'}", batch_size=16, validation=0.25),
        prune=PruneSpec(ratio=0.5),
        quantize=QuantizeSpec(mode=QuantizeMode.AWARE, calibration_samples=32),
        recover=RecoverSpec(epochs=4, learning_rate=0.02),
        joint=JointSpec(strategy=Strategy.SEQUENTIAL),
        export=ExportSpec(formats=(ExportFormat.STATE_DICT,)),
    )


def make_blobs() -> tuple[Tensor, Tensor]:
    """128 images of 8 × 8 in three classes that a small network can tell apart."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(128) % 3
    centres = torch.randn(3, 1, 8, 8, generator=generator)
    return centres[labels] + torch.randn(128, 1, 8, 8, generator=generator), labels


def with_(recipe: Recipe, **parts: object) -> Recipe:
    """The recipe with some of its tables replaced."""
    return msgspec.structs.replace(recipe, **parts)


def run(
    recipe: Recipe,
    folder: Path,
    listener: Callable[[RunEvent], None] = lambda event: None,
    *,
    control: Control | None = None,
    is_resume: bool = False,
) -> Report:
    """Carries out a recipe as the worker does, with the user's trust."""
    ctx = RunContext(emit=listener, control=control or Control(), folder=folder, ask=lambda path, wants: True)
    return run_recipe(recipe, folder, ctx, is_resume=is_resume)
