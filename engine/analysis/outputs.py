"""What layers answer on real samples: range, spread, share of zeros, histogram."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from engine.analysis.streaming import BINS, steps_of
from engine.context import RunContext
from engine.contract.stats import Histogram, OutputStats

PATIENCE_S = 5.0


@dataclass
class _Watch:
    """What has been seen of one layer's answers."""

    low: float = math.inf
    high: float = -math.inf
    number: int = 0
    zeros: int = 0
    total: float = 0.0
    squares: float = 0.0
    counts: Tensor = field(default_factory=lambda: torch.zeros(BINS, dtype=torch.int64))

    def widen(self, values: Tensor) -> None:
        """First pass: the range; infinite for good where an answer is not finite."""
        low, high = (float(value) for value in values.aminmax())
        is_finite = math.isfinite(low) and math.isfinite(high)
        self.low, self.high = min(self.low, low if is_finite else -math.inf), max(self.high, high)

    def count(self, values: Tensor) -> None:
        """Second pass: all that needs the range."""
        self.number += len(values)
        self.zeros += len(values) - int(values.count_nonzero())
        self.total += float(values.sum(dtype=torch.float64))
        self.squares += float(values.double().square().sum())
        if self.low < self.high:
            self.counts += torch.bincount(steps_of(values, self.low, self.high, BINS), minlength=BINS)

    def stats(self) -> OutputStats:
        """The record of it."""
        mean = self.total / self.number
        edges = torch.linspace(self.low, self.high, BINS + 1, dtype=torch.float64)
        is_spread = self.low < self.high
        return OutputStats(
            min=self.low,
            max=self.high,
            mean=mean,
            std=math.sqrt(max(self.squares / self.number - mean**2, 0.0)),
            zeros=self.zeros / self.number,
            histogram=Histogram(
                edges=tuple(edges.tolist()) if is_spread else (self.low - 0.5, self.low + 0.5),
                counts=tuple(self.counts.tolist()) if is_spread else (self.number,),
            ),
        )


def output_stats(
    module: nn.Module, names: tuple[str, ...], batches: list[Tensor], ctx: RunContext
) -> dict[str, OutputStats]:
    """Runs batches through a model, twice: for the ranges, then for the counts.

    After :data:`PATIENCE_S` seconds no further batch is begun, so that a large network is not waited for.

    Args:
        module: in evaluation mode.
        names: the layers to watch; those that are never called are left out.
        batches: as the model takes them.
        ctx: asked between batches whether to stop.
    """
    watches = {name: _Watch() for name in names}
    end, seen = time.monotonic() + PATIENCE_S, 0
    with watched(module, watches, _Watch.widen), torch.no_grad():
        for batch in batches:
            ctx.raise_if_cancelled()
            if seen and time.monotonic() > end:
                break
            module(batch)
            seen += 1
    with watched(module, watches, _Watch.count), torch.no_grad():
        for batch in batches[:seen]:
            ctx.raise_if_cancelled()
            module(batch)
    return {name: watch.stats() for name, watch in watches.items() if watch.number and _is_known(watch)}


def _is_known(watch: _Watch) -> bool:
    return math.isfinite(watch.low) and math.isfinite(watch.high)


@contextmanager
def watched(module: nn.Module, watches: dict[str, _Watch], look: Any) -> Iterator[None]:
    """Shows every answer of the named layers to their watches; of several tensors, the first."""

    def shown(watch: _Watch) -> Any:
        def hook(part: nn.Module, inputs: object, answer: object) -> None:
            first = answer[0] if isinstance(answer, tuple) else answer
            if isinstance(first, Tensor) and first.is_floating_point() and first.numel():
                look(watch, first.detach().float().reshape(-1))

        return hook

    handles = [
        module.get_submodule(name).register_forward_hook(shown(watch)) for name, watch in watches.items()
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
