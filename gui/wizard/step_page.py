"""What all pages of the wizard share."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from engine.contract.errors import PenjingError
from gui.theme import Space
from gui.widgets.scrolled import Scrolled
from gui.wizard.flow import WizardFlow
from gui.wizard.form import RecipeForm
from gui.wizard.quick_estimate import QuickEstimate


class StepPage(QWidget):
    """One page of the wizard: shows a flow, tells of edits; two columns, each scrolls by itself.

    ``edited`` carries a recipe path and a plain value; ``layers_edited`` a table and, by layer, exceptions or None.
    """

    edited = Signal(str, object)
    layers_edited = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.left, self.right = QVBoxLayout(), QVBoxLayout()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.L)
        for column in (self.left, self.right):
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(Space.L)
            layout.addWidget(Scrolled(column), 1)

    def forms(self) -> tuple[RecipeForm, ...]:
        """The forms on this page."""
        return ()

    def show_flow(self, flow: WizardFlow) -> None:
        """Shows the recipe as it is now."""

    def show_figures(self, figures: QuickEstimate | None, error: PenjingError | None) -> None:
        """Shows what the recipe gives, on the pages where that changes with every edit."""

    def show_layer_error(self, sentence: str) -> None:
        """Says why the exception of a layer was refused; empty where none was."""

    def retranslate(self) -> None:
        """Renews the texts in the current language."""
        for form in self.forms():
            form.retranslate()
