"""One layer in detail: its weights, its channels, what it answers, and what it bears."""

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

    def set_map(self, found: SensitivityMap | None) -> None:
        """Shows another measurement."""
        self.found = found
        self.show_now()

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
        super().retranslate()


class LayerPanel(Card):
    """Follows the layer that is current in the table.

    ``take_requested`` carries the names of layers whose suggestions shall enter the recipe.
    """

    take_requested = Signal(tuple)
    measure_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._layer: LayerStats | None = None
        self._name, self._kind = ElidedLabel(role="heading"), tag()
        self.parts = SegmentedControl(is_compact=True)
        self.weights, self.channels, self.outputs = WeightsTab(), ChannelsTab(), OutputsTab()
        self.sensitivity = SensitivityTab()
        self._tabs: tuple[LayerTab, ...] = (self.weights, self.channels, self.outputs, self.sensitivity)
        self._stack = QStackedWidget()
        self.setMinimumWidth(_LEAST_WIDTH)
        self._lay_out()
        self.parts.chosen.connect(self._stack.setCurrentIndex)
        self.sensitivity.measure.clicked.connect(self.measure_requested)
        self.sensitivity.take_requested.connect(self.take_requested)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(Space.S)
        top.addWidget(self._name, 1)
        top.addWidget(self._kind)
        for tab in self._tabs:
            self._stack.addWidget(tab)
        self.body.addLayout(top)
        self.body.addWidget(self.parts)
        self.body.addWidget(self._stack, 1)

    def set_layer(self, layer: LayerStats | None, coupled: tuple[str, ...] = ()) -> None:
        """Shows another layer; ``coupled`` are those that lose their channels together with it."""
        self._layer = layer
        self._name.setText(layer.name if layer else "")
        self._kind.setText(layer.kind if layer else "")
        self._kind.setVisible(layer is not None)
        self.weights.coupled = coupled
        for tab in self._tabs:
            tab.set_layer(layer)

    def set_map(self, found: SensitivityMap | None) -> None:
        """Shows another measurement of the sensitivity."""
        self.sensitivity.set_map(found)

    def shown_layer(self) -> LayerStats | None:
        """The layer that is shown."""
        return self._layer

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self.parts.set_texts(
            [self.tr("Weights"), self.tr("Channels"), self.tr("Outputs"), self.tr("Sensitivity")]
        )
        for tab in self._tabs:
            tab.retranslate()
