"""Regrowth of weights, against closed forms."""

import math

import pytest
import torch

from engine.joint.regrowth import exchange_, share_at


def test_that_the_share_falls_along_a_cosine() -> None:
    assert [share_at(0.3, t) for t in (0.0, 0.5, 1.0, 2.0)] == pytest.approx([0.3, 0.15, 0.0, 0.0])
    assert share_at(0.4, 0.25) == pytest.approx(0.2 * (1 + math.sqrt(0.5)))


@pytest.mark.parametrize(
    ("living", "share", "moved"), [(12, 0.5, 6), (12, 0.0, 0), (20, 0.9, 4), (24, 0.5, 0)]
)
def test_that_the_smallest_die_and_the_most_wanted_are_born(living: int, share: float, moved: int) -> None:
    generator = torch.Generator().manual_seed(1)
    order = torch.randperm(24, generator=generator)
    keep = torch.zeros(24)
    keep[order[:living]] = 1.0
    before = keep.clone().bool()
    weight, gradient = (torch.randn(24, generator=generator) for _ in range(2))
    born = exchange_(keep.view(4, 6), weight.view(4, 6), gradient.view(4, 6), share=share).flatten()
    died = before & ~keep.bool()
    assert (int(born.sum()), int(died.sum()), int(keep.sum())) == (moved, moved, living)
    assert not bool((born & before).any())
    if moved:
        assert weight[died].abs().max() <= weight[before & ~died].abs().min()
        others = ~before & ~born
        assert not bool(others.any()) or gradient[born].abs().min() >= gradient[others].abs().max()
