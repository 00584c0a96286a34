"""LeNet-300-100 and LeNet-5 on MNIST: how few weights are enough, and which criterion finds them.

Run: ``PENJING_DATA=DIR .venv/bin/python benchmarks/lenet.py [--json] [--only ROW] [--out DIR] [--curves DIR]``, where
DIR holds mnist.npz. Dense networks are trained first (``trained.py``); every row is then a run of Penjing with single
weights, global scope and the cubic ramp, kept in its folder and gone on with when it was interrupted. While it is
pruned a network learns from the dense one, LeNet-5 on shifted digits. Validation chooses the epoch, and chose the
teacher, the shifts, the learning rate and the criterion of the row that must hold; test is only reported. ``--curves``
draws the rows that are there.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import torch
from density_curve import density_curve
from networks import LeNet5, LeNet300
from pruned_runs import carry_through, keep
from torch import Tensor
from trained import HERE, Plan, carry_out, data_file, parser_of, shuffled

from engine.contract.methods import Augmentation, Optimizer, Precision, PruneGranularity, PruneMethod, Scope
from engine.contract.recipe import (
    DataSpec,
    DistillSpec,
    ExportSpec,
    ModelSpec,
    PruneSpec,
    Recipe,
    RecoverSpec,
)
from engine.data.splits import Split

MEAN, STD = 0.1307, 0.3081
BATCH = 128
EPOCHS = {"lenet300": 20, "lenet5": 20}
LEARNING_RATE = 1e-3
# Shifts cost a sparse LeNet-300-100, which has no convolutions, 0.3 to 0.6 points of validation accuracy.
AUGMENTATIONS = {"lenet300": Augmentation.NONE, "lenet5": Augmentation.CROP}
TEACHER = DistillSpec(temperature=2.0, weight=0.5)
CRITERIA = ("lamp", "magnitude", "taylor", "movement", "random")
# Of the weights; biases stay, and count in a row's density: 0.018 of LeNet-5's is less than 2 % of all.
KEPT = (0.1, 0.05, 0.018, 0.01, 0.005)
HELD = "lenet5-lamp-1.8"
DENSITY_LIMIT, ERROR_LIMIT = 0.02, 0.002


def batches(split: Split) -> Iterator[tuple[Tensor, Tensor]]:
    """Digits as they are, in random order."""
    return ((split.inputs[places], split.labels[places]) for places in shuffled(split, BATCH))


PLANS = {
    "lenet300": Plan(
        name="lenet300",
        architecture="networks.py:LeNet300",
        build=LeNet300,
        batches=batches,
        epochs=12,
        learning_rate=2e-3,
    ),
    "lenet5": Plan(
        name="lenet5",
        architecture="networks.py:LeNet5",
        build=LeNet5,
        batches=batches,
        epochs=8,
        learning_rate=2e-3,
    ),
}
TITLES = {"lenet300": "LeNet-300-100 on MNIST", "lenet5": "LeNet-5 on MNIST"}


@dataclass(frozen=True)
class Wanted:
    """One row to come: a network, a criterion, and the share of the weights that stays."""

    network: str
    criterion: str
    kept: float

    @property
    def name(self) -> str:
        """Of the row, its folder and its file."""
        return f"{self.network}-{self.criterion}-{100 * self.kept:g}"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it; ``density`` is of all parameters, with biases, and errors are of the test split."""

    name: str
    network: str
    criterion: str
    density: float
    error: float
    dense_error: float
    validation_accuracy: float | None
    epochs: int
    learning_rate: float
    seconds: float
    threads: int
    torch: str = str(torch.__version__)


def wanted_rows(only: str) -> list[Wanted]:
    """The rows whose name holds ``only``."""
    every = [Wanted(network, name, kept) for network in PLANS for name in CRITERIA for kept in KEPT]
    return [row for row in every if only in row.name]


def recipe_of(wanted: Wanted, options: argparse.Namespace) -> Recipe:
    """What Penjing is asked for."""
    return Recipe(
        name=wanted.name,
        threads=options.threads,
        model=ModelSpec(
            file=str(options.out.absolute() / f"{wanted.network}.pt"),
            architecture=str(HERE / PLANS[wanted.network].architecture),
        ),
        data=msgspec.structs.replace(data_spec(), augment=AUGMENTATIONS[wanted.network]),
        prune=PruneSpec(
            method=PruneMethod(wanted.criterion),
            granularity=PruneGranularity.WEIGHT,
            scope=Scope.GLOBAL,
            ratio=1 - wanted.kept,
        ),
        recover=RecoverSpec(
            epochs=options.epochs or EPOCHS[wanted.network],
            optimizer=Optimizer.ADAM,
            learning_rate=options.learning_rate,
            precision=Precision.BFLOAT16,
            distill=TEACHER,
        ),
        export=ExportSpec(formats=()),
    )


