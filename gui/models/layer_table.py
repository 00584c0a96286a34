"""The layers of a model as a table that can be sorted and searched."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)

from engine.contract.stats import LayerStats
from gui.figures import count_text, percent_text, shape_text
from gui.translation import translate_sentence

SORT_ROLE = Qt.ItemDataRole.UserRole
DETAIL_COLUMNS = (1, 2)
"""Type and shape, which the selected layer's details say too."""
_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


@dataclass(frozen=True)
class _Column:
    """``key`` is what rows are sorted by; ``text`` is what is shown."""

    title: str
    key: Callable[[LayerStats], Any]
    text: Callable[[LayerStats], str]
    is_number: bool = False


def _number(
    title: str, value: Callable[[LayerStats], float | None], text: Callable[[float | None], str]
) -> _Column:
    """A column of numbers; what is not known is sorted below everything."""

    def key(layer: LayerStats) -> float:
        known = value(layer)
        return -1.0 if known is None else known

    return _Column(title, key, lambda layer: text(value(layer)), is_number=True)


class LayerTableModel(QAbstractTableModel):
    """One row a layer; ``SORT_ROLE`` gives what a column is sorted by."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._layers: tuple[LayerStats, ...] = ()
        self._columns = self._make_columns()

    def set_layers(self, layers: tuple[LayerStats, ...]) -> None:
        """Shows other layers."""
        self.beginResetModel()
        self._layers = layers
        self.endResetModel()

    def retranslate(self) -> None:
        """Takes the titles of the language of now."""
        self._columns = self._make_columns()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._columns) - 1)

    def _make_columns(self) -> tuple[_Column, ...]:
        return (
            _Column(self.tr("Layer"), lambda layer: layer.name, lambda layer: layer.name),
            _Column(self.tr("Type"), lambda layer: layer.kind, lambda layer: layer.kind),
            _Column(self.tr("Shape"), lambda layer: layer.shape, lambda layer: shape_text(layer.shape)),
            _number(self.tr("Parameters"), lambda layer: layer.parameters, count_text),
            _number(self.tr("MACs"), lambda layer: layer.macs, count_text),
            _number(self.tr("Sparsity"), lambda layer: layer.sparsity, percent_text),
            _Column(self.tr("Prunable"), lambda layer: not layer.prunable, self._prunable_text),
        )

    def _prunable_text(self, layer: LayerStats) -> str:
        return (
            self.tr("Yes")
            if layer.prunable
            else translate_sentence(layer.locked_because or "") or self.tr("No")
        )

    def layer(self, row: int) -> LayerStats:
        """The layer of one row."""
        return self._layers[row]

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        """Qt's hook."""
        return 0 if parent.isValid() else len(self._layers)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        """Qt's hook."""
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt's hook."""
        if not index.isValid():
            return None
        return self._value(self._layers[index.row()], self._columns[index.column()], role)

    def _value(self, layer: LayerStats, column: _Column, role: int) -> Any:
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return column.text(layer)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case _ if role == SORT_ROLE:
                return column.key(layer)
            case _:
                return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Qt's hook."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        column = self._columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        return _alignment(column) if role == Qt.ItemDataRole.TextAlignmentRole else None


def _alignment(column: _Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class LayerTableProxy(QSortFilterProxyModel):
    """Sorts by the values behind the texts, and finds layers by a part of their name or type."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sought = ""

    def set_sought(self, text: str) -> None:
        """Shows only layers whose name or type holds ``text``."""
        self._sought = text.casefold().strip()
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: _Index) -> bool:
        """Qt's hook."""
        layer = self._layers_model().layer(row)
        return self._sought in f"{layer.name} {layer.kind}".casefold()

    def lessThan(self, left: _Index, right: _Index) -> bool:
        """Qt's hook."""
        return bool(left.data(SORT_ROLE) < right.data(SORT_ROLE))

    def layer_at(self, index: _Index) -> LayerStats:
        """The layer that stands at an index of this proxy."""
        return self._layers_model().layer(self.mapToSource(index).row())

    def _layers_model(self) -> LayerTableModel:
        model = self.sourceModel()
        assert isinstance(model, LayerTableModel)
        return model
