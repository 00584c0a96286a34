"""Reads, checks and writes recipes: what is unknown or out of limits is named with its full path and a cure."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec
import tomli_w

from engine.contract.errors import RequestError
from engine.contract.fields import FieldKind, FieldSpec, fields_of
from engine.contract.methods import (
    Correction,
    ExportFormat,
    Objective,
    PruneGranularity,
    PruneMethod,
    QuantizeMethod,
    QuantizeMode,
    Rounding,
    Schedule,
    Scope,
    SparseTraining,
    Strategy,
)
from engine.contract.recipe import SCHEMA, TABLES, DataSpec, PruneSpec, Recipe
from engine.contract.recipe_bits import check_bits
from engine.contract.run_folder import write_atomically

Table = dict[str, Any]
_Record = TypeVar("_Record", bound=msgspec.Struct)
LARGEST_PATTERN = 32
_LAYER_TABLES = {"prune.layers", "quantize.layers"}


def read_recipe(path: Path, settings: Sequence[str] = ()) -> Recipe:
    """The recipe in a TOML file, with ``KEY=VALUE`` settings laid over it.

    Raises:
        RequestError: the file is missing, not TOML, or not a valid recipe.
    """
    return recipe_from(apply_settings(read_table(path), settings))


def read_data(path: Path) -> DataSpec:
    """The ``[data]`` of a recipe; its other tables are not looked at.

    Raises:
        RequestError: the file is missing, not TOML, or its data are not valid.
    """
    table = read_table(path).get("data")
    if not isinstance(table, dict):
        raise RequestError("recipe_missing_key", key="data")
    return _checked(table, DataSpec, "data")


def read_table(path: Path) -> Table:
    """The file's tables as they stand, unchecked."""
    if not path.is_file():
        raise RequestError("recipe_missing", path=path)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RequestError("recipe_not_toml", path=path, reason=error) from None


def apply_settings(table: Table, settings: Sequence[str]) -> Table:
    """A copy of ``table`` with each ``KEY=VALUE`` set; VALUE is a TOML literal.

    >>> apply_settings({}, ["prune.ratio=0.3"])
    {'prune': {'ratio': 0.3}}
    """
    result: Table = msgspec.to_builtins(table)
    for text in settings:
        try:
            overlay = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            raise RequestError("set_invalid", text=text) from None
        _merge_(result, overlay)
    return result


def _merge_(target: Table, overlay: Table) -> None:
    for key, value in overlay.items():
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            _merge_(target[key], value)
        else:
            target[key] = value


def recipe_from(table: Table) -> Recipe:
    """A checked recipe from plain tables.

    Raises:
        RequestError: an unknown key (with the nearest known one), a value out of its limits, or tables that
            contradict each other.
    """
    if table.get("schema", SCHEMA) != SCHEMA:
        raise RequestError("recipe_schema", found=table["schema"], wanted=SCHEMA)
    recipe = _checked(table, Recipe, "")
    check_consistency(recipe)
    return recipe


def _checked(table: Table, record: type[_Record], place: str) -> _Record:
    """The record of the table that stands at ``place`` in the recipe."""
    for path, part, found in _tables(record, table, place):
        _refuse_unknown(path, part, found)
    try:
        return msgspec.convert(table, record)
    except msgspec.ValidationError as error:
        raise _invalid(str(error), place) from None


def check_consistency(recipe: Recipe) -> None:
    """Refuses what single fields cannot see: tables that contradict each other."""
    aware = recipe.quantize is not None and recipe.quantize.mode is QuantizeMode.AWARE
    if recipe.prune is None and recipe.quantize is None:
        raise RequestError("recipe_nothing_to_do")
    if aware and recipe.recover.epochs == 0:
        raise RequestError("recipe_no_epochs")
    if recipe.quantize is not None:
        check_bits(recipe.quantize)
    _check_post_training(recipe)
    if recipe.prune is not None:
        _check_pruning(recipe.prune)
    if recipe.joint.strategy is Strategy.SIMULTANEOUS and (recipe.prune is None or not aware):
        raise RequestError("recipe_strategy_needs_both")
    _check_integers(recipe)
    _check_what_goes_with_channels(recipe)
    _check_criterion(recipe)
    _check_latency(recipe)


def _check_integers(recipe: Recipe) -> None:
    if ExportFormat.ONNX_INT8 not in recipe.export.formats:
        return
    if recipe.quantize is None:
        raise RequestError("recipe_int8_without_quantize")
    if recipe.quantize.past_integers:
        raise RequestError("recipe_int8_past_integers", setting=recipe.quantize.past_integers)
    if recipe.quantize.activation_bits == 0:
        raise RequestError("recipe_int8_without_activations")


