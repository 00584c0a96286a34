"""The sensitivity of a model's layers as a grid: a row a layer, a column for each ratio and bit width."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.contract.methods import SensitivityKind
from engine.contract.stats import LayerSensitivity, SensitivityMap
from gui.figures import UNKNOWN, percent_text, points_text

Floats = NDArray[np.float64]
RATIOS = tuple(round(0.1 * step, 1) for step in range(1, 10))
BITS = (8.0, 6.0, 4.0, 3.0, 2.0)


class Subject(StrEnum):
    """What is done to a layer: single weights or whole channels go, or weights get fewer bits."""

    WEIGHTS = "weights"
    CHANNELS = "channels"
    BITS = "bits"


SETTINGS: dict[Subject, tuple[float, ...]] = {
    Subject.WEIGHTS: RATIOS,
    Subject.CHANNELS: RATIOS,
    Subject.BITS: BITS,
}
"""The columns of each subject, from mild to harsh."""
COLUMNS = tuple((subject, setting) for subject, settings in SETTINGS.items() for setting in settings)

# What is still borne (one point, 95 % of the energy, 20 decibels) has the same colour in every scale.
BORNE = 0.25
_HARMS = (1.0, 0.6, BORNE, 0.0)
_LEFT_ENERGY = (0.5, 0.8, 0.95, 1.0)
_DECIBELS = (0.0, 10.0, 20.0, 40.0)
_LOST_POINTS = (-0.2, -0.05, -0.01, 0.0)
LEAST_ENERGY, LEAST_DECIBELS, MOST_LOST = 0.95, 20.0, 0.01


def scores_of(sensitivity: LayerSensitivity, subject: Subject) -> dict[float, float]:
    """The scores of one subject by ratio or bits."""
    pairs: Sequence[tuple[float, float]] = {
        Subject.WEIGHTS: sensitivity.prune,
        Subject.CHANNELS: sensitivity.channels,
        Subject.BITS: sensitivity.quantize,
    }[subject]
    return {round(float(setting), 4): score for setting, score in pairs}


def suggested(sensitivity: LayerSensitivity, subject: Subject) -> float | None:
    """The harshest setting that the layer bears."""
    suggestion = sensitivity.suggestion
    return {
        Subject.WEIGHTS: suggestion.weight_ratio,
        Subject.CHANNELS: suggestion.channel_ratio,
        Subject.BITS: suggestion.bits,
    }[subject]


@dataclass(frozen=True)
class SensitivityGrid:
    """``names`` are the rows; layers that the map does not tell of yet have empty rows.

    >>> SensitivityGrid(("conv1",), None).harms().shape
    (1, 23)
    """

    names: tuple[str, ...]
    found: SensitivityMap | None

    def score(self, row: int, column: int) -> float | None:
        """The score of a cell, None where it was not measured."""
        score = float(self.scores[row, column])
        return None if np.isnan(score) else score

    def sensitivity(self, row: int) -> LayerSensitivity | None:
        """What is known of a row's layer."""
        return self.found.layers.get(self.names[row]) if self.found is not None else None

    @cached_property
    def scores(self) -> Floats:
        """The scores of all cells, not-a-number where a cell was not measured."""
        values = np.full((len(self.names), len(COLUMNS)), np.nan)
        for row in range(len(self.names)):
            sensitivity = self.sensitivity(row)
            if sensitivity is not None:
                values[row] = _row_of(sensitivity)
        return values

    def harms(self) -> Floats:
        """How bad each cell is, from 0 to 1; up to :data:`BORNE` a layer bears it."""
        scores = self.scores
        if self.found is None:
            return scores
        is_bits = np.array([subject is Subject.BITS for subject, _ in COLUMNS])
        if self.found.kind is SensitivityKind.QUICK:
            energies = np.interp(scores, _LEFT_ENERGY, _HARMS)
            return np.where(is_bits, np.interp(scores, _DECIBELS, _HARMS), energies)
        baseline = self.found.baseline if self.found.baseline is not None else np.nan
        harms: Floats = np.interp(scores - baseline, _LOST_POINTS, _HARMS)
        return harms

    def is_suggested(self, row: int, column: int) -> bool:
        """Whether this is the harshest setting that the layer bears."""
        subject, setting = COLUMNS[column]
        sensitivity = self.sensitivity(row)
        if sensitivity is None:
            return False
        limit = suggested(sensitivity, subject)
        return limit is not None and abs(limit - setting) < 1e-6

    def text(self, row: int, column: int) -> str:
        """A cell as a short number: lost points, percent of energy left, or decibels."""
        score = self.score(row, column)
        if score is None or self.found is None:
            return ""
        if self.found.kind is SensitivityKind.FULL:
            return _change_text(score, self.found.baseline)
        return f"{score:.0f}" if COLUMNS[column][0] is Subject.BITS else f"{100 * score:.0f}"


def score_text(score: float | None, kind: SensitivityKind, subject: Subject) -> str:
    """A score in full."""
    if score is None:
        return UNKNOWN
    if kind is SensitivityKind.QUICK and subject is Subject.BITS:
        return f"{score:.1f} dB"
    return percent_text(score)


def borne_score(found: SensitivityMap, subject: Subject) -> float | None:
    """The lowest score that a layer bears; None while the baseline is not known."""
    if found.kind is SensitivityKind.FULL:
        return None if found.baseline is None else found.baseline - MOST_LOST
    return LEAST_DECIBELS if subject is Subject.BITS else LEAST_ENERGY


def _change_text(score: float, baseline: float | None) -> str:
    points = round(100 * (score - baseline), 1) if baseline is not None else 0.0
    if not points:
        return "0"
    return points_text(points / 100) if abs(points) < 10 else points_text(points / 100).partition(".")[0]


def _row_of(sensitivity: LayerSensitivity) -> list[float]:
    known = {subject: scores_of(sensitivity, subject) for subject in Subject}
    return [known[subject].get(setting, np.nan) for subject, setting in COLUMNS]
