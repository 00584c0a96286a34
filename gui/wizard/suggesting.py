"""How the measured sensitivity of layers enters a recipe, without a window.

What a layer bears becomes its exception in ``[prune]`` and ``[quantize]``, as far as the recipe has these tables. A
layer that was measured and bears nothing is left as it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import msgspec

from engine.contract.methods import PruneGranularity
from engine.contract.recipe import LayerPruneSpec, LayerQuantizeSpec, PruneSpec, QuantizeSpec
from engine.contract.stats import LayerSensitivity
from gui.models.bearing import borne_bits, borne_ratio
from gui.wizard.flow import WizardFlow

Measured = Mapping[str, LayerSensitivity]
Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What entered the recipe: the layers of each table, and the ratios and bits among them, lowest first.

    A ratio of 0 stands for a layer that is not pruned, bits of 0 for one that stays in floats.
    """

    layers: tuple[str, ...] = ()
    ratios: tuple[float, ...] = ()
    bits: tuple[int, ...] = ()
    granularity: PruneGranularity = PruneGranularity.CHANNEL


def with_suggestions(flow: WizardFlow, measured: Measured) -> tuple[WizardFlow, Taken]:
    """The flow whose recipe treats each layer as it was measured, and what of that was taken."""
    prune, ratios = _pruned(flow.recipe.prune, measured)
    quantize, bits = _quantized(flow.recipe.quantize, measured)
    recipe = msgspec.structs.replace(flow.recipe, prune=prune, quantize=quantize)
    taken = Taken(
        layers=tuple(name for name in measured if name in ratios or name in bits),
        ratios=tuple(sorted(ratios.values())),
        bits=tuple(sorted(bits.values())),
        granularity=prune.granularity if prune is not None else PruneGranularity.CHANNEL,
    )
    return replace(flow, recipe=recipe), taken


def _pruned(spec: PruneSpec | None, measured: Measured) -> tuple[PruneSpec | None, dict[str, float]]:
    if spec is None:
        return None, {}
    granularity = spec.granularity
    ratios = _known(measured, lambda sensitivity: borne_ratio(sensitivity, granularity))
    own = {
        name: LayerPruneSpec(ratio=ratio) if ratio else LayerPruneSpec(skip=True)
        for name, ratio in ratios.items()
    }
    return msgspec.structs.replace(spec, layers={**spec.layers, **own}), ratios


def _quantized(spec: QuantizeSpec | None, measured: Measured) -> tuple[QuantizeSpec | None, dict[str, int]]:
    if spec is None:
        return None, {}
    bits = _known(measured, borne_bits)
    own = {
        name: LayerQuantizeSpec(weight_bits=count) if count else LayerQuantizeSpec(skip=True)
        for name, count in bits.items()
    }
    return msgspec.structs.replace(spec, layers={**spec.layers, **own}), bits


def _known(measured: Measured, read: Callable[[LayerSensitivity], Value | None]) -> dict[str, Value]:
    found = {name: read(sensitivity) for name, sensitivity in measured.items()}
    return {name: value for name, value in found.items() if value is not None}
