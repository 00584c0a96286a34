"""Buttons by role: one primary button a page, the others stand back."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from gui.widgets.icons import icon


def _button(role: str, text: str, icon_name: str, token: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("role", role)
    # Enter presses it as Space does.
    button.setAutoDefault(True)
    if icon_name:
        button.setIcon(icon(icon_name, token))
    return button


def primary_button(text: str = "", icon_name: str = "") -> QPushButton:
    """What the page is for."""
    return _button("primary", text, icon_name, "on_accent")


def secondary_button(text: str = "", icon_name: str = "") -> QPushButton:
    """What can be done as well."""
    return _button("secondary", text, icon_name, "text_secondary")


def quiet_button(text: str = "", icon_name: str = "") -> QPushButton:
    """Without an outline until it is touched."""
    return _button("quiet", text, icon_name, "text_secondary")


def danger_button(text: str = "", icon_name: str = "") -> QPushButton:
    """What takes something away."""
    return _button("danger", text, icon_name, "danger")


class SegmentedControl(QWidget):
    """A few choices side by side, one of them chosen.

    ``chosen`` carries the index and is sent for the user's choices only. A compact one is for narrow places.
    """

    chosen = Signal(int)

    def __init__(
        self, texts: Sequence[str] = (), parent: QWidget | None = None, *, is_compact: bool = False
    ) -> None:
        super().__init__(parent)
        self._role = "small-segment" if is_compact else "segment"
        self.setObjectName("segments")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(3, 3, 3, 3)
        self._layout.setSpacing(2)
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self.chosen)
        self.set_texts(texts)

    def set_texts(self, texts: Sequence[str]) -> None:
        """Names the choices, making as many as there are texts; keeps which one is chosen."""
        while len(self._group.buttons()) < len(texts):
            self._add_segment()
        for button, text in zip(self._group.buttons(), texts, strict=True):
            button.setText(text)

    def _add_segment(self) -> None:
        button = _button(self._role, "", "", "text_secondary")
        button.setCheckable(True)
        self._group.addButton(button, len(self._group.buttons()))
        self._layout.addWidget(button)
        button.setChecked(len(self._group.buttons()) == 1)

    def index(self) -> int:
        """Which one is chosen."""
        return self._group.checkedId()

    def set_index(self, index: int) -> None:
        """Chooses one, without a signal."""
        self._group.button(index).setChecked(True)
