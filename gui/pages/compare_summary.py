"""The Compare page's first view: the table of figures beside the layers' bars."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout

from engine.contract.report import LayerReport, Report
from gui.figures import bytes_text, count_text, shape_text
from gui.pages.compare_rows import CompareWords, byte_pairs, mac_pairs
from gui.pages.compare_view import CompareView, Legend, headed_grid, scrolled_grid
from gui.plots.bars import PairedBars
from gui.theme import Space
from gui.translation import text_of
from gui.widgets.buttons import SegmentedControl
from gui.widgets.cards import Card
from gui.widgets.labels import caption, set_style_property, strong_label
from gui.widgets.scrolled import Scrolled

_ROLES: dict[bool | None, str] = {True: "gain", False: "loss", None: "secondary"}


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
        self._grid = headed_grid(self._heads, _side)
        self._grid.setVerticalSpacing(Space.S)
        self._grid.setColumnStretch(0, 1)
        card.body.addWidget(scrolled_grid(self._grid))
        return card

    def _bars_card(self) -> Card:
        card = Card()
        top = QHBoxLayout()
        top.setSpacing(Space.M)
        top.addWidget(self._layers_title)
        top.addWidget(self._legend, 1, Qt.AlignmentFlag.AlignLeft)
        top.addWidget(self._what)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, Space.S, 0)
        column.addWidget(self.bars)
        column.addStretch(1)
        card.body.addLayout(top)
        card.body.addWidget(Scrolled(column), 1)
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


def _side(column: int) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
