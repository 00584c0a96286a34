"""What a layer bears, read off its curves."""

from engine.contract.methods import SensitivityKind
from engine.contract.stats import LayerSensitivity, LayerSuggestion

LARGEST_DROP = 0.01
LEAST_ENERGY = 0.95
LEAST_SQNR_DB = 20.0
_EDGE = 1e-9


def with_suggestion(
    found: LayerSensitivity, kind: SensitivityKind, baseline: float | None
) -> LayerSensitivity:
    """The same curves with the most that stays within the limits on the whole way there."""
    if kind is SensitivityKind.QUICK:
        share, noise = LEAST_ENERGY, LEAST_SQNR_DB
    else:
        share = noise = (baseline or 0.0) - LARGEST_DROP - _EDGE
    bits = _furthest(found.quantize, noise)
    return LayerSensitivity(
        prune=found.prune,
        channels=found.channels,
        quantize=found.quantize,
        suggestion=LayerSuggestion(
            weight_ratio=_furthest(found.prune, share),
            channel_ratio=_furthest(found.channels, share),
            bits=None if bits is None else int(bits),
        ),
    )


def _furthest(curve: tuple[tuple[float, float], ...], limit: float) -> float | None:
    """The last amount before the curve first falls below ``limit``."""
    furthest = None
    for amount, score in curve:
        if score < limit:
            break
        furthest = amount
    return furthest
