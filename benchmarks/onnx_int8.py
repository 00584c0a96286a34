"""Our int8 files beside those of ONNX Runtime's own quantizer and beside float32: milliseconds and bytes.

Run: ``.venv/bin/python benchmarks/onnx_int8.py [--json] [--only NAME …] [--rounds N] [--out FILE]``.
Weights are random, none nearly zero, and batch norms have measured images. All three files come from the same network
and the same calibration samples, and run in one process, taking turns (each round begins with another of them): a
batch of 1, one thread, idle threads that do not spin. ``theirs`` is ``onnxruntime.quantization.quantize_static`` (uint8
activations, int8 weights per channel, QDQ) after its own preprocessing. Each network has a process of its own; finished
rows are kept in FILE and not made again.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import msgspec
import networks
import numpy as np
import onnx
import onnxruntime
import torch
from kept_rows import KeptRows, Row, made_apart, print_row
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process
from shaken import batch_norms, recalibrate_, samples, shaken
from sound_networks import BANDS, SpectrumLSTM, SpectrumTransformer
from torch import Tensor, nn

from engine.contract.methods import QuantizeMode
from engine.contract.recipe import ModelSpec, QuantizeSpec, Recipe
from engine.export.onnx_file import INPUT_NAME, build_onnx, write_onnx
from engine.export.prepare import prepare_float, prepare_integer
from engine.export.prepare_dynamic import prepare_dynamic
from engine.export.runtime import FLOAT_MATRIX, INTEGER_MATRIX, open_session
from engine.export.tensors_apart import size_of
from engine.joint.compressed import CompressedModel
from engine.models.example import Example
from engine.models.graph import capture

HERE = Path(__file__).parent
CALIBRATION_IMAGES = 4
FRAMES = 50
WriteTheirs = Callable[[Path, np.ndarray, Path], None]
KINDS = ("ours", "theirs", "float32")


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A network to be measured.

    Attributes:
        module: in evaluation mode.
        inputs: calibration samples; the first is what is timed.
        quantize: how ours is made.
        write_theirs: writes ONNX Runtime's own file: of a float32 file, the inputs, and its path.
    """

    module: nn.Module
    inputs: Tensor
    quantize: QuantizeSpec
    write_theirs: WriteTheirs


class Speed(Row, frozen=True, kw_only=True):
    """What one network takes; triples are ours, theirs, float32."""

    milliseconds: tuple[float, float, float] = (0, 0, 0)
    bytes: tuple[int, int, int] = (0, 0, 0)
    error: tuple[float, float] = (0, 0)
    left_in_float: dict[str, int] = msgspec.field(default_factory=dict)
    integers: int = 0
    rounds: int = 0
    runtime: str = f"onnxruntime {onnxruntime.__version__}"


class Samples(CalibrationDataReader):
    """Calibration samples, one by one, as ONNX Runtime's quantizer asks for them."""

    def __init__(self, inputs: np.ndarray) -> None:
        self._left = iter(inputs)

    def get_next(self) -> dict[str, np.ndarray] | None:  # type: ignore[override]
        """The next one; None behind the last."""
        sample = next(self._left, None)
        return None if sample is None else {INPUT_NAME: sample[None]}


def write_static(float32: Path, inputs: np.ndarray, path: Path) -> None:
    """ONNX Runtime's own static quantization, at its best for this processor."""
    prepared = path.with_name("prepared.onnx")
    quant_pre_process(str(float32), str(prepared))
    quantize_static(
        str(prepared),
        str(path),
        Samples(inputs),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
    )


def write_dynamic(float32: Path, inputs: np.ndarray, path: Path) -> None:
    """ONNX Runtime's own dynamic quantization: its static one leaves an LSTM in float."""
    prepared = path.with_name("prepared.onnx")
    quant_pre_process(str(float32), str(prepared))
    quantize_dynamic(str(prepared), str(path), per_channel=True, weight_type=QuantType.QInt8)


