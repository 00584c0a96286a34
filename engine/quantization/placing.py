"""How each mode decides what is quantized."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import msgspec

from engine.contract.methods import QuantizeMode
from engine.contract.recipe import LayerQuantizeSpec, QuantizeSpec
from engine.models.graph import CapturedGraph
from engine.quantization.dynamic import place_dynamic
from engine.quantization.placement import Placement, place_quantizers

Slower = Sequence[tuple[str, float, float]]
"""Layers that are slower in integers: their name, and milliseconds in integers and in floats."""


def place(captured: CapturedGraph, spec: QuantizeSpec, slower: Slower = ()) -> Placement:
    """What is quantized of a model whose nodes have shapes, and why the rest is not."""
    skipped = {name: LayerQuantizeSpec(skip=True) for name, _, _ in slower}
    placement = PLACERS[spec.mode](captured, msgspec.structs.replace(spec, layers={**spec.layers, **skipped}))
    reasons = {
        name: ("float_slower", {"integers": f"{integers:.3f}", "floats": f"{floats:.3f}"})
        for name, integers, floats in slower
    }
    return replace(placement, float_because={**placement.float_because, **reasons})


PLACERS: dict[QuantizeMode, Callable[[CapturedGraph, QuantizeSpec], Placement]] = {
    QuantizeMode.POST_TRAINING: place_quantizers,
    QuantizeMode.AWARE: place_quantizers,
    QuantizeMode.DYNAMIC: place_dynamic,
}
"""The function of each mode."""
