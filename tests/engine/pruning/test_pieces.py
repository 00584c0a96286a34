"""Patterns and blocks of weights: against counts by hand and a slow loop in numpy."""

import numpy as np
import pytest
import torch
from torch import nn

from engine.contract.errors import RequestError
from engine.contract.methods import PruneGranularity, Scope
from engine.contract.recipe import LayerPruneSpec, PruneSpec
from engine.pruning.pieces import MatrixAxes, block_scores, keep_n_of_m, spread_blocks
from engine.pruning.weight_selection import SELECTORS, select_weights
from tests.engine.networks import compress, make_network, some_inputs

SIDEWAYS = MatrixAxes(output=1, input=0)


def scores_of(*shape: int) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(3))


def n_of_m_by_loops(scores: np.ndarray, kept: int, size: int) -> np.ndarray:
    mask = np.ones(scores.shape, dtype=bool)
    for place in np.ndindex(scores.shape[0], *scores.shape[2:]):
        for start in range(0, scores.shape[1] - size + 1, size):
            where = [(place[0], start + step, *place[1:]) for step in range(size)]
            for gone in sorted(where, key=lambda one: scores[one])[: size - kept]:
                mask[gone] = False
    return mask


def test_that_every_granularity_of_weights_has_its_function() -> None:
    assert set(SELECTORS) == {granularity for granularity in PruneGranularity if granularity.is_of_weights}


@pytest.mark.parametrize(("kept", "size"), [(2, 4), (1, 4), (4, 8), (3, 5), (1, 32)])
@pytest.mark.parametrize("shape", [(6, 16), (3, 13, 2, 3), (2, 3, 1), (4, 64)])
def test_that_n_of_every_m_inputs_stay_and_the_rest_of_a_row_is_left_alone(
    kept: int, size: int, shape: tuple[int, ...]
) -> None:
    scores = scores_of(*shape)
    mask = keep_n_of_m(scores, (kept, size))
    assert np.array_equal(mask.numpy(), n_of_m_by_loops(scores.numpy(), kept, size))


def test_that_a_pattern_ramps_up_by_whole_neighbours() -> None:
    scores = scores_of(5, 8)
    gone = [int((~keep_n_of_m(scores, (2, 8), share=share)).sum()) for share in (0.0, 0.3, 0.6, 1.0)]
    assert gone == [0, 5 * 2, 5 * 4, 5 * 6]


def test_that_a_transposed_weight_is_patterned_along_its_first_axis() -> None:
    scores = scores_of(8, 3, 2, 2)
    mask = keep_n_of_m(scores, (2, 4), axes=SIDEWAYS)
    assert torch.equal(mask, keep_n_of_m(scores.movedim(1, 0), (2, 4)).movedim(0, 1))


@pytest.mark.parametrize("axes", [MatrixAxes(), SIDEWAYS])
def test_that_blocks_are_summed_and_spread_again(axes: MatrixAxes) -> None:
    scores = scores_of(7, 9, 2)
    matrix = scores.numpy() if axes == MatrixAxes() else scores.numpy().swapaxes(0, 1)
    sums = block_scores(scores, (2, 3), axes)
    by_hand = [
        [matrix[2 * r : 2 * r + 2, 3 * c : 3 * c + 3].sum((0, 1)) for c in range(matrix.shape[1] // 3)]
        for r in range(matrix.shape[0] // 2)
    ]
    assert sums.numpy() == pytest.approx(np.array(by_hand), abs=1e-6)
    mask = spread_blocks(sums > sums.median(), scores, (2, 3), axes)
    wide = mask.numpy() if axes == MatrixAxes() else mask.numpy().swapaxes(0, 1)
    for r, c, k in np.ndindex(*sums.shape):
        found = set(wide[2 * r : 2 * r + 2, 3 * c : 3 * c + 3, k].flatten().tolist())
        assert found == {bool(sums[r, c, k] > sums.median())}
    assert wide[2 * sums.shape[0] :].all()
    assert wide[:, 3 * sums.shape[1] :].all()


def test_that_blocks_of_one_are_single_weights() -> None:
    scores = {"a": scores_of(6, 5), "b": scores_of(4, 3, 3, 3)}
    for scope in Scope:
        single = PruneSpec(granularity=PruneGranularity.WEIGHT, scope=scope, ratio=0.4)
        blocks = PruneSpec(granularity=PruneGranularity.BLOCK, block=(1, 1), scope=scope, ratio=0.4)
        wanted = select_weights(scores, single, share=1.0)
        found = select_weights(scores, blocks, share=1.0)
        assert all(torch.equal(found[name], wanted[name]) for name in scores)


def test_that_the_share_of_blocks_is_the_ratio_over_all_layers() -> None:
    scores = {"a": scores_of(8, 10), "b": scores_of(12, 5) + 1}
    spec = PruneSpec(granularity=PruneGranularity.BLOCK, block=(4, 1), scope=Scope.GLOBAL, ratio=0.5)
    masks = select_weights(scores, spec, share=1.0)
    # 20 blocks of a and 15 of b, whose scores are greater than all of a: 18 go.
    assert [int((~mask).sum()) for mask in masks.values()] == [18 * 4, 0]


@pytest.mark.parametrize("granularity", [PruneGranularity.N_M, PruneGranularity.BLOCK])
def test_that_pieces_stay_zero_through_steps_of_the_ramp(granularity: PruneGranularity) -> None:
    network, shape = make_network("transposed")
    model = compress(network, shape, PruneSpec(granularity=granularity, ratio=0.5))
    model.attach_masks()
    for share in (0.3, 0.6, 1.0):
        model.set_share(share)
        with torch.no_grad():
            for part in model.module.parameters():
                part.add_(0.01)
    # Only whole pieces go: the input of "down" has 3 channels, the output of the head 5 rows.
    assert model.masked_weight("down").count_nonzero() == (96 if granularity is PruneGranularity.N_M else 48)
    assert model.masked_weight("up").count_nonzero() == 8 * 6 * 4 - (
        96 if granularity is PruneGranularity.N_M else 64
    )
    before = model.module(some_inputs(shape))
    model.finish()
    assert torch.equal(model.module(some_inputs(shape)), before.detach())


def test_that_a_layer_that_is_skipped_or_has_no_whole_piece_keeps_its_weight_bare() -> None:
    network, shape = make_network("transposed")
    spec = PruneSpec(granularity=PruneGranularity.N_M, layers={"last": LayerPruneSpec(skip=True)})
    assert compress(network, shape, spec).prunable_layers() == ("up", "head")
    torch.manual_seed(0)
    with pytest.raises(RequestError, match="can be pruned by n_m"):
        compress(nn.Sequential(nn.Linear(3, 3)).eval(), (3,), spec)
