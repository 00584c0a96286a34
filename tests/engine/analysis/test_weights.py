import math
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.analysis.mapped import let_go
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


def test_that_kurtosis_is_scipys_without_the_three_taken_off() -> None:
    weight = make_weight(700, 900)
    centred = weight.double().numpy() - weight.double().numpy().mean()
    wanted = (centred**4).mean() / (centred**2).mean() ** 2
    assert weight_facts(weight).kurtosis == pytest.approx(wanted, rel=1e-4)
    assert weight_facts(torch.ones(3, 3)).kurtosis is None


@pytest.mark.parametrize(("shape", "axis"), [((5, 3, 2, 2), 0), ((3, 5, 2, 2), 1), ((300, 4), 0)])
def test_that_every_channel_has_its_range(shape: tuple[int, ...], axis: int) -> None:
    weight = make_weight(*shape)
    ranges = weight_facts(weight, output_axis=axis).ranges
    assert ranges is not None
    rows = np.moveaxis(weight.numpy(), axis, 0).reshape(shape[axis], -1)
    assert ranges.together == (3 if shape[axis] == 300 else 1)
    parts = [rows[i : i + ranges.together] for i in range(0, len(rows), ranges.together)]
    assert ranges.low == tuple(float(part.min()) for part in parts)
    assert ranges.high == tuple(float(part.max()) for part in parts)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64, torch.int8])
def test_that_other_types_are_measured_as_floats(dtype: torch.dtype) -> None:
    weight = (make_weight(30, 40) * 20).to(dtype)
    facts = weight_facts(weight)
    assert facts.max == float(weight.max())
    assert facts.mean == pytest.approx(float(weight.double().mean()), abs=1e-4)
    assert sum(facts.histogram.counts) == 1200


def test_that_pages_of_a_mapped_file_are_let_go_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "weights.bin"
    make_weight(3000, 2000).numpy().tofile(path)
    mapped = torch.from_file(str(path), size=6_000_000, dtype=torch.float32).view(3000, 2000)
    kept = mapped.clone()
    assert weight_facts(mapped, is_read_only=True) == weight_facts(kept)
    assert torch.equal(mapped, kept)
    let_go(kept)
    assert torch.equal(mapped, kept)
