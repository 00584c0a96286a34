"""A box to choose one of several from, made for pages that scroll."""

from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox


class CalmWheel:
    """Mixed into boxes inside a scrolled page: the wheel scrolls the page unless the box has the focus."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Qt's hook: scrolls, or turns the box."""
        if self.hasFocus():  # type: ignore[attr-defined]
            super().wheelEvent(event)  # type: ignore[misc]
        else:
            event.ignore()


class ChoiceBox(CalmWheel, QComboBox):
    """One of several."""
