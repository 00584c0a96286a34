"""What a recipe would cost and give: shapes after the cut are exact, minutes come from a few timed batches."""

import time

import torch

from engine.context import RunContext
from engine.contract.messages import Estimation
from engine.contract.recipe import Recipe
from engine.joint.compressed import CompressedModel
from engine.pipeline.latency import is_timed, time_layers_of
from engine.pipeline.machine import prepare_machine
from engine.pipeline.measure import measure_totals
from engine.pipeline.work import Inputs, compressed_model, open_inputs, share_epochs
from engine.tasks.table import methods_of
from engine.training.loop import steps_per_epoch

# Fitted to runs of a SimpleNet, a ResNet-18 and a ResNet-50: the exporter, the runtime's optimiser and its timing.
SECONDS_A_RUN = 8.0
SECONDS_A_MILLION_PARAMETERS = 2.0
# The original, the result, and for the files the same in floats, in integers and in the runtime.
TEST_PASSES = 12
TIMED_STEPS = 2


def estimate(recipe: Recipe, ctx: RunContext) -> Estimation:
    """The estimate of a recipe; writes nothing.

    Raises:
        RequestError: as a run of the recipe would.
    """
    inputs = open_inputs(recipe, ctx, threads=prepare_machine(recipe))
    model = compressed_model(inputs.loaded, recipe, inputs.samples(ctx))
    before = measure_totals(model)
    seconds = _time_step(model, inputs, ctx)
    ctx.raise_if_cancelled()
    is_of_weights = recipe.prune is not None and recipe.prune.granularity.is_of_weights
    if is_timed(recipe):
        model.latencies = time_layers_of(model, ctx, threads=inputs.threads)
    if recipe.prune is not None:
        if is_of_weights:
            model.attach_masks()
        model.set_share(1.0)
        if model.is_cutting:
            model.cut()
    if recipe.quantize is not None:
        model.attach_quantizers()
    after = measure_totals(model)
    quantized = 0 if model.placement is None else len(model.placement.bits)
    return Estimation(
        minutes=_minutes(inputs, seconds, before.parameters),
        parameters_before=before.parameters,
        parameters_after=after.nonzero if is_of_weights else after.parameters,
        parameter_bytes_before=before.parameter_bytes,
        parameter_bytes_after=after.parameter_bytes,
        macs_before=before.macs,
        macs_after=after.macs,
        pruned_layers=len(model.prunable_layers()),
        locked_layers=len(model.locked),
        quantized_layers=quantized,
        float_layers=0 if model.placement is None else len(model.placement.float_because),
    )


def _time_step(model: CompressedModel, inputs: Inputs, ctx: RunContext) -> float:
    """Seconds of one training step on the uncut model; its weights are not changed."""
    data, size = inputs.data, inputs.recipe.data.batch_size
    batch = data.to_inputs(data.train.inputs[:size])
    labels = data.train.labels[:size]
    loss = methods_of(data).loss
    model.module.eval()
    times = []
    for _ in range(TIMED_STEPS):
        ctx.raise_if_cancelled()
        begin = time.perf_counter()
        gradients = torch.autograd.grad(
            loss(model.module(batch), labels), list(model.module.parameters()), allow_unused=True
        )
        times.append(time.perf_counter() - begin)
        del gradients
    return min(times)


def _minutes(inputs: Inputs, seconds: float, parameters: int) -> float:
    """Training steps, a third of one for each batch that is only measured, and the files."""
    recipe, data = inputs.recipe, inputs.data
    per_epoch = steps_per_epoch(data, recipe.data.batch_size)
    epochs = share_epochs(recipe, per_epoch)
    steps = epochs.pruning + epochs.quantizing
    samples = TEST_PASSES * len(data.test) + steps / max(per_epoch, 1) * len(data.validation)
    files = SECONDS_A_RUN + SECONDS_A_MILLION_PARAMETERS * parameters / 1e6
    return ((steps + samples / recipe.data.batch_size / 3) * seconds + files) / 60
