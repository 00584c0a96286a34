"""The wizard's card on learning from the original: off, or on with its two numbers."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox

from engine.contract.recipe import DistillSpec, RecoverSpec
from gui.widgets.cards import Card
from gui.widgets.labels import caption
from gui.wizard.form import RecipeForm

TABLE = "recover.distill"


class DistillCard(Card):
    """A switch, and below it the form while it is on.

    ``edited`` carries a recipe path and a plain value; the whole table where the switch was turned.
    """

    edited = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self.switch = QCheckBox()
        self.form = RecipeForm(TABLE, DistillSpec, ("weight", "temperature"))
        self._help = caption()
        self.body.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(self._help)
        self.body.addWidget(self.form)
        self.form.edited.connect(self.edited)
        self.switch.clicked.connect(self._on_switch_clicked)
        self.retranslate()

    def show_recover(self, recover: RecoverSpec) -> None:
        """Shows whether the recipe learns from the original, and how."""
        self.switch.setChecked(recover.distill is not None)
        self.form.setVisible(recover.distill is not None)
        self.form.show_values(recover.distill or DistillSpec())

    def retranslate(self) -> None:
        """Renews the texts in the current language; the form's are renewed with the page's other forms."""
        self.switch.setText(self.tr("Learn from the original"))
        self._help.setText(
            self.tr(
                "Training also follows the answers of the uncompressed model; an epoch takes a third longer."
            )
        )

    def _on_switch_clicked(self, is_on: bool) -> None:
        self.edited.emit(TABLE, {} if is_on else None)
