"""The three views of the Compare page: figures and layers, weights, confusion."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.contract.report import LayerReport, Report
from engine.contract.stats import Histogram, ModelStats
from gui.figures import bytes_text, count_text, percent_text, shape_text
from gui.pages.compare_rows import CompareWords, byte_pairs, mac_pairs
from gui.plots.bars import PairedBars
from gui.plots.confusion import ConfusionPlot
from gui.plots.overlay import HistogramOverlay
from gui.theme import Space, current_theme, theme_signals
from gui.translation import text_of
from gui.widgets.buttons import SegmentedControl
from gui.widgets.cards import Card
from gui.widgets.labels import caption, set_style_property, strong_label

_ROLES: dict[bool | None, str] = {True: "gain", False: "loss", None: "secondary"}


class Legend(QWidget):
    """Which colour is before and which is after."""

    def __init__(self) -> None:
        super().__init__()
        self._before, self._after = QLabel(), QLabel()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.M)
        for label in (self._before, self._after):
            label.setTextFormat(Qt.TextFormat.RichText)
            layout.addWidget(label)
        theme_signals().changed.connect(self.retranslate)
        self.retranslate()

    def retranslate(self) -> None:
        """Renews the texts in the current language and theme."""
        theme = current_theme()
        for label, colour, text in (
            (self._before, theme.before, self.tr("before")),
            (self._after, theme.after, self.tr("after")),
        ):
            label.setText(f'<span style="color:{colour}">■</span> {text}')


class CompareView(QWidget):
    """One view: cards beside each other, filled by :meth:`show_report`."""

    def __init__(self) -> None:
        super().__init__()
        self._report: Report | None = None
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(Space.L)

    def show_report(self, report: Report) -> None:
        """Shows another report."""
        self._report = report
        self.retranslate()

    def retranslate(self) -> None:
        """Renews what is shown in the current language."""


class SummaryView(CompareView):
    """The table of figures beside the layers' bars."""

    def __init__(self) -> None:
        super().__init__()
        self._words = CompareWords(self)
        self._heads = (caption(), caption(), caption(), caption())
        self._rows: list[tuple[QLabel, ...]] = []
        self._what, self.bars, self._legend = SegmentedControl(), PairedBars(bytes_text), Legend()
        self._what.chosen.connect(self.retranslate)
        self._layers_title = strong_label()
        self.row.addWidget(self._table_card(), 4)
        self.row.addWidget(self._bars_card(), 5)

    def _table_card(self) -> Card:
        card = Card()
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(Space.L)
        self._grid.setVerticalSpacing(Space.S)
        self._grid.setColumnStretch(0, 1)
        for column, head in enumerate(self._heads):
            head.setWordWrap(False)
            self._grid.addWidget(head, 0, column, _side(column))
        card.body.addLayout(self._grid)
        card.body.addStretch(1)
        return card

    def _bars_card(self) -> Card:
        card = Card()
        top = QHBoxLayout()
        top.setSpacing(Space.L)
        top.addWidget(self._layers_title)
        top.addWidget(self._legend, 1, Qt.AlignmentFlag.AlignLeft)
        top.addWidget(self._what)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        inside = QWidget()
        inside.setObjectName("scrolled")
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(0, 0, Space.S, 0)
        layout.addWidget(self.bars)
        layout.addStretch(1)
        area.setWidget(inside)
        card.body.addLayout(top)
        card.body.addWidget(area, 1)
        return card

    def texts(self) -> list[tuple[str, ...]]:
        """The table as it is read."""
        return [tuple(label.text() for label in row) for row in self._rows if not row[0].isHidden()]

    def retranslate(self) -> None:
        """Renews what is shown in the current language."""
        heads = ("", self.tr("Before"), self.tr("After"), self.tr("Change"))
        for head, text in zip(self._heads, heads, strict=True):
            head.setText(text)
        self._layers_title.setText(self.tr("Layers"))
        self._what.set_texts([self.tr("Bytes"), self.tr("MACs")])
        self._legend.retranslate()
        if self._report is not None:
            self._show_rows(self._report)
            self._show_bars(self._report)

    def _show_rows(self, report: Report) -> None:
        rows = self._words.rows(report)
        while len(self._rows) < len(rows):
            self._add_row()
        for place, labels in enumerate(self._rows):
            for label in labels:
                label.setVisible(place < len(rows))
        for labels, row in zip(self._rows, rows, strict=False):
            for label, text in zip(labels, (row.name, row.before, row.after, row.change), strict=True):
                label.setText(text)
            set_style_property(labels[3], "role", _ROLES[row.is_gain])

    def _add_row(self) -> None:
        labels = tuple(QLabel() for _ in range(4))
        for column, label in enumerate(labels):
            label.setProperty("role", "secondary" if column < 2 else "strong")
            self._grid.addWidget(label, len(self._rows) + 1, column, _side(column))
        self._rows.append(labels)

    def _show_bars(self, report: Report) -> None:
        if self._what.index() == 0:
            self.bars.show_pairs(byte_pairs(report.layers, self._note), bytes_text)
        else:
            self.bars.show_pairs(mac_pairs(report.layers, self._note), count_text)

    def _note(self, layer: LayerReport) -> str:
        shapes = f"{shape_text(layer.shape_before)} → {shape_text(layer.shape_after)}"
        why = text_of(layer.why_code, layer.why_arguments, layer.why or "")
        return f"{shapes}\n{why}" if why else shapes


