"""One layer in detail: its weights, its channels, what it answers, and what it bears."""

from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from engine.contract.stats import LayerStats, SensitivityMap
from gui.pages.inspect_bears import LayerBears
from gui.pages.inspect_tabs import ChannelsTab, LayerTab, OutputsTab, WeightsTab
from gui.theme import Space
from gui.widgets.buttons import SegmentedControl, secondary_button
from gui.widgets.cards import Card
from gui.widgets.labels import ElidedLabel, caption, tag

_LEAST_WIDTH = 316


class SensitivityTab(LayerTab):
    """What the layer bears, drawn once something is known; without a measurement, the way to one."""

    take_requested = Signal(tuple)

    def __init__(self) -> None:
        super().__init__()
        self.bears: LayerBears | None = None
        self.measure, self._hint = secondary_button(icon_name="chart"), caption()
        self.found: SensitivityMap | None = None
        waiting = QWidget()
        column = QVBoxLayout(waiting)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addStretch(1)
        column.addWidget(self._hint)
        column.addWidget(self.measure)
        column.addStretch(1)
        self._stack = QStackedWidget()
        self._stack.addWidget(waiting)
        self.column.addWidget(self._stack)

    def show_now(self) -> None:
        """Shows the layer."""
        name = self.layer.name if self.layer is not None else ""
        is_known = self.found is not None and name in self.found.layers
        if is_known and self.bears is None:
            self.bears = LayerBears(is_wide=False)
            self.bears.take_requested.connect(self.take_requested)
            self._stack.addWidget(self.bears)
        self._stack.setCurrentIndex(int(is_known))
        if self.bears is not None:
            self.bears.show_layers(self.found, (name,))

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self._hint.setText(self.tr("How much of this layer may go has not been measured yet."))
        self.measure.setText(self.tr("Measure the sensitivity"))
        if self.bears is not None:
            self.bears.retranslate()
        super().retranslate()


_TABS: tuple[type[LayerTab], ...] = (WeightsTab, ChannelsTab, OutputsTab, SensitivityTab)
Tab = TypeVar("Tab", bound=LayerTab)


class LayerPanel(Card):
    """Follows the layer that is current in the table; its tabs are built when they are first shown.

    ``take_requested`` carries the names of layers whose suggestions shall enter the recipe.
    """

    take_requested = Signal(tuple)
    measure_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._layer: LayerStats | None = None
        self._coupled: tuple[str, ...] = ()
        self._found: SensitivityMap | None = None
        self._name, self._kind = ElidedLabel(role="heading"), tag()
        self.parts = SegmentedControl(is_compact=True)
        self._tabs: dict[type[LayerTab], LayerTab] = {}
        self._places: list[QVBoxLayout] = []
        self._stack = QStackedWidget()
        self.setMinimumWidth(_LEAST_WIDTH)
        self._lay_out()
        self.parts.chosen.connect(self.show_tab)
        self.tab(WeightsTab)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(Space.S)
        top.addWidget(self._name, 1)
        top.addWidget(self._kind)
        for _ in _TABS:
            place = QWidget()
            layout = QVBoxLayout(place)
            layout.setContentsMargins(0, 0, 0, 0)
            self._places.append(layout)
            self._stack.addWidget(place)
        self.body.addLayout(top)
        self.body.addWidget(self.parts)
        self.body.addWidget(self._stack, 1)

    def show_tab(self, index: int) -> None:
        """Shows the weights (0), the channels, the outputs or the sensitivity."""
        self.parts.set_index(index)
        self.tab(_TABS[index])
        self._stack.setCurrentIndex(index)

    def tab(self, kind: type[Tab]) -> Tab:
        """One of the tabs, built if it was not there yet."""
        if kind not in self._tabs:
            self._build(kind)
        tab = self._tabs[kind]
        assert isinstance(tab, kind)
        return tab

    def build_next(self) -> bool:
        """Builds one more tab; False when all are there."""
        missing = next((kind for kind in _TABS if kind not in self._tabs), None)
        if missing is not None:
            self._build(missing)
        return missing is not None

    def _build(self, kind: type[LayerTab]) -> None:
        tab = self._tabs[kind] = kind()
        self._places[_TABS.index(kind)].addWidget(tab)
        if isinstance(tab, SensitivityTab):
            tab.measure.clicked.connect(self.measure_requested)
            tab.take_requested.connect(self.take_requested)
        tab.retranslate()
        self._fill(tab)

    def _fill(self, tab: LayerTab) -> None:
        if isinstance(tab, WeightsTab):
            tab.coupled = self._coupled
        elif isinstance(tab, SensitivityTab):
            tab.found = self._found
        tab.set_layer(self._layer)

    def set_layer(self, layer: LayerStats | None, coupled: tuple[str, ...] = ()) -> None:
        """Shows another layer; ``coupled`` are those that lose their channels together with it."""
        self._layer, self._coupled = layer, coupled
        self._name.setText(layer.name if layer else "")
        self._kind.setText(layer.kind if layer else "")
        self._kind.setVisible(layer is not None)
        for tab in self._tabs.values():
            self._fill(tab)

    def set_map(self, found: SensitivityMap | None) -> None:
        """Shows another measurement of the sensitivity."""
        self._found = found
        if SensitivityTab in self._tabs:
            self._fill(self._tabs[SensitivityTab])

    def shown_layer(self) -> LayerStats | None:
        """The layer that is shown."""
        return self._layer

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self.parts.set_texts(
            [self.tr("Weights"), self.tr("Channels"), self.tr("Outputs"), self.tr("Sensitivity")]
        )
        for tab in self._tabs.values():
            tab.retranslate()
