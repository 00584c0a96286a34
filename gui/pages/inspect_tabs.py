"""The parts of a layer's details: its weights, its channels, and what it answers."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from engine.contract.stats import LayerStats
from gui.figures import UNKNOWN, bytes_text, count_text, percent_text, shape_text, value_text
from gui.models.layer_rows import range_text
from gui.pages.inspect_facts import Facts
from gui.plots.channel_ranges import ChannelRangesPlot
from gui.plots.histogram import HistogramPlot
from gui.theme import Space
from gui.translation import translate_sentence
from gui.widgets.buttons import SegmentedControl
from gui.widgets.labels import ElidedLabel, caption
from gui.widgets.scrolled import Scrolled

_GRIDS = (None, 8, 4, 2)
_LEAST_PLOT_HEIGHT = 110


class LayerTab(QWidget):
    """One part; ``column`` takes its content, :meth:`show_now` shows the layer in the language of now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layer: LayerStats | None = None
        self.column = QVBoxLayout()
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(Space.S)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(Scrolled(self.column))

    def set_layer(self, layer: LayerStats | None) -> None:
        """Shows another layer."""
        self.layer = layer
        self.show_now()

    def show_now(self) -> None:
        """Shows the layer."""

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self.show_now()


class WeightsTab(LayerTab):
    """The histogram of the weights, with the levels of few bits over it, and their moments."""

    def __init__(self) -> None:
        super().__init__()
        self.plot, self.facts = HistogramPlot(), Facts(12)
        self.plot.setMinimumHeight(_LEAST_PLOT_HEIGHT)
        self.scale, self.grid = SegmentedControl(is_compact=True), SegmentedControl(is_compact=True)
        self._note = ElidedLabel(role="caption", mode=Qt.TextElideMode.ElideRight)
        self.coupled: tuple[str, ...] = ()
        self.scale.chosen.connect(lambda index: self.plot.set_logarithmic(index == 1))
        self.grid.chosen.connect(self._on_grid_chosen)
        row = QHBoxLayout()
        row.addWidget(self.scale)
        row.addStretch(1)
        row.addWidget(self.grid)
        self.column.addLayout(row)
        self.column.addWidget(self.plot, 1)
        self.column.addWidget(self._note)
        self.column.addSpacing(Space.XS)
        self.column.addWidget(self.facts)

    def show_now(self) -> None:
        """Shows the layer."""
        layer = self.layer
        self.plot.set_histogram(layer.histogram if layer else None)
        self.facts.show_facts(self._facts_of(layer) if layer else ())
        self._show_note()

    def _facts_of(self, layer: LayerStats) -> list[tuple[str, str]]:
        why = translate_sentence(layer.locked_because or "")
        size = f"{bytes_text(layer.parameter_bytes)} · {percent_text(layer.size_share)}"
        return [
            (self.tr("Shape"), shape_text(layer.shape)),
            (self.tr("Parameters"), count_text(layer.parameters)),
            (self.tr("Size in memory"), size),
            (self.tr("MACs"), count_text(layer.macs)),
            (self.tr("Range"), range_text(layer)),
            (self.tr("Sparsity"), percent_text(layer.sparsity)),
            (self.tr("Mean"), value_text(layer.mean)),
            (self.tr("Standard deviation"), value_text(layer.std)),
            (self.tr("Kurtosis"), value_text(layer.kurtosis)),
            (self.tr("Dead channels"), str(layer.dead_channels)),
            (self.tr("Coupled with"), ", ".join(self.coupled) or UNKNOWN),
            (self.tr("Prunable"), self.tr("yes") if layer.prunable else why or self.tr("no")),
        ]

    def _on_grid_chosen(self, index: int) -> None:
        self.plot.set_grid(_GRIDS[index])
        self._show_note()

    def _show_note(self) -> None:
        bits = _GRIDS[max(0, self.grid.index())]
        if bits is None:
            self._note.setText(self.tr("Weights by value"))
        else:
            self._note.setText(
                self.tr("Levels of {bits} bits at the layer's widest channel").format(bits=bits)
            )

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self.scale.set_texts([self.tr("Linear"), self.tr("Log")])
        self.grid.set_texts([self.tr("Off"), *(self.tr("{bits} bit").format(bits=n) for n in _GRIDS[1:])])
        super().retranslate()


