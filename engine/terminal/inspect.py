"""``penjing inspect``: what is inside a model, and how much each layer bears."""

import argparse
from pathlib import Path

import msgspec

import resources
from engine.contract.errors import RequestError
from engine.contract.messages import Inspect, Sensitivity
from engine.contract.methods import SensitivityKind
from engine.contract.recipe import DataSpec, ModelSpec, Recipe
from engine.contract.recipe_file import read_data, read_recipe
from engine.contract.recipe_paths import (
    SAMPLE,
    absolute_architecture,
    absolute_data,
    absolute_model,
    with_absolute_paths,
)
from engine.contract.source import ModelSource
from engine.contract.stats import Inspection, LayerSensitivity, SensitivityMap
from engine.terminal.arguments import Arguments, Command, add_json, add_model, add_sensitivity
from engine.terminal.engine_job import JOB_ID, Engine, started_engine
from engine.terminal.inspect_tables import print_inspection
from engine.terminal.measuring import told_measuring
from engine.terminal.messages import output, say, write_json

_RECIPE = ".toml"


def _inspect(arguments: Arguments) -> int:
    kind = _kind_of(arguments)
    source, data = source_of(arguments), data_of(arguments)
    with started_engine(arguments) as engine:
        inspection: Inspection = engine.do(Inspect(id=JOB_ID, source=source, data=data))
        if kind is not None:
            require_whole(inspection)
            job = Sensitivity(id=JOB_ID + 1, source=source, kind=kind, data=data)
            inspection = with_sensitivity(inspection, _measured(engine, job, arguments.samples))
    if arguments.json:
        write_json(msgspec.json.encode(inspection))
    else:
        print_inspection(output(), inspection)
    if inspection.bare_because is not None:
        say(inspection.bare_code, **inspection.bare_arguments)
    return 0


def require_whole(inspection: Inspection) -> None:
    """Goes on only with a model whose network is known.

    Raises:
        RequestError: as opening the model for more than a look would.
    """
    if inspection.bare_because is not None:
        raise RequestError(inspection.bare_code, **inspection.bare_arguments)


def _kind_of(arguments: Arguments) -> SensitivityKind | None:
    """What is to be measured; what cannot be is refused before anything starts."""
    kind = msgspec.convert(arguments.sensitivity, SensitivityKind | None)
    if kind is SensitivityKind.FULL and arguments.data is None:
        raise RequestError("sensitivity_needs_data")
    if kind is not SensitivityKind.FULL and arguments.samples is not None:
        raise RequestError("samples_need_full")
    return kind


def _measured(engine: Engine, job: Sensitivity, samples: int | None) -> SensitivityMap:
    if samples is not None:
        job = msgspec.structs.replace(job, samples=samples)
    with told_measuring() as tell:
        found: SensitivityMap = engine.do(job, tell)
    return found


def with_sensitivity(inspection: Inspection, found: SensitivityMap) -> Inspection:
    """The inspection with what was measured at each layer."""
    layers = tuple(
        msgspec.structs.replace(layer, sensitivity=found.layers.get(layer.name, LayerSensitivity()))
        for layer in inspection.layers
    )
    how = msgspec.structs.replace(found, layers={})
    return msgspec.structs.replace(inspection, layers=layers, sensitivity=how)


def source_of(arguments: Arguments) -> ModelSource:
    """The model that is named; relative paths count from the working directory."""
    here = Path.cwd()
    return ModelSource(
        file=absolute_model(arguments.model, here),
        architecture=arguments.architecture and absolute_architecture(arguments.architecture, here),
        input_shape=arguments.input_shape,
        entry=arguments.entry,
    )


def data_of(arguments: Arguments) -> DataSpec | None:
    """The data that ``--data`` names: a source, or a recipe that says how its source is read.

    The sample comes with the normalisation that its network was trained on.
    """
    named = arguments.data
    if named is None:
        return None
    if named == SAMPLE:
        return read_recipe(resources.sample_recipe()).data
    if named.endswith(_RECIPE):
        path = Path(named).absolute()
        recipe = Recipe(model=ModelSpec(file=SAMPLE), data=read_data(path))
        return with_absolute_paths(recipe, path.parent).data
    return DataSpec(source=absolute_data(named, Path.cwd()))


def _add_inspect(parser: argparse.ArgumentParser) -> None:
    add_model(parser)
    add_sensitivity(parser)
    add_json(parser)


INSPECT = Command(
    help="Show what is inside a model, and how much each layer bears.",
    add_arguments=_add_inspect,
    run=_inspect,
)
