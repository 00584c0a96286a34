"""A large button for a choice that deserves a picture and a sentence."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gui.theme import Space
from gui.widgets.icons import IconLabel
from gui.widgets.labels import caption, strong_label

_ICON_SIZE = 22


class ChoiceCard(QPushButton):
    """An icon, a title and what it means; as wide as it may be, as high as its text needs."""

    def __init__(
        self,
        icon_name: str,
        *,
        is_checkable: bool = True,
        margin: int = Space.L,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "choice")
        self.setCheckable(is_checkable)
        self.setAutoDefault(True)
        self._icon_name = icon_name
        self._icon = IconLabel(icon_name, _ICON_SIZE, "text_secondary")
        self._title, self._text = strong_label(), caption()
        self._layout = QHBoxLayout(self)
        self._lay_out(margin)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.toggled.connect(self._on_toggled)

    def _lay_out(self, margin: int) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(Space.XS)
        texts.addWidget(self._title)
        texts.addWidget(self._text)
        texts.addStretch(1)
        layout = self._layout
        layout.setContentsMargins(margin, margin, margin, margin)
        layout.setSpacing(Space.M)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(texts, 1)
        for label in (self._icon, self._title, self._text):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_texts(self, title: str, text: str) -> None:
        """Names the choice and says what it means."""
        self._title.setText(title)
        self._text.setText(text)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.updateGeometry()

    def heightForWidth(self, width: int) -> int:
        """Qt's hook: a button asks its style, we ask the text."""
        return self._layout.totalHeightForWidth(width)

    def sizeHint(self) -> QSize:
        """Qt's hook: room for the text."""
        return self._layout.totalSizeHint()

    def minimumSizeHint(self) -> QSize:
        """Qt's hook: no narrower than the longest word."""
        return self._layout.totalMinimumSize()

    def _on_toggled(self, is_chosen: bool) -> None:
        self._icon.set_icon(self._icon_name, "accent" if is_chosen else "text_secondary")
