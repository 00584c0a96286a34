"""What a file is: its name, what was found in it, and what it wants to run."""

from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from engine.contract.errors import PenjingError
from engine.contract.methods import SourceFormat
from engine.contract.source import FileContents
from gui.figures import bytes_text, count_text
from gui.theme import Space
from gui.translation import error_text, translate_contract, translate_sentence
from gui.widgets.icons import IconLabel
from gui.widgets.labels import ElidedLabel, caption, error_label

_LIBRARIES = ("torchvision:", "timm:")
_GAP = "\u00a0\u00a0·  "


class FileHead(QWidget):
    """Shows a file from the moment that it is chosen: first its name, then what it turned out to be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._file = ""
        self._contents: FileContents | None = None
        self._failure: PenjingError | None = None
        self._is_looking = False
        self._name, self._folder = ElidedLabel(role="heading"), ElidedLabel(role="caption")
        self._facts, self._wants, self._error = caption(), caption(), error_label()
        texts = QVBoxLayout()
        texts.setSpacing(0)
        for label in (self._name, self._folder):
            texts.addWidget(label)
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        row.addWidget(IconLabel("file", 28, "accent"))
        row.addLayout(texts, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.M)
        layout.addLayout(row)
        for widget in (self._facts, self._error, self._wants):
            layout.addWidget(widget)

    def set_file(self, file: str) -> None:
        """Another file, of which nothing is known yet."""
        self._file = file
        self._contents = self._failure = None
        self.retranslate()

    def set_looking(self, is_looking: bool) -> None:
        """Says that the file is being looked at, where nothing is known of it yet."""
        self._is_looking = is_looking
        self.retranslate()

    def set_contents(self, contents: FileContents) -> None:
        """The file is this."""
        self._contents, self._failure = contents, None
        self.retranslate()

    def set_failure(self, error: PenjingError) -> None:
        """The file cannot be looked at."""
        self._failure = error
        self.retranslate()

    def has_failed(self) -> bool:
        """Whether it says why the file cannot be looked at."""
        return self._failure is not None

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        is_named = self._file.startswith(_LIBRARIES)
        path = Path(self._file)
        self._name.setText(self._file if is_named else path.name)
        self._folder.setText(
            translate_contract(SourceFormat.NAMED.sentence) if is_named else str(path.parent)
        )
        self._facts.setText(self._facts_text())
        self._error.setText("" if self._failure is None else error_text(self._failure))
        self._error.setVisible(self._failure is not None)
        self._show_wants()

    def _show_wants(self) -> None:
        wants = self._contents.wants if self._contents is not None else ()
        self._wants.setText(
            self.tr("It wants code of its own ({wants}); you are asked before it runs.").format(
                wants=", ".join(map(translate_sentence, wants))
            )
        )
        self._wants.setVisible(bool(wants))

    def _facts_text(self) -> str:
        contents = self._contents
        if contents is None:
            return self.tr("Looking at the file…") if self._is_looking else ""
        parts = [translate_contract(contents.format.label)]
        if contents.size_bytes:
            parts.append(bytes_text(contents.size_bytes))
        if contents.tensors:
            parts.append(self.tr("{count} tensors").format(count=f"{contents.tensors:,}"))
        if contents.parameters:
            parts.append(self.tr("{count} parameters").format(count=count_text(contents.parameters)))
        if contents.pruned_from is not None:
            whole = contents.pruned_from
            parts.append(
                self.tr("pruned from {name} with {count} parameters").format(
                    name=whole.name, count=count_text(whole.parameters)
                )
            )
        return _GAP.join(parts)
