"""Which layers bear what: a heat map of all layers, and the curves of the chosen ones."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from engine.contract.methods import SensitivityKind
from engine.contract.stats import SensitivityMap
from gui.models.measurement import Measurement
from gui.models.sensitivity_grid import SensitivityGrid, Subject
from gui.pages.inspect_bears import LayerBears
from gui.pages.inspect_measure import MeasureControls
from gui.pages.inspect_words import SensitivityWords
from gui.plots.heat_legend import HeatLegend
from gui.plots.heat_map import HeatMap
from gui.theme import Space
from gui.widgets.cards import Card, EmptyState
from gui.widgets.labels import caption

_POINTS = ("0", "−1", "−5", "−20")
_ENERGY = ("100 %", "95 %", "80 %", "50 %")
_DECIBELS = ("40 dB", "20 dB", "10 dB", "0 dB")
_CURVES_HEIGHT = 236
_LEGENDS = {SensitivityKind.FULL: (_POINTS, ()), SensitivityKind.QUICK: (_ENERGY, _DECIBELS)}


class SensitivityView(QWidget):
    """Shows what was measured of a kind; asks for more.

    ``layer_chosen`` carries the name of a layer, and whether it is added to those that are chosen.
    """

    layer_chosen = Signal(str, bool)
    measure_requested = Signal(object, int)
    cancel_requested = Signal()
    data_requested = Signal()
    take_requested = Signal(tuple)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._chosen: tuple[str, ...] = ()
        self._maps: dict[SensitivityKind, SensitivityMap] = {}
        self._measurement: Measurement | None = None
        self._has_data = True
        self._grid, self._words = SensitivityGrid((), None), SensitivityWords(self)
        self.controls, self.map = MeasureControls(), HeatMap(self._tip)
        self.legends, self._legend_note = (HeatLegend(), HeatLegend()), caption()
        self.bears: LayerBears | None = None
        self.empty = EmptyState("chart")
        self._stack, self._curves = QStackedWidget(), Card(Space.M)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        legend = QHBoxLayout()
        legend.setSpacing(Space.L)
        for part in self.legends:
            legend.addWidget(part)
        legend.addWidget(self._legend_note, 1)
        heat = QWidget()
        column = QVBoxLayout(heat)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addWidget(self.map, 1)
        column.addLayout(legend)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(heat)
        card = Card(Space.M)
        card.body.addWidget(self.controls)
        card.body.addWidget(self._stack, 1)
        self._curves.setMaximumHeight(_CURVES_HEIGHT)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.M)
        layout.addWidget(card, 3)
        layout.addWidget(self._curves, 2)

    def _connect(self) -> None:
        self.controls.started.connect(self.measure_requested)
        self.controls.cancelled.connect(self.cancel_requested)
        self.controls.kind_chosen.connect(self._show)
        self.map.row_chosen.connect(self._on_map_row_chosen)
        self.empty.clicked.connect(self._on_empty_clicked)

    def set_layers(self, names: tuple[str, ...], *, has_data: bool) -> None:
        """Shows another model; without data there is only the quick kind."""
        self._names, self._has_data = names, has_data
        self._show()

    def set_maps(self, maps: dict[SensitivityKind, SensitivityMap]) -> None:
        """Shows what is known."""
        self._maps = maps
        self._show()

    def set_measurement(self, measurement: Measurement | None) -> None:
        """A measurement goes on, or has ended; the one that begins is brought in front."""
        if measurement is not None and self._measurement is None:
            self.controls.set_kind(measurement.kind)
        self._measurement = measurement
        self._show()

    def show_kind(self, kind: SensitivityKind) -> None:
        """Shows the map of a kind, as its button does."""
        self.controls.set_kind(kind)
        self._show()

    def set_chosen(self, names: tuple[str, ...]) -> None:
        """Marks layers, and shows their curves."""
        self._chosen = names
        rows = self._show_chosen()
        if len(rows) == 1:
            self.map.show_row(*rows)

    def _show_chosen(self) -> frozenset[int]:
        rows = frozenset(number for number, name in enumerate(self._names) if name in self._chosen)
        self.map.set_chosen(rows)
        if self.bears is not None:
            self.bears.show_layers(self.found(), self._chosen)
        return rows

    def _build_curves(self) -> None:
        """Built once there is something to draw: plots take longer than all else on the page."""
        self.bears = LayerBears(is_wide=True)
        self.bears.take_requested.connect(self.take_requested)
        self._curves.body.addWidget(self.bears)

    def found(self) -> SensitivityMap | None:
        """What is shown."""
        return self._maps.get(self.controls.kind())

    def has_heat(self) -> bool:
        """Whether the heat map is shown."""
        return self._stack.currentIndex() == 1

    def _show(self) -> None:
        found, is_measuring = self.found(), self._measures_this()
        self._grid = SensitivityGrid(self._names, found)
        self._stack.setCurrentIndex(int(found is not None or is_measuring))
        # A page that is not in front asks for no room.
        policy = QSizePolicy.Policy.Ignored if self.has_heat() else QSizePolicy.Policy.Preferred
        self.empty.setSizePolicy(policy, policy)
        if self.has_heat() and self.bears is None:
            self._build_curves()
        self._curves.setVisible(self.has_heat())
        self.map.show_grid(self._grid)
        self._show_chosen()
        self._show_controls()
        for part, texts in zip(self.legends, _LEGENDS[self.controls.kind()], strict=True):
            part.show_texts(texts)
        self._show_texts()

    def _show_controls(self) -> None:
        going = self._measurement
        is_possible = self._has_data or self.controls.kind() is SensitivityKind.QUICK
        self.controls.show_state(
            is_measuring=going is not None,
            can_measure=is_possible and bool(self._names),
            step=going.step if going is not None else 0,
            steps=going.steps if going is not None else 0,
        )
        self.controls.set_note(self._note())

    def _measures_this(self) -> bool:
        return self._measurement is not None and self._measurement.kind is self.controls.kind()

    def _note(self) -> str:
        """How far the measurement is, or what it was made of."""
        found, going, count = self.found(), self._measurement, len(self._names)
        if going is not None and not self._measures_this():
            return self._words.other()
        if going is not None:
            return self._words.progress(len(going.layers), count, found)
        return self._words.result(count, found) if found is not None else ""

    def _tip(self, row: int, column: int) -> str:
        return self._words.cell(self._grid, row, column)

    def _on_map_row_chosen(self, row: int, is_added: bool) -> None:
        self.layer_chosen.emit(self._names[row], is_added)

    def _on_empty_clicked(self) -> None:
        if self._lacks_data():
            self.data_requested.emit()
        else:
            self.controls.measure.click()

    def _lacks_data(self) -> bool:
        return self.controls.kind() is SensitivityKind.FULL and not self._has_data

    def _show_texts(self) -> None:
        is_full = self.controls.kind() is SensitivityKind.FULL
        self._legend_note.setText(self._words.legend(is_full=is_full))
        if not self.has_heat():
            self.empty.set_texts(*self._words.empty(is_full=is_full, lacks_data=self._lacks_data()))

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self.controls.retranslate()
        self.map.set_titles(
            {
                Subject.WEIGHTS: self.tr("Weights pruned (%)"),
                Subject.CHANNELS: self.tr("Channels pruned (%)"),
                Subject.BITS: self.tr("Weight bits"),
            }
        )
        if self.bears is not None:
            self.bears.retranslate()
        self._show()
