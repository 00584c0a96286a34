"""A record's fields as a form sees them: name, title, help, kind, limits, choices, default.

The wizard's forms, ``penjing methods`` and the comments of ``penjing init`` are all made from these.
"""

from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from engine.contract.methods import Choice
from engine.contract.record import Record


class FieldKind(StrEnum):
    """What widget or TOML value a field wants."""

    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    SWITCH = "switch"
    CHOICE = "choice"
    CHOICES = "choices"
    INTEGERS = "integers"
    NUMBERS = "numbers"
    TEXTS = "texts"
    TABLE = "table"


class ChoiceSpec(Record, frozen=True, kw_only=True):
    """One choice of a field."""

    value: str
    label: str
    help: str


class FieldSpec(Record, frozen=True, kw_only=True):
    """One field: ``minimum`` and ``maximum`` are limits that are themselves allowed unless ``open_…`` is set."""

    name: str
    title: str
    help: str
    kind: FieldKind
    default: int | float | str | bool | list[Any] | dict[str, Any] | None = None
    is_required: bool = False
    is_optional: bool = False
    minimum: float | None = None
    maximum: float | None = None
    is_minimum_open: bool = False
    is_maximum_open: bool = False
    choices: tuple[ChoiceSpec, ...] = ()


def fields_of(record: type[msgspec.Struct]) -> tuple[FieldSpec, ...]:
    """The fields of a record, in order, sub-records left out.

    >>> [field.name for field in fields_of(JointSpec)]
    ['strategy']
    """
    hints = get_type_hints(record, include_extras=True)
    fields = msgspec.structs.fields(record)
    return tuple(_spec(field, hints[field.name]) for field in fields if not _is_record(hints[field.name]))


def _spec(field: msgspec.structs.FieldInfo, hint: Any) -> FieldSpec:
    inner, meta = _without_meta(hint)
    optional, is_optional = _without_none(inner)
    bare, inner_meta = _without_meta(optional)
    limits = _limits(inner_meta if is_optional else meta)
    return FieldSpec(
        name=field.name,
        title=meta.title or field.name,
        help=meta.description or "",
        kind=_kind(bare),
        default=_default(field),
        is_required=field.required,
        is_optional=is_optional,
        choices=_choices(bare),
        **limits,
    )


def _without_meta(hint: Any) -> tuple[Any, msgspec.Meta]:
    if get_origin(hint) is not Annotated:
        return hint, msgspec.Meta()
    return get_args(hint)[0], next(meta for meta in hint.__metadata__ if isinstance(meta, msgspec.Meta))


def _limits(meta: msgspec.Meta) -> dict[str, Any]:
    return {
        "minimum": meta.gt if meta.ge is None else meta.ge,
        "maximum": meta.lt if meta.le is None else meta.le,
        "is_minimum_open": meta.gt is not None,
        "is_maximum_open": meta.lt is not None,
    }


def _without_none(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) not in (Union, UnionType):
        return hint, False
    parts = [part for part in get_args(hint) if part is not type(None)]
    return parts[0], len(parts) < len(get_args(hint))


def _is_record(hint: Any) -> bool:
    bare, _ = _without_none(_without_meta(hint)[0])
    return isinstance(bare, type) and issubclass(bare, msgspec.Struct)


_SCALARS = {int: FieldKind.INTEGER, float: FieldKind.NUMBER, str: FieldKind.TEXT, bool: FieldKind.SWITCH}
_LISTS = {int: FieldKind.INTEGERS, float: FieldKind.NUMBERS, str: FieldKind.TEXTS}


def _kind(hint: Any) -> FieldKind:
    if get_origin(hint) is dict:
        return FieldKind.TABLE
    if get_origin(hint) is tuple:
        item = _item(hint)
        return FieldKind.CHOICES if issubclass(item, Choice) else _LISTS[item]
    return FieldKind.CHOICE if issubclass(hint, Choice) else _SCALARS[hint]


def _item(hint: Any) -> Any:
    item = get_args(hint)[0]
    return get_args(item)[0] if get_origin(item) is Annotated else item


def _choices(hint: Any) -> tuple[ChoiceSpec, ...]:
    item = _item(hint) if get_origin(hint) is tuple else hint
    if not (isinstance(item, type) and issubclass(item, Choice)):
        return ()
    return tuple(ChoiceSpec(value=member.value, label=member.label, help=member.sentence) for member in item)


def _default(field: msgspec.structs.FieldInfo) -> Any:
    if field.default is not msgspec.NODEFAULT:
        return msgspec.to_builtins(field.default)
    if field.default_factory is not msgspec.NODEFAULT:
        return msgspec.to_builtins(field.default_factory())
    return None
