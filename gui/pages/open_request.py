"""From what was typed into the form to records, and back; free of Qt.

A field is named by its place in the recipe's tables ``model`` and ``data``: ``input_shape``, ``mean``, ``text.length``.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from engine.contract.errors import PenjingError
from engine.contract.fields import FieldKind, FieldSpec, fields_of
from engine.contract.methods import DataKind
from engine.contract.recipe import AudioSpec, DataSpec, ModelSpec, TextSpec
from engine.contract.record import Record

ARCHITECTURE, ENTRY, INPUT_SHAPE, SOURCE = "architecture", "entry", "input_shape", "source"
_TABLES: tuple[tuple[str, type[Record]], ...] = (
    ("", ModelSpec),
    ("", DataSpec),
    ("text.", TextSpec),
    ("audio.", AudioSpec),
)
SPECS: dict[str, FieldSpec] = {
    prefix + spec.name: spec for prefix, record in _TABLES for spec in fields_of(record)
}
"""Every field by its name."""
_TYPES: dict[str, Any] = {
    prefix + field.name: field.type for prefix, record in _TABLES for field in msgspec.structs.fields(record)
}
_PERCENT = {"validation", "test"}
_NORMALISATION = ("mean", "std")
_SPLITS = ("validation", "test", "limit")
_COMMON = ("class_names", *_NORMALISATION, "validation", "limit")

SHOWN: dict[DataKind, tuple[str, ...]] = {
    DataKind.SAMPLE: (),
    DataKind.NPZ: (),
    DataKind.FOLDER: ("image_size",),
    DataKind.TORCHVISION: (),
    DataKind.CSV: ("text.text_column", "text.label_column"),
    DataKind.AUDIO: ("audio.features", "audio.sample_rate", "audio.seconds"),
    DataKind.PYTHON: (),
}
"""What each kind of data is asked for at once."""
MORE: dict[DataKind, tuple[str, ...]] = {
    DataKind.SAMPLE: _COMMON,
    DataKind.NPZ: _COMMON,
    DataKind.FOLDER: (*_NORMALISATION, *_SPLITS),
    DataKind.TORCHVISION: (*_NORMALISATION, "validation", "limit"),
    DataKind.CSV: ("text.length", "text.vocabulary", "text.tokenizer", *_SPLITS),
    DataKind.AUDIO: ("audio.bands", "audio.window_ms", "audio.hop_ms", *_SPLITS),
    DataKind.PYTHON: _COMMON,
}
"""What each kind can be told as well."""


class FieldError(ValueError):
    """One field cannot be read."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def read_field(field: str, text: str) -> object:
    """The value that a text stands for; None where it is empty.

    Raises:
        FieldError: it stands for none, or for one beyond the field's limits.
    """
    text = text.strip()
    if not text:
        return None
    try:
        value = _share(text) if field in _PERCENT else _READERS[SPECS[field].kind](text)
        return msgspec.convert(value, _TYPES[field])
    except (ValueError, msgspec.ValidationError):
        raise FieldError(field) from None


def text_of_value(field: str, value: object) -> str:
    """What the form shows for a value; empty where it is the default, which stands there as a hint.

    A box to choose from has no hint and always shows its value.
    """
    if SPECS[field].kind is FieldKind.CHOICE:
        return str(value)
    if value is None or value == SPECS[field].default or value == ():
        return ""
    return _written(field, value)


def default_text(field: str) -> str:
    """The value that counts where a field is left empty."""
    default = SPECS[field].default
    return "" if default in (None, "", []) else _written(field, default)


def _written(field: str, value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value if SPECS[field].kind is FieldKind.TEXTS else (f"{size:g}" for size in value))
    if isinstance(value, int | float) and field in _PERCENT:
        return f"{100 * value:g} %"
    return f"{value:g}" if isinstance(value, float) else str(value)


