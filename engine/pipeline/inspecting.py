"""What is inside a model."""

import msgspec

from engine.analysis.outputs import output_stats
from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.recipe import DataSpec, ModelSpec, Recipe
from engine.contract.source import ModelSource
from engine.contract.stats import Inspection, Metrics
from engine.data.fit import check_data_fits
from engine.data.splits import load_data
from engine.models.graph import layers_of
from engine.models.opening import open_model
from engine.pipeline.bare import inspect_tensors, is_bare
from engine.pipeline.measure import measure_layers, measure_totals
from engine.pipeline.work import calibration_batches, compressed_model
from engine.pruning.blocks import find_blocks
from engine.tasks.table import methods_of

CALIBRATION_SAMPLES = 256


def inspect_model(source: ModelSource, spec: DataSpec | None, ctx: RunContext) -> Inspection:
    """Layers, sums, and, where data is given, metrics on the test split and what layers answer; writes nothing.

    Of a file whose network is not known, its tensors.

    Raises:
        RequestError: the file holds no model, or data is given and the model does not suit it.
    """
    try:
        return _inspected(source, spec, ctx)
    except RequestError as error:
        if spec is not None or not is_bare(error):
            raise
        return inspect_tensors(source, error, ctx)


def _inspected(source: ModelSource, spec: DataSpec | None, ctx: RunContext) -> Inspection:
    data = None if spec is None else load_data(spec, ctx, seed=0)
    example = None if data is None else data.example
    loaded = open_model(source, ctx, example=example, is_read_only=True)
    metrics, outputs = Metrics(), {}
    if data is not None:
        check_data_fits(data, loaded)
        metrics, _ = methods_of(data).evaluate(loaded.module, data.test, data, ctx)
        names = tuple(name for name, _ in layers_of(loaded.module))
        batches = calibration_batches(data, CALIBRATION_SAMPLES, seed=0)
        outputs = output_stats(loaded.module, names, batches, ctx)
    model = compressed_model(loaded, Recipe(model=ModelSpec(file=source.file)))
    rows = measure_layers(model, is_read_only=True)
    blocks = {name: block.number for block in find_blocks(model.module) for name in block.layers}
    return Inspection(
        source=loaded.info,
        layers=tuple(
            msgspec.structs.replace(row, output=outputs.get(row.name), block=blocks.get(row.name))
            for row in rows
        ),
        totals=measure_totals(model, is_read_only=True),
        metrics=metrics,
    )
