"""Whole recipes for common wishes, without a window: each a TOML file in ``resources/presets``.

A preset says what is pruned, quantized, trained and written; model and data stay as they are.
"""

import tomllib
from enum import StrEnum
from functools import cache

from engine.contract.recipe_file import Table
from resources import presets_folder


class Preset(StrEnum):
    """The presets, from the most careful to the most special; each names its file."""

    GENTLE = "gentle"
    BALANCED = "balanced"
    SMALL = "small"
    FAST_HERE = "fast_here"
    SAFE_INT8 = "safe_int8"
    LEAN_FLOAT = "lean_float"
    ZEROS = "zeros"


def lay_over_(recipe: Table, preset: Preset) -> None:
    """Lays a preset over a recipe: what is pruned and quantized is replaced, of the rest what the preset says."""
    parts = _parts_of(preset)
    for name in ("prune", "quantize"):
        recipe.pop(name, None)
    for name, part in parts.items():
        recipe[name] = {**recipe.get(name, {}), **part}


@cache
def _parts_of(preset: Preset) -> dict[str, Table]:
    text = (presets_folder() / f"{preset}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
