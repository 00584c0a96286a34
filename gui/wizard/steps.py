"""The wizard's pages, each built when it is first wanted: five at once would stall the window."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from gui.wizard.flow import Step
from gui.wizard.goal_page import GoalPage
from gui.wizard.method_pages import PruningPage, QuantizationPage
from gui.wizard.recovery_page import RecoveryPage
from gui.wizard.review_page import ReviewPage
from gui.wizard.step_page import StepPage

_BUILDERS: dict[Step, Callable[[], StepPage]] = {
    Step.GOAL: GoalPage,
    Step.PRUNING: PruningPage,
    Step.QUANTIZATION: QuantizationPage,
    Step.RECOVERY: RecoveryPage,
    Step.REVIEW: ReviewPage,
}


class Steps(QStackedWidget):
    """One page a step; ``built`` carries a new one, the other signals are those of the pages."""

    built = Signal(QWidget)
    edited = Signal(str, object)
    layers_edited = Signal(str, object)
    goal_chosen = Signal(object)
    preset_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages: dict[Step, StepPage] = {}

    def page(self, step: Step) -> StepPage:
        """The page of a step."""
        if step not in self._pages:
            self._pages[step] = page = _BUILDERS[step]()
            page.edited.connect(self.edited)
            page.layers_edited.connect(self.layers_edited)
            if isinstance(page, GoalPage):
                page.goal_chosen.connect(self.goal_chosen)
                page.preset_chosen.connect(self.preset_chosen)
            self.addWidget(page)
            self.built.emit(page)
        return self._pages[step]

    def review(self) -> ReviewPage:
        """The page of the last step, which shows the estimate."""
        page = self.page(Step.REVIEW)
        assert isinstance(page, ReviewPage)
        return page

    def build_next(self) -> bool:
        """Builds one page that is not there yet; False when all are."""
        missing = [step for step in Step if step not in self._pages]
        if missing:
            self.page(missing[0])
        return bool(missing)

    def retranslate(self) -> None:
        """Renews the texts in the current language."""
        for page in self._pages.values():
            page.retranslate()
