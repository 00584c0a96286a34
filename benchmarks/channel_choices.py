"""How the rows of ResNet-20 ask for channels, and how files are timed beside each other."""

from pathlib import Path

import msgspec
from onnxruntime import InferenceSession

from engine.context import RunContext
from engine.contract.methods import Objective, PruneGranularity, Schedule, Scope
from engine.contract.recipe import PruneSpec
from engine.export.runtime import measure_latency, open_session
from engine.pipeline.finishing import one_sample
from engine.pipeline.work import Inputs

SPEC = PruneSpec(granularity=PruneGranularity.CHANNEL, scope=Scope.GLOBAL, schedule=Schedule.ONE_SHOT)


def vouched() -> RunContext:
    """The networks are those beside this file: their user vouches for them."""
    return RunContext(ask=lambda path, wants: True)


def by_macs(times_fewer: float) -> PruneSpec:
    """What leaves ``times_fewer`` multiplications, as near as whole channels allow."""
    return msgspec.structs.replace(SPEC, target_macs=times_fewer)


def by_latency(times_faster: float) -> PruneSpec:
    """What makes the file ``times_faster``, by the measured time of its layers."""
    return msgspec.structs.replace(SPEC, objective=Objective.LATENCY, target_latency=times_faster)


def latencies(paths: tuple[Path, ...], inputs: Inputs) -> list[float]:
    """Median milliseconds of each file, alternating in one process."""
    sessions: list[InferenceSession] = [open_session(path, threads=inputs.threads) for path in paths]
    sample = one_sample(inputs.data).numpy()
    return [one.p50 for one in measure_latency(sessions, sample, vouched(), threads=inputs.threads)]
