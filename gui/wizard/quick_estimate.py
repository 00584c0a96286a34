"""What a recipe would give, about, while the hand is still on the slider; without a window and without torch.

The engine's own estimate cuts a copy of the network and is exact; that takes seconds. Here the shapes of the layers
must do: a layer keeps a share of the channels that it makes, and reads what the nearest layer before it leaves, of
those that make as many channels as it reads (a divisor of them after a flatten or a concatenation). So parameters and
MACs of a convolution or of a Linear layer scale with kept inputs × kept outputs; what stands outside of the layers,
such as normalizations, scales with the kept channels. An exact estimate of another recipe of the same kind corrects
what the shapes alone cannot tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod

from engine.contract.messages import Estimation
from engine.contract.methods import PruneGranularity
from engine.contract.recipe import PruneSpec, QuantizeSpec, Recipe
from engine.contract.stats import Inspection, LayerStats
from gui.wizard.layer_ratios import Companions, companions_of, share_of

_FLOAT_BITS = 32
_MATRIX = 2
# A layer of integers is a convolution or a Linear layer; what has other weights, such as an LSTM, stays in floats.
_INTEGER_KINDS = ("Conv", "Linear")


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Sums over a model; ``macs`` is None where they are not known."""

    parameters: float
    parameter_bytes: float
    macs: float | None


@dataclass(frozen=True, kw_only=True)
class QuickEstimate:
    """A model before and after a recipe; ``after`` is None where the shapes of the layers say nothing of it."""

    before: Sizes
    after: Sizes | None
    is_exact: bool = False


@dataclass(frozen=True)
class _Kept:
    """What is left of a layer: shares of its inputs and outputs, and of the weights in what is left."""

    inputs: float = 1.0
    outputs: float = 1.0
    weights: float = 1.0


def estimate_quickly(inspection: Inspection, recipe: Recipe) -> QuickEstimate:
    """The sums before and after ``recipe``, from the shapes of the layers alone."""
    totals, layers = inspection.totals, inspection.layers
    before = Sizes(parameters=totals.parameters, parameter_bytes=totals.parameter_bytes, macs=totals.macs)
    if not _is_told_by_shapes(recipe.prune):
        return QuickEstimate(before=before, after=None)
    kept = _kept_layers(layers, recipe.prune)
    outside = (totals.parameters - sum(layer.parameters for layer in layers)) * _kept_channels(layers, kept)
    parameters = outside + sum(map(_parameters, layers, kept))
    # Zeros are counted out, and yet stored; channels that were cut are neither.
    stored = [replace(share, weights=1.0) for share in kept]
    ends = {layers[0].name, layers[-1].name} if layers else set()
    bits = [_bits(layer, recipe.quantize, is_end=layer.name in ends) for layer in layers]
    size = outside * _FLOAT_BITS / 8 + sum(map(_bytes, layers, stored, bits))
    functions = (totals.macs or 0) - sum(layer.macs or 0 for layer in layers)
    macs = None if totals.macs is None else functions + sum(map(_macs, layers, stored))
    return QuickEstimate(before=before, after=Sizes(parameters=parameters, parameter_bytes=size, macs=macs))


def corrected(quick: QuickEstimate, then: QuickEstimate, exact: Estimation) -> QuickEstimate:
    """``quick`` times what the engine found for a recipe over what was guessed for the same recipe ``then``."""
    after, guess = quick.after, then.after
    if after is None or guess is None:
        return quick
    return QuickEstimate(
        before=quick.before,
        after=Sizes(
            parameters=_scaled(after.parameters, exact.parameters_after, guess.parameters),
            parameter_bytes=_scaled(
                after.parameter_bytes, exact.parameter_bytes_after, guess.parameter_bytes
            ),
            macs=None if after.macs is None else _scaled(after.macs, exact.macs_after, guess.macs),
        ),
    )


def from_exact(exact: Estimation) -> QuickEstimate:
    """The engine's estimate, in the same form."""
    return QuickEstimate(
        before=Sizes(
            parameters=exact.parameters_before,
            parameter_bytes=exact.parameter_bytes_before,
            macs=exact.macs_before,
        ),
        after=Sizes(
            parameters=exact.parameters_after,
            parameter_bytes=exact.parameter_bytes_after,
            macs=exact.macs_after,
        ),
        is_exact=True,
    )


def is_alike(first: Recipe, second: Recipe) -> bool:
    """Whether what is learned of one recipe corrects the guess for the other: they remove the same kind of thing."""
    return _granularity(first) is _granularity(second) and (first.quantize is None) is (
        second.quantize is None
    )


