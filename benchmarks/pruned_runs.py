"""Runs of Penjing that are kept: begun, gone on with after an interruption, or read where they have ended.

What ``lenet.py`` and ``resnet20_channels.py`` share.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from engine.context import RunContext
from engine.contract.events import MetricsLogged, RunEvent
from engine.contract.recipe import Recipe
from engine.contract.report import Report
from engine.contract.run_folder import RunFolder, RunState
from engine.pipeline.runner import run_recipe


@dataclass(frozen=True, kw_only=True)
class KeptRun:
    """What a run came to.

    Attributes:
        report: before against after, on the test split.
        validation_accuracy: of the epoch that was kept; None where none was measured.
    """

    report: Report
    validation_accuracy: float | None


def carry_through(recipe: Recipe, folder: Path, *, is_told: bool) -> KeptRun:
    """The run of a recipe in its folder, from where it stands."""
    found = RunFolder(folder)
    if found.state() is not RunState.COMPLETED:
        emit = _Teller(folder.name) if is_told else _say_nothing
        # The networks are those beside this file: their user vouches for them.
        ctx = RunContext(emit=emit, ask=lambda path, wants: True)
        run_recipe(recipe, folder, ctx, is_resume=folder.is_dir())
    best = found.read_manifest().best
    report = found.read_report()
    return KeptRun(report=report, validation_accuracy=None if best is None else best.accuracy)


def _say_nothing(event: RunEvent) -> None:
    pass


class _Teller:
    """Prints what validation says after each epoch."""

    def __init__(self, name: str) -> None:
        self._name, self._begin = name, time.perf_counter()

    def __call__(self, event: RunEvent) -> None:
        """Prints the figures of an epoch."""
        if not isinstance(event, MetricsLogged) or event.values.get("accuracy") is None:
            return
        accuracy, sparsity = event.values["accuracy"] or 0.0, event.values.get("sparsity") or 0.0
        seconds = time.perf_counter() - self._begin
        text = f"step {event.step}, validation {accuracy:.2%}, removed {sparsity:.2%}, {seconds:.0f} s"
        print(f"{self._name}: {text}", flush=True)


def keep(row: msgspec.Struct, path: Path) -> None:
    """Writes a row that is finished."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(row)))
