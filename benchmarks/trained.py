"""Trains small networks on data that Penjing reads, saves them, and opens them as a user would.

What ``banking77.py``, ``fsdd.py`` and ``lenet.py`` share. Validation chooses the epoch that is kept; the test split
is only reported. A row is finished when the engine, in a process of its own, has read the weights and the data again
and has come to the accuracy that was measured here; finished rows are kept beside the weights and not trained again.
"""

import argparse
import copy
import json
import os
import platform
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import torch
from torch import Tensor, nn

from engine.client import EngineClient
from engine.context import RunContext
from engine.contract.messages import Inspect
from engine.contract.recipe import DataSpec
from engine.contract.recipe_file import commented_recipe
from engine.contract.recipe_paths import with_relative_paths
from engine.contract.source import ModelSource
from engine.contract.stats import Inspection
from engine.data.splits import Data, Split, load_data
from engine.terminal.init import recipe_for

HERE = Path(__file__).parent
Batches = Callable[[Split], Iterator[tuple[Tensor, Tensor]]]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One network and how it is trained.

    Attributes:
        name: of the row and its files.
        architecture: a file beside this one and its class, as ``--architecture`` takes it.
        build: the same, with fresh weights.
        batches: one epoch of a split: samples as the data have them (varied, if at all, there) and labels.
    """

    name: str
    architecture: str
    build: Callable[[], nn.Module]
    batches: Batches
    epochs: int
    learning_rate: float


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. Accuracies are of the test split, but for ``validation_accuracy``."""

    network: str
    parameters: int
    epochs: int
    best_epoch: int
    validation_accuracy: float
    accuracy: float
    accuracy_opened: float | None
    training_seconds: float
    file: str
    threads: int
    torch: str = str(torch.__version__)
    python: str = platform.python_version()


def data_file(name: str) -> Path:
    """A file of the folders that PENJING_DATA names; ends the program where there is none."""
    for folder in os.environ.get("PENJING_DATA", "data").split(os.pathsep):
        if (Path(folder) / name).is_file():
            return (Path(folder) / name).absolute()
    raise SystemExit(f'There is no "{name}"; name the folder that holds it, such as PENJING_DATA=data.')


