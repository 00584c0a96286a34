"""What kind of data there is, as tiles to choose from."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QSizePolicy, QToolButton, QWidget

from engine.contract.methods import DataKind
from gui.theme import Space
from gui.translation import translate_contract
from gui.widgets.icons import icon

_COLUMNS = 4
_ICONS = {
    None: "none",
    DataKind.SAMPLE: "tree",
    DataKind.NPZ: "arrays",
    DataKind.FOLDER: "image",
    DataKind.TORCHVISION: "library",
    DataKind.CSV: "text",
    DataKind.AUDIO: "sound",
    DataKind.PYTHON: "python",
}


class KindTiles(QWidget):
    """One tile for each kind, and one for no data; ``chosen`` carries the kind or None, for the user's choices only."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._tiles = {kind: self._tile(icon_name) for kind, icon_name in _ICONS.items()}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(Space.S)
        for place, tile in enumerate(self._tiles.values()):
            grid.addWidget(tile, place // _COLUMNS, place % _COLUMNS)
        self._group.buttonClicked.connect(lambda _tile: self.chosen.emit(self.kind()))
        self.set_kind(None)

    def _tile(self, icon_name: str) -> QToolButton:
        tile = QToolButton()
        tile.setProperty("role", "kind")
        tile.setIcon(icon(icon_name))
        tile.setIconSize(QSize(20, 20))
        tile.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        tile.setCheckable(True)
        tile.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._group.addButton(tile)
        return tile

    def kind(self) -> DataKind | None:
        """Which is chosen."""
        return next((kind for kind, tile in self._tiles.items() if tile.isChecked()), None)

    def set_kind(self, kind: DataKind | None) -> None:
        """Chooses one, without a signal."""
        self._tiles[kind].setChecked(True)

    def tile(self, kind: DataKind | None) -> QToolButton:
        """The button of a kind."""
        return self._tiles[kind]

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self._tiles[None].setText(self.tr("No data"))
        for kind, tile in self._tiles.items():
            if kind is not None:
                tile.setText(translate_contract(kind.label))
                tile.setToolTip(translate_contract(kind.sentence))
