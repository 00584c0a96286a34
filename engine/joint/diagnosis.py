"""What rounding does to each layer, so that the one that hurts is found by name.

Answers of the rounded network are set against those of the same network without rounding, by the signal to
quantization noise ratio in decibels and the cosine of the two,

    SQNR = 10 · log10(Σ y² / Σ (y − ỹ)²),        cos = Σ y ỹ / √(Σ y² · Σ ỹ²)

*Local*: the layer alone is rounded, its weights and what it reads. *Cumulative*: all that stands before it too. As
local noise is the layer's own, it names the guilty: layers that err four times as much as the one in the middle.
"""

import math
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec
import torch
from torch import Tensor, nn

from engine.contract.report import LayerDiagnosis
from engine.joint.compressed import CompressedModel
from engine.pruning.least_squares import Correctable
from engine.quantization.activations import ActivationQuantizer
from engine.quantization.attach import activation_quantizers, rounding_off, weight_quantizer_of
from engine.quantization.weights import WeightQuantizer

GUILTY_DB = 6.0
HARMLESS_DB = 30.0
"""Where noise is a thousandth of the signal, a layer is not named, however little the others err."""


@dataclass
class Agreement:
    """Sums over exact and rounded values, and what they come to.

    >>> agreement = Agreement()
    >>> agreement.add(torch.tensor([3.0, 4.0]), torch.tensor([3.0, 3.5]))
    >>> agreement.sqnr_db
    20.0
    """

    signal: float = 0.0
    noise: float = 0.0
    product: float = 0.0
    rounded: float = 0.0

    def add(self, exact: Tensor, rounded: Tensor) -> None:
        """Takes more values of one shape."""
        exact, rounded = exact.double().flatten(), rounded.double().flatten()
        self.signal += float(exact @ exact)
        self.noise += float((exact - rounded).square().sum())
        self.product += float(exact @ rounded)
        self.rounded += float(rounded @ rounded)

    @property
    def sqnr_db(self) -> float | None:
        """Decibels; None where there is no noise, or no signal."""
        is_known = self.signal > 0 and 0 < self.noise < math.inf
        return 10 * math.log10(self.signal / self.noise) if is_known else None

    @property
    def cosine(self) -> float | None:
        """Of the two as vectors; None where one is zero."""
        length = math.sqrt(self.signal * self.rounded)
        return self.product / length if 0 < length < math.inf else None


@torch.no_grad()
def diagnose(
    model: CompressedModel, batches: Iterable[Tensor], check: Callable[[], None] = lambda: None
) -> dict[str, LayerDiagnosis]:
    """Every rounded convolution and Linear layer, in the order of the placement.

    Args:
        model: finished; rounding is on.
        batches: samples.
        check: called between batches; it may raise to stop.
    """
    layers = _layers_of(model)
    local = {name: Agreement() for name in layers}
    cumulative = {name: Agreement() for name in layers}
    for batch in batches:
        check()
        exact = _answers_alone(model, layers, batch, local)
        for name, answers in _answers(model.module, layers, batch).items():
            for plain, rounded in zip(exact[name], answers, strict=True):
                cumulative[name].add(plain, rounded)
    return named_guilty({name: _diagnosis(model, name, local[name], cumulative[name]) for name in layers})


def _layers_of(model: CompressedModel) -> dict[str, nn.Module]:
    names = model.placement.bits if model.placement is not None and model.structure.is_quantized else ()
    found = {name: model.module.get_submodule(name) for name in names}
    return {name: layer for name, layer in found.items() if isinstance(layer, Correctable)}


def _answers_alone(
    model: CompressedModel, layers: Mapping[str, nn.Module], batch: Tensor, local: Mapping[str, Agreement]
) -> dict[str, list[Tensor]]:
    """What layers answer without rounding; ``local`` is told what each would answer if it alone were rounded."""
    exact: dict[str, list[Tensor]] = {name: [] for name in layers}

    def look(name: str, inputs: Tensor, answer: Tensor) -> None:
        exact[name].append(answer)
        local[name].add(answer, _alone(model, name, inputs))

    with rounding_off(model.module), _shown(layers, look):
        model.module(batch)
    return exact


def _alone(model: CompressedModel, name: str, inputs: Tensor) -> Tensor:
    layer, placement = model.module.get_submodule(name), model.placement
    assert placement is not None
    weights = weight_quantizer_of(layer)
    values = activation_quantizers(model.module).get(placement.inputs.get(name, ""))
    parts: list[WeightQuantizer | ActivationQuantizer] = [weights] if values is None else [weights, values]
    for part in parts:
        part.is_on = True
    read = inputs if values is None else values(inputs)
    # The layer's own hooks listen to the network only.
    answer: Tensor = type(layer).forward(layer, read)
    for part in parts:
        part.is_on = False
    return answer


def _answers(module: nn.Module, layers: Mapping[str, nn.Module], batch: Tensor) -> dict[str, list[Tensor]]:
    found: dict[str, list[Tensor]] = {name: [] for name in layers}
    with _shown(layers, lambda name, inputs, answer: found[name].append(answer)):
        module(batch)
    return found


@contextmanager
def _shown(layers: Mapping[str, nn.Module], look: Callable[[str, Tensor, Tensor], None]) -> Iterator[None]:
    """Shows what layers read and answer while a network runs."""
    handles = [
        layer.register_forward_hook(lambda part, inputs, answer, name=name: look(name, inputs[0], answer))
        for name, layer in layers.items()
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _diagnosis(model: CompressedModel, name: str, local: Agreement, cumulative: Agreement) -> LayerDiagnosis:
    weight = model.module.get_submodule(name).weight
    assert isinstance(weight, Tensor)
    of_weights = Agreement()
    of_weights.add(model.masked_weight(name), weight)
    return LayerDiagnosis(
        weight_cosine=of_weights.cosine,
        local_sqnr_db=local.sqnr_db,
        local_cosine=local.cosine,
        cumulative_sqnr_db=cumulative.sqnr_db,
        cumulative_cosine=cumulative.cosine,
    )


def named_guilty(found: Mapping[str, LayerDiagnosis]) -> dict[str, LayerDiagnosis]:
    """The same, with the guilty marked: at least :data:`GUILTY_DB` below the middle, and below what is harmless."""
    known = [one.local_sqnr_db for one in found.values() if one.local_sqnr_db is not None]
    limit = min(statistics.median(known) - GUILTY_DB, HARMLESS_DB) if known else -math.inf
    return {
        name: msgspec.structs.replace(one, is_guilty=_is_at_most(one.local_sqnr_db, limit))
        for name, one in found.items()
    }


def _is_at_most(value: float | None, limit: float) -> bool:
    return value is not None and value <= limit