class ChannelsTab(LayerTab):
    """The smallest and largest weight of each output channel."""

    def __init__(self) -> None:
        super().__init__()
        self.plot, self.facts, self._note = ChannelRangesPlot(), Facts(4), caption()
        self.plot.setMinimumHeight(_LEAST_PLOT_HEIGHT)
        self.column.addWidget(self.plot, 1)
        self.column.addWidget(self._note)
        self.column.addWidget(self.facts)

    def show_now(self) -> None:
        """Shows the layer."""
        layer = self.layer
        ranges = layer.ranges if layer else None
        self.plot.set_ranges(ranges)
        self.plot.setVisible(ranges is not None)
        self._note.setText(self._note_of(layer) if layer else "")
        self.facts.show_facts(self._facts_of(layer) if layer else ())

    def _note_of(self, layer: LayerStats) -> str:
        if layer.ranges is None:
            return self.tr("This layer has no output channels.")
        if layer.ranges.together == 1:
            return self.tr("Smallest and largest weight of each output channel")
        return self.tr("Smallest and largest weight of {count} output channels each").format(
            count=layer.ranges.together
        )

    def _facts_of(self, layer: LayerStats) -> list[tuple[str, str]]:
        facts = [
            (self.tr("Channels"), UNKNOWN if layer.channels is None else str(layer.channels)),
            (self.tr("Dead channels"), str(layer.dead_channels)),
        ]
        if layer.ranges is not None and layer.ranges.low:
            widths = _widths(layer)
            facts += [
                (self.tr("Widest channel"), value_text(max(widths))),
                (self.tr("Widest over middle"), _times(max(widths), sorted(widths)[len(widths) // 2])),
            ]
        return facts


def _widths(layer: LayerStats) -> list[float]:
    """The value that is farthest from zero, of each channel."""
    assert layer.ranges is not None
    return [max(abs(low), abs(high)) for low, high in zip(layer.ranges.low, layer.ranges.high, strict=True)]


def _times(value: float, other: float) -> str:
    return f"{value / other:.1f}×" if other else UNKNOWN


class OutputsTab(LayerTab):
    """What the layer answers on calibration samples, where the model was inspected with data."""

    def __init__(self) -> None:
        super().__init__()
        self.plot, self.facts, self._note = HistogramPlot(), Facts(4), caption()
        self.plot.setMinimumHeight(_LEAST_PLOT_HEIGHT)
        self.scale, self.hint = SegmentedControl(is_compact=True), caption()
        self.scale.chosen.connect(lambda index: self.plot.set_logarithmic(index == 1))
        shown = QWidget()
        column = QVBoxLayout(shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.scale, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.plot, 1)
        column.addWidget(self._note)
        column.addWidget(self.facts)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.hint)
        self.stack.addWidget(shown)
        self.column.addWidget(self.stack)

    def show_now(self) -> None:
        """Shows the layer."""
        output = self.layer.output if self.layer else None
        self.stack.setCurrentIndex(int(output is not None))
        self.plot.set_histogram(output.histogram if output else None)
        if output is not None:
            ends = f"{value_text(output.min)} … {value_text(output.max)}"
            self.facts.show_facts(
                [
                    (self.tr("Range"), ends),
                    (self.tr("Zeros"), percent_text(output.zeros)),
                    (self.tr("Mean"), value_text(output.mean)),
                    (self.tr("Standard deviation"), value_text(output.std)),
                ]
            )

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self.scale.set_texts([self.tr("Linear"), self.tr("Log")])
        self._note.setText(self.tr("Outputs by value, on calibration samples"))
        self.hint.setText(self.tr("Open the model together with its data to see what this layer answers."))
        super().retranslate()