def parser_of(about: str | None, *, default_out: str) -> argparse.ArgumentParser:
    """The options that all such scripts have."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    parser.add_argument("--only", default="", metavar="ROW")
    parser.add_argument("--out", type=Path, default=HERE / "results" / default_out, metavar="DIR")
    parser.add_argument("--threads", type=int, default=max((os.cpu_count() or 2) - 1, 1))
    return parser


def carry_out(plans: Sequence[Plan], spec: DataSpec, options: argparse.Namespace) -> None:
    """Every row that is asked for and not finished yet; ends with status 1 where an opened model does otherwise."""
    torch.set_flush_denormal(True)
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    rows = []
    for plan in plans:
        if options.only in plan.name:
            row = _kept_row(plan, options) or _trained_row(plan, spec, options)
            if row.accuracy_opened != row.accuracy:
                row = _opened_row(row, plan, spec)
            rows.append(row)
            print(json.dumps(msgspec.to_builtins(row)) if options.json else _line(row), flush=True)
    if any(row.accuracy_opened != row.accuracy for row in rows):
        raise SystemExit("An opened model came to another accuracy than the one that was saved.")


def _row_file(plan: Plan, options: argparse.Namespace) -> Path:
    return options.out.absolute() / f"{plan.name}.row.json"


def _kept_row(plan: Plan, options: argparse.Namespace) -> Row | None:
    path = _row_file(plan, options)
    return msgspec.json.decode(path.read_bytes(), type=Row) if path.is_file() else None


def _trained_row(plan: Plan, spec: DataSpec, options: argparse.Namespace) -> Row:
    data = load_data(spec, RunContext(), seed=0)
    begin = time.perf_counter()
    torch.manual_seed(0)
    model = plan.build()
    best_epoch, validation_accuracy = train_(model, plan, data, is_told=not options.json)
    seconds = time.perf_counter() - begin
    weights = options.out.absolute() / f"{plan.name}.pt"
    torch.save(model.state_dict(), weights)
    row = Row(
        network=plan.name,
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        epochs=plan.epochs,
        best_epoch=best_epoch,
        validation_accuracy=validation_accuracy,
        accuracy=accuracy_of(model, data.test, data),
        accuracy_opened=None,
        training_seconds=round(seconds, 1),
        file=str(weights),
        threads=options.threads,
    )
    _row_file(plan, options).write_bytes(msgspec.json.encode(row))
    return row


def _opened_row(row: Row, plan: Plan, spec: DataSpec) -> Row:
    """The row with what the engine finds in the saved file; beside it a recipe, as ``penjing init`` writes."""
    weights = Path(row.file)
    source = ModelSource(file=row.file, architecture=str(HERE / plan.architecture))
    with EngineClient() as client:
        job = Inspect(id=1, source=source, data=spec, trust=True, threads=row.threads)
        inspection: Inspection = client.run_job(job)
    recipe = with_relative_paths(recipe_for(inspection, source, data=spec), weights.parent)
    weights.with_suffix(".toml").write_text(commented_recipe(recipe), encoding="utf-8")
    opened = msgspec.structs.replace(row, accuracy_opened=inspection.metrics.accuracy)
    weights.with_suffix(".row.json").write_bytes(msgspec.json.encode(opened))
    return opened


def train_(model: nn.Module, plan: Plan, data: Data, *, is_told: bool) -> tuple[int, float]:
    """Trains and leaves the weights of the best epoch; returns which one it was, and its validation accuracy."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=plan.learning_rate, weight_decay=0.05)
    steps = plan.epochs * sum(1 for _ in plan.batches(data.train))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, plan.learning_rate, total_steps=steps, pct_start=0.15
    )
    best, best_epoch, best_weights = -1.0, 0, copy.deepcopy(model.state_dict())
    for epoch in range(1, plan.epochs + 1):
        model.train()
        for samples, labels in plan.batches(data.train):
            logits = model(data.to_inputs(samples))
            loss = nn.functional.cross_entropy(logits, labels, label_smoothing=0.1)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
        found = accuracy_of(model, data.validation, data)
        if found > best:
            best, best_epoch, best_weights = found, epoch, copy.deepcopy(model.state_dict())
        if is_told:
            print(f"{plan.name}, epoch {epoch}: loss {loss.item():.3f}, validation {found:.2%}", flush=True)
    model.load_state_dict(best_weights)
    return best_epoch, best


@torch.no_grad()
def accuracy_of(model: nn.Module, split: Split, data: Data) -> float:
    """The share of a split on which the model is right."""
    model.eval()
    parts = zip(split.inputs.split(256), split.labels.split(256), strict=True)
    hits = sum(int((model(data.to_inputs(samples)).argmax(1) == labels).sum()) for samples, labels in parts)
    return hits / len(split)


def shuffled(split: Split, size: int, *, order: Tensor | None = None) -> Iterable[Tensor]:
    """Batches of places in random order, of nearly the same size; ``order`` says which are neighbours."""
    places = torch.randperm(len(split)) if order is None else order
    parts = places.tensor_split(-(-len(split) // size))
    return (parts[int(index)] for index in torch.randperm(len(parts)))


def _line(row: Row) -> str:
    opened = "–" if row.accuracy_opened is None else f"{row.accuracy_opened:.2%}"
    return (
        f"{row.network}: test {row.accuracy:.2%}, opened {opened}, validation {row.validation_accuracy:.2%} "
        f"(epoch {row.best_epoch} of {row.epochs}), {row.parameters:,} parameters, {row.training_seconds:.0f} s, "
        f"{row.threads} threads, torch {row.torch}: {row.file}"
    )
