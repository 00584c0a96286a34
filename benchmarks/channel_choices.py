"""How the rows of ResNet-20 ask for channels, and how files are timed beside each other."""

from pathlib import Path

import msgspec
from onnxruntime import InferenceSession

from engine.context import RunContext
from engine.contract.methods import Correction, Objective, PruneGranularity, PruneMethod, Schedule, Scope
from engine.contract.recipe import PruneSpec
from engine.export.runtime import measure_latency, open_session
from engine.pipeline.finishing import one_sample
from engine.pipeline.work import Inputs

# Chosen by the validation loss of networks that were cut and corrected, and not trained.
SPEC = PruneSpec(
    method=PruneMethod.FISHER,
    granularity=PruneGranularity.CHANNEL,
    scope=Scope.GLOBAL,
    schedule=Schedule.ONE_SHOT,
    correction=Correction.LEAST_SQUARES,
)
# Three of nine residual blocks: those that change what passes them least.
BLOCKS = PruneSpec(
    method=PruneMethod.MEAN_ACTIVATION,
    granularity=PruneGranularity.LAYER,
    scope=Scope.GLOBAL,
    schedule=Schedule.ONE_SHOT,
    ratio=0.34,
)


def vouched() -> RunContext:
    """The networks are those beside this file: their user vouches for them."""
    return RunContext(ask=lambda path, wants: True)


def by_macs(times_fewer: float) -> PruneSpec:
    """What leaves ``times_fewer`` multiplications, as near as whole channels allow."""
    return msgspec.structs.replace(SPEC, objective=Objective.MACS, target_macs=times_fewer, round_to=2)


def by_latency(times_faster: float) -> PruneSpec:
    """What makes the file ``times_faster``, by the measured time of its layers."""
    return msgspec.structs.replace(SPEC, objective=Objective.LATENCY, target_latency=times_faster)


def latencies(paths: tuple[Path, ...], inputs: Inputs) -> list[float]:
    """Median milliseconds of each file, alternating in one process."""
    sessions: list[InferenceSession] = [open_session(path, threads=inputs.threads) for path in paths]
    sample = one_sample(inputs.data).numpy()
    return [one.p50 for one in measure_latency(sessions, sample, vouched(), threads=inputs.threads)]
