"""The question whether a file may run code."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QListWidget, QVBoxLayout, QWidget

from engine.contract.messages import Question
from gui.theme import Space
from gui.translation import translate_sentence
from gui.widgets.buttons import danger_button, primary_button
from gui.widgets.icons import IconLabel
from gui.widgets.labels import ElidedLabel, caption, secondary

_SHOWN_WANTS = 6
_SHOWN_DIGITS = 12
_WIDTH = 540


class TrustDialog(QDialog):
    """Names the file and what it wants; accepted only by the button that says so."""

    def __init__(self, question: Question, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Do you trust this file?"))
        self.setFixedWidth(_WIDTH)
        self._layout = layout = QHBoxLayout(self)
        layout.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        layout.setSpacing(Space.L)
        layout.addWidget(IconLabel("shield", 36, "warning"), 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(self._content(question))

    def showEvent(self, event: QShowEvent) -> None:
        """Qt's hook: a text that wraps says only now how high it is."""
        super().showEvent(event)
        self.setFixedHeight(self._layout.totalHeightForWidth(_WIDTH))

    def _content(self, question: Question) -> QVBoxLayout:
        path = Path(question.path)
        content = QVBoxLayout()
        content.setSpacing(Space.M)
        content.addWidget(
            ElidedLabel(self.tr("{file} runs code of its own").format(file=path.name), "heading")
        )
        content.addWidget(ElidedLabel(str(path.parent), "caption"))
        content.addWidget(
            secondary(
                self.tr(
                    "Opening it can do anything that you can do on this computer. "
                    "Trust it only if you know who made it. It wants to use:"
                )
            )
        )
        content.addWidget(_list_of(question.wants))
        content.addWidget(self._memory(question.sha256))
        content.addLayout(self._buttons())
        return content

    def _memory(self, sha256: str) -> QLabel:
        sentences = [
            self.tr("Your word is remembered for this very content; a file that changed asks again.")
        ]
        if sha256:
            sentences.append(self.tr("SHA-256: {hash}…").format(hash=sha256[:_SHOWN_DIGITS]))
        remark = caption(" ".join(sentences))
        remark.setToolTip(sha256)
        return remark

    def _buttons(self) -> QHBoxLayout:
        refuse, trust = primary_button(self.tr("Do not open")), danger_button(self.tr("I trust this file"))
        refuse.clicked.connect(self.reject)
        trust.clicked.connect(self.accept)
        # Enter in passing must not trust.
        trust.setAutoDefault(False)
        refuse.setDefault(True)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addStretch(1)
        row.addWidget(trust)
        row.addWidget(refuse)
        return row


def _list_of(wants: tuple[str, ...]) -> QListWidget:
    wanted = QListWidget()
    wanted.setObjectName("wants")
    wanted.addItems([translate_sentence(want) for want in wants])
    rows = min(max(len(wants), 2), _SHOWN_WANTS)
    wanted.setFixedHeight(rows * wanted.sizeHintForRow(0) + 2 * Space.M)
    wanted.setSelectionMode(QListWidget.SelectionMode.NoSelection)
    return wanted
