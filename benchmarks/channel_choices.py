"""Which channels leave ResNet-20: as many as reach a number of multiplications, or what the runtime does faster."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
from onnxruntime import InferenceSession

from engine.context import RunContext
from engine.contract.methods import PruneGranularity, Schedule, Scope
from engine.contract.recipe import PruneSpec
from engine.export.onnx_file import build_onnx, write_onnx
from engine.export.prepare import prepare_float, prepare_integer
from engine.export.runtime import measure_latency, open_session
from engine.joint.compressed import CompressedModel
from engine.pipeline.finishing import one_sample
from engine.pipeline.measure import measure_totals
from engine.pipeline.work import Inputs, calibration_batches

HALVINGS = 12
# What is faster by less than this cannot be told from the noise of a shared machine.
GAIN = 0.95
CALIBRATION = 64
SPEC = PruneSpec(granularity=PruneGranularity.CHANNEL, scope=Scope.GLOBAL, schedule=Schedule.ONE_SHOT)


def nearest_share(macs_of: Callable[[float], int], wanted: float) -> float:
    """The share that comes nearest to ``wanted`` multiplications, which fall as the share grows."""
    low, high = 0.0, 0.98
    tried: dict[float, int] = {}
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        tried[middle] = macs_of(middle)
        low, high = (middle, high) if tried[middle] > wanted else (low, middle)
    return min(tried, key=lambda share: abs(tried[share] - wanted))


def cut_model(inputs: Inputs, spec: PruneSpec) -> CompressedModel:
    """The model as a recipe with this part would cut it before its training."""
    recipe = msgspec.structs.replace(inputs.recipe, prune=spec)
    model = replace(inputs, recipe=recipe).fresh_model(vouched())
    model.set_share(1.0)
    model.cut()
    return model


def vouched() -> RunContext:
    """The networks are those beside this file: their user vouches for them."""
    return RunContext(ask=lambda path, wants: True)


def by_macs(inputs: Inputs, times_fewer: float) -> PruneSpec:
    """What leaves ``times_fewer`` multiplications, as near as whole channels allow."""

    def macs_of(ratio: float) -> int:
        return measure_totals(cut_model(inputs, msgspec.structs.replace(SPEC, ratio=ratio))).macs or 0

    before = measure_totals(inputs.fresh_model(vouched())).macs or 0
    return msgspec.structs.replace(SPEC, ratio=nearest_share(macs_of, before / times_fewer))


def by_latency(inputs: Inputs, originals: tuple[Path, Path], *, times_fewer: float) -> PruneSpec:
    """The cut whose files take the least time among those that leave no fewer multiplications than ``by_macs``.

    Raises:
        SystemExit: none is measurably faster in both files.
    """
    before = measure_totals(inputs.fresh_model(vouched())).macs or 0
    faster: list[tuple[float, PruneSpec]] = []
    for spec in _candidates():
        model = cut_model(inputs, spec)
        macs = measure_totals(model).macs or 0
        if macs * times_fewer < before:
            continue
        shares = _latency_shares(model, inputs, originals)
        _tell(spec, macs, shares)
        if max(shares) <= GAIN:
            faster.append((sum(shares), spec))
    if not faster:
        raise SystemExit("No cut was measured to be faster in float32 and in int8.")
    return min(faster, key=lambda found: found[0])[1]


def _tell(spec: PruneSpec, macs: int, shares: tuple[float, float]) -> None:
    took = f"float32 and int8 take {shares[0]:.2f} and {shares[1]:.2f} of the original's time"
    print(
        f"round to {spec.round_to}, ratio {spec.ratio:g}: {macs:,} MACs, {took}", file=sys.stderr, flush=True
    )


def _candidates() -> Iterator[PruneSpec]:
    """Widths that fit the runtime's blocks, at several shares."""
    for multiple in (8, 16):
        for ratio in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7):
            yield msgspec.structs.replace(SPEC, ratio=ratio, round_to=multiple)


def _latency_shares(
    model: CompressedModel, inputs: Inputs, originals: tuple[Path, Path]
) -> tuple[float, float]:
    """Milliseconds of the cut model's files ÷ those of the originals, in float32 and in int8."""
    with tempfile.TemporaryDirectory() as scratch:
        paths = Path(scratch) / "float32.onnx", Path(scratch) / "int8.onnx"
        model.attach_quantizers()
        model.calibrate(calibration_batches(inputs.data, CALIBRATION, seed=0))
        model.finish()
        write_onnx(build_onnx(prepare_float(model), model.captured.example), paths[0])
        write_onnx(build_onnx(prepare_integer(model), model.captured.example), paths[1])
        times = latencies((*originals, *paths), inputs)
    return times[2] / times[0], times[3] / times[1]


def latencies(paths: tuple[Path, ...], inputs: Inputs) -> list[float]:
    """Median milliseconds of each file, alternating in one process."""
    sessions: list[InferenceSession] = [open_session(path, threads=inputs.threads) for path in paths]
    sample = one_sample(inputs.data).numpy()
    return [one.p50 for one in measure_latency(sessions, sample, vouched(), threads=inputs.threads)]
