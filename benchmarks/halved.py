"""Half of a network's heads, units or channels, removed and recovered: each row is one run of Penjing.

What ``banking77.py`` and ``fsdd.py`` share. The run is asked for in a recipe as a user would write it; validation
chooses the epoch, test is only reported. Latency is of float32 ONNX files, the original's and the cut one's alternating
in one process.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import torch
from pruned_runs import KeptRun, carry_through, keep
from trained import HERE, Plan, carry_out

from engine.contract.methods import ExportFormat, Optimizer, PruneGranularity, PruneMethod, Schedule
from engine.contract.recipe import (
    DataSpec,
    DistillSpec,
    ExportSpec,
    LayerPruneSpec,
    ModelSpec,
    PruneSpec,
    Recipe,
    RecoverSpec,
)

RATIO = 0.5
BATCH = 64
BASELINE = Path("baseline") / "original-float32.onnx"


@dataclass(frozen=True, kw_only=True)
class Halving:
    """Half of what of which network, and how long it recovers.

    Attributes:
        plan: of the network.
        what: is halved, in the row's name.
        granularity, method: the recipe's.
        skip: layers whose channels stay.
        epochs, learning_rate: of the recovery.
        distill: the teacher's share of the loss, and its temperature.
    """

    plan: Plan
    what: str
    granularity: PruneGranularity
    method: PruneMethod = PruneMethod.MAGNITUDE
    skip: tuple[str, ...] = ()
    epochs: int
    learning_rate: float
    distill: DistillSpec = field(default_factory=DistillSpec)

    @property
    def name(self) -> str:
        """Of the row, its folder and its file."""
        return f"{self.plan.name}-half-{self.what}"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """Before and after; accuracies are of the test split, but for ``validation_accuracy``; files are float32 ONNX."""

    name: str
    accuracy_before: float
    accuracy: float
    validation_accuracy: float | None
    parameters_before: int
    parameters: int
    size_bytes_before: int
    size_bytes: int
    latency_ms_before: float
    latency_ms: float
    max_error: float
    epochs: int
    learning_rate: float
    seconds: float
    threads: int
    torch: str = str(torch.__version__)


def carry_out_with_halves(
    plans: Sequence[Plan], halvings: Sequence[Halving], spec: DataSpec, options: argparse.Namespace
) -> None:
    """The networks that are asked for, or that a row asked for begins with, and then those rows."""
    wanted = [halving for halving in halvings if options.only in halving.name]
    needed = {halving.plan.name for halving in wanted}
    whole = [plan for plan in plans if options.only in plan.name or plan.name in needed]
    carry_out(whole, spec, argparse.Namespace(**{**vars(options), "only": ""}))
    for halving in wanted:
        row = row_of(halving, spec, options)
        print(json.dumps(msgspec.to_builtins(row)) if options.json else line(row), flush=True)


def row_of(halving: Halving, spec: DataSpec, options: argparse.Namespace) -> Row:
    """The row that is kept, or the one that a run makes."""
    path: Path = options.out / f"{halving.name}.row.json"
    if path.is_file():
        return msgspec.json.decode(path.read_bytes(), type=Row)
    recipe = recipe_of(halving, spec, options)
    folder = options.out / "runs" / halving.name
    row = _row(halving, recipe, carry_through(recipe, folder, is_told=not options.json), folder)
    keep(row, path)
    return row


def recipe_of(halving: Halving, spec: DataSpec, options: argparse.Namespace) -> Recipe:
    """What Penjing is asked for."""
    return Recipe(
        name=halving.name,
        threads=options.threads,
        model=ModelSpec(
            file=str(options.out.absolute() / f"{halving.plan.name}.pt"),
            architecture=str(HERE / halving.plan.architecture),
        ),
        data=msgspec.structs.replace(spec, batch_size=BATCH),
        prune=PruneSpec(
            method=halving.method,
            granularity=halving.granularity,
            ratio=RATIO,
            schedule=Schedule.ONE_SHOT,
            layers={name: LayerPruneSpec(skip=True) for name in halving.skip},
        ),
        recover=RecoverSpec(
            epochs=halving.epochs,
            optimizer=Optimizer.ADAM,
            learning_rate=halving.learning_rate,
            distill=halving.distill,
        ),
        export=ExportSpec(formats=(ExportFormat.ONNX_FLOAT32,)),
    )


def _row(halving: Halving, recipe: Recipe, run: KeptRun, folder: Path) -> Row:
    before, after, (file,) = run.report.before, run.report.after, run.report.artifacts
    assert file.verified, file.why
    assert before.metrics.accuracy is not None and after.metrics.accuracy is not None
    assert before.latency_ms is not None and file.latency_ms is not None and file.max_error is not None
    return Row(
        name=halving.name,
        accuracy_before=before.metrics.accuracy,
        accuracy=after.metrics.accuracy,
        validation_accuracy=run.validation_accuracy,
        parameters_before=before.parameters,
        parameters=after.parameters,
        size_bytes_before=(folder / BASELINE).stat().st_size,
        size_bytes=file.size_bytes,
        latency_ms_before=before.latency_ms.p50,
        latency_ms=file.latency_ms.p50,
        max_error=file.max_error,
        epochs=recipe.recover.epochs,
        learning_rate=recipe.recover.learning_rate,
        seconds=round(sum(run.report.seconds.values()), 1),
        threads=run.report.environment.threads,
    )


def line(row: Row) -> str:
    validation = "–" if row.validation_accuracy is None else f"{row.validation_accuracy:.2%}"
    return (
        f"{row.name}: test {row.accuracy_before:.2%} → {row.accuracy:.2%}, validation {validation}, "
        f"{row.parameters_before:,} → {row.parameters:,} parameters, "
        f"{row.size_bytes_before:,} → {row.size_bytes:,} bytes, "
        f"{row.latency_ms_before:.3f} → {row.latency_ms:.3f} ms, {row.epochs} epochs at {row.learning_rate:g}, "
        f"{row.seconds:.0f} s, {row.threads} threads, torch {row.torch}"
    )
