"""What a layer bears by its measured sensitivity, as a recipe would say it."""

from engine.contract.methods import PruneGranularity, SensitivityKind
from engine.contract.stats import LayerSensitivity, SensitivityMap


def borne_ratio(sensitivity: LayerSensitivity, granularity: PruneGranularity) -> float | None:
    """The share that a layer bears to lose: 0 for nothing, None where this was not measured."""
    suggestion = sensitivity.suggestion
    if granularity is PruneGranularity.LAYER:
        return None
    if not granularity.is_of_weights:
        is_measured, ratio = bool(sensitivity.channels), suggestion.channel_ratio
    else:
        is_measured, ratio = bool(sensitivity.prune), suggestion.weight_ratio
    return ratio if ratio is not None else (0.0 if is_measured else None)


def borne_bits(sensitivity: LayerSensitivity) -> int | None:
    """The fewest bits that a layer bears: 0 where it must stay in floats, None where this was not measured."""
    bits = sensitivity.suggestion.bits
    return bits if bits is not None else (0 if sensitivity.quantize else None)


def told_by(found: SensitivityMap | None) -> dict[str, LayerSensitivity]:
    """What a map says of each layer, as far as it can know.

    That the weights alone promise nothing does not mean that a layer bears nothing: of the quick kind the suggestions
    are kept, without the scores that would say so.
    """
    if found is None:
        return {}
    if found.kind is SensitivityKind.FULL:
        return found.layers
    return {name: LayerSensitivity(suggestion=layer.suggestion) for name, layer in found.layers.items()}
