"""One layer in detail: its weights' histogram over what is known of it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from engine.contract.stats import LayerStats
from gui.figures import UNKNOWN, bytes_text, count_text, percent_text, shape_text, value_text
from gui.plots.histogram import HistogramPlot
from gui.theme import Space
from gui.translation import translate_sentence
from gui.widgets.buttons import SegmentedControl
from gui.widgets.cards import Card
from gui.widgets.labels import ElidedLabel, tag

_FACT_COLUMNS = 2
_FACTS = 12
_LEAST_WIDTH = 264


class LayerPanel(Card):
    """Follows the layer that is selected in the table."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._layer: LayerStats | None = None
        self._name, self._kind = ElidedLabel(role="heading"), tag()
        self._scale = SegmentedControl()
        self.plot = HistogramPlot()
        self._axis = ElidedLabel(role="caption", mode=Qt.TextElideMode.ElideRight)
        self._facts: list[tuple[ElidedLabel, ElidedLabel]] = []
        self._scale.chosen.connect(self._on_scale_chosen)
        self.setMinimumWidth(_LEAST_WIDTH)
        self._lay_out()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(Space.S)
        top.addWidget(self._name, 1)
        top.addWidget(self._kind, 0, Qt.AlignmentFlag.AlignVCenter)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(Space.L)
        self._grid.setVerticalSpacing(Space.S)
        axis = QHBoxLayout()
        axis.addWidget(self._axis, 1)
        axis.addWidget(self._scale)
        self.body.addLayout(top)
        self.body.addLayout(axis)
        self.body.addWidget(self.plot, 1)
        self.body.addSpacing(Space.S)
        self.body.addLayout(self._grid)
        for index in range(_FACTS):
            self._add_fact(index)

    def _add_fact(self, index: int) -> None:
        name, value = ElidedLabel(role="caption", mode=Qt.TextElideMode.ElideRight), ElidedLabel()
        pair = QVBoxLayout()
        pair.setSpacing(0)
        pair.addWidget(name)
        pair.addWidget(value)
        self._grid.addLayout(pair, index // _FACT_COLUMNS, index % _FACT_COLUMNS)
        self._facts.append((name, value))

    def set_layer(self, layer: LayerStats | None) -> None:
        """Shows another layer."""
        self._layer = layer
        self.plot.set_histogram(layer.histogram if layer else None)
        self._name.setText(layer.name if layer else "")
        self._kind.setText(layer.kind if layer else "")
        self._kind.setVisible(layer is not None)
        self._show_facts()

    def shown_layer(self) -> LayerStats | None:
        """The layer that is shown."""
        return self._layer

    def _show_facts(self) -> None:
        facts = self._facts_of(self._layer) if self._layer else [("", "")] * len(self._facts)
        for (name, value), (title, text) in zip(self._facts, facts, strict=True):
            name.setText(title)
            value.setText(text)

    def _facts_of(self, layer: LayerStats) -> list[tuple[str, str]]:
        why = translate_sentence(layer.locked_because or "")
        return [
            (self.tr("Shape"), shape_text(layer.shape)),
            (self.tr("Parameters"), count_text(layer.parameters)),
            (self.tr("Size in memory"), bytes_text(layer.parameter_bytes)),
            (self.tr("MACs"), count_text(layer.macs)),
            (self.tr("Sparsity"), percent_text(layer.sparsity)),
            (self.tr("Channels"), UNKNOWN if layer.channels is None else str(layer.channels)),
            (self.tr("Dead channels"), str(layer.dead_channels)),
            (self.tr("Range"), self._range_of(layer)),
            (self.tr("Mean"), value_text(layer.mean)),
            (self.tr("Standard deviation"), value_text(layer.std)),
            (self.tr("Coupled group"), UNKNOWN if layer.group is None else str(layer.group)),
            (self.tr("Prunable"), self.tr("yes") if layer.prunable else why or self.tr("no")),
        ]

    def _range_of(self, layer: LayerStats) -> str:
        return self.tr("{low} to {high}").format(low=value_text(layer.min), high=value_text(layer.max))

    def _on_scale_chosen(self, index: int) -> None:
        self.plot.set_logarithmic(index == 1)

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self._scale.set_texts([self.tr("Linear"), self.tr("Log")])
        self._axis.setText(self.tr("Weights by value"))
        self._show_facts()
