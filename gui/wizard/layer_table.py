"""The card in which single layers are given a treatment of their own."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from engine.contract.recipe import LayerPruneSpec, LayerQuantizeSpec
from engine.contract.stats import LayerStats
from gui.theme import current_theme
from gui.widgets.cards import Card
from gui.widgets.labels import ElidedLabel, caption, error_label, heading
from gui.wizard.layer_model import DONE, NAME, SHAPE, VALUE, Index, LayerExceptionModel, LayerField

_ROW_HEIGHT = 34
# Below this the shape gives way to the name, which says more.
_WIDTH_WITH_SHAPE = 420


class _LayerDelegate(QStyledItemDelegate):
    """What follows the rest stands back, what differs stands out."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        model = index.model()
        if not isinstance(model, LayerExceptionModel):
            return
        theme = current_theme()
        colour = theme.text
        if model.is_locked(index.row()) or index.column() == SHAPE:
            colour = theme.text_muted
        elif index.column() == VALUE:
            colour = theme.accent if model.is_own(index.row()) else theme.text_secondary
        option.palette.setColor(QPalette.ColorRole.Text, QColor(colour))
        if model.is_own(index.row()) and index.column() == VALUE:
            option.font.setWeight(QFont.Weight.Bold)


class LayerTable(Card):
    """Layers with their exceptions; ``edited`` carries a table, a layer and its exception or None."""

    edited = Signal(str, str, object)

    def __init__(self, field: LayerField, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._field = field
        self.model = LayerExceptionModel(field, self)
        self.model.edited.connect(self._on_model_edited)
        self.model.unreadable.connect(self._on_model_unreadable)
        self.view = QTableView()
        self.view.setModel(self.model)
        self._set_up_view()
        self._locked: dict[str, str] = {}
        self._heading, self._text, self._error = heading(), caption(), error_label()
        self._lock_note = ElidedLabel(role="caption", mode=Qt.TextElideMode.ElideRight)
        for widget in (self._heading, self._text, self.view, self._lock_note, self._error):
            self.body.addWidget(widget)
        self.retranslate()

    def _set_up_view(self) -> None:
        self.view.setItemDelegate(_LayerDelegate(self.view))
        self.view.setObjectName("exceptions")
        self.view.setShowGrid(False)
        self.view.setTabKeyNavigation(False)
        self.view.setAlternatingRowColors(False)
        self.view.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.view.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.view.verticalHeader().hide()
        self.view.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        header = self.view.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column in (SHAPE, DONE, VALUE):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's hook: what there is no room for is left out."""
        super().resizeEvent(event)
        self.view.setColumnHidden(SHAPE, event.size().width() < _WIDTH_WITH_SHAPE)

    def show_layers(
        self,
        layers: tuple[LayerStats, ...],
        locked: dict[str, str],
        exceptions: dict[str, LayerPruneSpec] | dict[str, LayerQuantizeSpec],
        common: float,
    ) -> None:
        """Shows the layers, why some cannot take part, the exceptions, and what the others follow."""
        self.show_error("")
        self._locked = locked
        self._show_lock_note()
        self.model.show_layers(layers, locked)
        self.model.show_exceptions(exceptions, common)

    def show_error(self, sentence: str) -> None:
        """Says why an edit was refused; empty where none was."""
        self._error.setText(sentence)
        self._error.setVisible(bool(sentence))

    def error(self) -> str:
        """Why the last edit was refused."""
        return self._error.text()

    def retranslate(self) -> None:
        """Renews the texts in the current language."""
        self._heading.setText(self.tr("Exceptions"))
        self._text.setText(
            self.tr("Double-click a number to give one layer its own; empty it to follow the rest.")
        )
        self.model.retranslate()
        self._show_lock_note()

    def _show_lock_note(self) -> None:
        self._lock_note.setVisible(bool(self._locked))
        if len(self._locked) == 1:
            ((name, reason),) = self._locked.items()
            self._lock_note.setText(
                self.tr("Locked: {layer}, as {reason}.").format(layer=name, reason=reason)
            )
        else:
            text = self.tr("%n layer(s) are locked; their tool tips say why.", "", len(self._locked))
            self._lock_note.setText(text)

    def _on_model_edited(self, layer: str, exception: object) -> None:
        self.edited.emit(self._field.table, layer, exception)

    def _on_model_unreadable(self, text: str) -> None:
        self.show_error(self.tr('"{text}" is not a number.').format(text=text))