def data_from(source: str, kind: DataKind, texts: Mapping[str, str], base: DataSpec) -> DataSpec:
    """The data that the form describes; what it does not ask for stays as in ``base``.

    Raises:
        FieldError: a field of this kind cannot be read.
    """
    tables: dict[str, dict[str, object]] = {"": {"source": source}, "text": {}, "audio": {}}
    for field in (*SHOWN[kind], *MORE[kind]):
        value = read_field(field, texts.get(field, ""))
        table, _, name = field.rpartition(".")
        tables[table][name] = _default(field) if value is None else value
    text, audio = TextSpec(**tables["text"]), AudioSpec(**tables["audio"])  # type: ignore[arg-type]
    return msgspec.structs.replace(
        base,
        **tables[""],
        text=None if text == TextSpec() else text,
        audio=None if audio == AudioSpec() else audio,
    )


def _default(field: str) -> object:
    default = SPECS[field].default
    return tuple(default) if isinstance(default, list) else default


def texts_of(data: DataSpec) -> dict[str, str]:
    """What the form shows for data."""
    records = {"": data, "text": data.text or TextSpec(), "audio": data.audio or AudioSpec()}
    fields = {field for kind in DataKind for field in (*SHOWN[kind], *MORE[kind])}
    return {field: text_of_value(field, _value_in(records, field)) for field in fields}


def _value_in(records: Mapping[str, Record], field: str) -> object:
    table, _, name = field.rpartition(".")
    return getattr(records[table], name)


def _numbers(text: str) -> list[float]:
    """Parted by commas, spaces, × or x, in brackets or not."""
    return [float(part) for part in re.split(r"[\s,，×x\[\]()（）]+", text) if part]


def _integers(text: str) -> list[int]:
    return [int(part) for part in re.split(r"[\s,，×x\[\]()（）]+", text) if part]


def _names(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,，;；]", text) if part.strip()]


def _share(text: str) -> float:
    """«15 %», «15» and «0.15» are the same."""
    number = float(text.rstrip("% ％"))
    return number / 100 if "%" in text or "％" in text or number >= 1 else number


def _integer(text: str) -> int:
    return int(re.sub(r"[,，\s]", "", text))


_READERS: dict[FieldKind, Callable[[str], object]] = {
    FieldKind.INTEGER: _integer,
    FieldKind.NUMBER: float,
    FieldKind.TEXT: str,
    FieldKind.CHOICE: str,
    FieldKind.INTEGERS: _integers,
    FieldKind.NUMBERS: _numbers,
    FieldKind.TEXTS: _names,
}

_FIELD_OF_ERROR = (
    ("architecture_", ARCHITECTURE),
    ("weights_do_not_fit", ARCHITECTURE),
    ("class_not_found", ARCHITECTURE),
    ("python_", ARCHITECTURE),
    ("entry_", ENTRY),
    ("history_own_class", ARCHITECTURE),
    ("history_does_not_fit", ARCHITECTURE),
    ("input_shape_", INPUT_SHAPE),
    ("forward_failed", INPUT_SHAPE),
    ("data_class_names", "class_names"),
    ("data_more_classes", "class_names"),
    ("data_too_large", "limit"),
    ("data_vocabulary", "text.vocabulary"),
    ("data_", SOURCE),
    ("image_size_", "image_size"),
    ("image_", SOURCE),
    ("audio_too_many_bands", "audio.bands"),
    ("audio_", SOURCE),
    ("csv_no_column", "text.text_column"),
    ("csv_", SOURCE),
    ("tokenizer_", "text.tokenizer"),
    ("torchvision_", SOURCE),
    ("labels_", SOURCE),
    ("split_", SOURCE),
    ("normalisation_", "mean"),
)


def field_of_error(error: PenjingError, data: DataSpec | None = None) -> str | None:
    """The field to mend for an error of the engine; None where it is the file itself.

    A Python file may be the model's or the data's: ``data`` tells them apart.
    """
    named = error.arguments.get("path") or error.arguments.get("text") or ""
    if data is not None and error.code.startswith("python_") and named and named in data.source:
        return SOURCE
    return next((field for prefix, field in _FIELD_OF_ERROR if error.code.startswith(prefix)), None)
