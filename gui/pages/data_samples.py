"""Samples beside one another: each as it looks, with its label and what the model says of it."""

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from engine.contract.messages import DataSummary, SamplePreview
from gui.figures import percent_text
from gui.theme import Space
from gui.widgets.cards import Card
from gui.widgets.icons import IconLabel
from gui.widgets.labels import ElidedLabel, set_tone
from gui.widgets.sample_view import SampleView

_PICTURES_A_ROW = 5
_STRIPS_A_ROW = 2


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
        label = ElidedLabel(class_name(summary, sample.label), "strong", Qt.TextElideMode.ElideRight)
        if sample.predicted is None:
            self.body.addWidget(label)
            return
        row = QHBoxLayout()
        row.setSpacing(Space.XS)
        is_right = sample.predicted == sample.label
        tone = "success" if is_right else "danger"
        row.addWidget(IconLabel(tone if is_right else "error", 15, tone))
        row.addWidget(self._verdict(sample, class_name(summary, sample.predicted), tone), 1)
        self.body.addWidget(label)
        self.body.addLayout(row)

    def _verdict(self, sample: SamplePreview, name: str, tone: str) -> ElidedLabel:
        probability = percent_text(sample.probability)
        verdict = ElidedLabel(f"{name} · {probability}", "verdict", Qt.TextElideMode.ElideMiddle)
        set_tone(verdict, tone)
        sentence = QCoreApplication.translate("DataPage", "The model says {name}, with {probability}.")
        verdict.setToolTip(sentence.format(name=name, probability=probability))
        verdict.setAccessibleName(verdict.toolTip())
        return verdict


class SampleGrid(QWidget):
    """All samples of a summary; pictures five a row, all else two."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(Space.M)
        self._cards: list[SampleCard] = []

    def set_summary(self, summary: DataSummary) -> None:
        """Shows other samples."""
        for card in self._cards:
            self._grid.removeWidget(card)
            card.deleteLater()
        self._cards = [SampleCard(sample, summary) for sample in summary.samples]
        has_pictures = any(sample.picture is not None for sample in summary.samples)
        columns = _PICTURES_A_ROW if has_pictures else _STRIPS_A_ROW
        for place, card in enumerate(self._cards):
            self._grid.addWidget(card, place // columns, place % columns)
        for column in range(_PICTURES_A_ROW):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
