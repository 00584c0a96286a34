import math

import numpy as np
import pytest
import torch

from engine.analysis.weights import histogram_of, layer_stats, weight_facts


def make_weight(*shape: int, seed: int = 0) -> torch.Tensor:
    weight = torch.randn(*shape, generator=torch.Generator().manual_seed(seed))
    weight[weight.abs() < 0.3] = 0
    return weight


@pytest.mark.parametrize("bins", [1, 7, 64])
def test_that_the_histogram_is_numpys(bins: int) -> None:
    weight = make_weight(40, 30)
    histogram = histogram_of(weight, bins)
    counts, edges = np.histogram(weight.numpy(), bins)
    assert np.allclose(histogram.edges, edges, atol=1e-6)
    assert sum(histogram.counts) == 1200
    # A value beside an edge may fall to either side by rounding.
    assert np.abs(np.cumsum(histogram.counts) - np.cumsum(counts)).max() <= 2


def test_that_the_histogram_of_equal_values_has_a_width() -> None:
    histogram = histogram_of(torch.full((3, 4), 2.0), 4)
    assert histogram.edges == (1.5, 1.75, 2.0, 2.25, 2.5)
    assert sum(histogram.counts) == 12


@pytest.mark.parametrize("weight", [torch.full((3,), math.nan), torch.zeros(0)])
def test_that_a_weight_without_finite_elements_has_an_empty_histogram_and_no_range(
    weight: torch.Tensor,
) -> None:
    facts = weight_facts(weight)
    assert sum(histogram_of(weight).counts) == 0
    assert (facts.min, facts.max, facts.mean, facts.std) == (None, None, None, None)


def test_that_counts_past_what_float32_can_count_are_exact() -> None:
    weight = torch.zeros(2**24 + 5)
    weight[-1] = 1
    assert histogram_of(weight, 2).counts == (2**24 + 4, 1)


def test_that_facts_are_numpys() -> None:
    weight = make_weight(20, 6, 3, 3)
    facts, array = weight_facts(weight), weight.double().numpy()
    assert (facts.min, facts.max) == (array.min(), array.max())
    assert facts.mean == pytest.approx(array.mean(), abs=1e-6)
    assert facts.std == pytest.approx(array.std(), rel=1e-5)
    assert facts.sparsity == (array == 0).mean()


def test_that_values_that_are_not_finite_are_left_out_of_the_range() -> None:
    facts = weight_facts(torch.tensor([[1.0, math.nan], [math.inf, 3.0]]))
    assert (facts.min, facts.max, facts.mean) == (1.0, 3.0, 2.0)
    assert facts.sparsity == 0


def test_that_dead_channels_are_counted_along_the_output_axis() -> None:
    weight = torch.ones(4, 3, 2, 2)
    weight[1] = 0
    weight[:, 0] = 0
    weight[3, :, 0, 0] = 0
    assert (weight_facts(weight).channels, weight_facts(weight).dead_channels) == (4, 1)
    turned = weight_facts(weight, output_axis=1)
    assert (turned.channels, turned.dead_channels) == (3, 1)


def test_that_a_vector_has_no_channels() -> None:
    facts = weight_facts(torch.zeros(5))
    assert (facts.channels, facts.dead_channels, facts.sparsity) == (None, 0, 1.0)


@pytest.mark.parametrize(("bits", "size"), [(32, 4 * 65), (8, 60 + 20), (4, 30 + 20), (3, 23 + 20)])
def test_that_bytes_follow_the_bits_of_the_weight_and_biases_take_four(bits: int, size: int) -> None:
    stats = layer_stats(
        "fc", "Linear", make_weight(5, 12), 5, macs=60, prunable=True, locked_because=None, group=2, bits=bits
    )
    assert (stats.parameters, stats.parameter_bytes, stats.shape) == (65, size, (5, 12))
    assert (stats.name, stats.kind, stats.macs, stats.group, stats.prunable) == ("fc", "Linear", 60, 2, True)


def test_that_the_weight_is_left_as_it_is() -> None:
    weight = torch.nn.Parameter(make_weight(6, 5))
    before = weight.detach().clone()
    layer_stats("fc", "Linear", weight, 0, macs=None, prunable=False, locked_because="x", group=None)
    assert torch.equal(weight, before)
    assert weight.grad_fn is None
    assert weight.requires_grad
