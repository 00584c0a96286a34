"""The model's half of the form: what the file is, which architecture it fits, and what it does not say by itself."""

from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QStringListModel, Qt, QTimer, Signal
from PySide6.QtWidgets import QCompleter, QFileDialog, QWidget

from engine.contract.errors import PenjingError, RunCancelled
from engine.contract.recipe_paths import absolute_architecture
from engine.contract.source import FileContents, ModelSource, WeightsMatch
from gui.pages.open_fields import ChoiceField, ContractField, Field, LineField
from gui.pages.open_file import FileHead
from gui.pages.open_meter import Guesses, KeyMeter
from gui.pages.open_request import (
    ARCHITECTURE,
    ENTRY,
    INPUT_SHAPE,
    SPECS,
    field_of_error,
    read_field,
    text_of_value,
)
from gui.theme import Space
from gui.translation import error_text, translate_contract
from gui.widgets.cards import Card

DEBOUNCE_MS = 300


class ModelCard(Card):
    """Shows what is known of one file and asks for the rest.

    ``look_requested`` asks what the file is with what was typed so far; ``committed`` says that Enter was pressed.
    """

    look_requested = Signal(object)
    committed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._source = self._asked_for = ModelSource(file="")
        self._contents: FileContents | None = None
        self._is_looking = self._is_filled_in = False
        self._head = FileHead()
        self._entry, self._architecture, self._input_shape = ChoiceField(), LineField(), LineField()
        self._fields: dict[str, Field] = {
            ENTRY: self._entry,
            ARCHITECTURE: self._architecture,
            INPUT_SHAPE: self._input_shape,
        }
        self._asked = {
            name: ContractField(name, field)
            for name, field in ((ARCHITECTURE, self._architecture), (INPUT_SHAPE, self._input_shape))
        }
        self._meter, self._guesses = KeyMeter(), Guesses()
        self._known = QStringListModel(self)
        self._timer = QTimer(self, interval=DEBOUNCE_MS, singleShot=True)
        self._browse = self._architecture.add_button("file", self._choose_architecture)
        self._lay_out()
        self._connect()
        self.retranslate()

    def _connect(self) -> None:
        self._timer.timeout.connect(self._ask)
        self._architecture.edited.connect(self._on_architecture_edited)
        self._architecture.edit.editingFinished.connect(self._on_architecture_finished)
        self._entry.edited.connect(self._ask)
        self._guesses.chosen.connect(self._on_guesses_chosen)
        for field in (self._architecture, self._input_shape):
            field.committed.connect(self.committed)
        completer = QCompleter(self._known, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.activated.connect(self._on_architecture_edited)
        self._architecture.edit.setCompleter(completer)

    def _lay_out(self) -> None:
        self.body.setSpacing(Space.M)
        self.body.addWidget(self._head)
        asked: tuple[QWidget, ...] = (
            self._entry,
            self._architecture,
            self._meter,
            self._guesses,
            self._input_shape,
        )
        for widget in asked:
            self.body.addWidget(widget)
        self.body.addStretch(1)

    def set_source(self, source: ModelSource) -> None:
        """Another file; what it is gets asked for at once."""
        self._source = source
        self._contents = None
        self._is_filled_in = False
        self._head.set_file(source.file)
        self._entry.set_choices([(source.entry, source.entry)] if source.entry else [])
        self._architecture.set_text(source.architecture or "")
        self._input_shape.set_text(text_of_value(INPUT_SHAPE, source.input_shape))
        self._meter.set_match(None)
        self._guesses.set_guesses(())
        self._known.setStringList([])
        self.clear_errors()
        self._input_shape.setVisible(source.input_shape is not None)
        self._ask()

    def _typed(self) -> ModelSource:
        text = self._architecture.text().strip()
        return ModelSource(
            file=self._source.file,
            architecture=absolute_architecture(text, Path.cwd()) if text else None,
            entry=self._chosen_entry(),
        )

    def source(self) -> ModelSource:
        """What was typed.

        Raises:
            FieldError: the input shape cannot be read.
        """
        shape = read_field(INPUT_SHAPE, self._input_shape.text())
        return msgspec.structs.replace(self._typed(), input_shape=shape if isinstance(shape, tuple) else None)

    def _chosen_entry(self) -> str | None:
        """The first one is what is taken where none is named."""
        first = self._contents.entries[:1] if self._contents is not None else ()
        chosen = self._entry.text()
        return None if not chosen or (chosen,) == first else chosen

    def _ask(self) -> None:
        self._is_looking = True
        self._asked_for = self._typed()
        self._head.set_looking(True)
        self.retranslate()
        self.look_requested.emit(self._asked_for)

    def look_again(self) -> None:
        """Asks once more what the file is, where the last asking was given up."""
        if self._contents is None and not self._head.has_failed():
            self._ask()

    def set_contents(self, source: ModelSource, contents: FileContents) -> None:
        """The file is this; an answer to what is no longer asked is dropped."""
        if source != self._typed():
            return
        is_first = self._contents is None
        self._is_looking = False
        if is_first:
            self._entry.set_choices([(entry, entry) for entry in contents.entries])
            self._entry.set_text(source.entry or "")
        else:
            # The order of the first answer stays, as the first one is what is taken where none is named.
            contents = msgspec.structs.replace(contents, entries=self._entries_before() or contents.entries)
        self._contents = contents
        self._head.set_contents(contents)
        self._known.setStringList([guess.architecture for guess in contents.guesses])
        self._guesses.set_guesses(contents.guesses)
        if is_first and contents.match is None and not self._architecture.text():
            self._fill_in(contents.guesses)
        else:
            self._meter.set_match(contents.match, self._note)
        self.retranslate()

    def _entries_before(self) -> tuple[str, ...]:
        return self._contents.entries if self._contents is not None else ()

    def _fill_in(self, guesses: tuple[WeightsMatch, ...]) -> None:
        if guesses and guesses[0].fits:
            self._is_filled_in = True
            self._show_guess(guesses[0])

    def _show_guess(self, guess: WeightsMatch) -> None:
        self._architecture.set_text(guess.architecture)
        self._architecture.clear_error()
        self._meter.set_match(guess, self._note)

    def show_look_error(self, source: ModelSource, error: PenjingError) -> None:
        """The file could not be looked at; it can still be opened."""
        if source == self._typed():
            self._is_looking = False
            self._head.set_looking(False)
            self._meter.set_match(None)
            if field_of_error(error) == ARCHITECTURE:
                self._architecture.show_error(lambda: error_text(error), takes_focus=False)
            elif not isinstance(error, RunCancelled):
                self._head.set_failure(error)
            self.retranslate()

    def has_field(self, name: str) -> bool:
        """Whether a field is one of this card's."""
        return name in self._fields

    def show_mistake(self, name: str) -> None:
        """Marks a field that cannot be read."""
        self._asked[name].show_mistake()

    def show_error(self, name: str, sentence: Callable[[], str]) -> None:
        """Marks a field, which is shown from now on where it was not."""
        self._fields[name].setVisible(True)
        self._fields[name].show_error(sentence)

    def error(self) -> str:
        """What is wrong with a field; empty where nothing is."""
        return next((field.error() for field in self._fields.values() if field.error()), "")

    def clear_errors(self) -> None:
        """Takes all marks away."""
        for field in self._fields.values():
            field.clear_error()

    def has_looked(self) -> bool:
        """Whether nothing is being looked at."""
        return not self._is_looking and not self._timer.isActive()

    def meter_text(self) -> str:
        """What the key-match meter says; empty while it is not shown."""
        return self._meter.text() if self._meter.match() is not None else ""

    def take_focus(self) -> None:
        """The keyboard goes where something is to be typed."""
        if self._architecture.isVisibleTo(self):
            self._architecture.box.setFocus()

    def _on_architecture_edited(self) -> None:
        self._is_filled_in = False
        typed = self._typed().architecture
        known = self._contents.guesses if self._contents is not None else ()
        guess = next((one for one in known if one.architecture == typed), None)
        self._timer.stop()
        if guess is not None:
            self._meter.set_match(guess, self._note)
        elif _is_python(typed):
            self._meter.set_match(None)
        else:
            self._timer.start()

    def _on_architecture_finished(self) -> None:
        """A Python file is run to compare with it, which the user is asked about: not while its name is typed."""
        typed = self._typed()
        is_whole = _is_python(typed.architecture) and not str(typed.architecture).endswith(":")
        if is_whole and typed != self._asked_for and self.isEnabled():
            self._ask()

    def _on_guesses_chosen(self, architecture: str) -> None:
        guesses = self._contents.guesses if self._contents is not None else ()
        self._is_filled_in = False
        self._show_guess(next(one for one in guesses if one.architecture == architecture))

    def _choose_architecture(self) -> str:
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Python file"), "", self.tr("Python (*.py)"))
        return f"{path}:" if path else ""

    def _note(self) -> str:
        return self.tr("filled in for you") if self._is_filled_in else ""

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self._head.retranslate()
        self._browse.setText(self.tr("Browse…"))
        self._asked[ARCHITECTURE].retranslate(is_help_shown=not self._guesses_shown())
        self._asked[INPUT_SHAPE].retranslate(is_help_shown=True)
        spec = SPECS[ENTRY]
        self._entry.set_label(translate_contract(spec.title), translate_contract(spec.help))
        self._meter.retranslate()
        self._guesses.retranslate()
        self._entry.setVisible(bool(self._entry.error()) or self._entry.combo.count() > 1)
        self._architecture.setVisible(self._is_architecture_shown())

    def _guesses_shown(self) -> bool:
        return bool(self._contents is not None and self._contents.guesses)

    def _is_architecture_shown(self) -> bool:
        field, contents = self._architecture, self._contents
        is_needed = contents.needs_architecture if contents is not None else self._head.has_failed()
        return is_needed or bool(field.text() or field.error())


def _is_python(architecture: str | None) -> bool:
    return architecture is not None and ".py:" in architecture