def _check_post_training(recipe: Recipe) -> None:
    """A training changes the weights that such a step has made up for; what is learned needs one."""
    spec = recipe.quantize
    if spec is not None and spec.method.is_learned and spec.mode is not QuantizeMode.AWARE:
        raise RequestError("recipe_learned", method=spec.method.value)
    if spec is not None and spec.rounding is Rounding.ADAROUND and spec.method is not QuantizeMethod.UNIFORM:
        raise RequestError("recipe_adaround_uniform", method=spec.method.value)
    if spec is not None and spec.mode is not QuantizeMode.POST_TRAINING:
        is_chosen = spec.rounding is Rounding.ADAROUND
        settings = {"equalize": spec.equalize, "correct_bias": spec.correct_bias, "rounding": is_chosen}
        for setting, is_set in settings.items():
            if is_set:
                raise RequestError("recipe_post_training_only", setting=setting, mode=spec.mode.value)


def _check_criterion(recipe: Recipe) -> None:
    prune = recipe.prune
    if prune is None:
        return
    if prune.method.is_of_channels and prune.granularity.is_of_weights:
        raise RequestError(
            "recipe_method_of_channels", method=prune.method.value, granularity=prune.granularity.value
        )
    is_ramp = prune.schedule is not Schedule.ONE_SHOT and recipe.recover.epochs > 0
    if prune.method is PruneMethod.MOVEMENT and not is_ramp:
        raise RequestError("recipe_movement_needs_training", method=prune.method.value)


def _check_blocks(prune: PruneSpec) -> None:
    """What says something about channels only has no meaning for whole blocks."""
    if prune.granularity is not PruneGranularity.LAYER:
        return
    if not prune.method.is_of_blocks:
        raise RequestError("recipe_method_of_blocks", method=prune.method.value)
    ratios = (f'layers."{name}".ratio' for name, layer in prune.layers.items() if layer.ratio is not None)
    counts = (name for name in ("round_to", "minimum") if getattr(prune, name) != 1)
    meaningless = (*counts, *ratios)
    if meaningless:
        raise RequestError("recipe_blocks_whole", field=f"prune.{meaningless[0]}")


def _check_latency(recipe: Recipe) -> None:
    prune = recipe.prune
    if prune is None:
        return
    is_timed = prune.objective is Objective.LATENCY
    if prune.target_latency is not None and not is_timed:
        raise RequestError("recipe_target_latency", objective=prune.objective.value)
    if prune.target_latency is not None and prune.target_macs is not None:
        raise RequestError("recipe_two_targets")
    if is_timed and (prune.granularity is not PruneGranularity.CHANNEL or prune.scope is not Scope.GLOBAL):
        raise RequestError("recipe_latency", granularity=prune.granularity.value, scope=prune.scope.value)
    if is_timed and recipe.timed_format is None:
        raise RequestError("recipe_latency_file")


def _check_what_goes_with_channels(recipe: Recipe) -> None:
    prune = recipe.prune
    if prune is None:
        return
    is_channel = prune.granularity is PruneGranularity.CHANNEL
    is_sequential = recipe.joint.strategy is Strategy.SEQUENTIAL
    if prune.sparse is not SparseTraining.NONE and not (is_channel and recipe.recover.epochs):
        raise RequestError("recipe_sparse", sparse=prune.sparse.value)
    if prune.correction is not Correction.NONE and not (is_channel and is_sequential):
        raise RequestError("recipe_correction", correction=prune.correction.value)


def _check_pruning(prune: PruneSpec) -> None:
    kept, size = prune.kept_of
    if not 1 <= kept < size <= LARGEST_PATTERN:
        raise RequestError("recipe_pattern", pattern=prune.pattern, limit=LARGEST_PATTERN)
    if prune.regrow > 0 and prune.granularity is not PruneGranularity.WEIGHT:
        raise RequestError("recipe_regrow", granularity=prune.granularity.value)
    if prune.target_macs is not None and prune.granularity.is_of_weights:
        raise RequestError("recipe_target_of_weights", granularity=prune.granularity.value)
    _check_blocks(prune)


