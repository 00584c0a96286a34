"""What a layer bears by its measured sensitivity, as a recipe would say it."""

from engine.contract.methods import PruneGranularity
from engine.contract.stats import LayerSensitivity


def borne_ratio(sensitivity: LayerSensitivity, granularity: PruneGranularity) -> float | None:
    """The share that a layer bears to lose: 0 for nothing, None where this was not measured."""
    suggestion = sensitivity.suggestion
    if granularity is PruneGranularity.CHANNEL:
        is_measured, ratio = bool(sensitivity.channels), suggestion.channel_ratio
    else:
        is_measured, ratio = bool(sensitivity.prune), suggestion.weight_ratio
    return ratio if ratio is not None else (0.0 if is_measured else None)


def borne_bits(sensitivity: LayerSensitivity) -> int | None:
    """The fewest bits that a layer bears: 0 where it must stay in floats, None where this was not measured."""
    bits = sensitivity.suggestion.bits
    return bits if bits is not None else (0 if sensitivity.quantize else None)
