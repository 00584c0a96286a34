"""ResNet-20 on CIFAR-10 with fewer channels: ours beside Torch-Pruning's, with the same epochs in the same script.

Run: ``PENJING_DATA=DIR:DIR .venv/bin/python benchmarks/resnet20_channels.py [--json] [--only ROW] [--out DIR]``, where
the folders hold cifar10.npz and resnet_cifar10/resnet20-12fca82f.th. ``--epochs 1 --limit 512`` tries the script.

Channels are chosen by the run itself: by importance to so many times fewer multiplications, or by the measured time of
its layers to so many times faster. Every row is cut at once, recovers for the same epochs with the same augmentation
and order of batches, and is written as float32 and int8 ONNX. Ours learn from the original, as the product offers it;
Torch-Pruning's are trained as its users do, and once with our teacher, to tell the cut from the training. Latencies
alternate with the unpruned files in one process. Rows are kept, and gone on with from the last whole epoch; validation
(a tenth of train) chooses the epoch, test is only reported. The original has seen all of train, so validation flatters.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import onnxruntime
import torch
from channel_choices import BLOCKS, by_latency, by_macs, latencies, vouched
from pruned_runs import carry_through, keep
from reference_cut import HOW_TO_INSTALL, cut_by_macs, find_library, train_, write_files
from trained import HERE, data_file, parser_of

from engine.contract.methods import Augmentation, ExportFormat, Precision
from engine.contract.recipe import (
    DataSpec,
    DistillSpec,
    ExportSpec,
    ModelSpec,
    PruneSpec,
    QuantizeSpec,
    Recipe,
    RecoverSpec,
)
from engine.contract.report import Artifact
from engine.contract.run_folder import RunFolder
from engine.export.formats import FILE_NAMES
from engine.pipeline.machine import cpu_name, prepare_machine
from engine.pipeline.measure import measure_totals
from engine.pipeline.work import Inputs, open_inputs

EPOCHS = 12
# Of the int8 file, whose layers are timed; the float32 one gains more.
TIMES_FASTER = 1.2
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
# As its users train what Torch-Pruning has cut.
PLAIN = RecoverSpec(learning_rate=0.05, weight_decay=5e-4, precision=Precision.BFLOAT16)
# A teacher makes gradients about as much larger as its temperature is above 1.
TAUGHT = msgspec.structs.replace(PLAIN, learning_rate=0.02, distill=DistillSpec(temperature=4.0, weight=0.9))
FORMATS = (ExportFormat.ONNX_FLOAT32, ExportFormat.ONNX_INT8)
Artifacts = dict[ExportFormat, Artifact]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it; accuracies are of the files on the test split, latencies medians in milliseconds.

    Attributes:
        times_fewer_macs: multiplications of the original ÷ those of the row.
        share_float32, share_int8: milliseconds of the row's file ÷ those of the unpruned file of the same kind.
    """

    name: str
    macs: int
    times_fewer_macs: float
    parameters: int
    accuracy_float32: float | None
    accuracy_int8: float | None
    latency_float32: float
    latency_int8: float
    share_float32: float
    share_int8: float
    epochs: int
    samples: int
    threads: int
    cpu: str
    torch: str = str(torch.__version__)
    runtime: str = f"onnxruntime {onnxruntime.__version__}"


@dataclass(frozen=True, kw_only=True)
class Made:
    """A network that a row has made, and its files."""

    macs: int
    parameters: int
    artifacts: Artifacts


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What all rows share: the options, and the original with its data."""

    options: argparse.Namespace
    inputs: Inputs

    def folder(self, name: str) -> Path:
        """The folder of a row's run."""
        root: Path = self.options.out.absolute()
        return root / name

    def files(self, name: str) -> tuple[Path, Path]:
        """A row's float32 and int8 files."""
        artifacts = RunFolder(self.folder(name)).artifacts
        return artifacts / FILE_NAMES[FORMATS[0]], artifacts / FILE_NAMES[FORMATS[1]]


def base_recipe(options: argparse.Namespace) -> Recipe:
    """The original, written in floats and in integers; every other row's is this one with something to prune."""
    return Recipe(
        name="original",
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
        quantize=QuantizeSpec(),
        recover=msgspec.structs.replace(TAUGHT, epochs=options.epochs),
        export=ExportSpec(formats=FORMATS),
    )


