"""Builds torch's layers around weights that a file holds, without initializing any."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from engine.models.raising.sketch import fill_

_CONVOLUTIONS: dict[tuple[int, bool], type[nn.modules.conv._ConvNd]] = {
    (1, False): nn.Conv1d,
    (2, False): nn.Conv2d,
    (3, False): nn.Conv3d,
    (1, True): nn.ConvTranspose1d,
    (2, True): nn.ConvTranspose2d,
    (3, True): nn.ConvTranspose3d,
}
_BATCH_NORMS = {2: nn.BatchNorm1d, 3: nn.BatchNorm1d, 4: nn.BatchNorm2d, 5: nn.BatchNorm3d}


@dataclass(frozen=True, kw_only=True)
class ConvolutionForm:
    """How a convolution moves; one number for each spatial dimension, or one for all."""

    stride: Sequence[int]
    padding: Sequence[int] | str
    dilation: Sequence[int]
    groups: int = 1
    is_transposed: bool = False
    output_padding: Sequence[int] = (0,)


def make_convolution(weight: Tensor, bias: Tensor | None, form: ConvolutionForm) -> nn.Module:
    """A convolution; ``weight`` has (out, in / groups, *kernel), transposed (in, out / groups, *kernel)."""
    rank = weight.dim() - 2
    first, second = weight.shape[0], weight.shape[1] * form.groups
    options: dict[str, Any] = {}
    if form.is_transposed:
        options["output_padding"] = _spread(form.output_padding, rank)
    ins, outs = (first, second) if form.is_transposed else (second, first)
    layer = _CONVOLUTIONS[rank, form.is_transposed](
        ins,
        outs,
        tuple(weight.shape[2:]),
        stride=_spread(form.stride, rank),
        padding=form.padding if isinstance(form.padding, str) else _spread(form.padding, rank),
        dilation=_spread(form.dilation, rank),
        groups=form.groups,
        bias=bias is not None,
        device="meta",
        **options,
    )
    return fill_(layer, weight=weight, bias=bias)


def _spread(numbers: Sequence[int], rank: int) -> tuple[int, ...]:
    return tuple(numbers) * rank if len(numbers) == 1 else tuple(numbers)


def make_linear(weight: Tensor, bias: Tensor | None) -> nn.Module:
    """A matrix product; ``weight`` has (out, in)."""
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None, device="meta")
    return fill_(layer, weight=weight, bias=bias)


@dataclass(frozen=True, kw_only=True)
class NormTensors:
    """What a batch norm holds; all (channels,)."""

    weight: Tensor | None
    bias: Tensor | None
    running_mean: Tensor
    running_var: Tensor


def make_batch_norm(tensors: NormTensors, *, rank: int, eps: float, momentum: float) -> nn.Module:
    """A batch norm for values of ``rank`` dimensions."""
    layer = _BATCH_NORMS[rank](
        len(tensors.running_mean),
        eps=eps,
        momentum=momentum,
        affine=tensors.weight is not None,
        device="meta",
    )
    fill_(layer, running_mean=tensors.running_mean, running_var=tensors.running_var)
    fill_(layer, num_batches_tracked=torch.tensor(0))
    return fill_(layer, weight=tensors.weight, bias=tensors.bias)


def make_layer_norm(shape: Sequence[int], weight: Tensor, bias: Tensor | None, *, eps: float) -> nn.Module:
    """A layer norm over the last dimensions."""
    layer = nn.LayerNorm(list(shape), eps=eps, bias=bias is not None, device="meta")
    return fill_(layer, weight=weight, bias=bias)


def make_embedding(weight: Tensor, padding: int | None) -> nn.Module:
    """A table of rows; ``weight`` has (words, width)."""
    words, width = weight.shape
    return fill_(nn.Embedding(words, width, padding_idx=padding, device="meta"), weight=weight)


@dataclass(frozen=True, kw_only=True)
class RecurrentForm:
    """How a recurrent layer runs."""

    kind: Callable[..., nn.RNNBase]
    layers: int = 1
    is_bidirectional: bool = False
    is_batch_first: bool = True
    dropout: float = 0.0


def make_recurrent(weights: Sequence[Tensor], form: RecurrentForm) -> nn.RNNBase:
    """A recurrent layer; ``weights`` in torch's order: for each layer and direction ih, hh, and their biases."""
    directions = 2 if form.is_bidirectional else 1
    per_direction = len(weights) // (form.layers * directions)
    layer = form.kind(
        weights[0].shape[1],
        weights[1].shape[1],
        num_layers=form.layers,
        bias=per_direction == 4,
        batch_first=form.is_batch_first,
        dropout=form.dropout,
        bidirectional=form.is_bidirectional,
        device="meta",
    )
    names = [name for group in layer._all_weights for name in group]
    fill_(layer, **dict(zip(names, weights, strict=True)))
    return layer
