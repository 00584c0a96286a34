"""What is inside a model."""

from engine.context import RunContext
from engine.contract.recipe import DataSpec, ModelSpec, Recipe
from engine.contract.source import ModelSource
from engine.contract.stats import Inspection, Metrics
from engine.data.fit import check_data_fits
from engine.data.splits import load_data
from engine.models.opening import open_model
from engine.pipeline.measure import measure_layers, measure_totals
from engine.pipeline.work import compressed_model
from engine.tasks.table import methods_of


def inspect_model(source: ModelSource, spec: DataSpec | None, ctx: RunContext) -> Inspection:
    """Layers, sums, and metrics on the test split where data is given; writes nothing."""
    data = None if spec is None else load_data(spec, ctx, seed=0)
    example = None if data is None else data.example
    loaded = open_model(source, ctx, example=example, is_read_only=True)
    metrics = Metrics()
    if data is not None:
        check_data_fits(data, loaded)
        metrics, _ = methods_of(data).evaluate(loaded.module, data.test, data, ctx)
    model = compressed_model(loaded, Recipe(model=ModelSpec(file=source.file)))
    return Inspection(
        source=loaded.info, layers=measure_layers(model), totals=measure_totals(model), metrics=metrics
    )
