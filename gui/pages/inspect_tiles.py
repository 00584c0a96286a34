"""The sums over a model as headline numbers."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from engine.contract.stats import Inspection
from gui.figures import bytes_text, count_text, percent_text
from gui.theme import Space
from gui.widgets.cards import StatTile


class SumTiles(QWidget):
    """Five numbers side by side; without data the accuracy is left out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tiles = [StatTile() for _ in range(5)]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.M)
        for tile in self._tiles:
            row.addWidget(tile)

    def show_inspection(self, inspection: Inspection) -> None:
        """Shows another model."""
        totals = inspection.totals
        texts = (
            count_text(totals.parameters),
            bytes_text(totals.parameter_bytes),
            count_text(totals.macs),
            percent_text(totals.sparsity),
            percent_text(inspection.metrics.accuracy),
        )
        for tile, text in zip(self._tiles, texts, strict=True):
            tile.set_value(text)
        self._tiles[-1].setVisible(inspection.metrics.accuracy is not None)

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        captions = (
            self.tr("Parameters"),
            self.tr("Size in memory"),
            self.tr("MACs a sample"),
            self.tr("Sparsity"),
            self.tr("Accuracy on the test split"),
        )
        for tile, text in zip(self._tiles, captions, strict=True):
            tile.set_caption(text)