def _is_told_by_shapes(prune: PruneSpec | None) -> bool:
    """Which blocks go, weights and data decide, and one may hold many times another's; a goal is found by trial."""
    if prune is None:
        return True
    has_goal = prune.target_macs is not None or prune.target_latency is not None
    return prune.granularity is not PruneGranularity.LAYER and not has_goal


def _granularity(recipe: Recipe) -> PruneGranularity | None:
    return None if recipe.prune is None else recipe.prune.granularity


def _scaled(value: float, found: float | None, guessed: float | None) -> float:
    return value * found / guessed if found and guessed else value


def _kept_layers(layers: Sequence[LayerStats], prune: PruneSpec | None) -> list[_Kept]:
    if prune is None:
        return [_Kept()] * len(layers)
    if prune.granularity.is_of_weights:
        return [_Kept(weights=_kept_weights(prune, layer)) for layer in layers]
    companions = companions_of(layers, prune)
    kept: list[_Kept] = []
    left_of: dict[int, float] = {}
    for layer in layers:
        inputs = _kept_inputs(layer, left_of)
        outputs = inputs if _passes_on(layer) else _kept_outputs(layer, prune, companions)
        kept.append(_Kept(inputs=inputs, outputs=outputs))
        if layer.channels:
            # The newest of a width comes last, and so is found first from behind.
            left_of.pop(layer.channels, None)
            left_of[layer.channels] = outputs
    return kept


def _kept_weights(prune: PruneSpec, layer: LayerStats) -> float:
    """The share of a layer's weights that stays; a pattern says it by itself."""
    ratio = share_of(prune, layer.name, {}).ratio
    if prune.granularity is PruneGranularity.N_M and ratio:
        kept, out_of = map(int, prune.pattern.split(":"))
        return kept / out_of
    return 1 - ratio


def _passes_on(layer: LayerStats) -> bool:
    """Whether a layer makes no channels of its own: a normalization, or a convolution of each channel by itself."""
    is_depthwise = len(layer.shape) > _MATRIX and layer.shape[1] == 1 and not layer.prunable
    return len(layer.shape) < _MATRIX or is_depthwise


def _kept_outputs(layer: LayerStats, prune: PruneSpec, companions: Companions) -> float:
    total = layer.channels or 0
    if not layer.prunable or not total:
        return 1.0
    removed = round(total * share_of(prune, layer.name, companions).ratio)
    if not removed:
        return 1.0
    multiple = prune.round_to
    left = max(multiple, multiple * round((total - removed) / multiple), 1)
    return min(left, total) / total


def _kept_inputs(layer: LayerStats, left_of: dict[int, float]) -> float:
    """The share of its inputs that ``left_of``, shares by the number of channels, leaves to a layer."""
    width = layer.shape[0] if _passes_on(layer) else layer.shape[1]
    if width in left_of:
        return left_of[width]
    return next((left_of[channels] for channels in reversed(left_of) if width % channels == 0), 1.0)


def _kept_channels(layers: Sequence[LayerStats], kept: Sequence[_Kept]) -> float:
    total = sum(layer.channels or 0 for layer in layers)
    left = sum((layer.channels or 0) * share.outputs for layer, share in zip(layers, kept, strict=True))
    return left / total if total else 1.0


def _weight_share(layer: LayerStats, kept: _Kept) -> float:
    return kept.weights * kept.outputs * (1.0 if _passes_on(layer) else kept.inputs)


def _split(layer: LayerStats) -> tuple[int, int]:
    """Elements of the weight and of the rest, which is the bias."""
    weights = min(prod(layer.shape), layer.parameters)
    return weights, layer.parameters - weights


def _parameters(layer: LayerStats, kept: _Kept) -> float:
    weights, rest = _split(layer)
    return weights * _weight_share(layer, kept) + rest * kept.outputs


def _bytes(layer: LayerStats, kept: _Kept, bits: int) -> float:
    weights, rest = _split(layer)
    return (weights * _weight_share(layer, kept) * bits + rest * kept.outputs * _FLOAT_BITS) / 8


def _bits(layer: LayerStats, quantize: QuantizeSpec | None, *, is_end: bool) -> int:
    """As the engine has it: a layer's own exception first, then that of the first and the last layer."""
    if quantize is None or not layer.kind.startswith(_INTEGER_KINDS):
        return _FLOAT_BITS
    own = quantize.layers.get(layer.name)
    if own is not None and own.skip:
        return _FLOAT_BITS
    if own is not None and own.weight_bits:
        return own.weight_bits
    return quantize.first_last_bits if is_end and quantize.first_last_bits else quantize.default_bits


def _macs(layer: LayerStats, kept: _Kept) -> float:
    return (layer.macs or 0) * _weight_share(layer, kept)
