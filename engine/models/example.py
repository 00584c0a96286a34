"""What a model is tried on: the shape of one sample, and whether it holds floats or the numbers of words."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Example:
    """One sample's form.

    Attributes:
        shape: without the batch.
        vocabulary: word numbers lie in [0, vocabulary), as int64; None where samples are float32.
    """

    shape: tuple[int, ...]
    vocabulary: int | None = None

    def zeros(self, batch: int) -> Tensor:
        """A batch of nothing, on the CPU."""
        return torch.zeros(
            batch, *self.shape, dtype=torch.float32 if self.vocabulary is None else torch.int64
        )

    def probe(self, batch: int) -> Tensor:
        """A batch of fixed random values in [0, 1), or of words, on the CPU."""
        generator = torch.Generator().manual_seed(0)
        if self.vocabulary is None:
            return torch.rand((batch, *self.shape), generator=generator)
        return torch.randint(self.vocabulary, (batch, *self.shape), generator=generator)
