"""Forms, `penjing methods` and recipes' comments are made from what stands on the fields."""

import typing

import msgspec
import pytest

from engine.contract import methods
from engine.contract import recipe as recipes
from engine.contract.fields import FieldKind, FieldSpec, fields_of
from engine.contract.methods import FAMILIES, Choice
from engine.contract.recipe import TABLES, PruneSpec, QuantizeSpec, Recipe, RecoverSpec
from engine.contract.record import Record

SPECS = [
    value
    for value in vars(recipes).values()
    if isinstance(value, type) and issubclass(value, Record) and value is not Record
]
CHOICES = [
    value
    for value in vars(methods).values()
    if isinstance(value, type) and issubclass(value, Choice) and value is not Choice
]


def field(record: type[Record], name: str) -> FieldSpec:
    return next(spec for spec in fields_of(record) if spec.name == name)


def test_that_a_number_carries_its_limits_and_says_which_are_allowed() -> None:
    ratio = field(PruneSpec, "ratio")
    assert (ratio.kind, ratio.default) == (FieldKind.NUMBER, 0.5)
    assert (ratio.minimum, ratio.is_minimum_open, ratio.maximum, ratio.is_maximum_open) == (0, False, 1, True)
    rate = field(RecoverSpec, "learning_rate")
    assert (rate.minimum, rate.is_minimum_open, rate.maximum, rate.is_maximum_open) == (0, True, 100, False)


def test_that_a_choice_carries_a_label_and_a_sentence_for_each_value() -> None:
    mode = field(QuantizeSpec, "mode")
    assert mode.kind is FieldKind.CHOICE
    assert [choice.value for choice in mode.choices] == ["post_training", "aware", "dynamic"]
    assert mode.default == "post_training"


@pytest.mark.parametrize(
    ("record", "name", "kind"),
    [
        (Recipe, "seed", FieldKind.INTEGER),
        (Recipe, "name", FieldKind.TEXT),
        (recipes.LayerPruneSpec, "skip", FieldKind.SWITCH),
        (recipes.ExportSpec, "formats", FieldKind.CHOICES),
        (recipes.ModelSpec, "input_shape", FieldKind.INTEGERS),
        (recipes.DataSpec, "mean", FieldKind.NUMBERS),
        (recipes.DataSpec, "class_names", FieldKind.TEXTS),
        (PruneSpec, "layers", FieldKind.TABLE),
    ],
)
def test_that_each_kind_of_field_is_told_apart(record: type[Record], name: str, kind: FieldKind) -> None:
    assert field(record, name).kind is kind


def test_that_only_what_may_be_left_empty_is_optional() -> None:
    assert field(recipes.ModelSpec, "architecture").is_optional
    assert field(recipes.ModelSpec, "file").is_required
    layer = field(recipes.LayerPruneSpec, "ratio")
    assert (layer.is_optional, layer.default, layer.maximum) == (True, None, 1)


@pytest.mark.parametrize("record", SPECS, ids=lambda record: record.__name__)
def test_that_every_field_has_a_title_and_a_sentence(record: type[Record]) -> None:
    for spec in fields_of(record):
        assert spec.title != spec.name
        assert spec.help.endswith(".")
        assert "\n" not in spec.help


@pytest.mark.parametrize("record", SPECS, ids=lambda record: record.__name__)
def test_that_every_default_is_within_its_limits(record: type[Record]) -> None:
    hints = typing.get_type_hints(record, include_extras=True)
    for spec in fields_of(record):
        if not spec.is_required:
            assert (
                msgspec.to_builtins(msgspec.convert(spec.default, hints[spec.name], strict=False))
                == spec.default
            )


@pytest.mark.parametrize("family", CHOICES, ids=lambda family: family.__name__)
def test_that_every_choice_has_a_label_and_a_sentence(family: type[Choice]) -> None:
    labels = [member.label for member in family]
    assert len(set(labels)) == len(labels)
    for member in family:
        assert member.label[:1].isupper() or member.label[:1].isdigit()
        assert member.sentence.endswith(".")
        assert member.sentence != member.label


def test_that_a_choice_reads_and_compares_as_its_value() -> None:
    assert methods.Schedule.CUBIC == "cubic"
    assert f"{methods.Schedule.CUBIC}" == "cubic"
    assert msgspec.json.encode(methods.Schedule.CUBIC) == b'"cubic"'


def test_that_every_choice_of_the_recipe_stands_in_a_family() -> None:
    assert set(CHOICES) - set(FAMILIES.values()) == {methods.Device, methods.InputKind}


def test_that_every_family_stands_where_the_recipe_has_it() -> None:
    for place, family in FAMILIES.items():
        table, _, name = place.rpartition(".")
        specs = {spec.name: spec for spec in fields_of(TABLES[table])} if table in TABLES else {}
        if name in specs and specs[name].choices:
            assert [choice.value for choice in specs[name].choices] == [member.value for member in family]


def test_that_every_table_of_the_recipe_is_listed_by_penjing_methods() -> None:
    assert set(TABLES.values()) == set(SPECS)
