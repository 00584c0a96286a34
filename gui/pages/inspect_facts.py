"""Small facts in two columns: what they are, and below that the value."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from gui.theme import Space
from gui.widgets.labels import ElidedLabel

_COLUMNS = 2


class Facts(QWidget):
    """A fixed number of places for facts; those without a title are left empty."""

    def __init__(self, count: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(Space.L)
        self._grid.setVerticalSpacing(Space.S)
        self._places = [self._place(index) for index in range(count)]
        for column in range(_COLUMNS):
            self._grid.setColumnStretch(column, 1)

    def _place(self, index: int) -> tuple[ElidedLabel, ElidedLabel]:
        name = ElidedLabel(role="caption", mode=Qt.TextElideMode.ElideRight)
        value = ElidedLabel(mode=Qt.TextElideMode.ElideRight)
        pair = QVBoxLayout()
        pair.setSpacing(0)
        pair.addWidget(name)
        pair.addWidget(value)
        self._grid.addLayout(pair, index // _COLUMNS, index % _COLUMNS)
        return name, value

    def show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """Shows facts, in order; empty places stay."""
        padded = [*facts, *[("", "")] * (len(self._places) - len(facts))]
        for (name, value), (title, text) in zip(self._places, padded, strict=True):
            name.setText(title)
            value.setText(text)

    def values(self) -> dict[str, str]:
        """What is shown, by title."""
        return {name.text(): value.text() for name, value in self._places if name.text()}
