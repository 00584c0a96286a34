"""How each mode decides what is quantized."""

from collections.abc import Callable

from engine.contract.methods import QuantizeMode
from engine.contract.recipe import QuantizeSpec
from engine.models.graph import CapturedGraph
from engine.quantization.dynamic import place_dynamic
from engine.quantization.placement import Placement, place_quantizers


def place(captured: CapturedGraph, spec: QuantizeSpec) -> Placement:
    """What is quantized of a model whose nodes have shapes, and why the rest is not."""
    return PLACERS[spec.mode](captured, spec)


PLACERS: dict[QuantizeMode, Callable[[CapturedGraph, QuantizeSpec], Placement]] = {
    QuantizeMode.POST_TRAINING: place_quantizers,
    QuantizeMode.AWARE: place_quantizers,
    QuantizeMode.DYNAMIC: place_dynamic,
}
"""The function of each mode."""
