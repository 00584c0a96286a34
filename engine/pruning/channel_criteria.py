"""What matters least among channels: a score of each output channel of a layer, and how coupled layers agree on one.

A channel is made by all layers that are coupled (see :mod:`engine.pruning.channels`). Criteria that estimate the loss
add up what its layers say; the others compare within each layer, and the layers' scores are averaged.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.contract.methods import PruneMethod
from engine.pruning import element_criteria as elements
from engine.pruning.channels import ChannelMap, importance_of, mean_over_layers
from engine.pruning.evidence import Evidence, Observation

Importance = dict[int, float]
"""Of every channel that can be removed, by its root atom."""


def norm_1(evidence: Evidence) -> Tensor:
    """The L1 norm of each filter (Li 2017, section 3.1)."""
    return _summed(evidence, elements.magnitude)


def norm_2(evidence: Evidence) -> Tensor:
    """The L2 norm of each filter (He 2018, equation 2)."""
    return evidence.weight.flatten(1).square().sum(1).sqrt()


def layer_adaptive(evidence: Evidence) -> Tensor:
    """The share of a filter's ``Σ w²`` in that of all filters of the layer that are not smaller (Lee 2021, LAMP).

    The paper's equation 2 is about single weights; here each filter is one.
    """
    return elements.share_of_kept(energy(evidence).double())


def uniform(evidence: Evidence) -> Tensor:
    """Random numbers in [0, 1), the same ones each time."""
    return torch.rand(len(evidence.weight), generator=evidence.generator).to(evidence.weight.device)


def connection(evidence: Evidence) -> Tensor:
    """``Σ |w · g|`` over each filter and one batch (Lee 2019, whose paper is about single weights)."""
    return _summed(evidence, elements.first_order)


def movement(evidence: Evidence) -> Tensor:
    """``−Σ w · g`` over each filter and the training so far (Sanh 2020; Lagunas 2021 for blocks)."""
    return _summed(evidence, elements.movement)


def batch_norm_scale(evidence: Evidence) -> Tensor:
    """``|γ|`` of the batch norm behind the layer (Liu 2017, network slimming); the L2 norm where there is none.

    Liu compares ``|γ|`` over the network as it is; here each layer's are divided by their mean, as all scores of
    layers of different scale are.
    """
    return norm_2(evidence) if evidence.seen is None else evidence.seen.abs()


def distance_to_others(evidence: Evidence) -> Tensor:
    """``Σ_j ‖F_i − F_j‖₂`` over the living filters: the one nearest to the geometric median is replaced best (He 2019).

    Equation 9 of the paper, on filters as vectors.
    """
    filters = evidence.weight.flatten(1).double()
    living = filters[filters.any(dim=1)]
    return torch.cdist(filters, living).sum(dim=1)


def activation(evidence: Evidence) -> Tensor:
    """What the channel lets through: 1 − APoZ or the mean activation, as ``seen``; the L2 norm where it is not seen.

    APoZ is the average percentage of zeros (Hu 2016, equation 1), the other the mean over samples and positions
    (Molchanov 2017, section 2.2). Where an activation lets negative values through, they count as zeros for the first
    and by their absolute value for the second. The state inside of a recurrent layer is not seen.
    """
    return norm_2(evidence) if evidence.seen is None else evidence.seen


def gates(evidence: Evidence) -> Tensor:
    """The gradients by the layer's gates, which :func:`first_order` and :func:`second_order` make importances of."""
    return evidence.observed


def energy(evidence: Evidence) -> Tensor:
    """``Σ w²`` of each filter."""
    return _summed(evidence, elements.square)


def _summed(evidence: Evidence, score: Callable[[Evidence], Tensor]) -> Tensor:
    return sum_of_rows(score(evidence))


def sum_of_rows(scores: Tensor) -> Tensor:
    """The sum over all that makes each channel, of scores of shape (channels, …).

    >>> sum_of_rows(torch.tensor([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [3.0, 7.0]
    """
    return scores.sum(dim=list(range(1, scores.dim())))


