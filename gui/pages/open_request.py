"""From what was typed into the form to a request, and back; free of Qt."""

import re
from enum import StrEnum
from typing import TypeVar

from engine.contract.recipe import DataSpec
from engine.contract.source import ModelSource
from gui.session import OpenRequest

Number = TypeVar("Number", int, float)


class OpenField(StrEnum):
    """The fields of the form, in order; those of one record carry the names of the contract."""

    ARCHITECTURE = "architecture"
    SOURCE = "source"
    INPUT_SHAPE = "input_shape"
    CLASS_NAMES = "class_names"
    MEAN = "mean"
    STD = "std"


class FieldError(ValueError):
    """One field cannot be read."""

    def __init__(self, field: OpenField) -> None:
        super().__init__(field)
        self.field = field


def request_from(file: str, texts: dict[OpenField, str]) -> OpenRequest:
    """The request that the form's texts make.

    Raises:
        FieldError: a field that is not empty cannot be read.
    """
    numbers = {field: _read(field, texts[field], float) for field in (OpenField.MEAN, OpenField.STD)}
    shape = tuple(_read(OpenField.INPUT_SHAPE, texts[OpenField.INPUT_SHAPE], int))
    if any(size < 1 for size in shape):
        raise FieldError(OpenField.INPUT_SHAPE)
    if any(value <= 0 for value in numbers[OpenField.STD]):
        raise FieldError(OpenField.STD)
    data = texts[OpenField.SOURCE].strip()
    names = tuple(
        name.strip() for name in re.split(r"[,，;；]", texts[OpenField.CLASS_NAMES]) if name.strip()
    )
    return OpenRequest(
        source=ModelSource(
            file=file, architecture=texts[OpenField.ARCHITECTURE].strip() or None, input_shape=shape or None
        ),
        data=DataSpec(
            source=data, mean=numbers[OpenField.MEAN], std=numbers[OpenField.STD], class_names=names
        )
        if data
        else None,
    )


def texts_of(request: OpenRequest) -> dict[OpenField, str]:
    """What the form shows for a request."""
    source, data = request.source, request.data
    return {
        OpenField.ARCHITECTURE: source.architecture or "",
        OpenField.SOURCE: data.source if data else "",
        OpenField.INPUT_SHAPE: _joined(source.input_shape or ()),
        OpenField.CLASS_NAMES: ", ".join(data.class_names) if data else "",
        OpenField.MEAN: _joined(data.mean) if data else "",
        OpenField.STD: _joined(data.std) if data else "",
    }


def _read(field: OpenField, text: str, kind: type[Number]) -> tuple[Number, ...]:
    """Numbers parted by commas, spaces, × or x, in brackets or not."""
    parts = re.split(r"[\s,，×x\[\]()]+", text)
    try:
        return tuple(kind(part) for part in parts if part)
    except ValueError:
        raise FieldError(field) from None


def _joined(values: tuple[int, ...] | tuple[float, ...]) -> str:
    return ", ".join(f"{value:g}" for value in values)


_FIELD_OF_ERROR = (
    ("architecture_", OpenField.ARCHITECTURE),
    ("weights_do_not_fit", OpenField.ARCHITECTURE),
    ("python_", OpenField.ARCHITECTURE),
    ("input_shape_", OpenField.INPUT_SHAPE),
    ("forward_failed", OpenField.INPUT_SHAPE),
    ("data_", OpenField.SOURCE),
    ("labels_", OpenField.SOURCE),
    ("split_", OpenField.SOURCE),
    ("normalisation_", OpenField.MEAN),
)


def field_of_error(code: str) -> OpenField | None:
    """The field to mend for an error of the engine; None where it is the file itself."""
    return next((field for prefix, field in _FIELD_OF_ERROR if code.startswith(prefix)), None)
