"""When the engine is asked what a recipe would give, and what is known meanwhile."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from engine.contract.messages import Estimation
from engine.contract.recipe import Recipe
from gui.wizard.flow import WizardFlow
from gui.wizard.quick_estimate import QuickEstimate, corrected, estimate_quickly, from_exact, is_alike

REST_MS = 500
"""How long the hand must rest before the engine is asked."""


@dataclass(frozen=True)
class _Known:
    """What the engine found for a recipe."""

    recipe: Recipe
    estimation: Estimation


class Estimating(QObject):
    """``requested`` carries a recipe that the engine shall estimate: once each, and only when the hand rests."""

    requested = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, singleShot=True, interval=REST_MS)
        self._timer.timeout.connect(self._ask)
        self._wanted: Recipe | None = None
        self._asked: Recipe | None = None
        self._known: _Known | None = None

    def forget(self) -> None:
        """Another model is open: nothing is known of it."""
        self._timer.stop()
        self._wanted = self._asked = self._known = None

    def want(self, recipe: Recipe) -> None:
        """Asks once the hand rests, unless the sizes are known already."""
        self._wanted = recipe
        if self._known is None or not _is_same_size(self._known.recipe, recipe):
            self._timer.start()
        else:
            self._timer.stop()

    def want_now(self, recipe: Recipe) -> None:
        """Asks at once, unless this was asked last."""
        self._wanted = recipe
        self._ask()

    def stop(self) -> None:
        """Forgets what is wanted and was not asked yet."""
        self._timer.stop()

    def take(self, estimation: Estimation) -> None:
        """Keeps what the engine found for the recipe that was asked last."""
        if self._asked is not None:
            self._known = _Known(self._asked, estimation)

    def fail(self) -> None:
        """The engine could not say; it may be asked again."""
        self._asked = None

    def figures(self, flow: WizardFlow) -> QuickEstimate | None:
        """What is known of a flow's recipe now: exact, or about; None without a model."""
        if flow.inspection is None:
            return None
        known = self._known
        if known is not None and _is_same_size(known.recipe, flow.recipe):
            return from_exact(known.estimation)
        quick = estimate_quickly(flow.inspection, flow.recipe)
        if known is None or not is_alike(known.recipe, flow.recipe):
            return quick
        return corrected(quick, estimate_quickly(flow.inspection, known.recipe), known.estimation)

    def _ask(self) -> None:
        self._timer.stop()
        if self._wanted is not None and self._wanted != self._asked:
            self._asked = self._wanted
            self.requested.emit(self._asked)


def _is_same_size(first: Recipe, second: Recipe) -> bool:
    return (first.prune, first.quantize) == (second.prune, second.quantize)