def first_order(channels: ChannelMap, seen: Mapping[str, Tensor]) -> Importance:
    """``|E Σ ∂L/∂m|`` over the layers of a channel, all multiplied by one gate ``m`` (Molchanov 2019, section 3.3).

    The gate stands behind the batch norm; ``∂L/∂m`` is ``Σ w · g`` over the weights that the layer, or its batch
    norm, multiplies the channel with.
    """
    return {root: abs(float(gate.mean())) for root, gate in _gates_of_channels(channels, seen).items()}


def second_order(channels: ChannelMap, seen: Mapping[str, Tensor]) -> Importance:
    """``½ E (Σ ∂L/∂m)²``: the loss of a channel by group Fisher information (Liu 2021, equation 6).

    Samples are squared one by one, after adding up over the coupled layers.
    """
    found = _gates_of_channels(channels, seen)
    return {root: float(gate.square().mean()) / 2 for root, gate in found.items()}


def _gates_of_channels(channels: ChannelMap, seen: Mapping[str, Tensor]) -> dict[int, Tensor]:
    """For each channel what its layers' gates, shape (samples, outputs), add up to: shape (samples,)."""
    total: dict[int, Tensor] = {}
    for layer in sorted(channels.layers & seen.keys()):
        start, end = channels.table.ranges[layer]
        columns = seen[layer].double().cpu().unbind(dim=1)
        for root, column in zip(channels.roots[start:end].tolist(), columns, strict=True):
            total[root] = total[root] + column if root in total else column
    return total


def damage(channels: ChannelMap, scores: Mapping[str, Tensor]) -> Importance:
    """The share of its energy that a channel's group has lost once it and all weaker ones went.

    Compared over the model, every group is cut until it has lost the same share; the mean ratio is the recipe's.
    """
    energies = importance_of(channels, dict(scores))
    result: Importance = defaultdict(float)
    for group in channels.groups:
        lost = elements.share_lost(torch.tensor([energies[root] for root in group.channels]).double())
        result.update(zip(group.channels, lost.tolist(), strict=True))
    return result


@dataclass(frozen=True)
class ChannelCriterion:
    """How channels are scored.

    Attributes:
        score: of each output channel of one layer, shape (channels,) or (samples, channels).
        wants: what ``score`` sees.
        join: makes importances of channels out of the scores of all layers.
    """

    score: Callable[[Evidence], Tensor]
    wants: Observation | None = None
    join: Callable[[ChannelMap, dict[str, Tensor]], Importance] = importance_of


CHANNEL_CRITERIA: dict[PruneMethod, ChannelCriterion] = {
    PruneMethod.MAGNITUDE: ChannelCriterion(norm_1),
    PruneMethod.MAGNITUDE_L2: ChannelCriterion(norm_2),
    PruneMethod.LAMP: ChannelCriterion(layer_adaptive, None, mean_over_layers),
    PruneMethod.RANDOM: ChannelCriterion(uniform),
    PruneMethod.TAYLOR: ChannelCriterion(gates, Observation.GATES, first_order),
    PruneMethod.SNIP: ChannelCriterion(connection, Observation.FIRST_GRADIENT),
    PruneMethod.MOVEMENT: ChannelCriterion(movement, Observation.MOVEMENT),
    PruneMethod.FISHER: ChannelCriterion(gates, Observation.GATES, second_order),
    PruneMethod.BATCH_NORM: ChannelCriterion(batch_norm_scale, Observation.SCALE),
    PruneMethod.GEOMETRIC_MEDIAN: ChannelCriterion(distance_to_others),
    PruneMethod.APOZ: ChannelCriterion(activation, Observation.ACTIVITY),
    PruneMethod.MEAN_ACTIVATION: ChannelCriterion(activation, Observation.LEVEL),
    PruneMethod.SENSITIVITY: ChannelCriterion(energy, None, damage),
}
"""The functions of each criterion for channels."""
