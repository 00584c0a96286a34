"""The Compress page: the wizard around its flow, with undo, files, and the button that starts a run."""

from pathlib import Path

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.contract.errors import PenjingError
from engine.contract.messages import Estimation
from engine.contract.recipe import LayerQuantizeSpec, ModelSpec, Recipe
from engine.contract.recipe_file import Table, read_recipe, write_recipe
from engine.contract.stats import Inspection
from gui.translation import error_text
from gui.widgets.cards import Banner, EmptyState
from gui.widgets.page import Page
from gui.wizard.estimating import Estimating
from gui.wizard.flow import Goal, Step, WizardFlow
from gui.wizard.footer import WizardFooter
from gui.wizard.history import RecipeHistory
from gui.wizard.presets import Preset
from gui.wizard.stepper import Stepper
from gui.wizard.steps import Steps
from gui.wizard.suggesting import Measured, with_suggestions
from gui.wizard.toolbar import WizardToolbar
from gui.wizard.words import RecipeWords

_LIVE_STEPS = (Step.PRUNING, Step.QUANTIZATION)
_ANY_MODEL = Recipe(model=ModelSpec(file="sample"))


class CompressPage(Page):
    """Asks for an estimate when the review is reached or the hand rests, and for a run when its button is pressed.

    ``open_requested`` is sent by the empty page, which waits for a model. ``recipe_edited`` carries the recipe as it
    now stands, ``suggestions_taken`` a function that says what entered it.
    """

    estimate_requested = Signal(object)
    run_requested = Signal(object)
    open_requested = Signal()
    recipe_edited = Signal(object)
    suggestions_taken = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = WizardFlow.of(None, _ANY_MODEL)
        self._history = RecipeHistory(_ANY_MODEL)
        self._step = Step.GOAL
        self._estimating = Estimating(self)
        self._estimate_error: PenjingError | None = None
        self.stepper, self.banner, self.steps = Stepper(), Banner(), Steps()
        self.tools, self.footer = WizardToolbar(), WizardFooter()
        self.toolbar.addWidget(self.tools)
        self._lay_out()
        self._connect()
        self.retranslate()
        self._show()

    def _lay_out(self) -> None:
        self._empty = EmptyState("compress")
        wizard = QWidget()
        layout = QVBoxLayout(wizard)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        for widget in (self.stepper, self.banner):
            layout.addWidget(widget)
        layout.addWidget(self.steps, 1)
        layout.addWidget(self.footer)
        self._whole = QStackedWidget()
        self._whole.addWidget(self._empty)
        self._whole.addWidget(wizard)
        self.body.addWidget(self._whole)

    def _connect(self) -> None:
        self._estimating.requested.connect(self._on_estimating_requested)
        self.steps.goal_chosen.connect(self._on_steps_goal_chosen)
        self.steps.preset_chosen.connect(self._on_steps_preset_chosen)
        self.steps.built.connect(self.footer.follow)
        self.steps.edited.connect(self._on_steps_edited)
        self.steps.layers_edited.connect(self._on_steps_layers_edited)
        self.stepper.chosen.connect(self.go_to)
        self.footer.back_requested.connect(self._on_footer_back_requested)
        self.footer.next_requested.connect(self._on_footer_next_requested)
        self.footer.run_requested.connect(self._on_footer_run_requested)
        self.tools.load_requested.connect(self.load_from)
        self.tools.save_requested.connect(self.save_to)
        self.tools.undo_requested.connect(self._on_tools_undo_requested)
        self.tools.redo_requested.connect(self._on_tools_redo_requested)
        self._empty.clicked.connect(self.open_requested)
        for keys, button in (
            (QKeySequence.StandardKey.Undo, self.tools.undo),
            (QKeySequence.StandardKey.Redo, self.tools.redo),
        ):
            within = Qt.ShortcutContext.WidgetWithChildrenShortcut
            QShortcut(QKeySequence(keys), self, context=within).activated.connect(button.click)

    def prepare(self) -> bool:
        """Builds the page of one more step."""
        return self.steps.build_next()

    def set_inspection(self, inspection: Inspection | None) -> None:
        """Shows the wizard for this model, from its first step; the empty page without one."""
        if inspection != self._flow.inspection:
            self._step = Step.GOAL
            self._estimating.forget()
        self._flow = WizardFlow.of(inspection, self._flow.recipe)
        self._show()

    def set_recipe(self, recipe: Recipe) -> None:
        """Begins with this recipe; what was undone or edited before is forgotten."""
        if recipe == self._flow.recipe:
            return
        self._flow = WizardFlow.of(self._flow.inspection, recipe)
        self._history = RecipeHistory(recipe)
        self._show()

    def recipe(self) -> Recipe:
        """The recipe as it stands; valid as a whole."""
        return self._flow.recipe

    def take_suggestions(self, measured: Measured) -> None:
        """Gives each layer the exception that was measured for it, as one edit that can be undone."""
        flow, taken = with_suggestions(self._flow, measured)
        self._take(flow, f"suggestions {taken.layers}")
        self.suggestions_taken.emit(lambda: RecipeWords().taken(taken))

    def make_exception(self, layer: str, exception: LayerQuantizeSpec) -> None:
        """Has one layer rounded differently, as one edit that can be undone, and shows its step."""
        self.go_to(Step.QUANTIZATION)
        self._on_steps_layers_edited("quantize", {layer: msgspec.to_builtins(exception)})

    def set_estimation(self, estimation: Estimation | None) -> None:
        """Shows what the engine computed; None while it computes."""
        self._estimate_error = None
        if estimation is not None:
            self._estimating.take(estimation)
        self.steps.review().show_estimation(estimation)
        self._show_figures()

    def show_estimation_error(self, error: PenjingError) -> None:
        """Says why there is no estimate."""
        self._estimating.fail()
        self._estimate_error = error
        self.steps.review().estimate.show_error(error)
        self._show_figures()

    def has_estimation(self) -> bool:
        """Whether the review shows figures."""
        return self.steps.review().estimate.has_figures()

    def step(self) -> Step:
        """The page that is shown."""
        return self._step

    def go_to(self, step: Step) -> None:
        """Shows one of the recipe's steps."""
        self._step = step
        self._show()
        self.footer.focus_on()
        self._ask_for_estimate()

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self.set_heading(
            self.tr("Compress"), self.tr("Choose what to remove, how to round, and how to win accuracy back.")
        )
        self._empty.set_texts(
            self.tr("No whole model is open"),
            self.tr("Open a model whose network is known; the wizard then leads from your goal to a recipe."),
            self.tr("Open a model"),
        )
        self.tools.retranslate()
        self.footer.retranslate()
        self.steps.retranslate()
        self._show()

    def _show(self) -> None:
        """Shows flow and step; a step that the recipe no longer has gives way to the one before it."""
        steps = self._flow.steps()
        if self._step not in steps:
            self._step = Step.GOAL
        has_model = self._flow.inspection is not None
        self._whole.setCurrentIndex(1 if has_model else 0)
        self.tools.setVisible(has_model)
        page = self.steps.page(self._step)
        page.show_flow(self._flow)
        self.steps.setCurrentWidget(page)
        self._show_figures()
        self._show_buttons()

    def _show_figures(self) -> None:
        figures = self._estimating.figures(self._flow)
        self.steps.page(self._step).show_figures(figures, self._estimate_error)

    def _show_buttons(self) -> None:
        is_free = not any(form.has_errors() for form in self.steps.page(self._step).forms())
        self.stepper.show_steps(self._flow.steps(), self._step, is_free=is_free)
        self.footer.show_state(
            is_first=self._flow.step_before(self._step) is None,
            is_last=self._flow.step_after(self._step) is None,
            is_free=is_free,
        )
        self.tools.show_state(
            can_undo=bool(self._history.past),
            can_redo=bool(self._history.future),
            can_save=is_free,
            name=self._flow.recipe.name,
        )

    def _take(self, flow: WizardFlow, what: str) -> None:
        self._flow = flow
        self._history = self._history.with_edit(flow.recipe, what)
        self._show()
        self.recipe_edited.emit(flow.recipe)
        if self._step in _LIVE_STEPS:
            self._ask_for_estimate()

    def _take_history(self, history: RecipeHistory) -> None:
        self._history = history
        self._flow = WizardFlow.of(self._flow.inspection, history.present)
        self._show()
        self.recipe_edited.emit(history.present)
        self._ask_for_estimate()

    def _ask_for_estimate(self) -> None:
        """At once where the estimate is what the page is for, and where it follows edits once the hand rests."""
        if self._flow.inspection is None:
            return
        if self._step is Step.REVIEW:
            self._estimating.want_now(self._flow.recipe)
        elif self._step in _LIVE_STEPS:
            self._estimating.want(self._flow.recipe)
        else:
            self._estimating.stop()

    def _on_estimating_requested(self, recipe: Recipe) -> None:
        self._estimate_error = None
        self.steps.review().show_estimation(None)
        self.estimate_requested.emit(recipe)

    def _on_steps_goal_chosen(self, goal: Goal) -> None:
        self._take(self._flow.with_goal(goal), "goal")

    def _on_steps_preset_chosen(self, preset: Preset) -> None:
        self._take(self._flow.with_preset(preset), f"preset {preset}")
        self.go_to(Step.REVIEW)

    def _on_steps_edited(self, path: str, value: object) -> None:
        try:
            self._take(self._flow.with_field(path, value), path)
        except PenjingError as error:
            for form in self.steps.page(self._step).forms():
                if form.has_field(path):
                    form.show_error(path, error)
            self._show_buttons()

    def _on_steps_layers_edited(self, table: str, changes: dict[str, Table | None]) -> None:
        try:
            self._take(self._flow.with_layers(table, changes), f"{table}.layers {sorted(changes)}")
        except PenjingError as error:
            self.steps.page(self._step).show_layer_error(error_text(error))

    def _on_footer_back_requested(self) -> None:
        self.go_to(self._flow.step_before(self._step) or Step.GOAL)

    def _on_footer_next_requested(self) -> None:
        self.go_to(self._flow.step_after(self._step) or Step.REVIEW)

    def _on_footer_run_requested(self) -> None:
        self.run_requested.emit(self._flow.recipe)

    def _on_tools_undo_requested(self) -> None:
        self._take_history(self._history.undone())

    def _on_tools_redo_requested(self) -> None:
        self._take_history(self._history.redone())

    def load_from(self, path: Path) -> None:
        """Takes the recipe in a file, for the model that is open; a wrong one is told in the banner."""
        try:
            recipe = read_recipe(path)
        except PenjingError as error:
            self._tell_error(error)
            return
        self.banner.hide()
        here = self._flow.recipe
        ours = msgspec.structs.replace(recipe, model=here.model, data=here.data)
        self._take(WizardFlow.of(self._flow.inspection, ours), f"load {path}")
        self.go_to(Step.REVIEW)

    def save_to(self, path: Path) -> None:
        """Writes the recipe; the banner tells how it went."""
        try:
            write_recipe(self._flow.recipe, path)
        except OSError as error:
            self._tell_unsaved(error.strerror or str(error))
            return
        self.banner.tell(lambda: self.tr("Saved as {path}").format(path=path), "success")

    def _tell_error(self, error: PenjingError) -> None:
        self.banner.tell(lambda: error_text(error))

    def _tell_unsaved(self, reason: str) -> None:
        self.banner.tell(lambda: self.tr("The recipe could not be saved: {reason}").format(reason=reason))
