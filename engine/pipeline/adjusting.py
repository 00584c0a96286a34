"""What is done for a network that is rounded without training: before its ranges are measured, and after."""

import math
import time

import torch
from torch import fx

from engine.contract.events import Progress, Stage
from engine.contract.methods import Rounding
from engine.joint.adaround import PARTS, adaround_
from engine.joint.bias_correction import correct_biases_
from engine.joint.equalization import equalize_
from engine.pipeline.work import Work

BIAS_SAMPLES = 128
"""Each layer runs over them as far as it lies; means need no more."""
ROUNDING_SAMPLES = 256
"""The same, for the choice of levels; of images many places are looked at."""


def equalize(work: Work) -> None:
    """Before quantizers are attached: channels get weights of one size on both sides, where the recipe wants it."""
    spec, module = work.recipe.quantize, work.model.module
    if spec is not None and spec.equalize and isinstance(module, fx.GraphModule):
        module.eval()
        if equalize_(module) == 0:
            work.ctx.warn("note_nothing_equalized")


def count_adjustments(work: Work) -> int:
    """How many steps :func:`adjust` counts: parts of layers whose levels are chosen, and layers with a bias."""
    spec, placement = work.recipe.quantize, work.model.placement
    if spec is None or placement is None:
        return 0
    return len(placement.bits) * (PARTS * _chooses_levels(work) + spec.correct_bias)


def adjust(work: Work) -> None:
    """After ranges were measured: levels are chosen, then biases take back what rounding shifts."""
    told = _Told(work)
    if _chooses_levels(work):
        _choose_levels(work, told)
    if work.recipe.quantize is not None and work.recipe.quantize.correct_bias:
        _correct_biases(work, told)


class _Told:
    """Tells each step once, however often it is heard of, and stops where that is asked for."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._done = 0
        self.begin = 0

    def __call__(self, done: int) -> None:
        self._work.ctx.raise_if_cancelled()
        if self.begin + done > self._done:
            self._done = self.begin + done
            self._work.ctx.emit(Progress(stage=Stage.ADJUST, step=self._done, time=time.time()))


def _chooses_levels(work: Work) -> bool:
    return work.recipe.quantize is not None and work.recipe.quantize.rounding is Rounding.ADAROUND


def _choose_levels(work: Work, told: _Told) -> None:
    layers = _in_order(work)
    batches = _first(work.calibration_inputs(), ROUNDING_SAMPLES)
    adaround_(_graph(work), layers, batches, seed=work.recipe.seed, tell=told)
    told.begin = len(layers) * PARTS


def _correct_biases(work: Work, told: _Told) -> None:
    batches = _first(work.calibration_inputs(), BIAS_SAMPLES)
    left = correct_biases_(_graph(work), _in_order(work), batches, tell=told)
    if left:
        work.ctx.warn("note_bias_left", names=", ".join(left))


def _first(batches: list[torch.Tensor], samples: int) -> list[torch.Tensor]:
    size = len(batches[0])
    joined = torch.cat(batches[: math.ceil(samples / size)])[:samples]
    return [joined[begin : begin + size] for begin in range(0, len(joined), size)]


def _graph(work: Work) -> fx.GraphModule:
    module = work.model.module
    assert isinstance(module, fx.GraphModule)
    return module


def _in_order(work: Work) -> list[str]:
    """The layers that are rounded, as they are first called."""
    placement = work.model.placement
    assert placement is not None
    calls = [str(node.target) for node in _graph(work).graph.nodes if node.op == "call_module"]
    return [name for name in dict.fromkeys(calls) if name in placement.bits]
