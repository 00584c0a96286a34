"""``penjing init``: a recipe to begin with, made for the model that is named."""

import argparse
import re
import shlex
from pathlib import Path

import msgspec

import resources
from engine.contract.errors import RequestError
from engine.contract.messages import Inspect
from engine.contract.methods import ExportFormat, PruneGranularity
from engine.contract.recipe import (
    AudioSpec,
    DataSpec,
    ExportSpec,
    ModelSpec,
    PruneSpec,
    QuantizeSpec,
    Recipe,
    TextSpec,
)
from engine.contract.recipe_file import commented_recipe, read_recipe
from engine.contract.recipe_paths import SAMPLE, with_relative_paths
from engine.contract.run_folder import write_atomically
from engine.contract.source import ModelSource
from engine.contract.stats import Inspection
from engine.terminal.arguments import Arguments, Command, add_model
from engine.terminal.engine_job import JOB_ID, do_job
from engine.terminal.inspect import data_of, require_whole, source_of
from engine.terminal.messages import say

_FORMATS = (ExportFormat.ONNX_INT8, ExportFormat.ONNX_FLOAT32)
_UNTRACED_FORMATS = (ExportFormat.ONNX_FLOAT32, ExportFormat.STATE_DICT)
_DATA_TO_FILL_IN = "npz:data.npz"
_FAST_MULTIPLE = 16


def _init(arguments: Arguments) -> int:
    path = (arguments.output or Path("recipe.toml")).absolute()
    if path.exists():
        raise RequestError("output_exists", path=path)
    if not path.parent.is_dir():
        raise RequestError("folder_unwritable", path=path, reason="its folder does not exist")
    recipe = with_relative_paths(_first_recipe(arguments), path.parent)
    write_atomically(path, commented_recipe(recipe).encode())
    say("recipe_written", path=path, argument=shlex.quote(str(path)))
    return 0


def _first_recipe(arguments: Arguments) -> Recipe:
    if arguments.model == SAMPLE:
        return read_recipe(resources.sample_recipe())
    source, data = source_of(arguments), data_of(arguments)
    inspection: Inspection = do_job(arguments, Inspect(id=JOB_ID, source=source, data=data))
    require_whole(inspection)
    return recipe_for(inspection, source, data=data)


def recipe_for(inspection: Inspection, source: ModelSource, *, data: DataSpec | None) -> Recipe:
    """Sensible values for what was found: cautious where a network is wide, whole where nothing can be cut.

    What could not be traced loses single weights: nothing else can be done to it. What was typed about the model
    stays as it was typed, and an architecture that was guessed is written down.
    """
    is_untraced = any(layer.locked_code == "locked_untraced" for layer in inspection.layers)
    cut = [layer.channels for layer in inspection.layers if layer.prunable and layer.channels]
    is_wide = bool(cut) and min(cut) >= 2 * _FAST_MULTIPLE
    prune = PruneSpec(ratio=0.3, round_to=_FAST_MULTIPLE) if is_wide else PruneSpec()
    return Recipe(
        name=re.sub(r'[/\\:*?"<>|\x00-\x1f]+', "-", Path(source.file).stem)[:80] or "run",
        model=ModelSpec(
            file=source.file,
            architecture=inspection.source.architecture,
            input_shape=source.input_shape,
            entry=source.entry,
        ),
        data=_spelled_out(data or DataSpec(source=_DATA_TO_FILL_IN)),
        prune=PruneSpec(granularity=PruneGranularity.WEIGHT) if is_untraced else prune if cut else None,
        quantize=None if is_untraced else QuantizeSpec(),
        export=ExportSpec(formats=_UNTRACED_FORMATS if is_untraced else _FORMATS),
    )


def _spelled_out(data: DataSpec) -> DataSpec:
    """Texts and recordings with the tables that say how they are read, so that they can be changed."""
    if data.source.startswith("csv:") and data.text is None:
        return msgspec.structs.replace(data, text=TextSpec())
    if data.source.startswith("audio:") and data.audio is None:
        return msgspec.structs.replace(data, audio=AudioSpec())
    return data


def _add_init(parser: argparse.ArgumentParser) -> None:
    add_model(parser)
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="the recipe to write (default: recipe.toml)"
    )


INIT = Command(help="Write a commented recipe for a model.", add_arguments=_add_init, run=_init)
