"""Quantizers of weights without state: what a weight becomes follows from the weight alone.

All keep zeros, so that what a mask removed stays removed; statistics of a row are taken over what is not zero, as the
papers' are over all weights of a network that is not pruned.
"""

import torch
from torch import Tensor

from engine.quantization.coded import CodedWeight
from engine.quantization.weights import (
    SMALLEST_SCALE,
    WeightForm,
    WeightQuantizer,
    round_to_grid,
    weight_limit,
)

SIGN_CLIP = 1.0
TERNARY_THRESHOLD = 0.7
CLIP_CANDIDATES = 16
ERROR_CANDIDATES = 32
SMALLEST_CLIP = 0.3


class PowerOfTwoWeight(WeightQuantizer):
    """Evenly spaced levels whose scale is a power of two: hardware shifts where it would multiply.

    ``s = 2^ceil(log2(max|w| / Q))``, rounded up so that nothing is clipped (Jain 2020, equation 4 and section 3.2).
    """

    def code(self, weight: Tensor) -> CodedWeight:
        """The nearest levels, halves to even."""
        rows = self.form.rows(weight)
        limit = weight_limit(self.form.bits)
        return round_to_grid(weight, next_power_of_two(rows.abs().amax(1) / limit), self.form)


def next_power_of_two(values: Tensor) -> Tensor:
    """The smallest powers of two that are not below ``values``; 1 for 0.

    >>> next_power_of_two(torch.tensor([0.3, 4.0])).tolist()
    [0.5, 4.0]
    """
    mantissa, exponent = torch.frexp(values)
    powers = torch.ldexp(torch.ones_like(values), exponent - (mantissa == 0.5).to(exponent.dtype))
    return torch.where(values == 0, torch.ones_like(values), powers.clamp_min(torch.finfo(values.dtype).tiny))


class LeastErrorWeight(WeightQuantizer):
    """Evenly spaced levels of each row whose clip errs least (squares), among 32 shares of its largest magnitude.

    That is the clip that SAWB estimates from two moments of the weights by a line fitted to six distributions (Choi
    2019, *Accurate and efficient 2-bit quantized neural networks*); its lines are for levels without
    a zero, which masks need. As there, gradients pass everywhere.
    """

    def code(self, weight: Tensor) -> CodedWeight:
        """The nearest levels, halves to even."""
        rows = self.form.rows(weight)
        limit = weight_limit(self.form.bits)
        largest = rows.abs().amax(1, keepdim=True)
        best_error, best_scale = torch.full_like(largest, torch.inf), torch.ones_like(largest)
        for share in torch.linspace(1 / ERROR_CANDIDATES, 1.0, ERROR_CANDIDATES).tolist():
            scale = (largest * share / limit).clamp_min(SMALLEST_SCALE)
            rounded = (rows * (1 / scale)).round_().clamp_(-limit, limit) * scale
            error = (rounded - rows).square().sum(1, keepdim=True)
            best_scale = torch.where(error < best_error, scale, best_scale)
            best_error = torch.minimum(error, best_error)
        return round_to_grid(weight, best_scale.flatten(), self.form)


class SignWeight(WeightQuantizer):
    """Signs times the mean magnitude of the row: ``w → α · sign(w)``, ``α = ‖w‖₁ / n`` (Rastegari 2016, equation 6).

    Gradients pass where ``|w| ≤ 1`` (section 3.1). The paper further multiplies them by ``α + 1 / n``, which only
    scales a channel's steps; they are left as they are, so that a learning rate means what it means elsewhere.
    """

    def code(self, weight: Tensor) -> CodedWeight:
        """Levels −1, 0 (what is masked) and 1."""
        rows = self.form.rows(weight)
        return _signs(weight, self.form, torch.ones_like(rows, dtype=torch.bool))

    def passes(self, weight: Tensor, coded: CodedWeight) -> Tensor:
        """Where the magnitude is at most 1."""
        return weight.abs() <= SIGN_CLIP


class TernaryWeight(WeightQuantizer):
    """−α, 0 and α: ``Δ = 0.7 · E|w|`` parts them, α is the mean magnitude above it (Li 2016, eq. 6)."""

    def code(self, weight: Tensor) -> CodedWeight:
        """Levels −1, 0 and 1."""
        rows = self.form.rows(weight)
        threshold = TERNARY_THRESHOLD * _mean_magnitude(rows, rows != 0)
        return _signs(weight, self.form, rows.abs() > threshold.unsqueeze(1))


