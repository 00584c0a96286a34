"""Which layers of a table are shown, and in what order."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QSortFilterProxyModel

from engine.contract.stats import LayerStats
from gui.models.layer_rows import KEYS, Column, LayerRow
from gui.models.layer_table import Index, LayerTableModel


@dataclass(frozen=True)
class LayerFilter:
    """What layers are shown; what is empty or None lets all pass.

    >>> LayerFilter(sought="conv", is_prunable=True).accepts(layer)
    True
    """

    sought: str = ""
    kinds: frozenset[str] = frozenset()
    groups: frozenset[int] = frozenset()
    is_prunable: bool | None = None

    def accepts(self, layer: LayerStats) -> bool:
        """Whether a layer is shown."""
        return (
            self.sought in f"{layer.name} {layer.kind}".casefold()
            and (not self.kinds or layer.kind in self.kinds)
            and (not self.groups or layer.group in self.groups)
            and self.is_prunable in (None, layer.prunable)
        )

    def count(self) -> int:
        """How many choices narrow the table, besides the search."""
        return len(self.kinds) + len(self.groups) + (self.is_prunable is not None)


class LayerTableProxy(QSortFilterProxyModel):
    """Sorts by the values behind the texts; layers of one value stand in the model's order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._filter = LayerFilter()
        self._is_by_group = False

    @property
    def filter(self) -> LayerFilter:
        """Which layers are shown."""
        return self._filter

    def set_filter(self, wanted: LayerFilter) -> None:
        """Shows other layers."""
        self._filter = wanted
        self.invalidate()

    def set_sought(self, text: str) -> None:
        """Shows only layers whose name or type holds ``text``."""
        self.set_filter(replace(self._filter, sought=text.casefold().strip()))

    def set_by_group(self, is_by_group: bool) -> None:
        """Keeps coupled layers together, whatever is sorted by."""
        self._is_by_group = is_by_group
        self._layers_model().set_banded(is_by_group)
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        """Qt's hook."""
        return self._filter.accepts(self._layers_model().layer(row))

    def lessThan(self, left: Index, right: Index) -> bool:
        """Qt's hook."""
        return self._order(left) < self._order(right)

    def _order(self, index: Index) -> tuple[object, ...]:
        row = self._layers_model().row(index.row())
        place = row.place if self._is_by_group else 0
        return (place, KEYS[Column(index.column())](row), row.number)

    def row_at(self, index: Index) -> LayerRow:
        """What stands at an index of this proxy."""
        return self._layers_model().row(self.mapToSource(index).row())

    def layer_at(self, index: Index) -> LayerStats:
        """The layer that stands at an index of this proxy."""
        return self.row_at(index).layer

    def rows(self) -> tuple[LayerRow, ...]:
        """All that is shown, in the order in which it is shown."""
        return tuple(self.row_at(self.index(number, 0)) for number in range(self.rowCount()))

    def _layers_model(self) -> LayerTableModel:
        model = self.sourceModel()
        assert isinstance(model, LayerTableModel)
        return model
