"""The wizard's first page: what to do, in what order, or a preset for all of it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QWidget

from engine.contract.recipe import JointSpec
from gui.theme import Space
from gui.widgets.cards import Card
from gui.widgets.labels import caption, heading
from gui.wizard.choice_card import ChoiceCard
from gui.wizard.flow import Goal, WizardFlow
from gui.wizard.form import RecipeForm
from gui.wizard.presets import Preset
from gui.wizard.step_page import StepPage

_GOAL_ICONS = {Goal.BOTH: "together", Goal.PRUNE: "compress", Goal.QUANTIZE: "steps"}
_PRESET_ICONS = {
    Preset.GENTLE: "tree",
    Preset.BALANCED: "together",
    Preset.SMALL: "compress",
    Preset.FAST_HERE: "bolt",
    Preset.SAFE_INT8: "shield",
    Preset.LEAN_FLOAT: "export",
    Preset.ZEROS: "file",
}


class GoalPage(StepPage):
    """``goal_chosen`` carries a :class:`Goal`, ``preset_chosen`` a :class:`Preset`."""

    goal_chosen = Signal(object)
    preset_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.goals = {goal: ChoiceCard(_GOAL_ICONS[goal]) for goal in Goal}
        self.presets = {
            preset: ChoiceCard(_PRESET_ICONS[preset], is_checkable=False, margin=Space.M) for preset in Preset
        }
        self.strategy = RecipeForm("joint", JointSpec, ["strategy"])
        self.strategy.edited.connect(self.edited)
        self._goal_heading, self._preset_heading, self._preset_text = heading(), heading(), caption()
        self._group = QButtonGroup(self)
        self._add_goals()
        self._add_presets()
        self.retranslate()

    def _add_goals(self) -> None:
        self.left.addWidget(self._goal_heading)
        for goal, card in self.goals.items():
            self._group.addButton(card)
            card.clicked.connect(lambda _=False, goal=goal: self.goal_chosen.emit(goal))
            self.left.addWidget(card)
        holder = Card(Space.L)
        holder.body.addWidget(self.strategy)
        self._strategy_card = holder
        self.left.addWidget(holder)
        self.left.addStretch(1)

    def _add_presets(self) -> None:
        self.right.setSpacing(Space.S)
        self.right.addWidget(self._preset_heading)
        self.right.addSpacing(Space.S)
        for preset, card in self.presets.items():
            card.clicked.connect(lambda _=False, preset=preset: self.preset_chosen.emit(preset))
            self.right.addWidget(card)
        self.right.addWidget(self._preset_text)
        self.right.addStretch(1)

    def forms(self) -> tuple[RecipeForm, ...]:
        """The strategy."""
        return (self.strategy,)

    def show_flow(self, flow: WizardFlow) -> None:
        """Checks the goal; only a recipe that does both has an order."""
        self.goals[flow.goal].setChecked(True)
        self._strategy_card.setVisible(flow.goal is Goal.BOTH)
        self.strategy.show_values(flow.recipe.joint)

    def retranslate(self) -> None:
        """Renews the texts in the current language."""
        super().retranslate()
        self._goal_heading.setText(self.tr("What shall be done?"))
        self._preset_heading.setText(self.tr("Or begin with a preset"))
        self._preset_text.setText(
            self.tr("A preset fills in all pages; every setting can still be changed, and undone.")
        )
        for goal, texts in self._goal_texts().items():
            self.goals[goal].set_texts(*texts)
        for preset, texts in self._preset_texts().items():
            self.presets[preset].set_texts(*texts)

    def _goal_texts(self) -> dict[Goal, tuple[str, str]]:
        return {
            Goal.BOTH: (
                self.tr("Prune and quantize"),
                self.tr("The gains multiply: fewer channels, each computed with 8-bit integers."),
            ),
            Goal.PRUNE: (
                self.tr("Prune only"),
                self.tr("Removes what matters least; the numbers stay floats."),
            ),
            Goal.QUANTIZE: (
                self.tr("Quantize only"),
                self.tr("Keeps the network's shape; stores and computes with 8-bit integers."),
            ),
        }

    def _preset_texts(self) -> dict[Preset, tuple[str, str]]:
        return {
            Preset.GENTLE: (
                self.tr("Gentle"),
                self.tr("A fifth of the channels go, then the rest is rounded to int8. Trains 5 epochs."),
            ),
            Preset.BALANCED: (
                self.tr("Balanced"),
                self.tr("Four in ten channels go while the network learns int8. Trains 10 epochs."),
            ),
            Preset.SMALL: (
                self.tr("Small"),
                self.tr("Seven in ten channels go while the network learns int8. Trains 20 epochs."),
            ),
            Preset.FAST_HERE: (
                self.tr("Fast here"),
                self.tr("Half of the channels go; those kept are multiples of 16, which this runtime likes."),
            ),
            Preset.SAFE_INT8: (
                self.tr("Safe int8"),
                self.tr("Quantizes after training, without pruning or training. Takes seconds."),
            ),
            Preset.LEAN_FLOAT: (
                self.tr("Lean float32"),
                self.tr("Half of the channels go, in floats: for tools that quantize themselves."),
            ),
            Preset.ZEROS: (
                self.tr("Weights only"),
                self.tr("Nine in ten weights become zero, all shapes stay: small once it is packed."),
            ),
        }