def _signs(weight: Tensor, form: WeightForm, kept: Tensor) -> CodedWeight:
    """The signs of what is kept, times the mean magnitude of that."""
    rows = form.rows(weight)
    levels = torch.where(kept, torch.sign(rows), torch.zeros_like(rows))
    return _coded(weight, form, levels, _mean_magnitude(rows, levels != 0))


def _coded(weight: Tensor, form: WeightForm, levels: Tensor, scale: Tensor) -> CodedWeight:
    """What the levels and the scale of each row stand for, as a file holds it."""
    return CodedWeight(
        levels=form.unrows(levels.to(torch.int32), weight),
        scale=form.scale_of(scale, weight),
        group_size=form.group_of(weight),
    )


def _mean_magnitude(rows: Tensor, counted: Tensor) -> Tensor:
    total = (rows.abs() * counted).sum(1)
    return total / counted.sum(1).clamp_min(1)


class AdditivePowersWeight(WeightQuantizer):
    """Levels that are sums of powers of two, denser around zero as weights are (Li 2020, equations 5 and 6, k = 2).

    The clip of each row is the one among 16 shares of its largest magnitude that errs least (squares), found anew from
    the weight each time; the paper learns it, and normalizes weights first. As there, what is clipped gets no gradient.
    """

    def code(self, weight: Tensor) -> CodedWeight:
        """Levels as integers: every sum is a multiple of the smallest power."""
        rows = self.form.rows(weight)
        levels = additive_levels(self.form.bits).to(rows.device)
        largest = rows.abs().amax(1)
        shares = torch.linspace(SMALLEST_CLIP, 1.0, CLIP_CANDIDATES).tolist()
        best_error = torch.full_like(largest, torch.inf)
        best_scale = largest / levels[-1]
        for share in shares:
            scale = largest * share / levels[-1]
            error = (_to_nearest(rows, levels, scale) * scale.unsqueeze(1) - rows).square().sum(1)
            is_better = error < best_error
            best_error = torch.where(is_better, error, best_error)
            best_scale = torch.where(is_better, scale, best_scale)
        return _coded(weight, self.form, _to_nearest(rows, levels, best_scale), best_scale)

    def passes(self, weight: Tensor, coded: CodedWeight) -> Tensor:
        """Where nothing is clipped."""
        clips = coded.scale * float(additive_levels(self.form.bits)[-1])
        # A clip that is the largest magnitude itself may come out an ulp smaller.
        inside = self.form.rows(weight).abs() <= clips.view(-1, 1) * (1 + 1e-6)
        return self.form.unrows(inside, weight)


def _to_nearest(rows: Tensor, levels: Tensor, scale: Tensor) -> Tensor:
    """The nearest of ± ``levels`` (ascending, from 0) to each weight of a row, in units of the row's scale."""
    safe = torch.where(scale > 0, scale, torch.ones_like(scale)).unsqueeze(1)
    borders = (levels[1:] + levels[:-1]) / 2
    return levels[torch.bucketize(rows.abs() / safe, borders)] * torch.sign(rows)


def additive_levels(bits: int) -> Tensor:
    """The levels ≥ 0 of ``bits`` bits, one of them for the sign, as integers in float32, ascending.

    Two bits of a magnitude make a term of 0 and three powers; an odd bit makes a term of 0 and one power. Terms take
    turns, so that no power occurs twice.

    >>> additive_levels(4).tolist()
    [0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0]
    """
    terms = (bits - 1) // 2
    powers: list[list[int]] = [[] for _ in range(terms)]
    exponents = iter(range((bits - 1) // 2 * 3 + (bits - 1) % 2))
    for _ in range(2):
        for term in powers:
            term.append(next(exponents))
    if (bits - 1) % 2:
        powers.append([next(exponents)])
    for term in powers[:terms]:
        term.append(next(exponents))
    smallest = max((power for term in powers for power in term), default=0)
    sums = {0}
    for term in powers:
        sums = {total + part for total in sums for part in (0, *(2 ** (smallest - power) for power in term))}
    return torch.tensor(sorted(sums), dtype=torch.float32)
