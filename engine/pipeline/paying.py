"""Integers only where they pay: layers are timed both ways, and whole files decide."""

import copy
from dataclasses import replace

import numpy as np
import torch

from engine.context import RunContext
from engine.contract.methods import QuantizeMode
from engine.export.latency.grids import probe_of
from engine.export.latency.probes import Probe
from engine.export.latency.timing import time_probes
from engine.export.onnx_file import build_onnx
from engine.export.prepare import prepare_integer
from engine.export.runtime import measure_latency, session_of
from engine.joint.compressed import CompressedModel
from engine.models.graph import layers_of
from engine.pipeline.finishing import one_sample
from engine.pipeline.work import Work
from engine.quantization.placing import Slower

NOISE = 1.02
"""A file that is no more than this much faster is not called faster."""


def leave_slower_in_float(work: Work) -> None:
    """Before quantizers are attached: leaves layers in float that integers make slower, where the recipe wants it.

    A layer in float between others in integers costs two conversions. So layers that are slower in integers alone are
    candidates only, and what is left in float is what makes the whole network faster, all of them or none.
    """
    spec = work.recipe.quantize
    if spec is None or not spec.only_where_faster or spec.mode is QuantizeMode.DYNAMIC or not spec.value_bits:
        return
    slower = slower_in_integers(work.model, work.ctx, threads=work.inputs.threads)
    if slower and is_faster_without(work, slower):
        work.model.leave_in_float(slower)


def slower_in_integers(model: CompressedModel, ctx: RunContext, *, threads: int) -> Slower:
    """The layers that take longer in integers than in floats, each measured alone; never all that are quantized."""
    assert model.placement is not None
    layers = dict(layers_of(model.module))
    probes = {name: probe_of(model.captured, name, layers[name]) for name in model.placement.bits}
    times = {probe: (0.0, 0.0) for probe in probes.values() if probe is not None and not is_of_tokens(probe)}
    for probe in times:
        ctx.raise_if_cancelled()
        both = [replace(probe, is_integer=is_integer) for is_integer in (True, False)]
        integers, floats = time_probes(both, threads=threads)
        times[probe] = integers, floats
    timed = [(name, *times[probe]) for name, probe in probes.items() if probe in times]
    found = tuple((name, integers, floats) for name, integers, floats in timed if integers > floats)
    return found if len(found) < len(probes) else ()


def is_of_tokens(probe: Probe) -> bool:
    """Whether a layer is a matrix along a sequence, whose probes are in floats either way."""
    return probe.window is None and bool(probe.places)


def is_faster_without(work: Work, slower: Slower) -> bool:
    """Whether the file of integers is faster where some layers stay float; both run by turns."""
    threads = work.inputs.threads
    with torch.random.fork_rng(devices=()):
        files = [trial_file(work, choice) for choice in ((), slower)]
    sessions = [session_of(file, threads=threads) for file in files]
    sample: np.ndarray = one_sample(work.data).numpy()
    whole, mixed = measure_latency(sessions, sample, work.ctx, threads=threads)
    return whole.p50 > mixed.p50 * NOISE


def trial_file(work: Work, slower: Slower) -> bytes:
    """The network as it stands as a file of integers whose ranges are those of one batch; the model is not changed."""
    trial = copy.copy(work.model)
    trial.module = copy.deepcopy(work.model.module)
    trial.captured = replace(work.model.captured, module=trial.module)
    trial.leave_in_float(slower)
    trial.attach_quantizers()
    trial.calibrate(work.calibration_inputs()[:1])
    trial.finish()
    model = build_onnx(prepare_integer(trial), trial.captured.example)
    content: bytes = model.SerializeToString()
    return content