def of_torchvision(name: str, *, mode: QuantizeMode = QuantizeMode.POST_TRAINING) -> Subject:
    """An architecture of torchvision on images of 224 × 224."""
    inputs = samples(CALIBRATION_IMAGES, 224)
    return Subject(
        module=shaken(name, inputs),
        inputs=inputs,
        quantize=QuantizeSpec(mode=mode),
        write_theirs=write_static,
    )


def of_frames(module: nn.Module, write_theirs: WriteTheirs) -> Subject:
    """A network that hears a second as fifty frames."""
    inputs = torch.randn(CALIBRATION_IMAGES * 4, 1, BANDS, FRAMES, generator=torch.Generator().manual_seed(0))
    quantize = QuantizeSpec(mode=QuantizeMode.DYNAMIC)
    return Subject(module=module.eval(), inputs=inputs, quantize=quantize, write_theirs=write_theirs)


@torch.no_grad()
def resnet20() -> Subject:
    """The network of the CIFAR-10 benchmarks."""
    torch.manual_seed(0)
    module, inputs = networks.ResNet20().eval(), samples(CALIBRATION_IMAGES * 4, 32)
    for norm in batch_norms(module):
        norm.weight.uniform_(0.5, 1.5)
    recalibrate_(module, inputs)
    return Subject(module=module, inputs=inputs, quantize=QuantizeSpec(), write_theirs=write_static)


SUBJECTS: dict[str, Callable[[], Subject]] = {
    "resnet20": resnet20,
    "resnet18": lambda: of_torchvision("resnet18"),
    "resnet50": lambda: of_torchvision("resnet50"),
    "mobilenet_v2": lambda: of_torchvision("mobilenet_v2"),
    "mobilenet_v3_large": lambda: of_torchvision("mobilenet_v3_large"),
    "efficientnet_b0": lambda: of_torchvision("efficientnet_b0"),
    "vit_b_16": lambda: of_torchvision("vit_b_16", mode=QuantizeMode.DYNAMIC),
    "lstm": lambda: of_frames(SpectrumLSTM(), write_dynamic),
    "transformer": lambda: of_frames(SpectrumTransformer(), write_static),
}
"""What builds each network."""


def write_ours(subject: Subject, folder: Path) -> tuple[Path, Path]:
    """Our int8 file and our float32 file."""
    captured = capture(subject.module, Example(tuple(subject.inputs.shape[1:])))
    model = CompressedModel(captured, Recipe(model=ModelSpec(file="benchmark"), quantize=subject.quantize))
    paths = folder / "ours.onnx", folder / "float32.onnx"
    write_onnx(build_onnx(prepare_float(model), captured.example), paths[1])
    model.attach_quantizers()
    model.calibrate([subject.inputs])
    model.finish()
    is_dynamic = subject.quantize.mode is QuantizeMode.DYNAMIC
    prepared = prepare_dynamic(model) if is_dynamic else prepare_integer(model)
    write_onnx(build_onnx(prepared, captured.example), paths[0])
    return paths


def made(name: str, rounds: int) -> Speed:
    """Writes and measures one network's three files."""
    torch.set_num_threads(1)
    subject = SUBJECTS[name]()
    inputs = subject.inputs.numpy()
    with tempfile.TemporaryDirectory() as folder:
        ours, float32 = write_ours(subject, Path(folder))
        theirs = Path(folder) / "theirs.onnx"
        subject.write_theirs(float32, inputs, theirs)
        paths = (ours, theirs, float32)
        sessions = [open_session(path, threads=1) for path in paths]
        answers = [session.run(None, {INPUT_NAME: inputs})[0] for session in sessions]
        kinds = operators_of(ours)
        times = alternate(sessions, inputs[:1], rounds)
        return Speed(
            name=name,
            milliseconds=(times[0], times[1], times[2]),
            bytes=(size_of(ours), size_of(theirs), size_of(float32)),
            error=(distance(answers[0], answers[2]), distance(answers[1], answers[2])),
            integers=sum(count for kind, count in kinds.items() if is_integer(kind)),
            left_in_float={kind: count for kind, count in kinds.items() if not is_integer(kind)},
            rounds=rounds,
        )


