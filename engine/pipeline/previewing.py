"""What a data source holds, and what a model says of it."""

import msgspec
import torch

from engine.context import RunContext
from engine.contract.messages import DataSummary
from engine.contract.recipe import DataSpec
from engine.contract.source import ModelSource
from engine.data.fit import check_data_fits, check_labels
from engine.data.previews import preview_of, spread_over_classes
from engine.data.splits import Data, load_data
from engine.models.opening import open_model
from engine.tasks.classification import in_evaluation
from engine.tasks.table import methods_of

SHOWN = 10


def preview_data(spec: DataSpec, source: ModelSource | None, ctx: RunContext) -> DataSummary:
    """Shapes, counts and ten samples of a data source; with ``source``, what that model says of these ten.

    Raises:
        RequestError: the data cannot be read, or the model does not fit it.
    """
    data = load_data(spec, ctx, seed=0)
    for name in ("train", "validation", "test"):
        check_labels(name, getattr(data, name), classes=data.classes)
    chosen = spread_over_classes(data.test, SHOWN)
    inputs, labels = data.test.inputs[chosen], data.test.labels[chosen]
    samples = [preview_of(data, sample, label) for sample, label in zip(inputs, labels.tolist(), strict=True)]
    if source is not None:
        predicted = _predictions(inputs, data, source, ctx)
        samples = [
            msgspec.structs.replace(sample, predicted=says, probability=sure)
            for sample, (says, sure) in zip(samples, predicted, strict=True)
        ]
    every = torch.cat([data.train.labels, data.validation.labels, data.test.labels])
    return DataSummary(
        sample_shape=data.sample_shape,
        train=len(data.train),
        validation=len(data.validation),
        test=len(data.test),
        classes=data.classes,
        class_counts=tuple(torch.bincount(every, minlength=data.classes).tolist()),
        kind=data.kind,
        class_names=data.class_names,
        samples=tuple(samples),
        vocabulary=data.vocabulary,
    )


def _predictions(
    inputs: torch.Tensor, data: Data, source: ModelSource, ctx: RunContext
) -> list[tuple[int, float]]:
    """What a model says of each sample, and how sure it is."""
    loaded = open_model(source, ctx, example=data.example)
    check_data_fits(data, loaded)
    with in_evaluation(loaded.module), torch.no_grad():
        says, sure = methods_of(data).predict(loaded.module(data.to_inputs(inputs)))
    return list(zip(says.tolist(), sure.tolist(), strict=True))
