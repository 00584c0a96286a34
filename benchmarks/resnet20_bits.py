"""ResNet-20 on CIFAR-10 with few bits: after training, and trained with rounding; in torch and in ONNX Runtime.

Run: ``PENJING_DATA=DIR:DIR .venv/bin/python benchmarks/resnet20_bits.py [--json] [--only ROW] [--out DIR]``, where the
folders hold cifar10.npz and resnet_cifar10/resnet20-12fca82f.th. ``--epochs 1 --limit 512`` tries the script.

``int8`` is rounded after training, with the observer and the correction that moved the answers on validation least. The
others are trained with rounding for at most 15 epochs and learn from the float network; 4-4 means 4 bits of weights and
4 of what layers read. The first and the last layer have 8 bits in all rows, and so have sums of branches, which no
multiplication reads. Of ``sign`` weights alone are rounded, so its file computes in floats. Learning rate and decay are
those of Esser 2020 (0.01 with a cosine; half the decay for each bit less), not chosen here. Rows are kept, and gone on
with from the last whole epoch; validation (a tenth of train) chooses the epoch, test is only reported. The float
network has seen all of train, so validation flatters.
"""

import argparse
import json
from pathlib import Path

import msgspec
import onnxruntime
import torch
from pruned_runs import carry_through, keep
from trained import HERE, data_file, parser_of

from engine.contract.methods import (
    Augmentation,
    ExportFormat,
    Observer,
    Precision,
    QuantizeMethod,
    QuantizeMode,
)
from engine.contract.recipe import (
    DataSpec,
    DistillSpec,
    ExportSpec,
    ModelSpec,
    QuantizeSpec,
    Recipe,
    RecoverSpec,
)
from engine.contract.report import Report

