"""``penjing methods``: every table of the recipe and every choice, as the contract states them."""

import msgspec
from rich.console import Console
from rich.text import Text

from engine.contract.fields import ChoiceSpec, FieldSpec, fields_of
from engine.contract.methods import FAMILIES
from engine.contract.recipe import TABLES
from engine.contract.record import Record
from engine.terminal.arguments import Arguments, Command, add_json
from engine.terminal.messages import output, write_json
from engine.terminal.tables import print_table


class MethodList(Record, frozen=True, kw_only=True):
    """What ``penjing methods --json`` prints: choices by their place in the recipe, and fields by table."""

    families: dict[str, tuple[ChoiceSpec, ...]]
    tables: dict[str, tuple[FieldSpec, ...]]


def method_list() -> MethodList:
    """Everything that a recipe can say."""
    return MethodList(
        families={
            place: tuple(ChoiceSpec(value=one.value, label=one.label, help=one.sentence) for one in family)
            for place, family in FAMILIES.items()
        },
        tables={name: fields_of(record) for name, record in TABLES.items()},
    )


def _methods(arguments: Arguments) -> int:
    methods = method_list()
    if arguments.json:
        write_json(msgspec.json.encode(methods))
    else:
        _print(output(), methods)
    return 0


def _print(console: Console, methods: MethodList) -> None:
    for name, fields in methods.tables.items():
        console.print(Text(f"[{name}]" if name else "The recipe", style="bold"))
        print_table(
            console, ["Key", "Values", "Default", ""], [_cells(field) for field in fields], left=(0, 1, 2, 3)
        )
        console.print()
    for place, choices in methods.families.items():
        console.print(Text(place, style="bold"))
        print_table(
            console, ["Value", "", ""], [[one.value, one.label, one.help] for one in choices], left=(0, 1, 2)
        )
        console.print()


def _cells(field: FieldSpec) -> list[str]:
    return [field.name, _values(field), _default(field), field.help]


def _values(field: FieldSpec) -> str:
    if field.choices:
        return " | ".join(choice.value for choice in field.choices)
    low = "" if field.minimum is None else f"{'>' if field.is_minimum_open else '≥'} {field.minimum:.10g}"
    high = "" if field.maximum is None else f"{'<' if field.is_maximum_open else '≤'} {field.maximum:.10g}"
    return ", ".join(filter(None, [field.kind.value, low, high]))


def _default(field: FieldSpec) -> str:
    if field.is_required:
        return "required"
    return "–" if field.default in (None, [], {}) else msgspec.json.encode(field.default).decode()


METHODS = Command(
    help="List every method with its parameters, limits, defaults and help.",
    add_arguments=add_json,
    run=_methods,
)
