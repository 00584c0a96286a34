"""What matters least among single weights: one function a criterion, from evidence to a score of each element."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.contract.methods import PruneMethod
from engine.pruning.evidence import Evidence, Observation


@dataclass(frozen=True)
class ElementCriterion:
    """How single weights are scored: ``score`` answers in the weight's shape and sees what the criterion ``wants``."""

    score: Callable[[Evidence], Tensor]
    wants: Observation | None = None


def magnitude(evidence: Evidence) -> Tensor:
    """The absolute value of each weight (Han 2015)."""
    return evidence.weight.abs()


def square(evidence: Evidence) -> Tensor:
    """``w²``: single weights come in the order of their magnitudes; sums over pieces are squared L2 norms."""
    return evidence.weight.square()


def layer_adaptive(evidence: Evidence) -> Tensor:
    """``w² / Σ v²`` over the weights ``v`` of the layer that are not smaller (Lee 2021, LAMP, equation 2).

    The largest weight of every layer scores 1: compared over the model, a small layer is not emptied because its
    neighbour began with larger numbers.
    """
    return share_of_kept(evidence.weight.double().square().flatten()).view_as(evidence.weight)


def share_of_kept(energies: Tensor) -> Tensor:
    """For each of several energies, shape (n,), its share of the sum of all that are not smaller.

    >>> share_of_kept(torch.tensor([1.0, 6.0, 3.0])).tolist()
    [0.10000000149011612, 1.0, 0.3333333432674408]
    """
    ranked, order = torch.sort(energies, stable=True)
    kept = ranked.flip(0).cumsum(0).flip(0).clamp_min(torch.finfo(energies.dtype).tiny)
    shares = torch.empty_like(energies)
    shares[order] = ranked / kept
    return shares


def uniform(evidence: Evidence) -> Tensor:
    """Random numbers in [0, 1), the same ones each time: what any other criterion has to be better than."""
    shape = evidence.weight.shape
    return torch.rand(shape, generator=evidence.generator).to(evidence.weight.device)


def first_order(evidence: Evidence) -> Tensor:
    """``|w · g|``, by how much the loss would change without the weight, to first order (Molchanov 2019, equation 8).

    SNIP (Lee 2019, equation 5) is the same number over one batch. Its division by the sum over the network changes
    no order and is left out. Lee asks once, of a network that is not trained yet; here it is asked of the trained
    one, anew whenever masks move, which with one move at the start is his.
    """
    return (evidence.weight * evidence.observed).abs()


def second_order(evidence: Evidence) -> Tensor:
    """``½ w² E[g²]``: optimal brain damage (LeCun 1990, equation 5), with the empirical Fisher matrix as Hessian."""
    return evidence.weight.square() * evidence.observed / 2


def movement(evidence: Evidence) -> Tensor:
    """``−Σ w · g`` over the training steps so far: low where training shrinks the weight (Sanh 2020, equation 4).

    Sanh adds it up as a score that is trained itself; here it is noted beside the plain training. Before the first
    step magnitudes stand in for it.
    """
    return magnitude(evidence) if evidence.seen is None else evidence.seen


def energy_lost(evidence: Evidence) -> Tensor:
    """``Σ v² / Σ w²`` over the weights ``v`` of the layer up to this one: what the layer has lost when it goes.

    Compared over the model, every layer is pruned until it has lost the same share of its energy, which is the quick
    sensitivity of inspection; the mean of the layers' ratios is the recipe's.
    """
    return share_lost(evidence.weight.double().square().flatten()).view_as(evidence.weight)


def share_lost(energies: Tensor) -> Tensor:
    """For each of several energies, shape (n,), the share of the sum that has gone once it and all smaller ones went.

    >>> share_lost(torch.tensor([1.0, 6.0, 3.0])).tolist()
    [0.10000000149011612, 1.0, 0.4000000059604645]
    """
    ranked, order = torch.sort(energies, stable=True)
    lost = torch.empty_like(energies)
    lost[order] = ranked.cumsum(0) / ranked.sum().clamp_min(torch.finfo(energies.dtype).tiny)
    return lost


ELEMENT_CRITERIA: dict[PruneMethod, ElementCriterion] = {
    PruneMethod.MAGNITUDE: ElementCriterion(magnitude),
    PruneMethod.MAGNITUDE_L2: ElementCriterion(square),
    PruneMethod.LAMP: ElementCriterion(layer_adaptive),
    PruneMethod.RANDOM: ElementCriterion(uniform),
    PruneMethod.TAYLOR: ElementCriterion(first_order, Observation.GRADIENT),
    PruneMethod.SNIP: ElementCriterion(first_order, Observation.FIRST_GRADIENT),
    PruneMethod.MOVEMENT: ElementCriterion(movement, Observation.MOVEMENT),
    PruneMethod.FISHER: ElementCriterion(second_order, Observation.SQUARED_GRADIENT),
    PruneMethod.SENSITIVITY: ElementCriterion(energy_lost),
}
"""The function of each criterion that can tell single weights apart."""
