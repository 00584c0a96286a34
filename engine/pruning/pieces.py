"""Pieces of weights that go together: N of M neighbours, and blocks.

Both are counted over a weight as a matrix, (output, input, kernel…): a kernel's positions never share a piece. What
is left over at the end of an axis, being no whole piece, is kept.
"""

from typing import NamedTuple

import torch


class MatrixAxes(NamedTuple):
    """Which dimensions of a weight are the outputs and the inputs of its layer."""

    output: int = 0
    input: int = 1


OUTPUT_FIRST = MatrixAxes()


def keep_n_of_m(
    scores: torch.Tensor, pattern: tuple[int, int], *, share: float = 1.0, axes: MatrixAxes = OUTPUT_FIRST
) -> torch.Tensor:
    """Keeps the N best of every M neighbours along the input axis (Zhou 2021; 2:4 in Mishra 2021).

    Args:
        scores: of each element, in the weight's shape.
        pattern: N and M.
        share: how far a ramp is; of each M, ``round((M − N) · share)`` are gone.
        axes: of the weight.

    Returns:
        A mask (true: kept) of the weight's shape; of equal scores, the first ones go.

    >>> keep_n_of_m(torch.tensor([[1.0, 4.0, 3.0, 2.0, 0.0]]), (2, 4)).int().tolist()
    [[0, 1, 1, 0, 1]]
    """
    kept, size = pattern
    matrix = scores.movedim(axes, (0, 1))
    whole = matrix.shape[1] // size * size
    mask = torch.ones_like(matrix, dtype=torch.bool)
    groups = matrix[:, :whole].reshape(len(matrix), whole // size, size, *matrix.shape[2:])
    gone = groups.sort(dim=2, stable=True).indices[:, :, : round((size - kept) * share)]
    survivors = torch.ones_like(groups, dtype=torch.bool).scatter_(2, gone, False)
    mask[:, :whole] = survivors.flatten(1, 2)
    return mask.movedim((0, 1), axes).contiguous()


def block_scores(
    scores: torch.Tensor, block: tuple[int, int], axes: MatrixAxes = OUTPUT_FIRST
) -> torch.Tensor:
    """One score for each whole block, the sum over its elements, shape (blocks down, blocks across, kernel…).

    >>> block_scores(torch.tensor([[1.0], [2.0], [3.0], [4.0], [9.0]]), (2, 1)).tolist()
    [[3.0], [7.0]]
    """
    matrix = scores.movedim(axes, (0, 1))
    height, width = block
    down, across = matrix.shape[0] // height, matrix.shape[1] // width
    whole = matrix[: down * height, : across * width]
    return whole.reshape(down, height, across, width, *matrix.shape[2:]).sum(dim=(1, 3))


def spread_blocks(
    kept: torch.Tensor, scores: torch.Tensor, block: tuple[int, int], axes: MatrixAxes = OUTPUT_FIRST
) -> torch.Tensor:
    """The mask of a weight whose blocks are ``kept`` (as :func:`block_scores` orders them)."""
    mask = torch.ones_like(scores.movedim(axes, (0, 1)), dtype=torch.bool)
    height, width = block
    part = kept.repeat_interleave(height, 0).repeat_interleave(width, 1)
    mask[: part.shape[0], : part.shape[1]] = part
    return mask.movedim((0, 1), axes).contiguous()
