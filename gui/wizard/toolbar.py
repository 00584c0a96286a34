"""The wizard's tools: undo, redo, and recipes as files."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QToolButton, QWidget

from gui.theme import Space
from gui.widgets.buttons import secondary_button
from gui.widgets.icons import icon


class WizardToolbar(QWidget):
    """``load_requested`` and ``save_requested`` carry the path that the user chose."""

    undo_requested = Signal()
    redo_requested = Signal()
    load_requested = Signal(Path)
    save_requested = Signal(Path)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.undo, self.redo = _icon_button("undo"), _icon_button("redo")
        self.load, self.save = secondary_button(icon_name="open"), secondary_button(icon_name="save")
        self._suggested = ""
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        for button in (self.undo, self.redo, self.load, self.save):
            layout.addWidget(button)
        self.undo.clicked.connect(self.undo_requested)
        self.redo.clicked.connect(self.redo_requested)
        self.load.clicked.connect(self._on_load_clicked)
        self.save.clicked.connect(self._on_save_clicked)
        self.retranslate()

    def show_state(self, *, can_undo: bool, can_redo: bool, can_save: bool, name: str) -> None:
        """What can be done now; ``name`` is the recipe's, and suggested for its file."""
        self._suggested = f"{name}.toml"
        self.undo.setEnabled(can_undo)
        self.redo.setEnabled(can_redo)
        self.save.setEnabled(can_save)

    def retranslate(self) -> None:
        """Renews the texts in the current language."""
        self.load.setText(self.tr("Load recipe…"))
        self.save.setText(self.tr("Save recipe…"))
        self.undo.setToolTip(self.tr("Undo the last change"))
        self.redo.setToolTip(self.tr("Redo what was undone"))
        self.undo.setAccessibleName(self.tr("Undo"))
        self.redo.setAccessibleName(self.tr("Redo"))

    def _on_load_clicked(self) -> None:
        recipes = self.tr("Recipes (*.toml)")
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Load a recipe"), "", recipes)
        if path:
            self.load_requested.emit(Path(path))

    def _on_save_clicked(self) -> None:
        recipes = self.tr("Recipes (*.toml)")
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save the recipe"), self._suggested, recipes)
        if path:
            self.save_requested.emit(Path(path))


def _icon_button(icon_name: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(icon_name))
    return button
