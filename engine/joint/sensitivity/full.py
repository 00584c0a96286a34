"""Sensitivity measured: each layer alone is pruned and rounded, and validation samples are classified.

For a batch, the values before a layer are computed once; each change computes only what lies behind it
(:mod:`engine.analysis.replay`). All changes are measured on the first batch before the second begins, so that a map of
the whole model is there early and then gets sharper.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from torch import Tensor, nn

from engine.analysis.replay import Replay
from engine.context import RunContext
from engine.contract.methods import SensitivityKind
from engine.contract.stats import LayerSensitivity
from engine.data.splits import Split
from engine.joint.sensitivity.changes import RATIOS, Axis, Change, Layers
from engine.joint.sensitivity.suggesting import with_suggestion

LARGEST_BATCH = 100
_PATIENCE_S = 0.25


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What is known of a layer after ``samples`` samples; ``step`` of ``steps`` are done."""

    layer: str
    sensitivity: LayerSensitivity
    samples: int
    baseline: float
    step: int
    steps: int


class FullSensitivity:
    """The measurement of one model.

    Args:
        layers: of the model, in evaluation mode.
        split: what is classified.
        to_inputs: makes of a batch of samples what the model takes.
        ctx: asked before every change whether to stop.
    """

    def __init__(
        self, layers: Layers, split: Split, to_inputs: Callable[[Tensor], Tensor], ctx: RunContext
    ) -> None:
        self._layers, self._ctx = layers, ctx
        self._split, self._to_inputs = split, to_inputs
        self._replay = Replay(layers.module)
        self._plan = self._in_order_of_place()
        self._hits: dict[Change, int] = defaultdict(int)
        self._base_hits = self._samples = 0

    def run(self) -> Iterator[Measured]:
        """Yields every layer once a batch, with its curves so far.

        Raises:
            RunCancelled: between two changes.
        """
        size = self._batch_size()
        batches = range(0, len(self._split), size)
        steps = len(batches) * len(self._layers.names)
        for number, start in enumerate(batches):
            labels = self._split.labels[start : start + size]
            self._replay.begin(self._inputs(start, size))
            self._base_hits += _hits(self._replay.answer(), labels)
            self._samples += len(labels)
            for place, changes in self._plan:
                self._replay.advance(place)
                for change in changes:
                    self._try(change, labels)
            yield from self._told(number * len(self._layers.names), steps)

    def _in_order_of_place(self) -> list[tuple[int, list[Change]]]:
        """All changes, by the first step of the network that they touch."""
        found: dict[int, list[Change]] = defaultdict(list)
        for change in self._layers.changes():
            most = replace(change, amount=max(RATIOS)) if change.axis is Axis.CHANNELS else change
            found[self._replay.place_of(self._layers.changed(most))].append(change)
        return sorted(found.items())

    def _inputs(self, start: int, size: int) -> Tensor:
        return self._to_inputs(self._split.inputs[start : start + size])

    def _batch_size(self) -> int:
        """So many samples that one pass takes about a quarter of a second: between passes a cancel is heard."""
        most, size = min(LARGEST_BATCH, len(self._split)), 1
        while size < most:
            self._replay.begin(self._inputs(0, size))
            begin = time.perf_counter()
            self._replay.answer()
            if 2 * (time.perf_counter() - begin) > _PATIENCE_S:
                break
            size *= 2
        return min(size, most)

    def _try(self, change: Change, labels: Tensor) -> None:
        self._ctx.raise_if_cancelled()
        with exchanged(self._layers.module, self._layers.changed(change)):
            self._hits[change] += _hits(self._replay.answer(), labels)

    def _told(self, done: int, steps: int) -> Iterator[Measured]:
        baseline = self._base_hits / self._samples
        curves: dict[str, dict[Axis, list[tuple[float, float]]]] = {
            name: {axis: [] for axis in Axis} for name in self._layers.names
        }
        for _, changes in self._plan:
            for change in changes:
                for name in change.layers:
                    curves[name][change.axis].append((change.amount, self._hits[change] / self._samples))
        for index, (name, found) in enumerate(curves.items(), start=1):
            sensitivity = LayerSensitivity(
                prune=tuple(found[Axis.PRUNE]),
                channels=tuple(found[Axis.CHANNELS]),
                quantize=tuple((int(bits), score) for bits, score in found[Axis.QUANTIZE]),
            )
            yield Measured(
                layer=name,
                sensitivity=with_suggestion(sensitivity, SensitivityKind.FULL, baseline),
                samples=self._samples,
                baseline=baseline,
                step=done + index,
                steps=steps,
            )


def _hits(logits: Tensor, labels: Tensor) -> int:
    return int((logits.argmax(dim=1) == labels.to(logits.device)).sum())


@contextmanager
def exchanged(module: nn.Module, tensors: dict[str, Tensor]) -> Iterator[None]:
    """Other values in some parameters, for a while."""
    parameters = dict(module.named_parameters(remove_duplicate=False))
    originals = {name: parameters[name].data for name in tensors}
    for name, tensor in tensors.items():
        parameters[name].data = tensor
    try:
        yield
    finally:
        for name, original in originals.items():
            parameters[name].data = original
