"""The data's half of the form: its kind, where it lies, and how it is read."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from engine.contract.methods import DataKind
from engine.contract.recipe import DataSpec
from gui.pages.open_drop import dropped_path
from gui.pages.open_fields import ContractField
from gui.pages.open_kinds import KindTiles
from gui.pages.open_place_fields import PlaceFields
from gui.pages.open_places import DataPlace, place_of, place_of_path, source_of
from gui.pages.open_request import MORE, SHOWN, SOURCE, FieldError, data_from, texts_of
from gui.theme import Space
from gui.widgets.buttons import quiet_button, secondary_button
from gui.widgets.cards import Card
from gui.widgets.labels import caption, heading

_COLUMNS = 2


class DataCard(Card):
    """Asks for a :class:`DataSpec`; what is seldom wanted waits behind *More settings*.

    ``preview_requested`` asks to see the data, ``committed`` says that Enter was pressed.
    """

    preview_requested = Signal()
    committed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setAcceptDrops(True)
        self._base = DataSpec()
        self._title, self._none = heading(), caption()
        self._kinds, self._place = KindTiles(), PlaceFields()
        self._shown, self._more = QGridLayout(), QGridLayout()
        self._more_box, self._more_button = QWidget(), quiet_button()
        self._preview = secondary_button("", "data")
        names = dict.fromkeys(name for kind in DataKind for name in (*SHOWN[kind], *MORE[kind]))
        self._fields = {name: ContractField(name) for name in names}
        self._lay_out()
        self._connect()
        self.retranslate()
        self._show_kind(None)

    def _lay_out(self) -> None:
        for grid in (self._shown, self._more):
            grid.setContentsMargins(0, 0, 0, 0)
            grid.setHorizontalSpacing(Space.L)
            grid.setVerticalSpacing(Space.M)
            for column in range(_COLUMNS):
                grid.setColumnStretch(column, 1)
        self._more_box.setLayout(self._more)
        self._more_box.hide()
        self._more_button.setProperty("role", "more")
        self._more_button.setCheckable(True)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._preview)
        self.body.setSpacing(Space.M)
        self.body.addLayout(head)
        for widget in (self._kinds, self._none, self._place):
            self.body.addWidget(widget)
        self.body.addLayout(self._shown)
        self.body.addWidget(self._more_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(self._more_box)
        self.body.addStretch(1)

    def _connect(self) -> None:
        self._kinds.chosen.connect(self._on_kinds_chosen)
        self._more_button.toggled.connect(self._on_more_button_toggled)
        self._preview.clicked.connect(self.preview_requested)
        self._place.committed.connect(self.committed)
        for asked in self._fields.values():
            asked.field.committed.connect(self.committed)

    def set_data(self, data: DataSpec | None) -> None:
        """Shows data that is known; None for none."""
        self._base = data or DataSpec()
        place = place_of(data.source) if data is not None else None
        self._place.set_place(place or DataPlace(kind=DataKind.SAMPLE))
        for name, text in texts_of(self._base).items():
            self._fields[name].field.set_text(text)
        self._kinds.set_kind(place.kind if place is not None else None)
        self.clear_errors()
        self._more_button.setChecked(False)
        self._show_kind(self._kinds.kind())

    def data(self) -> DataSpec | None:
        """What was typed; None for none.

        Raises:
            FieldError: a field cannot be read, or the place is missing.
        """
        kind = self._kinds.kind()
        if kind is None:
            return None
        source = source_of(self._place.place())
        if not source:
            raise FieldError(SOURCE)
        texts = {name: asked.field.text() for name, asked in self._fields.items()}
        return data_from(source, kind, texts, self._base)

    def has_field(self, name: str) -> bool:
        """Whether a field is one of this card's."""
        return name == SOURCE or name in self._fields

    def show_mistake(self, name: str) -> None:
        """Marks a field that cannot be read."""
        if name == SOURCE:
            self._place.path.show_error(lambda: self.tr("Say where the data lies, or choose “No data”."))
        else:
            self._reveal(name)
            self._fields[name].show_mistake()

    def show_error(self, name: str, sentence: Callable[[], str]) -> None:
        """Marks a field; the place stands for fields that this kind of data does not have."""
        kind = self._kinds.kind()
        if kind is not None and name in (*SHOWN[kind], *MORE[kind]):
            self._reveal(name)
            self._fields[name].field.show_error(sentence)
        elif self._place.isVisibleTo(self):
            self._place.path.show_error(sentence)

    def _reveal(self, name: str) -> None:
        kind = self._kinds.kind()
        if kind is not None and name in MORE[kind]:
            self._more_button.setChecked(True)

    def error(self) -> str:
        """What is wrong with a field; empty where nothing is."""
        fields = (self._place.path, *(asked.field for asked in self._fields.values()))
        return next((field.error() for field in fields if field.error()), "")

    def clear_errors(self) -> None:
        """Takes all marks away."""
        self._place.path.clear_error()
        for asked in self._fields.values():
            asked.field.clear_error()

    def choose(self, kind: DataKind | None) -> None:
        """Asks for another kind of data."""
        self._kinds.set_kind(kind)
        self._on_kinds_chosen(kind)

    def _on_kinds_chosen(self, kind: DataKind | None) -> None:
        self.clear_errors()
        self._place.clear()
        self._show_kind(kind)
        if kind not in (None, DataKind.SAMPLE):
            self._place.path.box.setFocus()

    def _show_kind(self, kind: DataKind | None) -> None:
        self._none.setVisible(kind in (None, DataKind.SAMPLE))
        self._place.set_kind(kind or DataKind.SAMPLE)
        self._fill(self._shown, SHOWN[kind] if kind is not None else ())
        self._fill(self._more, MORE[kind] if kind is not None else ())
        self._more_button.setVisible(kind is not None)
        self._more_box.setVisible(kind is not None and self._more_button.isChecked())
        self._preview.setEnabled(kind is not None)
        self._retranslate_none()

    def _fill(self, grid: QGridLayout, names: tuple[str, ...]) -> None:
        while (item := grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
        for place, name in enumerate(names):
            field = self._fields[name].field
            grid.addWidget(field, place // _COLUMNS, place % _COLUMNS, Qt.AlignmentFlag.AlignTop)
            field.show()

    def _on_more_button_toggled(self, is_open: bool) -> None:
        self._more_box.setVisible(is_open)
        self._retranslate_more()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Qt's hook: takes one local file or folder of data."""
        if dropped_path(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Qt's hook: what was dropped is taken for data of the kind that it looks like."""
        path = dropped_path(event)
        if path is not None:
            event.acceptProposedAction()
            self.take_path(path)

    def take_path(self, path: Path) -> None:
        """Data lies at ``path``."""
        place = place_of_path(path)
        self._kinds.set_kind(place.kind)
        self._place.set_place(place)
        self._show_kind(place.kind)

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self._title.setText(self.tr("Data"))
        self._preview.setText(self.tr("Preview"))
        self._preview.setToolTip(self.tr("Shows ten samples and what the data holds"))
        self._kinds.retranslate()
        self._place.retranslate()
        for asked in self._fields.values():
            asked.retranslate()
        self._retranslate_none()
        self._retranslate_more()

    def _retranslate_none(self) -> None:
        is_sample = self._kinds.kind() is DataKind.SAMPLE
        self._none.setText(
            self.tr("The digits that ship with Penjing: 28 × 28 grey pixels, ten classes.")
            if is_sample
            else self.tr(
                "Without data you see what is inside. To prune and quantize, and to measure, name some; "
                "you can drop a file or a folder here."
            )
        )

    def _retranslate_more(self) -> None:
        is_open = self._more_button.isChecked()
        self._more_button.setText(self.tr("Fewer settings") if is_open else self.tr("More settings"))
