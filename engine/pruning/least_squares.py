"""A layer as a linear system: what it sees at chosen positions, and the weights that answer to it best."""

import itertools
import math
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

ROWS_PER_UNKNOWN = 8
Correctable = nn.Conv1d | nn.Conv2d | nn.Conv3d | nn.Linear


def choose_positions(
    layer: Correctable, answers: Tensor, samples: int, generator: torch.Generator, *, rows: int | None = None
) -> tuple[Tensor, ...]:
    """Where to look, the same in each sample of a batch: enough places for the number of unknowns, and no more.

    Args:
        layer: its weight says how many unknowns an output has.
        answers: of one batch; all its axes but those of samples and channels are positions.
        samples: of all batches together.
        generator: chooses.
        rows: how many of all samples together; otherwise by the number of unknowns.

    Returns:
        For each axis of positions one index a place.
    """
    sizes = answers.shape[1:-1] if isinstance(layer, nn.Linear) else answers.shape[2:]
    rows = ROWS_PER_UNKNOWN * layer.weight[0].numel() if rows is None else rows
    needed = math.ceil(rows / samples)
    chosen = torch.randperm(math.prod(sizes), generator=generator)[:needed].to(answers.device)
    return torch.unravel_index(chosen, sizes) if sizes else ()


def answers_at(layer: Correctable, answers: Tensor, positions: tuple[Tensor, ...]) -> Tensor:
    """The layer's answers at the positions in float64, shape (samples × positions, outputs)."""
    if isinstance(layer, nn.Linear):
        return _at(answers, 1, positions).flatten(0, -2).double()
    return _at(answers, 2, positions).movedim(1, -1).flatten(0, -2).double()


def patches_at(layer: Correctable, inputs: Tensor, positions: tuple[Tensor, ...]) -> Tensor:
    """What the layer sees at the positions in float64, shape (groups, samples × positions, inputs of an output).

    Only what is looked at is gathered: to unfold a whole batch takes a kernel's size times its memory.
    """
    if isinstance(layer, nn.Linear):
        return _at(inputs, 1, positions).flatten(0, -2)[None].double()
    mode = "constant" if layer.padding_mode == "zeros" else layer.padding_mode
    padded = nn.functional.pad(inputs, layer._reversed_padding_repeated_twice, mode=mode)
    taps = [
        _at(padded, 2, _shifted(layer, positions, offsets))
        for offsets in itertools.product(*map(range, layer.kernel_size))
    ]
    stacked = torch.stack(taps, -1)
    samples, channels, places, kernel = stacked.shape
    grouped = stacked.reshape(samples, layer.groups, channels // layer.groups, places, kernel)
    return grouped.permute(1, 0, 3, 2, 4).flatten(3, 4).flatten(1, 2).double()


def _at(tensor: Tensor, axis: int, positions: tuple[Tensor, ...]) -> Tensor:
    """A few positions of the axes from ``axis`` on, as one axis in their place."""
    index: tuple[slice | Tensor, ...] = (*[slice(None)] * axis, *positions)
    return tensor[index]


def _shifted(
    layer: nn.Conv1d | nn.Conv2d | nn.Conv3d, positions: tuple[Tensor, ...], offsets: tuple[int, ...]
) -> tuple[Tensor, ...]:
    """Where in its padded input a convolution looks with one element of its kernel."""
    return tuple(
        place * stride + offset * dilation
        for place, stride, offset, dilation in zip(
            positions, layer.stride, offsets, layer.dilation, strict=True
        )
    )


@dataclass
class NormalEquations:
    """``XᵀX`` and ``XᵀY`` summed over rows in float64, so that no more than one batch of rows is held.

    >>> equations = NormalEquations()
    >>> equations.add(torch.eye(2)[None].double(), torch.tensor([[[3.0], [4.0]]]).double())
    >>> equations.solve(0.0).tolist()
    [[[3.0], [4.0]]]
    """

    _parts: list[Tensor] = field(default_factory=list)

    def add(self, inputs: Tensor, wanted: Tensor) -> None:
        """Takes more rows: (groups, rows, unknowns) and (groups, rows, outputs)."""
        squares, products = inputs.mT @ inputs, inputs.mT @ wanted
        if self._parts:
            self._parts[0] += squares
            self._parts[1] += products
        else:
            self._parts = [squares, products]

    def solve(self, ridge: float) -> Tensor:
        """``(XᵀX + ρ I)⁻¹ XᵀY`` with ``ρ`` = ridge × the mean of the diagonal, (groups, unknowns, outputs)."""
        squares, products = self._parts
        damped = squares.clone()
        diagonal = damped.diagonal(dim1=1, dim2=2)
        # Where no input was ever other than zero, every answer is as good, and none moves.
        diagonal += (ridge * diagonal.mean(1, keepdim=True)).clamp_min(torch.finfo(torch.float64).tiny)
        solution: Tensor = torch.linalg.solve(damped, products)
        return solution
