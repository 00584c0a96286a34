"""How many keys of a file fit an architecture, live, and which architectures fit best."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from engine.contract.source import WeightsMatch
from gui.theme import Space
from gui.widgets.icons import IconLabel
from gui.widgets.labels import caption, set_tone

_SHOWN_NAMES = 3
_SHOWN_GUESSES = 3
_MOST_TICKS = 10_000


class KeyMeter(QWidget):
    """A bar and a sentence: «312 of 314 keys fit · 2 missing: fc.weight, fc.bias»; hidden while there is no match."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._match: WeightsMatch | None = None
        self._note: Callable[[], str] = str
        self._icon, self._bar, self._text = IconLabel("success", 16), QProgressBar(), caption()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, _MOST_TICKS)
        line = QHBoxLayout()
        line.setSpacing(Space.S)
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._text, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addWidget(self._bar)
        layout.addLayout(line)
        self.hide()

    def set_match(self, match: WeightsMatch | None, note: Callable[[], str] = str) -> None:
        """Shows a match; ``note`` says what else is to be known of it."""
        self._match, self._note = match, note
        self.setVisible(match is not None)
        if match is None:
            return
        share = match.matched / match.total if match.total else 0.0
        tone = "success" if match.fits else "warning" if share >= 0.5 else "danger"
        set_tone(self._bar, tone)
        self._bar.setValue(round(share * _MOST_TICKS))
        self._icon.set_icon("success" if match.fits else "warning", tone)
        self.retranslate()

    def match(self) -> WeightsMatch | None:
        """What is shown."""
        return self._match

    def text(self) -> str:
        """The sentence."""
        return self._text.text()

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        match = self._match
        if match is None:
            return
        fit = self.tr("{matched} of {total} keys fit").format(matched=match.matched, total=match.total)
        lacks = [text.format(count=count, names=_some(names)) for count, names, text in self._lacks(match)]
        self._text.setText(" · ".join(part for part in (fit, *lacks, self._note()) if part))
        self._text.setToolTip(
            "\n".join(match.missing_names + match.unexpected_names + match.mismatched_names)
        )
        self.setAccessibleName(self._text.text())

    def _lacks(self, match: WeightsMatch) -> list[tuple[int, tuple[str, ...], str]]:
        found = (
            (match.missing, match.missing_names, self.tr("{count} missing: {names}")),
            (match.mismatched, match.mismatched_names, self.tr("{count} of another shape: {names}")),
            (match.unexpected, match.unexpected_names, self.tr("{count} unknown: {names}")),
        )
        return [one for one in found if one[0]]


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:_SHOWN_NAMES]) + (" …" if len(names) > _SHOWN_NAMES else "")


class Guesses(QWidget):
    """Architectures that fit, best first, each a button that fills it in."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._guesses: tuple[WeightsMatch, ...] = ()
        self._title = caption()
        self._chips = QVBoxLayout()
        self._chips.setSpacing(Space.XS)
        self._shown: list[QPushButton] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addWidget(self._title)
        layout.addLayout(self._chips)
        self.hide()

    def set_guesses(self, guesses: tuple[WeightsMatch, ...]) -> None:
        """Shows these."""
        for old in self._shown:
            self._chips.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._guesses = guesses[:_SHOWN_GUESSES]
        self._shown = [self._chip(guess) for guess in self._guesses]
        for chip in self._shown:
            self._chips.addWidget(chip, 0, Qt.AlignmentFlag.AlignLeft)
        self.setVisible(bool(self._guesses))
        self.retranslate()

    def _chip(self, guess: WeightsMatch) -> QPushButton:
        chip = QPushButton()
        chip.setProperty("role", "chip")
        chip.setProperty("tone", "accent" if guess.fits else "")
        chip.setAutoDefault(True)
        chip.clicked.connect(lambda: self.chosen.emit(guess.architecture))
        return chip

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self._title.setText(self.tr("Best guesses, by names and shapes"))
        for chip, guess in zip(self._shown, self._guesses, strict=True):
            count = self.tr("{matched} of {total}").format(matched=guess.matched, total=guess.total)
            chip.setText(f"{guess.architecture}  ·  {count}")
