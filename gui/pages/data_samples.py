"""Samples beside one another: each as it looks, with its label and what the model says of it."""

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QHBoxLayout, QWidget

from engine.contract.messages import DataSummary, SamplePreview
from gui.figures import percent_text
from gui.theme import Space
from gui.widgets.cards import Card
from gui.widgets.icons import IconLabel
from gui.widgets.labels import ElidedLabel, set_tone
from gui.widgets.sample_view import SampleView

_PICTURES_A_ROW = 5
_STRIPS_A_ROW = 2
_PICTURE_WIDTH = 118
_STRIP_WIDTH = 240


def class_name(summary: DataSummary, label: int) -> str:
    """A class by its name, or by its number where it has none."""
    return summary.class_names[label] if 0 <= label < len(summary.class_names) else str(label)


class SampleCard(Card):
    """One sample."""

    def __init__(self, sample: SamplePreview, summary: DataSummary) -> None:
        super().__init__(Space.S)
        self.setProperty("tone", "soft")
        self.view = SampleView(sample)
        self.body.setSpacing(Space.XS)
        self.body.addWidget(self.view)
        # Below a picture there is no room beside the label, below a strip there is.
        texts = QBoxLayout(
            QBoxLayout.Direction.LeftToRight if sample.picture is None else QBoxLayout.Direction.TopToBottom
        )
        texts.setSpacing(Space.XS)
        name = class_name(summary, sample.label)
        texts.addWidget(ElidedLabel(name, "strong", Qt.TextElideMode.ElideRight), 1)
        if sample.predicted is not None:
            texts.addLayout(_verdict_row(sample, class_name(summary, sample.predicted)), 1)
        self.body.addLayout(texts)


def _verdict_row(sample: SamplePreview, name: str) -> QHBoxLayout:
    """What the model says, in a colour and with a sign, as not everybody tells the colours apart."""
    is_right = sample.predicted == sample.label
    tone = "success" if is_right else "danger"
    row = QHBoxLayout()
    row.setSpacing(Space.XS)
    row.addWidget(IconLabel("success" if is_right else "error", 15, tone))
    row.addWidget(_verdict(sample, name, tone), 1)
    return row


def _verdict(sample: SamplePreview, name: str, tone: str) -> ElidedLabel:
    probability = percent_text(sample.probability)
    verdict = ElidedLabel(f"{name} · {probability}", "verdict", Qt.TextElideMode.ElideMiddle)
    set_tone(verdict, tone)
    sentence = QCoreApplication.translate("DataPage", "The model says {name}, with {probability}.")
    verdict.setToolTip(sentence.format(name=name, probability=probability))
    verdict.setAccessibleName(verdict.toolTip())
    return verdict


class SampleGrid(QWidget):
    """All samples of a summary: as many beside one another as have room, pictures up to five, all else two."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(Space.M)
        self._cards: list[SampleCard] = []
        self._width = _STRIP_WIDTH
        self._columns = 0

    def set_summary(self, summary: DataSummary) -> None:
        """Shows other samples."""
        for card in self._cards:
            self._grid.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = [SampleCard(sample, summary) for sample in summary.samples]
        has_pictures = any(sample.picture is not None for sample in summary.samples)
        self._width = _PICTURE_WIDTH if has_pictures else _STRIP_WIDTH
        self._columns = 0
        self._arrange()

    def _arrange(self) -> None:
        most = _PICTURES_A_ROW if self._width == _PICTURE_WIDTH else _STRIPS_A_ROW
        columns = max(1, min(most, self.width() // self._width))
        if columns == self._columns:
            return
        self._columns = columns
        for place, card in enumerate(self._cards):
            self._grid.addWidget(card, place // columns, place % columns)
        for column in range(_PICTURES_A_ROW):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def minimumSizeHint(self) -> QSize:
        """Qt's hook: two pictures wide, as more go below one another."""
        return QSize(2 * _PICTURE_WIDTH, self._grid.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's hook: more or fewer beside one another."""
        super().resizeEvent(event)
        self._arrange()
