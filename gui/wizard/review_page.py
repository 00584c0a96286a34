"""The wizard's last page: the recipe in words and as TOML, what it is likely to give, and its name."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPlainTextEdit, QStackedWidget, QWidget

from engine.contract.messages import Estimation
from engine.contract.recipe import ExportSpec, Recipe
from engine.contract.recipe_file import recipe_text
from gui.theme import Space
from gui.widgets.buttons import SegmentedControl
from gui.widgets.cards import Card
from gui.widgets.labels import heading, secondary, strong_label
from gui.wizard.estimate_card import EstimateCard
from gui.wizard.flow import WizardFlow
from gui.wizard.form import RecipeForm, hairline
from gui.wizard.step_page import StepPage
from gui.wizard.words import RecipeWords, numbered

_MOST_PARTS = 4


class ReviewPage(StepPage):
    """All that was chosen, once more."""

    def __init__(self) -> None:
        super().__init__()
        self._words = RecipeWords(self)
        self._recipe: Recipe | None = None
        self.run = RecipeForm("", Recipe, ["name"], more=["seed", "threads"])
        self.export = RecipeForm("export", ExportSpec, ["formats"])
        self.estimate = EstimateCard()
        self._heading, self._view = heading(), SegmentedControl()
        self._parts = [(strong_label(), secondary()) for _ in range(_MOST_PARTS)]
        self._plan_title, self._plan = strong_label(), secondary()
        self.toml = QPlainTextEdit()
        self.toml.setReadOnly(True)
        self.toml.setProperty("role", "code")
        self._stack = QStackedWidget()
        self._view.chosen.connect(self._stack.setCurrentIndex)
        self.left.addWidget(self._recipe_card())
        self._add_right()
        for form in self.forms():
            form.edited.connect(self.edited)
        self.retranslate()

    def _recipe_card(self) -> Card:
        card = Card()
        top = QHBoxLayout()
        top.addWidget(self._heading, 1)
        top.addWidget(self._view)
        self._stack.addWidget(self._words_view())
        self._stack.addWidget(self.toml)
        card.body.addLayout(top)
        card.body.addWidget(self._stack, 1)
        return card

    def _words_view(self) -> QWidget:
        view = QWidget()
        grid = QGridLayout(view)
        grid.setContentsMargins(0, Space.S, 0, 0)
        grid.setVerticalSpacing(Space.L)
        grid.setHorizontalSpacing(Space.L)
        grid.setColumnStretch(1, 1)
        for place, (title, text) in enumerate(self._parts):
            grid.addWidget(title, place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text, place, 1)
        grid.addWidget(hairline(), _MOST_PARTS, 0, 1, 2)
        grid.addWidget(self._plan_title, _MOST_PARTS + 1, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._plan, _MOST_PARTS + 1, 1)
        grid.setRowStretch(_MOST_PARTS + 2, 1)
        return view

    def _add_right(self) -> None:
        options = Card()
        options.body.addWidget(self.run)
        options.body.addWidget(self.export)
        self.right.addWidget(self.estimate)
        self.right.addWidget(options)
        self.right.addStretch(1)

    def forms(self) -> tuple[RecipeForm, ...]:
        """The run's name and the files to write."""
        return (self.run, self.export)

    def show_flow(self, flow: WizardFlow) -> None:
        """Shows the whole recipe."""
        self._recipe = flow.recipe
        self.run.show_values(flow.recipe)
        self.export.show_values(flow.recipe.export)
        self.toml.setPlainText(recipe_text(flow.recipe))
        self._plan.setText(numbered(self._words.plan(flow.recipe)))
        summary = self._words.summary(flow.recipe)
        for place, labels in enumerate(self._parts):
            texts = summary[place] if place < len(summary) else ("", "")
            _show_part(labels, texts)

    def show_estimation(self, estimation: Estimation | None) -> None:
        """Shows what the engine computed; None while it computes."""
        self.estimate.show_estimation(estimation)

    def retranslate(self) -> None:
        """Renews the texts in the current language."""
        super().retranslate()
        self._heading.setText(self.tr("This recipe"))
        self._plan_title.setText(self.tr("Steps"))
        self._view.set_texts([self.tr("In words"), "TOML"])
        self.estimate.retranslate()


def _show_part(labels: tuple[QLabel, QLabel], texts: tuple[str, str]) -> None:
    for label, text in zip(labels, texts, strict=True):
        label.setText(text)
        label.setVisible(bool(text))
