"""The place to drop a file on."""

from pathlib import Path

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from gui.theme import Space, current_theme
from gui.widgets.buttons import primary_button, secondary_button
from gui.widgets.icons import IconLabel
from gui.widgets.labels import caption, heading

_NATIVE = QKeySequence.SequenceFormat.NativeText


class DropZone(QWidget):
    """A dashed field that takes one file or folder, with buttons for those who rather choose, and a line to type into.

    ``dropped`` carries a path, or the name of a library's model.
    """

    dropped = Signal(str)
    file_clicked = Signal()
    folder_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self.setMinimumHeight(260)
        self._is_hovered = False
        self._title, self._text = heading(), caption()
        self._text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._text.setMinimumWidth(420)
        self._file, self._folder = primary_button("", "file"), secondary_button("", "folder")
        self._file.clicked.connect(self.file_clicked)
        self._folder.clicked.connect(self.folder_clicked)
        self._line = QLineEdit()
        self._line.setMinimumWidth(380)
        self._line.returnPressed.connect(self._on_line_return_pressed)
        self._lay_out()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addStretch(1)
        buttons.addWidget(self._file)
        buttons.addWidget(self._folder)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setSpacing(Space.S)
        layout.addStretch(1)
        for widget in (IconLabel("drop", 40, "accent"), self._title, self._text):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(Space.M)
        layout.addLayout(buttons)
        layout.addSpacing(Space.S)
        layout.addWidget(self._line, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)

    def _on_line_return_pressed(self) -> None:
        text = self._line.text().strip()
        if text:
            self._line.clear()
            self.dropped.emit(text)

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self._title.setText(self.tr("Drop a model here"))
        self._text.setText(
            self.tr(
                "PyTorch, Lightning, safetensors, TorchScript, .pt2, ONNX or .penjing; a Hugging Face folder; "
                "a recipe or the folder of a run"
            )
        )
        self._file.setText(self.tr("Choose a file…"))
        self._file.setToolTip(QKeySequence(QKeySequence.StandardKey.Open).toString(_NATIVE))
        self._folder.setText(self.tr("Choose a folder…"))
        self._folder.setToolTip(self.tr("A run, or a Hugging Face model: config.json beside its weights"))
        self._line.setPlaceholderText(self.tr("or type a path, torchvision:resnet18, timm:NAME"))
        self._line.setAccessibleName(self.tr("Path or name of a model"))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Qt's hook: takes one local file or folder."""
        if dropped_path(event) is not None:
            event.acceptProposedAction()
            self._set_hovered(True)

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        """Qt's hook."""
        self._set_hovered(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Qt's hook: says what was dropped."""
        self._set_hovered(False)
        path = dropped_path(event)
        if path is not None:
            event.acceptProposedAction()
            self.dropped.emit(str(path))

    def _set_hovered(self, is_hovered: bool) -> None:
        self._is_hovered = is_hovered
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt's hook: a dashed outline, filled while something hovers over it."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(theme.accent_soft if self._is_hovered else theme.surface))
        pen = QPen(QColor(theme.accent if self._is_hovered else theme.border_strong), 1.5)
        pen.setDashPattern([5, 4])
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 14, 14)


def dropped_path(event: QDropEvent) -> Path | None:
    """The one local file or folder that is dragged; None for anything else."""
    urls = event.mimeData().urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
