"""What is done for a network that is rounded without training: before its ranges are measured, and after."""

import math
import time

import torch
from torch import fx

from engine.contract.events import Progress, Stage
from engine.joint.bias_correction import correct_biases_
from engine.joint.equalization import equalize_
from engine.pipeline.work import Work

BIAS_SAMPLES = 128
"""Each layer runs over them as far as it lies; means need no more."""


def equalize(work: Work) -> None:
    """Before quantizers are attached: channels get weights of one size on both sides, where the recipe wants it."""
    spec, module = work.recipe.quantize, work.model.module
    if spec is not None and spec.equalize and isinstance(module, fx.GraphModule):
        module.eval()
        if equalize_(module) == 0:
            work.ctx.warn("note_nothing_equalized")


def count_adjustments(work: Work) -> int:
    """How many steps :func:`adjust` counts: layers, once for each thing that is done with them."""
    spec, placement = work.recipe.quantize, work.model.placement
    if spec is None or placement is None:
        return 0
    return len(placement.bits) * spec.correct_bias


def adjust(work: Work) -> None:
    """After ranges were measured: biases take back what rounding shifts."""
    module, placement = work.model.module, work.model.placement
    assert isinstance(module, fx.GraphModule) and placement is not None

    def tell(done: int) -> None:
        work.ctx.raise_if_cancelled()
        work.ctx.emit(Progress(stage=Stage.ADJUST, step=done, time=time.time()))

    batches = _first(work.calibration_inputs(), BIAS_SAMPLES)
    left = correct_biases_(module, _in_order(module, set(placement.bits)), batches, tell=tell)
    if left:
        work.ctx.warn("note_bias_left", names=", ".join(left))


def _first(batches: list[torch.Tensor], samples: int) -> list[torch.Tensor]:
    size = len(batches[0])
    joined = torch.cat(batches[: math.ceil(samples / size)])[:samples]
    return [joined[begin : begin + size] for begin in range(0, len(joined), size)]


def _in_order(module: fx.GraphModule, layers: set[str]) -> list[str]:
    return [str(n.target) for n in module.graph.nodes if n.op == "call_module" and n.target in layers]