def run_of(name: str, bench: Bench, prune: PruneSpec | None) -> Made:
    """A run of Penjing, which chooses channels by itself."""
    recipe = msgspec.structs.replace(bench.inputs.recipe, name=name, prune=prune)
    report = carry_through(recipe, bench.folder(name), is_told=not bench.options.json).report
    artifacts = {artifact.format: artifact for artifact in report.artifacts}
    return Made(macs=report.after.macs or 0, parameters=report.after.parameters, artifacts=artifacts)


def reference_of(name: str, bench: Bench, times_fewer: float, recover: RecoverSpec) -> Made:
    """The same with Torch-Pruning's cut, and the training that is given.

    Raises:
        SystemExit: it is not installed.
    """
    library = find_library()
    if library is None:
        raise SystemExit(HOW_TO_INSTALL)
    folder = RunFolder(bench.folder(name))
    model = cut_by_macs(library, bench.inputs, times_fewer)
    train_(model, bench.inputs, folder, msgspec.structs.replace(recover, epochs=bench.options.epochs))
    artifacts = write_files(model, bench.inputs, folder.artifacts)
    totals = measure_totals(model)
    return Made(macs=totals.macs or 0, parameters=totals.parameters, artifacts=artifacts)


ROWS: dict[str, Callable[[str, Bench], Made]] = {
    "original": lambda name, bench: run_of(name, bench, None),
    "ours-2.1": lambda name, bench: run_of(name, bench, by_macs(2.1)),
    "ours-4": lambda name, bench: run_of(name, bench, by_macs(4.1)),
    "ours-latency": lambda name, bench: run_of(name, bench, by_latency(TIMES_FASTER)),
    "ours-blocks": lambda name, bench: run_of(name, bench, BLOCKS),
    "torch-pruning-2.1": lambda name, bench: reference_of(name, bench, 2.1, PLAIN),
    "torch-pruning-4": lambda name, bench: reference_of(name, bench, 4, PLAIN),
    "torch-pruning-2.1-taught": lambda name, bench: reference_of(name, bench, 2.1, TAUGHT),
}
"""What makes each row; the original comes first, as all are measured beside it."""


def row_of(name: str, bench: Bench) -> Row:
    """The row that is kept, or the one that is made now."""
    path: Path = bench.options.out / f"{name}.row.json"
    if path.is_file():
        return msgspec.json.decode(path.read_bytes(), type=Row)
    row = _measured(name, ROWS[name](name, bench), bench)
    keep(row, path)
    return row


def _measured(name: str, made: Made, bench: Bench) -> Row:
    times = latencies((*bench.files("original"), *bench.files(name)), bench.inputs)
    before = measure_totals(bench.inputs.fresh_model(vouched())).macs or 0
    accuracy_float32, accuracy_int8 = (made.artifacts[format_].accuracy for format_ in FORMATS)
    return Row(
        name=name,
        macs=made.macs,
        times_fewer_macs=before / made.macs,
        parameters=made.parameters,
        accuracy_float32=accuracy_float32,
        accuracy_int8=accuracy_int8,
        latency_float32=times[2],
        latency_int8=times[3],
        share_float32=times[2] / times[0],
        share_int8=times[3] / times[1],
        epochs=bench.options.epochs,
        samples=len(bench.inputs.data.train),
        threads=bench.inputs.threads,
        cpu=cpu_name(),
    )


def line(row: Row) -> str:
    return (
        f"{row.name}: {row.times_fewer_macs:.2f}× fewer MACs, {row.parameters:,} parameters; float32 "
        f"{_percent(row.accuracy_float32)}, {row.latency_float32:.3f} ms ({row.share_float32:.2f} of the original's); "
        f"int8 {_percent(row.accuracy_int8)}, {row.latency_int8:.3f} ms ({row.share_int8:.2f}); {row.epochs} epochs of "
        f"{row.samples:,} samples; {row.threads} threads, {row.cpu}, torch {row.torch}, {row.runtime}"
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.2%}"


def parse_options() -> argparse.Namespace:
    parser = parser_of(__doc__, default_out="resnet20_channels")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--limit", type=int, metavar="N", help="of each split at most N samples")
    return parser.parse_args()


def main() -> None:
    options = parse_options()
    options.out.mkdir(parents=True, exist_ok=True)
    recipe = base_recipe(options)
    inputs = open_inputs(recipe, vouched(), threads=prepare_machine(recipe))
    bench = Bench(options=options, inputs=inputs)
    for name in ROWS:
        # All others are measured beside the original.
        if options.only in name or name == "original":
            row = row_of(name, bench)
            print(json.dumps(msgspec.to_builtins(row)) if options.json else line(row), flush=True)


if __name__ == "__main__":
    main()
