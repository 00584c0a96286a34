"""Norms over the channels while some are masked, against torch's norm of the others alone."""

import pytest
import torch
import torch.nn.functional as F

from engine.contract.recipe import PruneSpec
from engine.pruning.masked_norms import normalise_kept
from tests.engine.networks import compress, make_network


@pytest.mark.parametrize("has_shift", [True, False])
def test_that_a_masked_norm_is_the_norm_of_what_is_kept(has_shift: bool) -> None:
    generator = torch.Generator().manual_seed(0)
    x, scale, shift = (torch.randn(size, generator=generator) for size in ((3, 4, 6), (6,), (6,)))
    keep = torch.tensor([1.0, 0, 1, 1, 0, 1])
    kept = keep.bool()
    masked_shift = shift * keep if has_shift else None
    found = normalise_kept(x, scale * keep, masked_shift, keep, 1e-5)
    wanted = F.layer_norm(x[..., kept], (4,), scale[kept], shift[kept] if has_shift else None)
    assert torch.allclose(found[..., kept], wanted, atol=1e-6)
    assert not found[..., ~kept].any()


def test_that_norms_are_themselves_again_after_the_cut() -> None:
    network, shape = make_network("tokens")
    model = compress(network, shape, PruneSpec(ratio=0.5))
    before = model.captured.graph.python_code("self").src
    model.attach_masks()
    assert "normalise_kept" in model.captured.graph.python_code("self").src
    model.set_share(1.0)
    model.cut()
    assert model.captured.graph.python_code("self").src == before.replace("(8,)", "(4,)")
