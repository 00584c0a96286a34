"""Layers that differ from the rest, as a table that is edited in place."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QIcon

from engine.contract.recipe import LayerPruneSpec, LayerQuantizeSpec
from engine.contract.stats import LayerStats
from gui.widgets.icons import icon
from gui.wizard.layer_ratios import Companions

Index = QModelIndex | QPersistentModelIndex
NAME, SHAPE, DONE, VALUE = range(4)


@dataclass(frozen=True, kw_only=True)
class LayerField:
    """Which number of a layer's exception the table edits, and how it is written."""

    table: str
    name: str
    write: Callable[[float], str]
    read: Callable[[str], float]


def _read_percent(text: str) -> float:
    return round(float(text.replace("%", "").strip()) / 100, 6)


PRUNE_FIELD = LayerField(
    table="prune", name="ratio", write=lambda ratio: f"{round(ratio * 100, 2):g} %", read=_read_percent
)
QUANTIZE_FIELD = LayerField(table="quantize", name="weight_bits", write=lambda bits: f"{bits:g}", read=int)


class LayerExceptionModel(QAbstractTableModel):
    """Name, shape, whether the layer takes part, and its own number where it has one.

    ``edited`` carries what changes: by layer its exception as plain values, None where it has none any more;
    ``unreadable`` the text that is no number. Of layers that move together one exception speaks for all.
    """

    edited = Signal(object)
    unreadable = Signal(str)

    def __init__(self, field: LayerField, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self._layers: tuple[LayerStats, ...] = ()
        self._locked: dict[str, str] = {}
        self._companions: Companions = {}
        self._exceptions: dict[str, dict[str, Any]] = {}
        self._common: float = 0.0
        self._lock_icon, self._group_icon = icon("lock", "text_muted"), icon("together", "text_muted")

    def show_layers(
        self, layers: tuple[LayerStats, ...], locked: dict[str, str], companions: Companions
    ) -> None:
        """Shows these layers; those in ``locked`` cannot take part, for the reason given."""
        if (layers, locked, companions) != (self._layers, self._locked, self._companions):
            self.beginResetModel()
            self._layers, self._locked, self._companions = layers, locked, companions
            self.endResetModel()

    def show_exceptions(
        self, exceptions: dict[str, LayerPruneSpec] | dict[str, LayerQuantizeSpec], common: float
    ) -> None:
        """Shows the recipe's exceptions; the others follow ``common``."""
        self._exceptions = msgspec.to_builtins(exceptions)
        self._common = common
        if self._layers:
            self.dataChanged.emit(self.index(0, DONE), self.index(len(self._layers) - 1, VALUE))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Qt's hook: one row a layer."""
        return 0 if parent.isValid() else len(self._layers)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Qt's hook: name, shape, takes part, number."""
        return 0 if parent.isValid() else 4

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Qt's hook: the columns' names."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        is_pruning = self._field is PRUNE_FIELD
        return (
            self.tr("Layer"),
            self.tr("Shape"),
            self.tr("Lock") if is_pruning else self.tr("Quantize"),
            self.tr("Ratio") if is_pruning else self.tr("Weight bits"),
        )[section]

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Qt's hook: locked layers are shown and cannot be edited."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if self._layers[index.row()].name in self._locked:
            return flags
        if index.column() == DONE:
            return flags | Qt.ItemFlag.ItemIsUserCheckable
        if index.column() == VALUE and not self.is_held(index.row()):
            return flags | Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt's hook: texts, check marks and tool tips."""
        show = _SHOWN_BY_ROLE.get(role)
        return show(self, index.row(), index.column()) if index.isValid() and show is not None else None

    def _mark(self, row: int, column: int) -> Qt.CheckState | None:
        if column != DONE or self.is_locked(row):
            return None
        return Qt.CheckState.Checked if self._takes_part(row) else Qt.CheckState.Unchecked

    def _icon(self, row: int, column: int) -> QIcon | None:
        if column == NAME:
            return self._group_icon if self.companions(row) else None
        return self._lock_icon if column == DONE and self.is_locked(row) else None

    def _tip(self, row: int, column: int) -> str:
        reason = self._locked.get(self._layers[row].name, "")
        return reason or "\n".join(
            filter(None, (self._text(row, NAME), self._text(row, SHAPE), self.group_text(row)))
        )

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Qt's hook: tells of the edit; it is shown once the recipe took it."""
        if role == Qt.ItemDataRole.CheckStateRole:
            self.set_held([index.row()], Qt.CheckState(value) is Qt.CheckState.Unchecked)
            return True
        try:
            number = self._field.read(str(value)) if str(value).strip() else None
        except ValueError:
            self.unreadable.emit(str(value))
            return False
        self.set_number([index.row()], number)
        return True

    def set_number(self, rows: Iterable[int], number: float | None) -> None:
        """Gives these layers their own number, as one edit; with None they follow the rest."""
        self._tell({row: {**self._exception(row), self._field.name: number} for row in rows})

    def set_held(self, rows: Iterable[int], is_held: bool) -> None:
        """Leaves these layers as they are, or lets them take part again, as one edit."""
        self._tell({row: {**self._exception(row), "skip": is_held} for row in rows})

    def reset(self, rows: Iterable[int]) -> None:
        """Has these layers follow the rest, as one edit."""
        self._tell({row: {} for row in rows})

    def _tell(self, exceptions: dict[int, dict[str, Any]]) -> None:
        changes: dict[str, dict[str, Any] | None] = {}
        for row, exception in exceptions.items():
            layer = self._layers[row].name
            if layer not in changes and not self.is_locked(row):
                kept = {name: entry for name, entry in exception.items() if entry not in (None, False)}
                changes |= {layer: kept or None, **dict.fromkeys(self.companions(row))}
        if changes:
            self.edited.emit(changes)

    def retranslate(self) -> None:
        """Has the headers read again."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, 3)

    def is_own(self, row: int) -> bool:
        """Whether the layer differs from the rest."""
        return bool(self._exception(row))

    def is_locked(self, row: int) -> bool:
        """Whether the layer cannot take part."""
        return self._layers[row].name in self._locked

    def is_held(self, row: int) -> bool:
        """Whether the user leaves the layer as it is."""
        return bool(self._exception(row).get("skip"))

    def number(self, row: int) -> float:
        """What is asked of the layer: its own number or that of the rest."""
        number: float = self._exception(row).get(self._field.name, self._common)
        return number

    def common(self) -> float:
        """What is asked of the rest."""
        return self._common

    def companions(self, row: int) -> tuple[str, ...]:
        """The layers that move with this one."""
        return self._companions.get(self._layers[row].name, ())

    def group_text(self, row: int) -> str:
        """Which layers move with this one, in words; empty where it stands alone."""
        others = self.companions(row)
        if not others:
            return ""
        return self.tr("{layer} moves with {others}.").format(
            layer=self._layers[row].name, others=self.tr(", ").join(others)
        )

    def _exception(self, row: int) -> dict[str, Any]:
        return self._exceptions.get(self._layers[row].name, {})

    def _takes_part(self, row: int) -> bool:
        return not self.is_locked(row) and not self.is_held(row)

    def _text(self, row: int, column: int) -> str:
        layer = self._layers[row]
        if column == NAME:
            return layer.name
        if column == SHAPE:
            return "×".join(str(size) for size in layer.shape)
        if column == VALUE and self._takes_part(row):
            return self._field.write(self.number(row))
        return "–" if column == VALUE else ""


def _alignment(column: int) -> Qt.AlignmentFlag:
    across = Qt.AlignmentFlag.AlignRight if column == VALUE else Qt.AlignmentFlag.AlignLeft
    return across | Qt.AlignmentFlag.AlignVCenter


_SHOWN_BY_ROLE: dict[int, Callable[[LayerExceptionModel, int, int], Any]] = {
    Qt.ItemDataRole.DisplayRole: LayerExceptionModel._text,
    Qt.ItemDataRole.EditRole: LayerExceptionModel._text,
    Qt.ItemDataRole.CheckStateRole: LayerExceptionModel._mark,
    Qt.ItemDataRole.DecorationRole: LayerExceptionModel._icon,
    Qt.ItemDataRole.ToolTipRole: LayerExceptionModel._tip,
    Qt.ItemDataRole.TextAlignmentRole: lambda _model, _row, column: _alignment(column),
}
"""What is shown of a cell, by Qt's role."""
