"""The Compare page's view of rounding: how much each layer errs by it, and the way to spare the layer."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from engine.contract.recipe import LayerQuantizeSpec
from engine.contract.report import LayerDiagnosis, LayerReport, Report
from gui.figures import cosine_text, decibels_text
from gui.pages.compare_view import CompareView, headed_grid, scrolled_grid
from gui.plots.decibel_bar import DecibelBar
from gui.theme import Space
from gui.widgets.buttons import quiet_button
from gui.widgets.cards import Card, EmptyState
from gui.widgets.labels import ElidedLabel, caption, set_style_property, strong_label, tag

SPARED_BITS = 8
_Known = tuple[LayerReport, LayerDiagnosis]


@dataclass(frozen=True)
class _Row:
    """The widgets of one layer, from left to right."""

    name: ElidedLabel
    mark: QLabel
    bits: QLabel
    bar: DecibelBar
    alone: QLabel
    cumulative: QLabel
    cosine: QLabel
    more: QPushButton
    skip: QPushButton

    def widgets(self) -> tuple[QWidget, ...]:
        return tuple(getattr(self, field.name) for field in fields(self))


class RoundingView(CompareView):
    """A row for each rounded layer; ``exception_requested`` asks to spare one in the recipe, by name."""

    exception_requested = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self._known: list[_Known] = []
        self._rows: list[_Row] = []
        self._title, self._note = strong_label(), caption()
        self._heads = tuple(caption() for _ in fields(_Row))
        self._nothing = EmptyState("compare")
        self._card = self._filled_card()
        self._card.hide()
        self.row.addWidget(self._card)
        self.row.addWidget(self._nothing)

    def _filled_card(self) -> Card:
        card = Card()
        self._grid = headed_grid(self._heads, _side)
        self._grid.setVerticalSpacing(Space.XS)
        self._grid.setColumnStretch(0, 2)
        self._grid.setColumnStretch(3, 3)
        card.body.addWidget(self._title)
        card.body.addWidget(self._note)
        card.body.addWidget(scrolled_grid(self._grid), 1)
        return card

    def show_report(self, report: Report) -> None:
        """Shows the layers that the run has rounded."""
        self._known = [(layer, layer.diagnosis) for layer in report.layers if layer.diagnosis is not None]
        self._card.setVisible(bool(self._known))
        self._nothing.setVisible(not self._known)
        super().show_report(report)

    def texts(self) -> list[tuple[str, ...]]:
        """The rows as they are read: name, mark, bits and figures."""
        shown = self._rows[: len(self._known)]
        labels = [(row.name, row.mark, row.bits, row.alone, row.cumulative, row.cosine) for row in shown]
        return [tuple(label.text() for label in row) for row in labels]

    def buttons(self, place: int) -> tuple[QPushButton, QPushButton]:
        """What a row offers: 8 bits, and floats."""
        return self._rows[place].more, self._rows[place].skip

    def retranslate(self) -> None:
        """Renews what is shown in the current language."""
        self._title.setText(self.tr("What rounding does to answers"))
        self._note.setText(
            self.tr(
                "Signal to noise on calibration samples: the layer alone rounded, and all before it too. "
                "A click on the right spares the layer and leads back to the recipe."
            )
        )
        self._nothing.set_texts(
            self.tr("Nothing was rounded"),
            self.tr("Where a run quantizes, each layer's share of the error stands here."),
        )
        bits, alone, before = self.tr("Bits"), self.tr("Alone"), self.tr("All before")
        heads = (self.tr("Layer"), "", bits, "", alone, before, self.tr("Cosine"), "", "")
        for head, text in zip(self._heads, heads, strict=True):
            head.setText(text)
        self._show_rows()

    def _show_rows(self) -> None:
        while len(self._rows) < len(self._known):
            self._add_row()
        for place, row in enumerate(self._rows):
            is_used = place < len(self._known)
            for widget in row.widgets():
                widget.setVisible(is_used)
            if is_used:
                self._fill(row, *self._known[place])

    def _fill(self, row: _Row, layer: LayerReport, found: LayerDiagnosis) -> None:
        row.name.setText(layer.name)
        row.mark.setText(self.tr("errs most"))
        row.mark.setVisible(found.is_guilty)
        row.bits.setText(f"{layer.weight_bits} / {layer.activation_bits}")
        row.bar.show_decibels(found.local_sqnr_db, is_guilty=found.is_guilty)
        row.alone.setText(decibels_text(found.local_sqnr_db))
        row.cumulative.setText(decibels_text(found.cumulative_sqnr_db))
        row.cosine.setText(cosine_text(found.cumulative_cosine))
        row.more.setText(self.tr("Give it 8 bits"))
        row.more.setVisible(layer.weight_bits < SPARED_BITS)
        row.skip.setText(self.tr("Leave in float"))
        for button in (row.more, row.skip):
            set_style_property(button, "role", "secondary" if found.is_guilty else "quiet")

    def _add_row(self) -> None:
        place = len(self._rows)
        row = _Row(
            name=ElidedLabel(role="strong"),
            mark=tag(tone="warning"),
            bits=QLabel(),
            bar=DecibelBar(),
            alone=QLabel(),
            cumulative=QLabel(),
            cosine=QLabel(),
            more=quiet_button(),
            skip=quiet_button(),
        )
        for column, widget in enumerate(row.widgets()):
            side = Qt.AlignmentFlag(0) if column in (0, 3) else _side(column)
            self._grid.addWidget(widget, place + 1, column, side)
        row.more.clicked.connect(self._asker(place, LayerQuantizeSpec(weight_bits=SPARED_BITS)))
        row.skip.clicked.connect(self._asker(place, LayerQuantizeSpec(skip=True)))
        self._rows.append(row)

    def _asker(self, place: int, exception: LayerQuantizeSpec) -> Callable[[], None]:
        return partial(self._ask, place, exception)

    def _ask(self, place: int, exception: LayerQuantizeSpec, _is_checked: bool = False) -> None:
        self.exception_requested.emit(self._known[place][0].name, exception)


def _side(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column > 1 else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
