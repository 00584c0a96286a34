"""Products of integers as a runtime computes them: exact sums, then one rescaling in float32."""

import torch
from torch import Tensor

EXACT_IN_FLOAT32 = 2**24
TOP = 255


def exact_type(levels: Tensor, largest_sum: Tensor) -> torch.dtype:
    """The smallest type of floats in which no sum of products is rounded.

    Args:
        levels: whole numbers.
        largest_sum: of the magnitudes of the weights that make one answer, shape ().
    """
    largest = levels.detach().abs().amax().double() * largest_sum.double()
    return torch.float32 if float(largest) < EXACT_IN_FLOAT32 else torch.float64


def exact_product(levels: Tensor, weight: Tensor) -> Tensor:
    """``levels`` (…, inputs) times ``weight`` (inputs, outputs), whole numbers both, as float32.

    The sums are exact, in float32 where none can pass 2^24 and else in float64; only the last step rounds, as a
    runtime's does when it turns an int32 into a float.
    """
    precision = exact_type(levels, weight.abs().to(torch.float64).sum(0).amax())
    return (levels.to(precision) @ weight.to(precision)).float()


def levels_at_run_time(values: Tensor) -> tuple[Tensor, Tensor]:
    """The levels of a whole tensor, less its zero point, and the step: as DynamicQuantizeLinear of ONNX defines them.

    The range is that of all values and zero, ``step = (high - low) / 255``, ``zero = round(-low / step)``.

    >>> levels_at_run_time(torch.tensor([-1.0, 0.5, 4.1]))[0].tolist()
    [-50.0, 25.0, 205.0]
    """
    low, high = values.amin().clamp_max(0), values.amax().clamp_min(0)
    step = (high - low) / TOP
    step = torch.where(step > 0, step, torch.ones_like(step))
    zero = (-low / step).round().clamp(0, TOP)
    return ((values / step).round() + zero).clamp(0, TOP) - zero, step


def product_at_run_time(values: Tensor, weight: Tensor, scale: Tensor) -> Tensor:
    """``values`` (…, inputs), rounded as they come, times levels (inputs, outputs) of ``scale`` (outputs,)."""
    levels, step = levels_at_run_time(values)
    return exact_product(levels, weight) * (step * scale)
