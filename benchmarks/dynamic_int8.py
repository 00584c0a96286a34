"""Recurrent networks and Transformers with integers, beside ONNX Runtime's quantize_dynamic and float32.

Run: ``PENJING_DATA=DIR .venv/bin/python benchmarks/dynamic_int8.py [--json] [--only ROW] [--rounds N]``, after
``fsdd.py`` and ``banking77.py``, whose trained networks are read. Each row is a run of Penjing that rounds and writes;
the other two files are made of the run's own float32 file. ``theirs`` is ``onnxruntime.quantization.quantize_dynamic``
with int8 weights, after its own preprocessing, per channel where that is more accurate (an LSTM's is per tensor).
Accuracy is of the test split, in batches of 256 as files are verified; milliseconds are medians of runs of one sample
that take turns, one thread, idle threads that do not spin.
"""

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import banking77
import fsdd
import msgspec
import onnxruntime
import torch
from kept_rows import KeptRows, Row, print_row
from onnx_int8 import alternate, operators_of
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from pruned_runs import carry_through
from trained import HERE, Plan, data_file

from engine.context import RunContext
from engine.contract.methods import ExportFormat, QuantizeMode
from engine.contract.recipe import DataSpec, ExportSpec, ModelSpec, QuantizeSpec, Recipe, RecoverSpec
from engine.contract.run_folder import RunFolder
from engine.data.splits import Data, load_data
from engine.export.runtime import open_session, run_split
from engine.export.tensors_apart import size_of
from engine.pipeline.finishing import BASELINE
from engine.tasks.table import methods_of

KINDS = ("ours", "theirs", "float32")
Three = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A trained network and how it is rounded.

    Attributes:
        folder: where its benchmark has left its weights.
        plan: of its training.
        data: what it reads.
        mode: of our rounding.
    """

    folder: Path
    plan: Plan
    data: Callable[[], DataSpec]
    mode: QuantizeMode = QuantizeMode.DYNAMIC


class Beside(Row, frozen=True, kw_only=True):
    """Triples are ours, theirs, float32."""

    accuracy: Three = (0, 0, 0)
    milliseconds: Three = (0, 0, 0)
    bytes: tuple[int, int, int] = (0, 0, 0)
    operators: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)
    agreement: float = 0
    verified: bool = False
    artifact: str = ""
    rounds: int = 0
    runtime: str = f"onnxruntime {onnxruntime.__version__}"


RESULTS = HERE / "results"


def recordings() -> DataSpec:
    """The digits that ``fsdd.py`` has written as wav files."""
    return fsdd.data_spec(RESULTS / "fsdd" / "recordings")


def questions() -> DataSpec:
    """The questions of bank customers."""
    return DataSpec(source=f"csv:{data_file('banking77_train.csv')}")


BANKING77 = RESULTS / "banking77"
SUBJECTS = {
    "fsdd-lstm": Subject(folder=RESULTS / "fsdd", plan=fsdd.LSTM, data=recordings),
    "banking77-transformer": Subject(folder=BANKING77, plan=banking77.TRANSFORMER, data=questions),
    "banking77-transformer-calibrated": Subject(
        folder=BANKING77, plan=banking77.TRANSFORMER, data=questions, mode=QuantizeMode.POST_TRAINING
    ),
    "banking77-gru": Subject(folder=BANKING77, plan=banking77.GRU, data=questions),
}
"""The rows."""


def made(name: str, rounds: int, out: Path) -> Beside:
    """Rounds one network, and measures its three files."""
    subject = SUBJECTS[name]
    recipe = Recipe(
        name=name,
        threads=1,
        model=ModelSpec(
            file=str(subject.folder / f"{subject.plan.name}.pt"),
            architecture=str(HERE / subject.plan.architecture),
        ),
        data=subject.data(),
        quantize=QuantizeSpec(mode=subject.mode),
        recover=RecoverSpec(epochs=0),
        export=ExportSpec(formats=(ExportFormat.ONNX_INT8,)),
    )
    folder = out.parent / "dynamic_int8" / name
    (artifact,) = carry_through(recipe, folder, is_told=False).report.artifacts
    float32 = RunFolder(folder).baseline / BASELINE
    with tempfile.TemporaryDirectory() as scratch:
        theirs = Path(scratch) / "theirs.onnx"
        write_theirs(float32, theirs)
        paths = {"ours": folder / artifact.path, "theirs": theirs, "float32": float32}
        data = load_data(recipe.data, RunContext(), seed=recipe.seed)
        sessions = [open_session(path, threads=1) for path in paths.values()]
        sample = data.to_inputs(data.test.inputs[:1]).numpy()
        return Beside(
            name=name,
            accuracy=three([accuracy_of(session, data) for session in sessions]),
            milliseconds=three(alternate(sessions, sample, rounds)),
            bytes=(size_of(paths["ours"]), size_of(theirs), size_of(float32)),
            operators={kind: dict(operators_of(path)) for kind, path in paths.items()},
            agreement=artifact.agreement or 0,
            verified=artifact.verified,
            artifact=str(folder / artifact.path),
            rounds=rounds,
        )


def write_theirs(float32: Path, path: Path) -> None:
    """ONNX Runtime's own dynamic quantization."""
    prepared = path.with_name("prepared.onnx")
    quant_pre_process(str(float32), str(prepared))
    quantize_dynamic(str(prepared), str(path), per_channel=True, weight_type=QuantType.QInt8)


def three(values: list[float]) -> Three:
    """Ours, theirs, float32."""
    ours, theirs, float32 = values
    return ours, theirs, float32


def accuracy_of(session: onnxruntime.InferenceSession, data: Data) -> float:
    """On the test split."""
    answers = run_split(session, data.test, data, RunContext())
    return methods_of(data).measure(answers, data.test.labels)[0].accuracy or 0


def line_of(row: Beside) -> str:
    """A row of the table."""
    ours, theirs, float32 = row.milliseconds
    cells = (
        row.name,
        *(f"{value:.2%}" for value in row.accuracy),
        *(f"{value / 1000:.1f}" for value in row.bytes),
        *(f"{value:.3f}" for value in row.milliseconds),
        f"{ours / theirs:.2f}",
        f"{ours / float32:.2f}",
        f"{row.agreement:.2%}" if row.verified else "not verified",
    )
    return f"| {' | '.join(cells)} |"


HEADS = (
    "network", "accuracy ours", "theirs", "float32", "KB ours", "theirs", "float32", "ms ours", "theirs", "float32",
    "ours ÷ theirs", "ours ÷ float32", "agreement with torch",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    parser.add_argument("--only", nargs="+", default=list(SUBJECTS), metavar="ROW", choices=SUBJECTS)
    parser.add_argument("--rounds", type=int, default=300, metavar="N", help="turns of each file")
    parser.add_argument("--out", type=Path, default=RESULTS / "dynamic_int8.jsonl", metavar="FILE")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if not options.json:
        print(f"| {' | '.join(HEADS)} |\n|{' --- |' * len(HEADS)}")
    rows = KeptRows(options.out, Beside)
    for row in rows.all(options.only, lambda name: made(name, options.rounds, options.out.absolute())):
        print_row(row, line_of(row), is_json=options.json)


if __name__ == "__main__":
    main()
