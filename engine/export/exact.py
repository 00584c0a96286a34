"""Products of integers as a runtime computes them: exact sums, then one rescaling in float32."""

import torch
from torch import Tensor

EXACT_IN_FLOAT32 = 2**24


def exact_product(levels: Tensor, weight: Tensor) -> Tensor:
    """``levels`` (…, inputs) times ``weight`` (inputs, outputs), whole numbers both, as float32.

    The sums are exact, in float32 where none can pass 2^24 and else in float64; only the last step rounds, as a
    runtime's does when it turns an int32 into a float.
    """
    largest = levels.abs().amax().double() * weight.abs().to(torch.float64).sum(0).amax()
    precision = torch.float32 if float(largest) < EXACT_IN_FLOAT32 else torch.float64
    return (levels.to(precision) @ weight.to(precision)).float()