EPOCHS = 15
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
INTEGERS = (ExportFormat.ONNX_INT8, ExportFormat.ARCHIVE)
FLOATS = (ExportFormat.ONNX_FLOAT32, ExportFormat.ARCHIVE)
AFTER_TRAINING = QuantizeSpec(observer=Observer.MOVING_AVERAGE, calibration_samples=2048, correct_bias=True)
RECOVER = RecoverSpec(
    learning_rate=0.01,
    weight_decay=1e-4,
    precision=Precision.BFLOAT16,
    distill=DistillSpec(temperature=4.0, weight=0.9),
)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it; accuracies are of the test split, latencies medians in milliseconds of one sample.

    Attributes:
        weight_bits, activation_bits: of all layers but the first and the last; 32 is float.
        accuracy_torch: of the simulation with fake quantizers.
        accuracy_file: of the ONNX file in ONNX Runtime.
        agreement: share of samples to which the file gives the answer of torch computing in the integers that the
            simulation stands for.
        simulation_agreement: the same of those integers and the simulation's floats.
        size_bytes, archive_bytes: of the ONNX file and of the archive.
        latency, latency_float: of the file and of the original as float32, alternating in one process.
    """

    name: str
    method: str
    weight_bits: int
    activation_bits: int
    accuracy_float: float | None
    accuracy_torch: float | None
    accuracy_file: float | None
    agreement: float | None
    simulation_agreement: float | None
    size_bytes: int
    archive_bytes: int
    latency: float | None
    latency_float: float | None
    artifact: str
    epochs: int
    samples: int | None
    threads: int
    cpu: str
    torch: str = str(torch.__version__)
    runtime: str = f"onnxruntime {onnxruntime.__version__}"


def learned(bits: int) -> Recipe:
    """Weights and what layers read in so many bits, with steps that are learned."""
    recover = msgspec.structs.replace(RECOVER, weight_decay=RECOVER.weight_decay / 2 ** (4 - bits))
    spec = QuantizeSpec(
        method=QuantizeMethod.LSQ,
        mode=QuantizeMode.AWARE,
        observer=Observer.MSE,
        weight_bits=bits,
        activation_bits=bits,
        first_last_bits=8,
    )
    return bare(spec, recover, INTEGERS)


def signs() -> Recipe:
    """Weights of one bit, and floats between layers."""
    spec = QuantizeSpec(
        method=QuantizeMethod.SIGN, mode=QuantizeMode.AWARE, activation_bits=0, first_last_bits=8
    )
    return bare(spec, RECOVER, FLOATS)


def bare(spec: QuantizeSpec, recover: RecoverSpec, formats: tuple[ExportFormat, ...]) -> Recipe:
    """A recipe that still lacks its model and data."""
    return Recipe(
        model=ModelSpec(file=""), quantize=spec, recover=recover, export=ExportSpec(formats=formats)
    )


ROWS: dict[str, Recipe] = {
    "int8": bare(AFTER_TRAINING, msgspec.structs.replace(RECOVER, epochs=0), INTEGERS),
    "lsq-4-4": learned(4),
    "lsq-3-3": learned(3),
    "lsq-2-2": learned(2),
    "sign": signs(),
}
"""What each row asks for."""


def recipe_of(name: str, options: argparse.Namespace) -> Recipe:
    recipe = ROWS[name]
    is_trained = recipe.recover.epochs > 0
    return msgspec.structs.replace(
        recipe,
        name=name,
        threads=options.threads,
        model=ModelSpec(
            file=str(data_file("resnet_cifar10/resnet20-12fca82f.th")),
            architecture=str(HERE / "networks.py:ResNet20"),
        ),
        data=DataSpec(
            source=f"npz:{data_file('cifar10.npz')}",
            mean=MEAN,
            std=STD,
            augment=Augmentation.FLIP_CROP,
            limit=options.limit,
        ),
        recover=msgspec.structs.replace(recipe.recover, epochs=options.epochs if is_trained else 0),
    )


def row_of(name: str, options: argparse.Namespace) -> Row:
    """The row that is kept, or the one that is made now."""
    path: Path = options.out / f"{name}.row.json"
    if path.is_file():
        return msgspec.json.decode(path.read_bytes(), type=Row)
    recipe, folder = recipe_of(name, options), options.out.absolute() / name
    report = carry_through(recipe, folder, is_told=not options.json).report
    row = _measured(recipe, report, folder)
    keep(row, path)
    return row


def _measured(recipe: Recipe, report: Report, folder: Path) -> Row:
    spec, file = recipe.quantize, report.artifacts[0]
    assert spec is not None
    return Row(
        name=recipe.name,
        method=spec.method.value,
        weight_bits=spec.default_bits,
        activation_bits=spec.activation_bits or 32,
        accuracy_float=report.before.metrics.accuracy,
        accuracy_torch=report.after.metrics.accuracy,
        accuracy_file=file.accuracy,
        agreement=file.agreement,
        simulation_agreement=file.simulation_agreement,
        size_bytes=file.size_bytes,
        archive_bytes=report.artifacts[1].size_bytes,
        latency=None if file.latency_ms is None else file.latency_ms.p50,
        latency_float=None if report.before.latency_ms is None else report.before.latency_ms.p50,
        artifact=str(folder / file.path),
        epochs=recipe.recover.epochs,
        samples=recipe.data.limit,
        threads=report.environment.threads,
        cpu=report.environment.cpu,
    )


def line(row: Row) -> str:
    bits = f"{row.weight_bits}/{row.activation_bits} bits"
    times = f"{_number(row.latency)} ms (float32 {_number(row.latency_float)} ms)"
    limit = "all samples" if row.samples is None else f"{row.samples:,} samples"
    return (
        f"{row.name}: {bits}; float {_percent(row.accuracy_float)}, torch {_percent(row.accuracy_torch)}, file "
        f"{_percent(row.accuracy_file)}, agreement {_percent(row.agreement)} (with floats "
        f"{_percent(row.simulation_agreement)}); {row.size_bytes:,} bytes, archive "
        f"{row.archive_bytes:,}; {times}; {row.epochs} epochs of {limit}; {row.threads} threads, {row.cpu}, "
        f"torch {row.torch}, {row.runtime}"
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.2%}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def parse_options() -> argparse.Namespace:
    parser = parser_of(__doc__, default_out="resnet20_bits")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--limit", type=int, metavar="N", help="of each split at most N samples")
    return parser.parse_args()


def main() -> None:
    options = parse_options()
    options.out.mkdir(parents=True, exist_ok=True)
    for name in ROWS:
        if options.only in name:
            row = row_of(name, options)
            print(json.dumps(msgspec.to_builtins(row)) if options.json else line(row), flush=True)


if __name__ == "__main__":
    main()
