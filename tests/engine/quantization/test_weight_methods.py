"""Each quantizer of weights against its paper's formula, its gradients, and what a file holds of it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.methods import QuantizeGranularity, QuantizeMethod
from engine.contract.recipe import PruneSpec, QuantizeSpec
from engine.contract.recipe_file import recipe_from
from engine.export.formats import export_int8
from engine.export.job import ExportJob
from engine.export.prepare import prepare_integer
from engine.quantization.plain_weights import additive_levels
from engine.quantization.weight_methods import WEIGHT_QUANTIZERS, make_weight_quantizer
from engine.quantization.weights import UniformWeight, WeightForm, WeightQuantizer
from tests.engine.export.jobs import make_data
from tests.engine.networks import compress, make_network, some_inputs

PER_TENSOR, PER_CHANNEL, PER_GROUP = QuantizeGranularity
OF_INTEGERS = [method for method in QuantizeMethod if method.is_of_integers]
NEW = sorted(set(OF_INTEGERS) - {QuantizeMethod.UNIFORM})


def masked_weight() -> Tensor:
    """Twelve channels, a third of the weights masked, one channel whole."""
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(12, 5, 3, 3, generator=generator)
    weight *= torch.rand(weight.shape, generator=generator) > 0.3
    weight[4] = 0
    return weight


def quantizer(method: QuantizeMethod, granularity: QuantizeGranularity, bits: int = 4) -> WeightQuantizer:
    spec = QuantizeSpec(method=method, granularity=granularity)
    return make_weight_quantizer(spec, method.own_bits or bits)


def rows_of(weight: Tensor, granularity: QuantizeGranularity) -> np.ndarray:
    return weight.double().numpy().reshape(1 if granularity is PER_TENSOR else len(weight), -1)


def in_smallest_units(levels: np.ndarray) -> np.ndarray:
    """Magnitudes of each channel without the power of two that they share: files use the room that int8 has."""
    rows = np.abs(levels.astype(np.int64)).reshape(len(levels), -1)
    together = np.bitwise_or.reduce(rows, axis=1, keepdims=True)
    return rows // np.maximum(together & -together, 1)


def test_that_every_method_has_its_class() -> None:
    assert set(WEIGHT_QUANTIZERS) == set(QuantizeMethod)


@pytest.mark.parametrize("granularity", QuantizeGranularity)
@pytest.mark.parametrize("method", OF_INTEGERS)
def test_that_what_is_written_is_what_was_computed_with(
    method: QuantizeMethod, granularity: QuantizeGranularity
) -> None:
    """Bit for bit, in either order in memory; what is masked stays 0, and up to 8 bits fit into int8."""
    weight = masked_weight()
    for bits in range(2, method.most_bits + 1):
        rounding = quantizer(method, granularity, bits)
        rounding.start_(weight)
        coded, rounded = rounding.code(weight), rounding(weight)
        assert torch.equal(coded.values(), rounded)
        assert torch.equal(rounding(weight.to(memory_format=torch.channels_last)), rounded)
        assert not rounded[weight == 0].any()
        assert coded.fits_int8 is (bits <= 8 and granularity is not PER_GROUP)
        # Groups of 32 among the 45 weights of a channel: one of 32 and one of 13.
        assert coded.scale.shape == {PER_TENSOR: (1,), PER_CHANNEL: (12,), PER_GROUP: (12, 2)}[granularity]


@pytest.mark.parametrize("granularity", [PER_TENSOR, PER_CHANNEL])
def test_that_signs_stand_for_the_mean_magnitude(granularity: QuantizeGranularity) -> None:
    """In float64: α = ‖w‖₁ / n over what is not masked, w → α · sign(w)."""
    weight = masked_weight()
    w = rows_of(weight, granularity)
    alpha = np.abs(w).sum(1) / np.maximum((w != 0).sum(1), 1)
    found = rows_of(quantizer(QuantizeMethod.SIGN, granularity)(weight), granularity)
    assert np.allclose(found, np.sign(w) * alpha[:, None], rtol=1e-6, atol=0)


@pytest.mark.parametrize("granularity", [PER_TENSOR, PER_CHANNEL])
def test_that_three_values_follow_the_threshold(granularity: QuantizeGranularity) -> None:
    """In float64: Δ = 0.7 · E|w|, α = mean of |w| above Δ."""
    weight = masked_weight()
    w = rows_of(weight, granularity)
    delta = 0.7 * np.abs(w).sum(1) / np.maximum((w != 0).sum(1), 1)
    above = np.abs(w) > delta[:, None]
    alpha = (np.abs(w) * above).sum(1) / np.maximum(above.sum(1), 1)
    found = rows_of(quantizer(QuantizeMethod.TERNARY, granularity)(weight), granularity)
    assert np.allclose(found, np.sign(w) * above * alpha[:, None], rtol=1e-6, atol=0)


@pytest.mark.parametrize("bits", [2, 4, 8])
@pytest.mark.parametrize("granularity", [PER_TENSOR, PER_CHANNEL])
def test_that_scales_are_the_powers_of_two_above(granularity: QuantizeGranularity, bits: int) -> None:
    weight = masked_weight()
    w, limit = rows_of(weight, granularity), 2 ** (bits - 1) - 1
    largest = np.abs(w).max(1)
    scale = 2.0 ** np.ceil(np.log2(np.where(largest > 0, largest / limit, 1.0)))
    coded = quantizer(QuantizeMethod.POWER_OF_TWO, granularity, bits).code(weight)
    assert np.array_equal(coded.scale.numpy(), scale)
    # Dividing by a power of two is exact: there are no ties to leave out.
    assert np.array_equal(rows_of(coded.values(), granularity), np.round(w / scale[:, None]) * scale[:, None])


@pytest.mark.parametrize("largest", [127.0, 127.5, 63.5, 0.9921875])
def test_that_a_scale_that_is_a_power_of_two_stays(largest: float) -> None:
    weight = torch.tensor([[largest, -1e-3]])
    wanted = 2.0 ** np.ceil(np.log2(largest / 127))
    coded = quantizer(QuantizeMethod.POWER_OF_TWO, PER_CHANNEL, 8).code(weight)
    assert coded.scale.tolist() == [wanted]


@pytest.mark.parametrize("bits", [3, 5])
def test_that_levels_are_the_papers_sums_of_powers(bits: int) -> None:
    """Li 2020, equation 5 with k = 2: p_i in {0, 2^-i, 2^-(i+n), 2^-(i+2n)}, i = 0 … n - 1, over their largest sum."""
    n = (bits - 1) // 2
    sums = {0.0}
    for i in range(n):
        sums = {total + part for total in sums for part in (0, 2.0**-i, 2.0 ** -(i + n), 2.0 ** -(i + 2 * n))}
    wanted = np.array(sorted(sums))
    assert len(wanted) == 2 ** (bits - 1)
    found = additive_levels(bits).numpy()
    assert np.array_equal(found / found[-1], (wanted / wanted[-1]).astype(np.float32))


@pytest.mark.parametrize(
    ("bits", "count", "largest"), [(2, 2, 1), (3, 4, 4), (4, 8, 10), (5, 16, 48), (6, 32, 100)]
)
def test_that_sums_of_powers_are_integers_of_seven_bits(bits: int, count: int, largest: int) -> None:
    levels = additive_levels(bits)
    assert (len(set(levels.tolist())), levels[-1].item()) == (count, largest)


@pytest.mark.parametrize("granularity", [PER_TENSOR, PER_CHANNEL])
def test_that_the_clip_of_sums_of_powers_errs_least(granularity: QuantizeGranularity) -> None:
    """No share of the largest magnitude among 16 errs less, by brute force in float64."""
    weight = masked_weight()
    w, levels = rows_of(weight, granularity), additive_levels(4).double().numpy()
    largest = np.abs(w).max(1, keepdims=True)
    signed = np.concatenate([-levels, levels]) / levels[-1]
    errors = []
    for share in np.linspace(0.3, 1.0, 16):
        grid = share * largest * signed
        errors.append((np.abs(w[:, :, None] - grid[:, None, :]).min(2) ** 2).sum(1))
    found = rows_of(quantizer(QuantizeMethod.APOT, granularity)(weight), granularity)
    assert np.allclose(((found - w) ** 2).sum(1), np.min(errors, axis=0), rtol=1e-5)


def gradient_of(method: QuantizeMethod, weight: Tensor, upstream: Tensor) -> Tensor:
    leaf = weight.clone().requires_grad_()
    quantizer(method, PER_CHANNEL)(leaf).backward(upstream)
    assert leaf.grad is not None
    return leaf.grad


def test_that_gradients_pass_straight_through() -> None:
    """All of them for grids that clip nothing and for three values; for signs where |w| ≤ 1 (Rastegari 2016)."""
    weight = masked_weight()
    upstream = torch.randn(weight.shape, generator=torch.Generator().manual_seed(1))
    for method in (QuantizeMethod.POWER_OF_TWO, QuantizeMethod.TERNARY):
        assert torch.equal(gradient_of(method, weight, upstream), upstream)
    assert torch.equal(gradient_of(QuantizeMethod.SIGN, weight, upstream), upstream * (weight.abs() <= 1))


def test_that_what_sums_of_powers_clip_gets_no_gradient() -> None:
    weight = torch.linspace(-1, 1, 400).view(1, -1)
    weight[0, 0] = -2.0
    coded = quantizer(QuantizeMethod.APOT, PER_CHANNEL).code(weight)
    clip = coded.scale.item() * 10
    assert 1 < clip < 2
    upstream = torch.ones_like(weight)
    found = gradient_of(QuantizeMethod.APOT, weight, upstream)
    assert torch.equal(found, (weight.abs() <= clip).float())


def test_that_one_scale_a_tensor_equals_torchs_fake_quantization() -> None:
    weight = masked_weight()
    rounded = UniformWeight(WeightForm(bits=8, granularity=PER_TENSOR))(weight)
    wanted = torch.fake_quantize_per_tensor_affine(weight, float(weight.abs().max() / 127), 0, -127, 127)
    assert torch.allclose(rounded, wanted, rtol=1e-6, atol=1e-7)
    assert len(set(rounded.flatten().tolist())) <= 255


@pytest.mark.parametrize("method", NEW)
def test_that_it_leaves_as_integers_that_the_runtime_computes_with(
    method: QuantizeMethod, tmp_path: Path
) -> None:
    network, shape = make_network("residual")
    spec = QuantizeSpec(method=method, weight_bits=4, granularity=PER_TENSOR)
    model = compress(network, shape, PruneSpec(ratio=0.5), spec)
    model.attach_masks()
    model.set_share(1.0)
    model.cut()
    model.attach_quantizers()
    model.calibrate([some_inputs(shape, 64)])
    model.finish()
    assert model.placement is not None
    assert set(model.placement.bits.values()) == {method.own_bits or 4}
    levels = prepare_integer(model).integers["first"].levels
    alone = quantizer(method, PER_TENSOR)
    alone.start_(model.masked_weight("first"))
    coded = alone.code(model.masked_weight("first"))
    assert np.array_equal(*(in_smallest_units(found) for found in (levels, coded.levels.numpy())))
    job = ExportJob(model=model, data=make_data(shape), ctx=RunContext(), threads=1, title="residual")
    artifact = export_int8(job, tmp_path / "model.onnx")
    assert artifact.verified, artifact.why
    # The average before the head, which is not planned to, runs in integers too.
    assert artifact.integer_operators == model.placement.integer_operators + 1


def _refusal(quantize: dict[str, object]) -> RequestError:
    with pytest.raises(RequestError) as caught:
        recipe_from({"model": {"file": "x.pt"}, "quantize": quantize})
    return caught.value


def test_that_bits_that_a_method_does_not_have_are_refused() -> None:
    error = _refusal({"method": "sign", "weight_bits": 4})
    assert (error.code, error.arguments) == (
        "recipe_bits_of_method",
        {"method": "sign", "bits": "1", "found": "4"},
    )
    error = _refusal({"method": "apot", "weight_bits": 7})
    assert (error.code, error.arguments) == (
        "recipe_most_bits",
        {"method": "apot", "limit": "6", "found": "7"},
    )


def test_that_a_method_says_its_bits_and_an_exception_is_uniform() -> None:
    quantize = recipe_from({"model": {"file": "x.pt"}, "quantize": {"method": "sign"}}).quantize
    assert quantize is not None
    assert quantize.default_bits == 1
    assert isinstance(make_weight_quantizer(quantize, 8), UniformWeight)
