"""What is inside a model, and what a data source holds."""

import torch

from engine.context import RunContext
from engine.contract.messages import DataSummary
from engine.contract.recipe import DataSpec, ModelSpec, Recipe
from engine.contract.source import ModelSource
from engine.contract.stats import Inspection, Metrics
from engine.data.fit import check_data_fits
from engine.data.splits import load_data
from engine.models.opening import open_model
from engine.pipeline.measure import measure_layers, measure_totals
from engine.pipeline.work import compressed_model
from engine.tasks.classification import evaluate


def inspect_model(source: ModelSource, spec: DataSpec | None, ctx: RunContext) -> Inspection:
    """Layers, sums, and metrics on the test split where data is given; writes nothing."""
    data = None if spec is None else load_data(spec, ctx, seed=0)
    loaded = open_model(source, ctx, example=None if data is None else data.example)
    metrics = Metrics()
    if data is not None:
        check_data_fits(data, loaded)
        metrics, _ = evaluate(loaded.module, data.test, data, ctx)
    model = compressed_model(loaded, Recipe(model=ModelSpec(file=source.file)))
    return Inspection(
        source=loaded.info, layers=measure_layers(model), totals=measure_totals(model), metrics=metrics
    )


def summarise_data(spec: DataSpec, ctx: RunContext) -> DataSummary:
    """Shapes and counts of a data source."""
    data = load_data(spec, ctx, seed=0)
    labels = torch.cat([data.train.labels, data.validation.labels])
    return DataSummary(
        sample_shape=data.sample_shape,
        train=len(data.train),
        validation=len(data.validation),
        test=len(data.test),
        classes=data.classes,
        class_counts=tuple(torch.bincount(labels, minlength=data.classes).tolist()),
    )