def distance(found: np.ndarray, wanted: np.ndarray) -> float:
    """The size of what differs ÷ the size of what is wanted."""
    return float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted))


def operators_of(path: Path) -> Counter[str]:
    """What the runtime makes of a file, by kind of operator."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    optimised = path.with_suffix(".optimised.onnx")
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(optimised)
    onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return Counter(node.op_type for node in onnx.load(str(optimised)).graph.node)


def is_integer(kind: str) -> bool:
    """Whether an operator computes in integers."""
    return kind in INTEGER_MATRIX or kind.startswith("QLinear")


def alternate(
    sessions: Sequence[onnxruntime.InferenceSession], sample: np.ndarray, rounds: int, warm_up: int = 5
) -> list[float]:
    """Median milliseconds of each, taking turns; none always runs behind the same other."""
    times = np.empty((rounds + warm_up, len(sessions)))
    for number, row in enumerate(times):
        for step in range(len(sessions)):
            place = (number + step) % len(sessions)
            begin = time.perf_counter()
            sessions[place].run(None, {INPUT_NAME: sample})
            row[place] = (time.perf_counter() - begin) * 1000
    return [median(column) for column in times[warm_up:].T.tolist()]


HEADS = (
    "network", "ms ours", "theirs", "float32", "ours ÷ theirs", "ours ÷ float32", "KB ours", "theirs", "bytes ÷",
    "distance to float32: ours, theirs", "in integers", "in floats",
)  # fmt: skip


def line_of(row: Speed) -> str:
    """A row of the table."""
    if row.failed:
        return f"| {row.name} | {row.failed} |" + " |" * (len(HEADS) - 2)
    ours, theirs, float32 = row.milliseconds
    matrices = {kind: count for kind, count in row.left_in_float.items() if kind in FLOAT_MATRIX}
    others = sorted(row.left_in_float.keys() - matrices.keys())
    cells = (
        row.name,
        *(f"{value:.3f}" for value in row.milliseconds),
        f"{ours / theirs:.3f}",
        f"{ours / float32:.3f}",
        f"{row.bytes[0] / 1000:.1f}",
        f"{row.bytes[1] / 1000:.1f}",
        f"{row.bytes[0] / row.bytes[1]:.3f}",
        f"{row.error[0]:.3f}, {row.error[1]:.3f}",
        str(row.integers),
        ", ".join(f"{kind} × {row.left_in_float[kind]}" for kind in (*matrices, *others)),
    )
    return f"| {' | '.join(cells)} |"


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    parser.add_argument("--only", nargs="+", default=list(SUBJECTS), metavar="NAME", choices=SUBJECTS)
    parser.add_argument("--rounds", type=int, default=200, metavar="N", help="turns of each file")
    parser.add_argument("--limit", type=float, default=1800, metavar="S", help="seconds a network may take")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "onnx_int8.jsonl", metavar="FILE")
    parser.add_argument("--here", metavar="NAME", help="one network, in this process, as JSON")
    return parser.parse_args()


def main() -> None:
    options = parsed()
    if options.here:
        print(msgspec.json.encode(made(options.here, options.rounds)).decode())
        return
    if not options.json:
        print(f"| {' | '.join(HEADS)} |\n|{' --- |' * len(HEADS)}")

    def make(name: str) -> Speed:
        arguments = ["--here", name, "--rounds", str(options.rounds)]
        return made_apart(__file__, arguments, name, Speed, seconds=options.limit)

    failed = 0
    for row in KeptRows(options.out, Speed).all(options.only, make):
        print_row(row, line_of(row), is_json=options.json)
        failed += bool(row.failed)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
