"""The card in which single layers are given a treatment of their own."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QTableView, QWidget

from engine.contract.recipe import LayerPruneSpec, LayerQuantizeSpec
from engine.contract.stats import LayerStats
from gui.widgets.buttons import quiet_button
from gui.widgets.cards import Card
from gui.widgets.labels import ElidedLabel, caption, error_label, heading
from gui.wizard.layer_delegate import LayerDelegate
from gui.wizard.layer_model import DONE, NAME, SHAPE, VALUE, LayerExceptionModel, LayerField
from gui.wizard.layer_ratios import Companions
from gui.wizard.ratio_view import RatioView

_ROW_HEIGHT = 34
# Below this the shape gives way to the name, which says more.
_WIDTH_WITH_SHAPE, _WIDTH_WITH_SHAPE_AND_SLIDER = 420, 640


class LayerTable(Card):
    """Layers with their exceptions; ``edited`` carries a table and, by layer, exceptions or None."""

    edited = Signal(str, object)

    def __init__(self, field: LayerField, view: QTableView, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._field = field
        self.model = LayerExceptionModel(field, self)
        self.model.edited.connect(self._on_model_edited)
        self.model.unreadable.connect(self._on_model_unreadable)
        self._locked: dict[str, str] = {}
        self._heading, self._text, self._error = heading(), caption(), error_label()
        self.reset = quiet_button(icon_name="undo")
        self._group_note = ElidedLabel(role="caption", mode=Qt.TextElideMode.ElideRight)
        self._lock_note = ElidedLabel(role="caption", mode=Qt.TextElideMode.ElideRight)
        self.view = view
        self.view.setModel(self.model)
        self._set_up_view()
        self._lay_out()
        self.reset.clicked.connect(self._on_reset_clicked)
        self.view.selectionModel().selectionChanged.connect(self._show_selection)
        self.model.modelReset.connect(self._show_selection)
        self.retranslate()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._heading, 1)
        top.addWidget(self.reset)
        self.body.addLayout(top)
        for widget in (self._text, self.view, self._group_note, self._lock_note, self._error):
            self.body.addWidget(widget)

    def _set_up_view(self) -> None:
        if not isinstance(self.view, RatioView):
            self.view.setItemDelegate(LayerDelegate(self.view))
            self.view.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.view.setObjectName("exceptions")
        self.view.setShowGrid(False)
        self.view.setTabKeyNavigation(False)
        self.view.setAlternatingRowColors(False)
        self.view.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
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
        has_slider = isinstance(self.view, RatioView)
        enough = _WIDTH_WITH_SHAPE_AND_SLIDER if has_slider else _WIDTH_WITH_SHAPE
        self.view.setColumnHidden(SHAPE, event.size().width() < enough)

    def show_layers(
        self, layers: tuple[LayerStats, ...], locked: dict[str, str], companions: Companions
    ) -> None:
        """Shows the layers, why some cannot take part, and which move together."""
        self.show_error("")
        self._locked = locked
        self._show_lock_note()
        self.model.show_layers(layers, locked, companions)

    def show_exceptions(
        self, exceptions: dict[str, LayerPruneSpec] | dict[str, LayerQuantizeSpec], common: float
    ) -> None:
        """Shows what differs, and what the others follow."""
        self.model.show_exceptions(exceptions, common)
        self._show_selection()

    def show_error(self, sentence: str) -> None:
        """Says why an edit was refused; empty where none was."""
        self._error.setText(sentence)
        self._error.setVisible(bool(sentence))

    def error(self) -> str:
        """Why the last edit was refused."""
        return self._error.text()

    def retranslate(self) -> None:
        """Renews the texts in the current language."""
        self._heading.setText(self.tr("Layers"))
        self._text.setText(
            self.tr("Drag a slider or press ← →; Space locks. Several selected layers move as one.")
            if isinstance(self.view, RatioView)
            else self.tr("Double-click a number to give one layer its own; empty it to follow the rest.")
        )
        self.reset.setToolTip(self.tr("Layers with a number of their own follow the rest again (Delete)"))
        self._show_selection()
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

    def _chosen_rows(self) -> list[int]:
        return sorted(index.row() for index in self.view.selectionModel().selectedRows())

    def _own_rows(self) -> list[int]:
        """The selected layers that differ, of all where none is selected."""
        rows = self._chosen_rows() or range(self.model.rowCount())
        return [row for row in rows if self.model.is_own(row)]

    def _show_selection(self) -> None:
        chosen = self._chosen_rows()
        self.reset.setText(self.tr("Reset") if chosen else self.tr("Reset all"))
        self.reset.setEnabled(bool(self._own_rows()))
        self._group_note.setText(self.model.group_text(chosen[0]) if len(chosen) == 1 else "")
        self._group_note.setVisible(bool(self._group_note.text()))

    def _on_reset_clicked(self) -> None:
        self.model.reset(self._own_rows())

    def _on_model_edited(self, changes: object) -> None:
        self.edited.emit(self._field.table, changes)

    def _on_model_unreadable(self, text: str) -> None:
        self.show_error(self.tr('"{text}" is not a number.').format(text=text))
