"""The layers of a model as a table that can be sorted and searched."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
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
_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


@dataclass(frozen=True)
class _Column:
    """``title`` is text for lupdate; ``key`` is what rows are sorted by; ``text`` is what is shown."""

    title: str
    key: Callable[[LayerStats], Any]
    text: Callable[[LayerStats], str]
    is_number: bool = False


def _prunable_text(layer: LayerStats) -> str:
    if layer.prunable:
        return QCoreApplication.translate("LayerTable", "Yes")
    return translate_sentence(layer.locked_because or "") or QCoreApplication.translate("LayerTable", "No")


def _columns() -> tuple[_Column, ...]:
    """Built when asked for, so that the titles are of the language of now."""
    tr = QCoreApplication.translate
    return (
        _Column(tr("LayerTable", "Layer"), lambda layer: layer.name, lambda layer: layer.name),
        _Column(tr("LayerTable", "Type"), lambda layer: layer.kind, lambda layer: layer.kind),
        _Column(tr("LayerTable", "Shape"), lambda layer: layer.shape, lambda layer: shape_text(layer.shape)),
        _Column(
            tr("LayerTable", "Parameters"),
            lambda layer: layer.parameters,
            lambda layer: count_text(layer.parameters),
            is_number=True,
        ),
        _Column(
            tr("LayerTable", "MACs"),
            lambda layer: -1 if layer.macs is None else layer.macs,
            lambda layer: count_text(layer.macs),
            is_number=True,
        ),
        _Column(
            tr("LayerTable", "Sparsity"),
            lambda layer: layer.sparsity,
            lambda layer: percent_text(layer.sparsity),
            is_number=True,
        ),
        _Column(tr("LayerTable", "Prunable"), lambda layer: not layer.prunable, _prunable_text),
    )


class LayerTableModel(QAbstractTableModel):
    """One row a layer; ``SORT_ROLE`` gives what a column is sorted by."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._layers: tuple[LayerStats, ...] = ()
        self._columns = _columns()

    def set_layers(self, layers: tuple[LayerStats, ...]) -> None:
        """Shows other layers."""
        self.beginResetModel()
        self._layers = layers
        self.endResetModel()

    def retranslate(self) -> None:
        """Takes the titles of the language of now."""
        self._columns = _columns()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._columns) - 1)

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
        self.invalidateFilter()

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
