"""One row of the layers' table, and the columns that are made of it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from engine.contract.methods import PruneGranularity
from engine.contract.stats import LayerSensitivity, LayerStats
from gui.figures import UNKNOWN, count_text, percent_text, shape_text, value_text
from gui.models.bearing import borne_bits, borne_ratio


class Column(IntEnum):
    """The columns, from left to right."""

    NAME = 0
    KIND = 1
    SHAPE = 2
    PARAMETERS = 3
    SHARE = 4
    MACS = 5
    SPARSITY = 6
    RANGE = 7
    BEARS = 8
    GROUP = 9
    PRUNABLE = 10


NUMBERS = frozenset(
    {Column.PARAMETERS, Column.SHARE, Column.MACS, Column.SPARSITY, Column.RANGE, Column.BEARS, Column.GROUP}
)
"""Columns that stand at the right."""


@dataclass(frozen=True)
class LayerRow:
    """A layer with what is known of its sensitivity; ``number`` is its place in the model.

    ``place`` is the number of the first layer of its group: rows that are sorted by it stand group by group.
    """

    layer: LayerStats
    number: int
    place: int
    sensitivity: LayerSensitivity
    granularity: PruneGranularity

    @property
    def ratio(self) -> float | None:
        """What may be pruned of it, None where that is not known."""
        return borne_ratio(self.sensitivity, self.granularity)

    @property
    def bits(self) -> int | None:
        """The fewest bits it bears; 0 for none, None where that is not known."""
        return borne_bits(self.sensitivity)


def make_rows(
    layers: tuple[LayerStats, ...],
    sensitivities: dict[str, LayerSensitivity],
    granularity: PruneGranularity,
) -> tuple[LayerRow, ...]:
    """A row for each layer; what was not measured now may have come with the layer."""
    first: dict[int, int] = {}
    for number, layer in enumerate(layers):
        if layer.group is not None:
            first.setdefault(layer.group, number)
    return tuple(
        LayerRow(
            layer,
            number,
            number if layer.group is None else first[layer.group],
            sensitivities.get(layer.name, layer.sensitivity),
            granularity,
        )
        for number, layer in enumerate(layers)
    )


def _below_all(value: float | None) -> float:
    """What is not known is sorted below everything."""
    return float("-inf") if value is None else value


def _width(layer: LayerStats) -> float | None:
    return None if layer.min is None or layer.max is None else layer.max - layer.min


KEYS: dict[Column, Callable[[LayerRow], Any]] = {
    Column.NAME: lambda row: row.layer.name,
    Column.KIND: lambda row: row.layer.kind,
    Column.SHAPE: lambda row: row.layer.shape,
    Column.PARAMETERS: lambda row: row.layer.parameters,
    Column.SHARE: lambda row: row.layer.size_share,
    Column.MACS: lambda row: _below_all(row.layer.macs),
    Column.SPARSITY: lambda row: row.layer.sparsity,
    Column.RANGE: lambda row: _below_all(_width(row.layer)),
    Column.BEARS: lambda row: (_below_all(row.ratio), -_below_all(row.bits)),
    Column.GROUP: lambda row: row.place,
    Column.PRUNABLE: lambda row: not row.layer.prunable,
}
"""By what rows are sorted."""

TEXTS: dict[Column, Callable[[LayerRow], str]] = {
    Column.NAME: lambda row: row.layer.name,
    Column.KIND: lambda row: row.layer.kind,
    Column.SHAPE: lambda row: shape_text(row.layer.shape),
    Column.PARAMETERS: lambda row: count_text(row.layer.parameters),
    Column.SHARE: lambda row: percent_text(row.layer.size_share),
    Column.MACS: lambda row: count_text(row.layer.macs),
    Column.SPARSITY: lambda row: percent_text(row.layer.sparsity),
    Column.RANGE: lambda row: range_text(row.layer),
    Column.GROUP: lambda row: UNKNOWN if row.layer.group is None else str(row.layer.group),
}
"""What is shown, of the columns whose texts are the same in all languages."""


def range_text(layer: LayerStats) -> str:
    """The smallest and the largest weight.

    >>> range_text(layer)
    '−0.750 … 0.750'
    """
    return f"{value_text(layer.min)} … {value_text(layer.max)}"
