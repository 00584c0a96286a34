"""Where data lies: one line, its buttons, and for torchvision's sets a folder and whether it may be filled."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QPushButton, QVBoxLayout, QWidget

from engine.contract.methods import DataKind
from gui.pages.open_fields import LineField
from gui.pages.open_places import DataPlace
from gui.theme import Space

_FILES = {DataKind.NPZ, DataKind.CSV, DataKind.PYTHON}
_FOLDERS = {DataKind.NPZ, DataKind.FOLDER, DataKind.AUDIO}
_EXAMPLES = {
    DataKind.NPZ: "mnist.npz",
    DataKind.FOLDER: "flowers",
    DataKind.TORCHVISION: "CIFAR10",
    DataKind.CSV: "reviews.csv",
    DataKind.AUDIO: "recordings",
    DataKind.PYTHON: "own_data.py:load",
}


class PlaceFields(QWidget):
    """Shows and asks for a :class:`DataPlace` of one kind."""

    edited = Signal()
    committed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = DataKind.SAMPLE
        self.path, self._root = LineField(), LineField()
        self._download = QCheckBox()
        self._file = self.path.add_button("file", self._choose_file)
        self._folder = self.path.add_button("folder", self._choose_folder)
        self._root_folder = self._root.add_button("folder", self._choose_folder)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.M)
        for widget in (self.path, self._root, self._download):
            layout.addWidget(widget)
        for field in (self.path, self._root):
            field.edited.connect(self.edited)
            field.committed.connect(self.committed)
        self._download.clicked.connect(self.path.clear_error)
        self._download.clicked.connect(self.edited)

    def set_place(self, place: DataPlace) -> None:
        """Shows another place."""
        self.path.set_text(place.path)
        self._root.set_text(place.root)
        self._download.setChecked(place.may_download)
        self.path.clear_error()
        self.set_kind(place.kind)

    def set_kind(self, kind: DataKind) -> None:
        """Asks for a place of another kind; what was typed for the last one is of no use to it."""
        if kind is not self._kind and self._download.isChecked():
            self._download.setChecked(False)
        self._kind = kind
        is_library = kind is DataKind.TORCHVISION
        self.setVisible(kind is not DataKind.SAMPLE)
        self._file.setVisible(kind in _FILES)
        self._folder.setVisible(kind in _FOLDERS)
        self._root.setVisible(is_library)
        self._download.setVisible(is_library)
        self.retranslate()

    def clear(self) -> None:
        """Forgets what was typed."""
        self.set_place(DataPlace(kind=self._kind))

    def place(self) -> DataPlace:
        """What was typed."""
        return DataPlace(
            kind=self._kind,
            path=self.path.text(),
            root=self._root.text(),
            may_download=self._download.isChecked(),
        )

    def _choose_file(self) -> str:
        kinds = {
            DataKind.NPZ: self.tr("Arrays (*.npz)"),
            DataKind.CSV: self.tr("Text tables (*.csv *.tsv *.txt)"),
            DataKind.PYTHON: self.tr("Python (*.py)"),
        }
        chosen = f"{kinds[self._kind]};;{self.tr('All files (*)')}"
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Data source"), "", chosen)
        return f"{path}:" if path and self._kind is DataKind.PYTHON else path

    def _choose_folder(self) -> str:
        return QFileDialog.getExistingDirectory(self, self.tr("Folder of the data"))

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self.path.set_label(self._label_text(), self._help_text(), is_shown=True)
        self.path.edit.setPlaceholderText(_EXAMPLES.get(self._kind, ""))
        self._root.set_label(
            self.tr("Folder"), self.tr("Where the data set lies; Penjing's own where empty.")
        )
        self._root.edit.setPlaceholderText(self.tr("Penjing's own folder"))
        self._download.setText(self.tr("Download it where it is missing"))
        buttons: tuple[tuple[QPushButton, Callable[[], str]], ...] = (
            (self._file, lambda: self.tr("File…")),
            (self._folder, lambda: self.tr("Folder…")),
            (self._root_folder, lambda: self.tr("Folder…")),
        )
        for button, text in buttons:
            button.setText(text())

    def _label_text(self) -> str:
        return {
            DataKind.SAMPLE: "",
            DataKind.NPZ: self.tr("File or folder"),
            DataKind.FOLDER: self.tr("Folder"),
            DataKind.TORCHVISION: self.tr("Data set"),
            DataKind.CSV: self.tr("File"),
            DataKind.AUDIO: self.tr("Folder"),
            DataKind.PYTHON: self.tr("Python file and function"),
        }[self._kind]

    def _help_text(self) -> str:
        return {
            DataKind.SAMPLE: "",
            DataKind.NPZ: self.tr(
                "x_train, y_train, x_test and y_test in an .npz file, or as .npy files in a folder."
            ),
            DataKind.FOLDER: self.tr(
                "One folder of images for each class, or such folders in train and test."
            ),
            DataKind.TORCHVISION: self.tr(
                "Its name in torchvision.datasets, such as MNIST, FashionMNIST or CIFAR10."
            ),
            DataKind.CSV: self.tr("A table with a column of texts and a column of labels."),
            DataKind.AUDIO: self.tr(
                "One folder of recordings for each class, or file names that begin with the label."
            ),
            DataKind.PYTHON: self.tr(
                "FILE.py:function, which returns the splits; you are asked before the file runs."
            ),
        }[self._kind]
