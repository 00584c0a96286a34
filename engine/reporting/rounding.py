"""What rounding did to layers, as rows of text."""

from collections.abc import Sequence

from engine.contract.report import LayerDiagnosis, LayerReport
from engine.reporting.figures import UNKNOWN, decibels_text

ROUNDING_HEADS = ("Layer", "Bits", "Weights", "Alone", "cos", "All before", "cos", "")
MOST_ROWS = 8
GUILTY = "errs far more than most"


def rounding_rows(layers: Sequence[LayerReport], most: int = MOST_ROWS) -> tuple[tuple[str, ...], ...]:
    """The layers whose answers suffer most by their own rounding, worst first; none where nothing was rounded."""
    known = [(layer, layer.diagnosis) for layer in layers if layer.diagnosis is not None]
    worst = sorted(known, key=lambda pair: _decibels(pair[1]))[:most]
    return tuple(_row(layer, found) for layer, found in worst)


def _decibels(found: LayerDiagnosis) -> float:
    return float("inf") if found.local_sqnr_db is None else found.local_sqnr_db


def _row(layer: LayerReport, found: LayerDiagnosis) -> tuple[str, ...]:
    return (
        layer.name,
        f"{layer.weight_bits} / {layer.activation_bits}",
        decibels_text(layer.sqnr_db),
        decibels_text(found.local_sqnr_db),
        cosine_text(found.local_cosine),
        decibels_text(found.cumulative_sqnr_db),
        cosine_text(found.cumulative_cosine),
        GUILTY if found.is_guilty else "",
    )


def cosine_text(value: float | None) -> str:
    """A cosine with the digits in which layers differ."""
    return UNKNOWN if value is None else f"{value:.4f}"
