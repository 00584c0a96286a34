"""The rounding whose step is learned: what it answers, and the gradients of step and offset.

With x the values, s the step and levels from n to p (Esser 2020, *Learned step size quantization*, equations 1 to 3;
Bhalgat 2020, *LSQ+*, with the offset β = −z·s that a file's integer zero point z stands for):

    x̂ = (clamp(round(x / s) + z, n, p) − z) · s
    ∂x̂/∂x = 1 where n < x / s + z < p, else 0
    ∂x̂/∂s = round(x / s) − x / s where it is 1;  n below,  p above
    ∂x̂/∂β = 0 where it is 1;  1 below and above

Steps are few and values many: the sums over all values would move a step far more than a weight. Esser 2020 (section
2.2) therefore multiplies a step's gradient by ``1 / √(N · p)``, with N weights, or N values of one sample, to a step.
"""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

Gradients = tuple[Tensor | None, ...]
COARSE_TOP = 15


@dataclass(frozen=True)
class Levels:
    """The whole numbers from ``low`` to ``top``."""

    low: int
    top: int


def gradient_share(count: Tensor | int, levels: Levels) -> Tensor | float:
    """``1 / √(N · p)``: what the gradient of a step for ``count`` values is multiplied by.

    >>> gradient_share(100, Levels(0, 4))
    0.05
    """
    product = count * max(levels.top, 1)
    return product.rsqrt() if isinstance(product, Tensor) else 1 / math.sqrt(product)


def nearest_levels(values: Tensor, step: Tensor, levels: Levels) -> Tensor:
    """The levels of values, as floats; halves to even, bit for bit as torch's fake quantization has them."""
    return (values * (1 / step)).round_().clamp_(levels.low, levels.top)


class _RoundedRows(torch.autograd.Function):
    """Rows (R, n) on grids without an offset; each row has its step (R, 1)."""

    @staticmethod
    def forward(ctx: Any, rows: Tensor, step: Tensor, levels: Levels) -> Tensor:
        ctx.save_for_backward(rows, step)
        ctx.levels = levels
        return nearest_levels(rows, step, levels) * step

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Gradients:
        rows, step = ctx.saved_tensors
        levels, gradient = ctx.levels, gradients[0]
        steps = rows / step
        inside = (steps > levels.low) & (steps < levels.top)
        slope = nearest_levels(rows, step, levels) - torch.where(inside, steps, torch.zeros_like(steps))
        counts = (rows != 0).sum(1, keepdim=True).clamp_min(1).to(rows.dtype)
        share = gradient_share(counts, levels)
        return gradient * inside, (gradient * slope).sum(1, keepdim=True) * share, None


def round_rows(rows: Tensor, step: Tensor, levels: Levels) -> Tensor:
    """Rows of weights (R, n) on the grids of their steps (R, 1); zeros, which masks make, are not counted in N."""
    result = _RoundedRows.apply(rows, step, levels)  # type: ignore[no-untyped-call]
    assert isinstance(result, Tensor)
    return result


class _RoundedValues(torch.autograd.Function):
    """Values (N, …) on one grid from level 0; step and offset are of shape ()."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, step: Tensor, offset: Tensor, zero: Tensor, top: int) -> Tensor:
        levels = (values * (1 / step)).round_().add_(zero).clamp_(0, top)
        rounded = levels.sub_(zero).mul_(step)
        ctx.save_for_backward(values, rounded, step, zero)
        ctx.top = top
        return rounded

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Gradients:
        values, rounded, step, zero = ctx.saved_tensors
        gradient, top = gradients[0], ctx.top
        low, high = float(-zero * step), float((top - zero) * step)
        # These kernels go over the values once; masks of our own take ten times as long.
        passed = torch.ops.aten.hardtanh_backward(gradient, values, low, high)
        above = torch.ops.aten.threshold_backward(gradient, values, high).sum()
        # Where a value is clipped the two are equal: what is left is the error of rounding.
        noise = values.clamp(low, high).sub_(rounded).mul_(gradient).sum() / -step
        share = gradient_share(values[0].numel(), Levels(0, top))
        by_offset = (gradient.sum() - passed.sum()) * share if ctx.needs_input_grad[2] else None
        return passed, (noise + top * above) * share, by_offset, None, None


def round_values(values: Tensor, step: Tensor, offset: Tensor, *, top: int) -> Tensor:
    """Values (N, …) on the grid of a step and an offset, both of shape (), with levels 0 … ``top``.

    Args:
        values: what is rounded.
        step: positive.
        offset: what level 0 stands for, β ≤ 0; it has a gradient only if it asks for one.
        top: the highest level.
    """
    if top > COARSE_TOP:
        # Under autocast values may be bfloat16, which does not tell these levels apart.
        values = values.float() if values.dtype == torch.bfloat16 else values
    zero = zero_point(step, offset, top=top)
    result = _RoundedValues.apply(values, step, offset, zero.to(step.dtype), top)  # type: ignore[no-untyped-call]
    assert isinstance(result, Tensor)
    return result


def zero_point(step: Tensor, offset: Tensor, *, top: int) -> Tensor:
    """``z = round(−β / s)`` within the levels, int32: zero is always one of them."""
    return (-offset / step).detach().round().clamp(0, top).to(torch.int32)
