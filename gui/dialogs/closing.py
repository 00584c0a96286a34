"""What is to become of a run when its window closes."""

from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.theme import Space
from gui.widgets.buttons import danger_button, primary_button, quiet_button, secondary_button
from gui.widgets.labels import ElidedLabel, caption, secondary


class Closing(StrEnum):
    """The user's choice."""

    STAY = "stay"
    BACKGROUND = "background"
    PAUSE = "pause"
    CANCEL = "cancel"


class ClosingDialog(QDialog):
    """Offers three ways to close and one to stay; ``choice`` is what was chosen."""

    def __init__(self, run_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choice = Closing.STAY
        self.setWindowTitle(self.tr("A run is going on"))
        self.setFixedWidth(480)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        layout.setSpacing(Space.S)
        layout.addWidget(ElidedLabel(self.tr('"{name}" is not finished').format(name=run_name), "heading"))
        layout.addWidget(secondary(self.tr("What is to become of it when the window closes?")))
        layout.addSpacing(Space.S)
        for choice, button, text in self._ways():
            layout.addWidget(self._way(choice, button))
            layout.addWidget(_remark(text))
        layout.addLayout(self._stay_row())

    def _ways(self) -> tuple[tuple[Closing, QPushButton, str], ...]:
        return (
            (
                Closing.BACKGROUND,
                primary_button(self.tr("Keep running in the background"), "run"),
                self.tr("It goes on without the window; open its folder later to see it."),
            ),
            (
                Closing.PAUSE,
                secondary_button(self.tr("Pause and save"), "pause"),
                self.tr("It stops now and can be resumed from its last checkpoint."),
            ),
            (
                Closing.CANCEL,
                danger_button(self.tr("Cancel the run"), "cancel"),
                self.tr("It ends now; the best result so far is kept."),
            ),
        )

    def _way(self, choice: Closing, button: QPushButton) -> QPushButton:
        button.setProperty("choice", choice.value)
        button.clicked.connect(lambda: self._choose(choice))
        return button

    def _choose(self, choice: Closing) -> None:
        self.choice = choice
        self.accept()

    def _stay_row(self) -> QHBoxLayout:
        stay = quiet_button(self.tr("Go back"))
        stay.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(stay)
        return row


def _remark(text: str) -> QWidget:
    remark = caption(text)
    remark.setAlignment(Qt.AlignmentFlag.AlignTop)
    remark.setContentsMargins(Space.XS, 0, 0, Space.S)
    return remark
