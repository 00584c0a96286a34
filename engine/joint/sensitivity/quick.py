"""Sensitivity from the weights alone, without a sample: noise of rounding, and energy that pruning leaves."""

import math
from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.contract.methods import SensitivityKind
from engine.contract.stats import LayerSensitivity
from engine.joint.sensitivity.changes import BITS, RATIOS, Layers, rounded
from engine.joint.sensitivity.suggesting import with_suggestion

EXACT_DB = 200.0
Curve = tuple[tuple[float, float], ...]


def quick_sensitivity(layers: Layers) -> Iterator[tuple[str, LayerSensitivity]]:
    """One layer after the other, as they are found.

    Rounding is told by its signal-to-quantization-noise ratio, ``10 log10(Σ w² / Σ (w - q(w))²)`` in decibels, at most
    :data:`EXACT_DB`; pruning by the share of ``Σ w²`` that is left.
    """
    cuttable = {name for names in layers.coupled() for name in names}
    for name in layers.names:
        weights = layers.matrices(name)
        found = LayerSensitivity(
            quantize=tuple((bits, _sqnr_db(weights, bits)) for bits in BITS),
            prune=_energy_left(weights),
            channels=_channel_energy_left(layers, name) if name in cuttable else (),
        )
        yield name, with_suggestion(found, SensitivityKind.QUICK, None)


def _sqnr_db(weights: dict[str, Tensor], bits: int) -> float:
    signal = noise = 0.0
    for weight in weights.values():
        signal += _energy(weight)
        noise += _energy(weight - rounded(weight, bits))
    if noise == 0:
        return EXACT_DB
    return min(10 * math.log10(signal / noise), EXACT_DB) if signal > 0 else EXACT_DB


def _energy(tensor: Tensor) -> float:
    flat = tensor.detach().reshape(-1).float()
    return float(torch.dot(flat, flat))


def _energy_left(weights: dict[str, Tensor]) -> Curve:
    squares = np.concatenate(
        [weight.detach().float().square().flatten().cpu() for weight in weights.values()]
    )
    counts = [int(len(squares) * ratio + 0.5) for ratio in RATIOS]
    gone = _sums_of_smallest(squares, counts)
    total = float(squares.sum(dtype=np.float64))
    return tuple(
        (ratio, 1 - lost / total if total > 0 else 1.0) for ratio, lost in zip(RATIOS, gone, strict=True)
    )


def _sums_of_smallest(values: NDArray[np.float32], counts: list[int]) -> list[float]:
    """Sums of the ``count`` smallest values for each rising count; parting them is cheaper than sorting."""
    places = sorted({count for count in counts if 0 < count < len(values)})
    parted = np.partition(values, places) if places else values
    edges = [0, *counts]
    steps = [
        float(parted[begin:end].sum(dtype=np.float64)) for begin, end in zip(edges, counts, strict=False)
    ]
    return [float(total) for total in np.cumsum(steps)]


def _channel_energy_left(layers: Layers, name: str) -> Curve:
    """Of one layer's own weights; which of its channels go, all that are coupled to it decide together."""
    energies = layers.rows(name).double().square().flatten(1).sum(1).cpu()
    total = float(energies.sum())
    left = [float(energies[layers.kept_outputs(name, ratio)].sum()) for ratio in RATIOS]
    return tuple(
        (ratio, part / total if total > 0 else 1.0) for ratio, part in zip(RATIOS, left, strict=True)
    )
