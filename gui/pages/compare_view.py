"""What the views of the Compare page share."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.contract.report import Report
from gui.theme import Space, current_theme, theme_signals
from gui.widgets.scrolled import Scrolled


class Legend(QWidget):
    """Which colour is before and which is after."""

    def __init__(self) -> None:
        super().__init__()
        self._before, self._after = QLabel(), QLabel()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.M)
        for label in (self._before, self._after):
            label.setTextFormat(Qt.TextFormat.RichText)
            layout.addWidget(label)
        theme_signals().changed.connect(self.retranslate)
        self.retranslate()

    def retranslate(self) -> None:
        """Renews the texts in the current language and theme."""
        theme = current_theme()
        for label, colour, text in (
            (self._before, theme.before, self.tr("before")),
            (self._after, theme.after, self.tr("after")),
        ):
            label.setText(f'<span style="color:{colour}">■</span> {text}')


def headed_grid(heads: Iterable[QLabel], side: Callable[[int], Qt.AlignmentFlag]) -> QGridLayout:
    """A grid whose row 0 names its columns; ``side`` is where a column's texts stand."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(Space.M)
    for column, head in enumerate(heads):
        head.setWordWrap(False)
        grid.addWidget(head, 0, column, side(column))
    return grid


def scrolled_grid(grid: QGridLayout) -> Scrolled:
    """The grid from the top, with a scroll bar where it is higher than its card."""
    column = QVBoxLayout()
    column.setContentsMargins(0, 0, Space.S, 0)
    column.addLayout(grid)
    column.addStretch(1)
    return Scrolled(column)


class CompareView(QWidget):
    """One view: cards beside each other, filled by :meth:`show_report`."""

    def __init__(self) -> None:
        super().__init__()
        self._report: Report | None = None
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(Space.L)

    def show_report(self, report: Report) -> None:
        """Shows another report."""
        self._report = report
        self.retranslate()

    def retranslate(self) -> None:
        """Renews what is shown in the current language."""
