"""A weight as a file holds it: integers, what they stand for, and the way gradients take past the rounding."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

INT8_MAX = 127


@dataclass(frozen=True, kw_only=True)
class CodedWeight:
    """Levels on a grid, or places in a table; :meth:`values` is what the network computes with, bit for bit.

    Attributes:
        levels: int32, of the weight's shape; on a grid -Q … Q, with a table its places.
        scale: float32; (1,) for the tensor, (outputs,) for each output channel, or (outputs, groups) for groups of a
            channel's weights in their order.
        group_size: how many weights make a group, of which the last may be shorter; None where there are no groups.
        table: float32, (entries,); level k stands for ``table[k]``, before the scale. None on a grid, where level k
            stands for k.
        stored_type: the smallest type of float that holds the values exactly.
    """

    levels: Tensor
    scale: Tensor
    group_size: int | None = None
    table: Tensor | None = None
    stored_type: torch.dtype = torch.float32

    def values(self) -> Tensor:
        """The float32 values, of the weight's shape: ``level · scale``, or ``table[level] · scale``."""
        steps = self.levels.to(self.scale.dtype) if self.table is None else self.table[self.levels.long()]
        return times_scale(steps, self.scale, self.group_size)

    @property
    def fits_int8(self) -> bool:
        """Whether it is a grid of int8 levels with one scale for the tensor or for each output channel."""
        return self.table is None and self.scale.dim() == 1 and int(self.levels.abs().max()) <= INT8_MAX


def times_scale(steps: Tensor, scale: Tensor, group_size: int | None = None) -> Tensor:
    """``steps`` (of a weight's shape) times a scale of (1,), (outputs,) or, with groups, (outputs, groups)."""
    if group_size is None:
        return steps * scale.view(-1, *[1] * (steps.dim() - 1))
    channels = steps.flatten(1)
    each = scale.repeat_interleave(group_size, dim=1)[:, : channels.shape[1]]
    return (channels * each).reshape(steps.shape)


class _StraightThrough(torch.autograd.Function):
    """Answers the rounded values; gradients pass where the weight lies within the grid (Bengio 2013)."""

    @staticmethod
    def forward(ctx: Any, weight: Tensor, values: Tensor, inside: Tensor) -> Tensor:
        ctx.save_for_backward(inside)
        return values.view_as(weight)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (inside,) = ctx.saved_tensors
        return gradients[0] * inside, None, None


def straight_through(weight: Tensor, values: Tensor, inside: Tensor) -> Tensor:
    """``values``, through which the gradient reaches ``weight`` wherever ``inside`` is true."""
    result = _StraightThrough.apply(weight, values, inside)  # type: ignore[no-untyped-call]
    assert isinstance(result, Tensor)
    return result