class WeightsView(CompareView):
    """A layer's weights before and after."""

    def __init__(self) -> None:
        super().__init__()
        self.layer, self._scale, self._legend = QComboBox(), SegmentedControl(), Legend()
        self.layer.setMinimumWidth(260)
        self.plot, self._note = HistogramOverlay(), caption()
        self.layer.currentIndexChanged.connect(self._show_layer)
        self._scale.chosen.connect(lambda index: self.plot.set_logarithmic(bool(index)))
        card = Card()
        top = QHBoxLayout()
        top.setSpacing(Space.L)
        top.addWidget(self.layer)
        top.addWidget(self._legend, 1, Qt.AlignmentFlag.AlignLeft)
        top.addWidget(self._scale)
        card.body.addLayout(top)
        card.body.addWidget(self.plot, 1)
        card.body.addWidget(self._note)
        self.row.addWidget(card)

    def show_report(self, report: Report) -> None:
        """Lists the report's layers and shows the first."""
        super().show_report(report)
        self.layer.clear()
        self.layer.addItems([layer.name for layer in report.layers])

    def retranslate(self) -> None:
        """Renews what is shown in the current language."""
        self._scale.set_texts([self.tr("Linear"), self.tr("Logarithmic")])
        self._legend.retranslate()
        self._show_layer()

    def note(self) -> str:
        """What is said of the layer."""
        return self._note.text()

    def _show_layer(self) -> None:
        index = self.layer.currentIndex()
        if self._report is None or not 0 <= index < len(self._report.layers):
            return
        layer = self._report.layers[index]
        before, after = self._report.before, self._report.after
        self.plot.show_histograms(_histogram(before, layer.name), _histogram(after, layer.name))
        self._note.setText(self._words(layer))

    def _words(self, layer: LayerReport) -> str:
        parts = [
            f"{shape_text(layer.shape_before)} → {shape_text(layer.shape_after)}",
            self.tr("zeros {before} → {after}").format(
                before=percent_text(layer.sparsity_before), after=percent_text(layer.sparsity_after)
            ),
            self.tr("{weight}-bit weights, {activation}-bit activations").format(
                weight=layer.weight_bits, activation=layer.activation_bits
            ),
        ]
        if layer.sqnr_db is not None:
            parts.append(self.tr("SQNR {value} dB").format(value=f"{layer.sqnr_db:.1f}"))
        why = text_of(layer.why_code, layer.why_arguments, layer.why or "")
        return "   ·   ".join([*parts, why] if why else parts)


class ConfusionView(CompareView):
    """Which classes are taken for which, before and after."""

    def __init__(self) -> None:
        super().__init__()
        self.before, self.after = ConfusionPlot(), ConfusionPlot()
        self._titles = (strong_label(), strong_label())
        self._notes = (caption(), caption())
        for title, plot, note in zip(self._titles, (self.before, self.after), self._notes, strict=True):
            card = Card()
            for widget, stretch in ((title, 0), (plot, 1), (note, 0)):
                card.body.addWidget(widget, stretch)
            self.row.addWidget(card)

    def show_report(self, report: Report) -> None:
        """Shows both matrices."""
        super().show_report(report)
        names = report.recipe.data.class_names
        self.before.show_matrix(report.before.confusion, names)
        self.after.show_matrix(report.after.confusion, names)

    def retranslate(self) -> None:
        """Renews what is shown in the current language."""
        for label, text in zip(self._titles, (self.tr("Before"), self.tr("After")), strict=True):
            label.setText(text)
        for note in self._notes:
            note.setText(self.tr("Rows are the true classes, columns the model's answers."))


def _histogram(stats: ModelStats, layer: str) -> Histogram | None:
    return next((found.histogram for found in stats.layers if found.name == layer), None)


def _side(column: int) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