def data_spec() -> DataSpec:
    """MNIST, with a tenth of train for validation."""
    return DataSpec(source=f"npz:{data_file('mnist.npz')}", mean=(MEAN,), std=(STD,), batch_size=BATCH)


def row_of(wanted: Wanted, options: argparse.Namespace) -> Row:
    """The row that is kept, or the one that a run makes."""
    path: Path = options.out / f"{wanted.name}.row.json"
    if path.is_file():
        return msgspec.json.decode(path.read_bytes(), type=Row)
    recipe = recipe_of(wanted, options)
    run = carry_through(recipe, options.out / "runs" / wanted.name, is_told=not options.json)
    before, after = run.report.before, run.report.after
    assert before.metrics.accuracy is not None and after.metrics.accuracy is not None
    row = Row(
        name=wanted.name,
        network=wanted.network,
        criterion=wanted.criterion,
        density=after.nonzero / after.parameters,
        error=1 - after.metrics.accuracy,
        dense_error=1 - before.metrics.accuracy,
        validation_accuracy=run.validation_accuracy,
        epochs=recipe.recover.epochs,
        learning_rate=recipe.recover.learning_rate,
        seconds=round(sum(run.report.seconds.values()), 1),
        threads=run.report.environment.threads,
    )
    keep(row, path)
    return row


def kept_rows(out: Path) -> list[Row]:
    """All rows that are finished, in the order of the criteria."""
    rows = [msgspec.json.decode(path.read_bytes(), type=Row) for path in out.glob("*-*-*.row.json")]
    return sorted(rows, key=lambda row: (row.network, CRITERIA.index(row.criterion), row.density))


def draw_curves(rows: list[Row], folder: Path) -> None:
    """A picture for each network, of all criteria."""
    for network, title in TITLES.items():
        mine = [row for row in rows if row.network == network]
        curves: dict[str, list[tuple[float, float]]] = {}
        for row in mine:
            curves.setdefault(row.criterion, []).append((100 * row.density, 100 * row.error))
        if mine:
            picture = density_curve(curves, title=title, dense_error=100 * mine[0].dense_error)
            (folder / f"density-{network}.svg").write_text(picture, encoding="utf-8")


def line(row: Row) -> str:
    validation = "–" if row.validation_accuracy is None else f"{row.validation_accuracy:.2%}"
    return (
        f"{row.name}: density {row.density:.2%}, test error {row.error:.2%} (dense {row.dense_error:.2%}), "
        f"validation {validation}, {row.epochs} epochs at {row.learning_rate:g}, {row.seconds:.0f} s, "
        f"{row.threads} threads, torch {row.torch}"
    )


def holds(row: Row) -> bool:
    """Whether the row that must hold does: few weights, and an error near the dense one."""
    return row.density <= DENSITY_LIMIT and row.error - row.dense_error <= ERROR_LIMIT


def parse_options() -> argparse.Namespace:
    parser = parser_of(__doc__, default_out="lenet")
    parser.add_argument("--curves", type=Path, metavar="DIR", help="draw the kept rows, and train none")
    parser.add_argument("--epochs", type=int, help="of recovery")
    parser.add_argument("--learning-rate", type=float, default=LEARNING_RATE)
    return parser.parse_args()


def main() -> None:
    options = parse_options()
    if options.curves is not None:
        draw_curves(kept_rows(options.out), options.curves)
        return
    wanted = wanted_rows(options.only)
    plans = [plan for plan in PLANS.values() if any(row.network == plan.name for row in wanted)]
    carry_out(plans, data_spec(), argparse.Namespace(**{**vars(options), "only": ""}))
    rows = []
    for one in wanted:
        rows.append(row_of(one, options))
        print(json.dumps(msgspec.to_builtins(rows[-1])) if options.json else line(rows[-1]), flush=True)
    if any(row.name == HELD and not holds(row) for row in rows):
        raise SystemExit(f"{HELD} misses {DENSITY_LIMIT:.0%} density within {ERROR_LIMIT:.1%} of the error.")


if __name__ == "__main__":
    main()
