"""Inspect: sums over the model, its layers as a table, the selected layer in detail, and what each layer bears."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from engine.contract.errors import PenjingError
from engine.contract.methods import PruneGranularity, SensitivityKind
from engine.contract.stats import Inspection, LayerStats, SensitivityMap
from gui.figures import bytes_text, shape_text
from gui.models.bearing import told_by
from gui.models.layer_export import csv_text
from gui.models.measurement import Measurement
from gui.pages.inspect_layer import LayerPanel
from gui.pages.inspect_sensitivity import SensitivityView
from gui.pages.inspect_table import LayersCard
from gui.pages.inspect_tiles import SumTiles
from gui.theme import Space
from gui.translation import error_text, text_of
from gui.widgets.buttons import SegmentedControl, primary_button
from gui.widgets.cards import Banner, EmptyState
from gui.widgets.page import Page

Maps = dict[SensitivityKind, SensitivityMap]


class InspectPage(Page):
    """Shows an :class:`Inspection`, and the sensitivity of its layers.

    ``take_requested`` carries what was measured, by layer, and shall enter the recipe.
    """

    compress_requested = Signal()
    open_requested = Signal()
    data_requested = Signal()
    form_requested = Signal()
    measure_requested = Signal(object, int)
    cancel_requested = Signal()
    take_requested = Signal(dict)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inspection: Inspection | None = None
        self._maps: Maps = {}
        self._chosen: tuple[str, ...] = ()
        self._is_choosing = False
        self.tiles, self.layers, self.panel = SumTiles(), LayersCard(), LayerPanel()
        self.sensitivity, self.banner, self.bare = SensitivityView(), Banner(), Banner()
        self.views, self._compress = SegmentedControl(), primary_button("", "compress")
        self._empty = EmptyState("inspect")
        self._stack, self._content = QStackedWidget(), QStackedWidget()
        self._lay_out()
        self._connect()
        self.retranslate()
        self.set_inspection(None)

    def _lay_out(self) -> None:
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setHandleWidth(Space.L)
        split.setChildrenCollapsible(False)
        split.addWidget(self.layers)
        split.addWidget(self.panel)
        split.setStretchFactor(0, 1)
        split.setSizes([680, 324])
        table = QWidget()
        layout = QVBoxLayout(table)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.L)
        layout.addWidget(self.tiles)
        layout.addWidget(split, 1)
        self._content.addWidget(table)
        self._content.addWidget(self.sensitivity)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._content)
        self.toolbar.addWidget(self.views, 0, Qt.AlignmentFlag.AlignVCenter)
        self.toolbar.addWidget(self._compress)
        self.body.addWidget(self.bare)
        self.body.addWidget(self.banner)
        self.body.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self._compress.clicked.connect(self.compress_requested)
        self._empty.clicked.connect(self.open_requested)
        self.banner.acted.connect(self.compress_requested)
        self.bare.acted.connect(self.form_requested)
        self.views.chosen.connect(self._content.setCurrentIndex)
        self.layers.picked.connect(self._on_layers_picked)
        self.layers.csv_requested.connect(self.save_csv)
        self.panel.take_requested.connect(self._take)
        self.panel.measure_requested.connect(lambda: self.show_view(1))
        self.sensitivity.layer_chosen.connect(self._on_sensitivity_layer_chosen)
        self.sensitivity.measure_requested.connect(self._on_sensitivity_measure_requested)
        self.sensitivity.cancel_requested.connect(self.cancel_requested)
        self.sensitivity.data_requested.connect(self.data_requested)
        self.sensitivity.take_requested.connect(self._take)

    def take_focus(self) -> None:
        """The arrow keys go through the layers at once."""
        (self.layers.view, self.sensitivity.map)[self._content.currentIndex()].setFocus()

    def prepare(self) -> bool:
        """Builds one more tab of the layer's details."""
        return self.panel.build_next()

    def show_view(self, index: int) -> None:
        """Shows the layers (0) or their sensitivity (1)."""
        self.views.set_index(index)
        self._content.setCurrentIndex(index)

    def set_inspection(self, inspection: Inspection | None, *, has_data: bool = False) -> None:
        """Shows another model; None while none is open."""
        if inspection != self._inspection:
            self.banner.hide()
        self._inspection = inspection
        layers = inspection.layers if inspection else ()
        self._stack.setCurrentIndex(int(inspection is not None))
        is_whole = inspection is not None and inspection.bare_because is None
        for widget in (self._compress, self.views):
            widget.setVisible(is_whole)
        self.bare.setVisible(inspection is not None and not is_whole)
        if inspection is not None and not is_whole:
            self.show_view(0)
            self._tell_bare(inspection)
        self._chosen = ()
        self.sensitivity.set_layers(tuple(layer.name for layer in layers), has_data=has_data)
        self.layers.set_layers(layers, Path(inspection.source.file).stem if inspection else "")
        # Focus may have made the first row current before, so that its change is not told here.
        self._choose(self.layers.view.layers())
        self._show_sums()

    def _tell_bare(self, inspection: Inspection) -> None:
        """Why there is nothing but tensors, and the way to more."""
        because = inspection.bare_because or ""
        self.bare.tell(
            lambda: text_of(inspection.bare_code, inspection.bare_arguments, because),
            "warning",
            lambda: self.tr("Say more about the model"),
        )

    def set_sensitivity(self, maps: Maps, granularity: PruneGranularity) -> None:
        """Shows what was measured; what layers bear is told for the recipe's granularity."""
        self._maps = maps
        best = self._best_map()
        self.layers.set_sensitivities(told_by(best), granularity)
        self.panel.set_map(best)
        self.sensitivity.set_maps(maps)

    def set_measurement(self, measurement: Measurement | None) -> None:
        """A measurement goes on, or has ended."""
        self.sensitivity.set_measurement(measurement)

    def show_error(self, error: PenjingError) -> None:
        """Says why the sensitivity could not be measured."""
        self.banner.tell(lambda: error_text(error))

    def show_taken(self, sentence: Callable[[], str]) -> None:
        """Says what entered the recipe."""
        self.banner.tell(sentence, "success", lambda: self.tr("Show the recipe"))

    def save_csv(self, path: Path) -> None:
        """Writes the table as it is filtered and sorted; the banner tells how it went."""
        try:
            # Spreadsheets take a file without this mark for one in the system's own letters.
            path.write_text(csv_text(self.layers.rows()), encoding="utf-8-sig", newline="")
        except OSError as error:
            self._tell_unsaved(error.strerror or str(error))
            return
        self.banner.tell(lambda: self.tr("Saved as {path}").format(path=path), "success")

    def _tell_unsaved(self, reason: str) -> None:
        self.banner.tell(lambda: self.tr("The table could not be saved: {reason}").format(reason=reason))

    def _best_map(self) -> SensitivityMap | None:
        """Accuracy says more than weights alone."""
        return self._maps.get(SensitivityKind.FULL) or self._maps.get(SensitivityKind.QUICK)

    def _take(self, names: tuple[str, ...]) -> None:
        """What is taken is what is seen: the map of the view that the button stands in."""
        is_panel = self._content.currentIndex() == 0
        told = told_by(self._best_map() if is_panel else self.sensitivity.found())
        measured = {name: told[name] for name in names if name in told}
        if measured:
            self.take_requested.emit(measured)

    def _on_sensitivity_measure_requested(self, kind: SensitivityKind, samples: int) -> None:
        self.banner.hide()
        self.measure_requested.emit(kind, samples)

    def _on_layers_picked(self, layers: tuple[LayerStats, ...]) -> None:
        if not self._is_choosing:
            self._choose(layers)

    def _on_sensitivity_layer_chosen(self, name: str, is_added: bool) -> None:
        names = (name, *(other for other in self._chosen if other != name)) if is_added else (name,)
        assert self._inspection is not None
        by_name = {layer.name: layer for layer in self._inspection.layers}
        self._is_choosing = True
        self.layers.view.select_layers(names)
        self._is_choosing = False
        self._choose(tuple(by_name[other] for other in names))

    def _choose(self, layers: tuple[LayerStats, ...]) -> None:
        """The first of these is shown in detail, the curves of all."""
        self._chosen = tuple(layer.name for layer in layers)
        layer = layers[0] if layers else None
        self.panel.set_layer(layer, self._coupled_with(layer))
        self.sensitivity.set_chosen(self._chosen)

    def _coupled_with(self, layer: LayerStats | None) -> tuple[str, ...]:
        if layer is None or layer.group is None or self._inspection is None:
            return ()
        others = (other for other in self._inspection.layers if other.group == layer.group)
        return tuple(other.name for other in others if other.name != layer.name)

    def _show_sums(self) -> None:
        inspection = self._inspection
        self.set_heading(self.tr("Inspect"), self._subtitle_of(inspection) if inspection else "")
        if inspection is not None:
            self.tiles.show_inspection(inspection)

    def _subtitle_of(self, inspection: Inspection) -> str:
        source = inspection.source
        name = self.tr("The sample project") if source.file == "sample" else Path(source.file).name
        parts = [name, source.architecture or "", bytes_text(source.size_bytes)]
        if source.pruned_from is not None:
            parts.append(self.tr("pruned from {name}").format(name=source.pruned_from.name))
        if source.input_shape:
            parts.append(self.tr("input {shape}").format(shape=shape_text(source.input_shape)))
        return "\u00a0\u00a0\u00a0·   ".join(part for part in parts if part)

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self._compress.setText(self.tr("Compress"))
        self.views.set_texts([self.tr("Layers"), self.tr("Sensitivity")])
        self._empty.set_texts(
            self.tr("Nothing is open yet"),
            self.tr("Open a model to see its layers, their sizes and how their weights are spread."),
            self.tr("Open a model"),
        )
        for part in (self.tiles, self.layers, self.panel, self.sensitivity):
            part.retranslate()
        self._show_sums()
