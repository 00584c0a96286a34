"""Forms made from the contract: a row for each field with its title, its help and an editor.

A form shows values and tells of edits; whether an edit holds is for the recipe to say, and a refused one is marked
at its row.
"""

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.contract.errors import PenjingError
from engine.contract.fields import FieldKind, FieldSpec, fields_of
from gui.theme import Space
from gui.translation import error_text, translate_contract
from gui.widgets.buttons import quiet_button
from gui.widgets.labels import caption, error_label, set_style_property
from gui.wizard.boxes import is_share
from gui.wizard.editors import FieldEditor, editor_of


class FieldRow(QWidget):
    """One field: title and help at the left, the editor at the right, below them what is wrong."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        self.editor: FieldEditor = editor_of(spec)
        self._title, self._help, self._error = QLabel(), caption(), error_label()
        self._title.setBuddy(self.editor)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addStretch(1)
        texts.addWidget(self._title)
        texts.addWidget(self._help)
        texts.addStretch(1)
        line = QHBoxLayout()
        line.setSpacing(Space.XL)
        line.addLayout(texts, 1)
        line.addWidget(self.editor)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, Space.M, 0, Space.M)
        layout.setSpacing(Space.XS)
        layout.addLayout(line)
        layout.addWidget(self._error)
        self.editor.changed.connect(self._update_help)
        self.retranslate()

    def set_value(self, value: object) -> None:
        """Shows a value that holds."""
        self.editor.set_value(value)
        self.show_error("")
        self._update_help()

    def show_error(self, sentence: str) -> None:
        """Marks the field with what is wrong; an empty sentence takes the mark away."""
        self._error.setText(sentence)
        self._error.setVisible(bool(sentence))
        box = self.editor.focusProxy()
        if box is not None:
            set_style_property(box, "invalid", "true" if sentence else "false")

    def error(self) -> str:
        """What is wrong, empty where nothing is."""
        return self._error.text()

    def retranslate(self) -> None:
        """Renews the texts in the current language."""
        self._title.setText(translate_contract(self.spec.title))
        (self.editor.focusProxy() or self.editor).setAccessibleName(translate_contract(self.spec.title))
        self.editor.retranslate()
        self._update_help()

    def _update_help(self) -> None:
        self._help.setText(self.editor.help_text())


class RecipeForm(QWidget):
    """The named fields of one record of the recipe; those after ``shown`` wait behind *More settings*.

    ``edited`` carries the field's path, such as ``prune.ratio``, and its plain value.
    """

    edited = Signal(str, object)

    def __init__(
        self, table: str, record: type[msgspec.Struct], shown: Sequence[str], *, more: Sequence[str] = ()
    ) -> None:
        super().__init__()
        specs = {spec.name: spec for spec in fields_of(record)}
        self._prefix = f"{table}." if table else ""
        self.rows = {name: FieldRow(specs[name]) for name in (*shown, *more)}
        self._more = QWidget()
        self._more_button = quiet_button()
        self._more_button.setProperty("role", "more")
        self._more_button.setCheckable(True)
        self._more_button.toggled.connect(self._on_more_button_toggled)
        layout = _plain_layout(self)
        _add_rows(layout, [self.rows[name] for name in shown])
        layout.addWidget(self._more_button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._more)
        self._more_button.setVisible(bool(more))
        _add_rows(_plain_layout(self._more), [self.rows[name] for name in more])
        for name, row in self.rows.items():
            row.editor.changed.connect(lambda value, name=name: self.edited.emit(self._prefix + name, value))
        self.retranslate()

    def show_values(self, record: msgspec.Struct) -> None:
        """Shows a record that holds; marks of errors go."""
        for name, row in self.rows.items():
            row.set_value(msgspec.to_builtins(getattr(record, name)))

    def show_error(self, path: str, error: PenjingError) -> None:
        """Marks the field at ``path``: with its limits where it broke them, else with what the error says."""
        row = self.rows[path.removeprefix(self._prefix)]
        is_beyond = error.code == "recipe_invalid"
        row.show_error((limits_sentence(row.spec) if is_beyond else "") or error_text(error))

    def has_field(self, path: str) -> bool:
        """Whether the field at ``path`` is one of this form's."""
        return path.startswith(self._prefix) and path.removeprefix(self._prefix) in self.rows

    def has_errors(self) -> bool:
        """Whether a field shows what does not hold."""
        return any(row.error() for row in self.rows.values())

    def retranslate(self) -> None:
        """Renews the texts in the current language."""
        self._on_more_button_toggled(self._more_button.isChecked())
        for row in self.rows.values():
            row.retranslate()

    def _on_more_button_toggled(self, is_open: bool) -> None:
        self._more.setVisible(is_open)
        self._more_button.setText(self.tr("Fewer settings") if is_open else self.tr("More settings"))


def limits_sentence(spec: FieldSpec) -> str:
    """What numbers a field takes, in the user's language; empty for fields that take no number."""
    if spec.kind not in (FieldKind.INTEGER, FieldKind.NUMBER) or spec.minimum is None or spec.maximum is None:
        return ""
    text = {
        (False, False): QCoreApplication.translate("RecipeForm", "Give a number from {low} to {high}."),
        (False, True): QCoreApplication.translate("RecipeForm", "Give a number from {low} to below {high}."),
        (True, False): QCoreApplication.translate("RecipeForm", "Give a number above {low}, at most {high}."),
        (True, True): QCoreApplication.translate("RecipeForm", "Give a number between {low} and {high}."),
    }[spec.is_minimum_open, spec.is_maximum_open]
    return text.format(low=_limit(spec, spec.minimum), high=_limit(spec, spec.maximum))


def _limit(spec: FieldSpec, value: float) -> str:
    return f"{value * 100:g} %" if is_share(spec) else f"{value:,.10g}"


def _plain_layout(widget: QWidget) -> QVBoxLayout:
    layout = QVBoxLayout(widget)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    return layout


def _add_rows(layout: QVBoxLayout, rows: Sequence[FieldRow]) -> None:
    for place, row in enumerate(rows):
        if place:
            layout.addWidget(hairline())
        layout.addWidget(row)


def hairline() -> QFrame:
    """A thin line between rows."""
    line = QFrame()
    line.setProperty("role", "hairline")
    line.setFixedHeight(1)
    return line
