"""What a criterion is shown: a layer's weight, and the one thing that it wants to have observed."""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

import torch
from torch import Tensor, nn


class Observation(Enum):
    """What can be observed of a layer; each criterion wants one of them, or none."""

    GRADIENT = auto()
    """Of the mean loss over all calibration samples, by the weights."""
    FIRST_GRADIENT = auto()
    """The same over the first batch only."""
    SQUARED_GRADIENT = auto()
    """The mean over samples of each sample's squared gradient: the diagonal of the empirical Fisher matrix."""
    GATES = auto()
    """Of each sample's loss, by a factor 1 on each output channel, shape (samples, channels)."""
    ACTIVITY = auto()
    """The share of values above 0 behind the activation, shape (channels,)."""
    LEVEL = auto()
    """The mean absolute value behind the activation, shape (channels,)."""
    MOVEMENT = auto()
    """What masks have noted of the training so far."""
    SCALE = auto()
    """The weight of the batch norm behind the layer, shape (channels,)."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One layer, as a criterion sees it.

    Attributes:
        weight: with its mask, detached; where channels are scored, all that makes them, shape (channels, …).
        generator: for random choices; always the same for a seed and a layer.
        seen: the observation that the criterion wants; None where there is none for this layer.
    """

    weight: Tensor
    generator: torch.Generator
    seen: Tensor | None = None

    @property
    def observed(self) -> Tensor:
        """The observation, for criteria that mean nothing without one."""
        assert self.seen is not None
        return self.seen


@dataclass(frozen=True, kw_only=True)
class Samples:
    """Calibration samples, out of the training split.

    Attributes:
        batches: begins a new pass over (inputs, labels), always in the same order.
        loss: the mean loss of answers and labels.
    """

    batches: Callable[[], Iterator[tuple[Tensor, Tensor]]]
    loss: Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Where evidence is collected.

    Attributes:
        module: with whatever masks stand on it.
        tensor_of: a tensor by its full name, with its mask, without rounding, detached.
        samples: needed by observations of gradients and activations.
        seed: of the recipe.
        passing: kinds of modules, beside torch's own, that change values by rounding only.
    """

    module: nn.Module
    tensor_of: Callable[[str], Tensor]
    samples: Samples | None = None
    seed: int = 0
    passing: tuple[type[nn.Module], ...] = ()

    def batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        """A pass over the calibration samples."""
        assert self.samples is not None
        return self.samples.batches()

    def loss(self, answers: Tensor, labels: Tensor) -> Tensor:
        """The sum of the samples' losses, of which each sample's gradient is its own."""
        assert self.samples is not None
        return self.samples.loss(answers, labels) * len(labels)

    def generator(self, layer: str) -> torch.Generator:
        """A source of random numbers that depends on the seed and the layer's name alone."""
        return torch.Generator().manual_seed(self.seed * 1_000_003 + zlib.crc32(layer.encode()))
