"""What is in a compressed model now: layer statistics, sums, bit operations."""

from collections.abc import Iterator

import msgspec
import torch
from torch import nn
from torch.nn.utils import parametrize

from engine.analysis.cost import count_macs, functions_macs, total_macs
from engine.analysis.mapped import let_go
from engine.analysis.weights import layer_stats
from engine.contract.stats import LayerStats, Metrics, ModelStats, Totals
from engine.contract.texts import TEXTS
from engine.joint.compressed import CompressedModel
from engine.models.graph import TRANSPOSED, layers_of, weight_of
from engine.pruning.channels import Reason
from engine.quantization.attach import quantizer_parameters
from engine.quantization.coded_tensors import coded_leaves, coded_tensors, tensor_of

FLOAT_BITS = 32


def measure_layers(model: CompressedModel, *, is_read_only: bool = False) -> tuple[LayerStats, ...]:
    """One row for every layer, with its weights as they compute now: masked, and rounded where rounding is on.

    Args:
        model: is not changed.
        is_read_only: nobody will write to its weights, so those of a mapped file need not stay in memory.
    """
    macs = count_macs(model.captured)
    total_bits = sum(tensor.numel() * bits for tensor, bits in _parameters_and_bits(model))
    learned = set(quantizer_parameters(model.module))
    rows = []
    for name, layer in layers_of(model.module):
        weight = weight_of(layer)
        if weight is None:
            continue
        reason = model.locked.get(name)
        group = model.channels.group_of(name)
        row = layer_stats(
            name,
            kind_of(layer),
            weight.detach(),
            sum(parameter.numel() for parameter in layer.parameters() if parameter not in learned)
            - weight.numel(),
            macs=macs[name],
            prunable=reason is None,
            locked_because=None if reason is None else sentence_of(reason),
            group=group.number if group is not None and len(group.layers) > 1 else None,
            bits=weight_bits(model, name),
            output_axis=1 if isinstance(layer, TRANSPOSED) else 0,
            is_read_only=is_read_only,
        )
        share = 8 * row.parameter_bytes / max(total_bits, 1)
        rows.append(_with_code(msgspec.structs.replace(row, size_share=min(share, 1.0)), reason))
    return tuple(rows)


def _with_code(row: LayerStats, reason: Reason | None) -> LayerStats:
    if reason is None:
        return row
    return msgspec.structs.replace(row, locked_code=reason.code, locked_arguments=reason.arguments)


def sentence_of(reason: Reason) -> str:
    """A reason as an English sentence."""
    return TEXTS[reason.code].format(**reason.arguments)


def kind_of(layer: nn.Module) -> str:
    """The layer's type, as the user knows it: parametrizations give modules a type of their own."""
    kind = type(layer)
    return (kind.__mro__[1] if parametrize.is_parametrized(layer) else kind).__name__


def weight_bits(model: CompressedModel, layer: str) -> int:
    """Bits of a layer's weights as they stand."""
    is_rounded = model.structure.is_quantized and model.placement is not None
    return (
        model.placement.bits.get(layer, FLOAT_BITS)
        if is_rounded and model.placement is not None
        else FLOAT_BITS
    )


def activation_bits(model: CompressedModel, layer: str) -> int:
    """Bits of what a layer reads."""
    if model.placement is None or not model.structure.is_quantized:
        return FLOAT_BITS
    return model.placement.input_bits.get(layer, FLOAT_BITS)


def measure_model(
    model: CompressedModel, metrics: Metrics | None = None, confusion: tuple[tuple[int, ...], ...] = ()
) -> ModelStats:
    """The whole model, with metrics where they are known."""
    layers = measure_layers(model)
    totals = measure_totals(model)
    return ModelStats(
        parameters=totals.parameters,
        nonzero=totals.nonzero,
        sparsity=totals.sparsity,
        parameter_bytes=totals.parameter_bytes,
        macs=totals.macs,
        bops=count_bops(model, layers),
        totals=totals,
        layers=layers,
        metrics=metrics if metrics is not None else Metrics(),
        confusion=confusion,
    )


def measure_totals(model: CompressedModel, *, is_read_only: bool = False) -> Totals:
    """Sums over all parameters, those outside of layers included."""
    total = nonzero = bits = 0
    for tensor, width in _parameters_and_bits(model):
        total += tensor.numel()
        nonzero += int(torch.count_nonzero(tensor))
        bits += tensor.numel() * width
        if is_read_only:
            let_go(tensor)
    return Totals(
        parameters=total,
        nonzero=nonzero,
        parameter_bytes=(bits + 7) // 8,
        sparsity=1 - nonzero / max(total, 1),
        macs=total_macs(model.captured),
    )


def _parameters_and_bits(model: CompressedModel) -> Iterator[tuple[torch.Tensor, int]]:
    """Every parameter as it computes, with the bits of each of its elements."""
    coded = {} if model.placement is None else coded_tensors(model.module, model.placement.bits)
    for layer, leaf, tensor in _effective_parameters(model.module):
        owner = coded.get(f"{layer}.{leaf}")
        yield tensor, FLOAT_BITS if owner is None else weight_bits(model, owner)


def _effective_parameters(module: nn.Module) -> Iterator[tuple[str, str, torch.Tensor]]:
    """Every parameter of the network once, as it computes: (layer, name in it, tensor)."""
    seen: set[nn.Parameter] = set(quantizer_parameters(module))
    for name, parameter in module.named_parameters():
        if parameter in seen:
            continue
        seen.add(parameter)
        path, _, rest = name.partition("parametrizations.")
        layer, leaf = (path.rstrip("."), rest.split(".")[0]) if rest else locate_name(name)
        yield layer, leaf, getattr(module.get_submodule(layer), leaf).detach()


def locate_name(name: str) -> tuple[str, str]:
    """The layer's name and the tensor's own.

    >>> locate_name("layer1.0.conv1.weight")
    ('layer1.0.conv1', 'weight')
    """
    layer, _, leaf = name.rpartition(".")
    return layer, leaf


def count_bops(model: CompressedModel, layers: tuple[LayerStats, ...]) -> int | None:
    """Bit operations: multiplications × weight bits × activation bits (Baskin 2018, without accumulation).

    Functions of the graph compute in floats.
    """
    functions = functions_macs(model.captured)
    if functions is None or any(layer.macs is None for layer in layers):
        return None
    return functions * FLOAT_BITS**2 + sum(
        (layer.macs or 0) * weight_bits(model, layer.name) * activation_bits(model, layer.name)
        for layer in layers
    )


def sqnr_db(model: CompressedModel, layer: str) -> float | None:
    """Signal to quantization noise of a layer's largest matrix, in decibels; None where it is not rounded."""
    if weight_bits(model, layer) == FLOAT_BITS:
        return None
    part = model.module.get_submodule(layer)
    name = max(
        (f"{layer}.{leaf}" for leaf in coded_leaves(part)),
        key=lambda one: tensor_of(model.module, one).numel(),
    )
    exact, rounded = model.masked_tensor(name).double(), tensor_of(model.module, name).double()
    noise = float((exact - rounded).square().sum())
    signal = float(exact.square().sum())
    return None if noise == 0 or signal == 0 else float(10 * torch.log10(torch.tensor(signal / noise)))