def _tables(
    record: type[msgspec.Struct], table: Table, path: str
) -> Iterator[tuple[str, type[msgspec.Struct], Table]]:
    """Every table of the recipe that has a record, with its dotted path."""
    yield path, record, table
    for name, hint in get_type_hints(record).items():
        value = table.get(name)
        if not isinstance(value, dict):
            continue
        inner = f"{path}.{name}" if path else name
        if get_origin(hint) is dict:
            item = get_args(hint)[1]
            for key, entry in value.items():
                if isinstance(entry, dict):
                    yield f'{inner}."{key}"', item, entry
            continue
        for part in (*get_args(hint), hint):
            if isinstance(part, type) and issubclass(part, msgspec.Struct):
                yield from _tables(part, value, inner)


def _refuse_unknown(path: str, record: type[msgspec.Struct], table: Table) -> None:
    known = [field.name for field in msgspec.structs.fields(record)]
    for key, value in table.items():
        if key in known:
            continue
        full = f"{path}.{key}" if path else key
        layer_table = path.split('."', maxsplit=1)[0]
        if isinstance(value, dict) and layer_table in _LAYER_TABLES:
            layer = path.split('."')[1].rstrip('"') + "." + key
            raise RequestError("recipe_unquoted_layer", key=full, layer=layer, table=layer_table)
        nearest = difflib.get_close_matches(key, known, 1, 0.5)
        if nearest:
            raise RequestError(
                "recipe_unknown_key", key=full, nearest=f"{path}.{nearest[0]}" if path else nearest[0]
            )
        raise RequestError("recipe_unknown_key_alone", key=full, known=", ".join(known))


def _invalid(text: str, table: str) -> RequestError:
    """The sentence of msgspec as ours: «Expected `float` < 1.0 - at `$.prune.ratio`»."""
    reason, _, place = text.partition(" - at `$")
    key = (table + place.rstrip("`")).lstrip(".") or "recipe"
    missing = re.search(r"required field `(\w+)`", reason)
    if missing:
        name = missing.group(1) if key == "recipe" else f"{key}.{missing.group(1)}"
        return RequestError("recipe_missing_key", key=name)
    choices = _choices_of(key) if reason.startswith("Invalid enum value") else ""
    known = f"; choose one of: {choices}" if choices else ""
    return RequestError("recipe_invalid", key=key, reason=reason.replace("`", "") + known)


def _choices_of(key: str) -> str:
    """What may stand at a key of the recipe, where that is a choice."""
    table, _, name = key.rpartition(".")
    fields = fields_of(TABLES[table]) if table in TABLES else ()
    return ", ".join(choice.value for field in fields if field.name == name for choice in field.choices)


def recipe_text(recipe: Recipe) -> str:
    """The recipe as TOML; values that are defaults are left out."""
    return tomli_w.dumps({"schema": recipe.schema, **msgspec.to_builtins(recipe)})


def write_recipe(recipe: Recipe, path: Path) -> None:
    """Writes the recipe as TOML, atomically."""
    write_atomically(path, recipe_text(recipe).encode())


def commented_recipe(recipe: Recipe) -> str:
    """The recipe as TOML with every key, each with its help beside it: what ``penjing init`` writes."""
    lines = ["# A recipe of Penjing. `penjing methods` lists every choice."]
    lines += _commented_fields(recipe)
    for name in ("model", "data", "prune", "quantize", "recover", "joint", "export"):
        lines += _commented_table(name, getattr(recipe, name))
    return "\n".join(lines) + "\n"


def _commented_table(place: str, record: msgspec.Struct | None) -> list[str]:
    if record is None:
        return []
    lines = ["", f"[{place}]", *_commented_fields(record)]
    for name in record.__struct_fields__:
        part = getattr(record, name)
        if isinstance(part, msgspec.Struct):
            lines += _commented_table(f"{place}.{name}", part)
    return lines


def _commented_fields(record: msgspec.Struct) -> list[str]:
    lines = []
    for field in fields_of(type(record)):
        value = msgspec.to_builtins(getattr(record, field.name))
        if field.kind is FieldKind.TABLE:
            continue
        absent = value in (None, [], ())
        text = f"# {field.name} = …" if absent else f"{field.name} = {_literal(value)}"
        lines.append(f"{text:<40}  # {_help(field)}")
    return lines


def _literal(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_literal, value))}]"
    return tomli_w.dumps({"v": value}).removeprefix("v = ").strip()


def _help(field: FieldSpec) -> str:
    choices = " | ".join(choice.value for choice in field.choices)
    return f"{field.help} {choices}".strip() if len(field.choices) > 1 else field.help
