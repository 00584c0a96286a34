"""``penjing inspect`` and ``penjing init``: what is inside a model, and a recipe to begin with."""

import argparse
import re
import shlex
from pathlib import Path

import msgspec

import resources
from engine.contract.errors import RequestError
from engine.contract.messages import Inspect
from engine.contract.methods import ExportFormat, PruneGranularity
from engine.contract.recipe import DataSpec, ExportSpec, ModelSpec, PruneSpec, QuantizeSpec, Recipe
from engine.contract.recipe_file import commented_recipe, read_recipe
from engine.contract.recipe_paths import (
    SAMPLE,
    absolute_architecture,
    absolute_data,
    absolute_model,
    with_relative_paths,
)
from engine.contract.run_folder import write_atomically
from engine.contract.source import ModelSource
from engine.contract.stats import Inspection
from engine.terminal.arguments import Arguments, Command, add_json, add_model
from engine.terminal.engine_job import JOB_ID, do_job
from engine.terminal.messages import output, say, write_json
from engine.terminal.tables import print_inspection

_FORMATS = (ExportFormat.ONNX_INT8, ExportFormat.ONNX_FLOAT32)
_UNTRACED_FORMATS = (ExportFormat.ONNX_FLOAT32, ExportFormat.STATE_DICT)
_DATA_TO_FILL_IN = "npz:data.npz"
_FAST_MULTIPLE = 16


def _inspect(arguments: Arguments) -> int:
    inspection = _inspection(arguments)
    if arguments.json:
        write_json(msgspec.json.encode(inspection))
    else:
        print_inspection(output(), inspection)
    return 0


def _inspection(arguments: Arguments) -> Inspection:
    here = Path.cwd()
    architecture = arguments.architecture and absolute_architecture(arguments.architecture, here)
    source = ModelSource(file=absolute_model(arguments.model, here), architecture=architecture)
    job = Inspect(id=JOB_ID, source=source, data=data_of(arguments))
    found: Inspection = do_job(arguments, job)
    return found


def data_of(arguments: Arguments) -> DataSpec | None:
    """The data that ``--data`` names; the sample comes with the normalisation that its network was trained on."""
    if arguments.data is None:
        return None
    if arguments.data == SAMPLE:
        return read_recipe(resources.sample_recipe()).data
    return DataSpec(source=absolute_data(arguments.data, Path.cwd()))


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
    return recipe_for(_inspection(arguments), data_of(arguments))


def recipe_for(inspection: Inspection, data: DataSpec | None) -> Recipe:
    """Sensible values for what was found: cautious where a network is wide, whole where nothing can be cut.

    What could not be traced loses single weights: nothing else can be done to it.
    """
    source = inspection.source
    is_untraced = any(layer.locked_code == "locked_untraced" for layer in inspection.layers)
    cut = [layer.channels for layer in inspection.layers if layer.prunable and layer.channels]
    is_wide = bool(cut) and min(cut) >= 2 * _FAST_MULTIPLE
    prune = PruneSpec(ratio=0.3, round_to=_FAST_MULTIPLE) if is_wide else PruneSpec()
    return Recipe(
        name=re.sub(r'[/\\:*?"<>|\x00-\x1f]+', "-", Path(source.file).stem)[:80] or "run",
        model=ModelSpec(file=source.file, architecture=source.architecture),
        data=data or DataSpec(source=_DATA_TO_FILL_IN),
        prune=PruneSpec(granularity=PruneGranularity.WEIGHT) if is_untraced else prune if cut else None,
        quantize=None if is_untraced else QuantizeSpec(),
        export=ExportSpec(formats=_UNTRACED_FORMATS if is_untraced else _FORMATS),
    )


def _add_inspect(parser: argparse.ArgumentParser) -> None:
    add_model(parser)
    add_json(parser)


def _add_init(parser: argparse.ArgumentParser) -> None:
    add_model(parser)
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="the recipe to write (default: recipe.toml)"
    )


INSPECT = Command(help="Show what is inside a model.", add_arguments=_add_inspect, run=_inspect)
INIT = Command(help="Write a commented recipe for a model.", add_arguments=_add_init, run=_init)
