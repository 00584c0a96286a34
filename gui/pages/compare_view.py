"""What the views of the Compare page share."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from engine.contract.report import Report
from gui.theme import Space, current_theme, theme_signals


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
