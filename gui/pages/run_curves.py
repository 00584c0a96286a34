"""The run page's plots: loss, accuracy and size, each with its newest values beside its title."""

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from engine.contract.events import MetricsLogged
from gui.figures import bytes_text, percent_text, value_text
from gui.plots.curves import LiveCurves
from gui.theme import Space, current_theme, theme_signals
from gui.widgets.cards import Card
from gui.widgets.labels import strong_label

_TURN_MS = 60


class CurveCard(Card):
    """One plot; the coloured values in its header are its legend."""

    def __init__(
        self, names: tuple[str, ...], write: Callable[[float | None], str], *, most: float | None = None
    ) -> None:
        super().__init__(Space.M)
        self._write = write
        self.plot = LiveCurves(names, write, most=most)
        self._title = strong_label()
        self._labels = {name: QLabel() for name in names}
        self._names: dict[str, str] = {}
        top = QHBoxLayout()
        top.setSpacing(Space.M)
        top.addWidget(self._title, 1)
        for label in self._labels.values():
            label.setProperty("role", "caption")
            top.addWidget(label)
        self.body.addLayout(top)
        self.body.addWidget(self.plot, 1)
        theme_signals().changed.connect(self._restyle)
        self._restyle()

    def set_texts(self, title: str, names: dict[str, str]) -> None:
        """Names the plot and its lines."""
        self._title.setText(title)
        self._names = names
        self.redraw()

    def redraw(self) -> None:
        """Draws what was added and shows the newest values."""
        self.plot.redraw()
        for name, label in self._labels.items():
            last = self.plot.last(name)
            label.setText(f"{self._names.get(name, name)} {self._write(last)}".strip())
            label.setVisible(last is not None)

    def _restyle(self) -> None:
        for label, colour in zip(self._labels.values(), current_theme().series, strict=False):
            label.setStyleSheet(f"color: {colour}; font-weight: bold;")


class RunCurves(QWidget):
    """The three plots beside each other, fed with events.

    They are drawn in turn: all three at once would keep the window from everything else for longer than a frame.
    """

    def __init__(self) -> None:
        super().__init__()
        self.loss = CurveCard(("train_loss", "loss"), value_text)
        self.accuracy = CurveCard(("accuracy",), percent_text, most=1.0)
        self.weights = CurveCard(("parameter_bytes",), bytes_text)
        self._cards = (self.loss, self.accuracy, self.weights)
        self._waiting: list[CurveCard] = []
        self._turn = QTimer(self, interval=_TURN_MS)
        self._turn.timeout.connect(self._on_turn_timeout)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.L)
        for card in self._cards:
            layout.addWidget(card, 1)

    def add_metrics(self, event: MetricsLogged) -> None:
        """Takes the values that have a plot; those that are not finite leave a gap."""
        for card in self._cards:
            for name in card.plot.names():
                value = event.values.get(name)
                if value is not None:
                    card.plot.append(name, event.step, value)
                    self._want(card)

    def cut_after(self, step: int) -> None:
        """Forgets what lies beyond ``step``."""
        for card in self._cards:
            card.plot.cut_after(step)
            self._want(card)

    def clear(self) -> None:
        """Forgets the run before."""
        for card in self._cards:
            card.plot.clear_points()
            self._want(card)

    def has_training(self) -> bool:
        """Whether a training step told its loss; measuring alone draws no course."""
        return self.loss.plot.length("train_loss") > 0

    def is_drawn(self) -> bool:
        """Whether all that was added can be seen."""
        return not self._waiting

    def _want(self, card: CurveCard) -> None:
        if card not in self._waiting:
            self._waiting.append(card)
        if not self._turn.isActive():
            self._turn.start()

    def _on_turn_timeout(self) -> None:
        if self._waiting:
            self._waiting.pop(0).redraw()
        else:
            self._turn.stop()

    def retranslate(self) -> None:
        """Renews the texts in the current language."""
        self.loss.set_texts(
            self.tr("Loss"), {"train_loss": self.tr("training"), "loss": self.tr("validation")}
        )
        self.accuracy.set_texts(self.tr("Accuracy"), {"accuracy": self.tr("validation")})
        self.weights.set_texts(self.tr("Weights"), {"parameter_bytes": ""})
