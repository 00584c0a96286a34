"""The arithmetic of quantizers: against numpy, against torch, and where gradients pass."""

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.quantization.activations import ActivationQuantizer
from engine.quantization.coded import CodedWeight, straight_through
from engine.quantization.observers import MinMaxObserver
from engine.quantization.observing import FOLLOW_RATE
from engine.quantization.weights import UniformWeight, WeightForm


def some_weight(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


def quantizer_for(low: float, high: float) -> ActivationQuantizer:
    quantizer = ActivationQuantizer(MinMaxObserver())
    quantizer.observer.observe(torch.tensor([low, high]), is_training=False)
    quantizer.is_on = True
    return quantizer


@pytest.mark.parametrize("bits", [2, 3, 4, 8])
@pytest.mark.parametrize("shape", [(6, 4, 3, 3), (5, 7)])
def test_that_weights_are_rounded_by_the_symmetric_formula(bits: int, shape: tuple[int, ...]) -> None:
    """In float64: with Q = 2^(b−1) − 1 and s = max|w| / Q of each output channel, s · clamp(round(w / s), −Q, Q)."""
    weight = some_weight(*shape)
    w = weight.double().numpy().reshape(shape[0], -1)
    limit = 2 ** (bits - 1) - 1
    scale = np.abs(w).max(1, keepdims=True) / limit
    wanted = scale * np.clip(np.round(w / scale), -limit, limit)
    found = UniformWeight(WeightForm(bits=bits))(weight).double().numpy().reshape(shape[0], -1)
    # A value half-way between two levels may fall either way in float32.
    is_tie = np.abs(np.abs(w / scale % 1) - 0.5) < 1e-5
    assert np.allclose(found[~is_tie], wanted[~is_tie], rtol=1e-6, atol=1e-7)
    assert len(np.unique(np.round(found[0] / scale[0]))) <= 2**bits - 1


def test_that_weights_equal_torchs_fake_quantization() -> None:
    weight = some_weight(6, 4, 3, 3)
    scale = weight.abs().amax((1, 2, 3)) / 127
    zero_point = torch.zeros(6, dtype=torch.int32)
    wanted = torch.fake_quantize_per_channel_affine(weight, scale, zero_point, 0, -127, 127)
    assert torch.equal(UniformWeight(WeightForm(bits=8))(weight), wanted)
    coded = UniformWeight(WeightForm(bits=8)).code(weight)
    assert coded.fits_int8
    assert coded.levels.abs().amax((1, 2, 3)).tolist() == [127] * 6


@pytest.mark.parametrize("bits", range(2, 9))
def test_that_what_is_written_is_what_was_computed_with(bits: int) -> None:
    """Bit for bit, also where a value lies half-way between two levels."""
    weight = some_weight(64, 300)
    weight[0] = torch.arange(300) / 256
    quantizer = UniformWeight(WeightForm(bits=bits))
    assert torch.equal(quantizer.code(weight).values(), quantizer(weight))


def test_that_a_scale_may_belong_to_the_tensor_a_channel_or_a_group() -> None:
    levels = torch.arange(12, dtype=torch.int32).view(2, 3, 2)
    scales = {
        (1,): torch.tensor([0.5]),
        (2,): torch.tensor([0.5, 2.0]),
        (2, 3): torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),
    }
    for shape, scale in scales.items():
        group_size = 2 if len(shape) == 2 else None
        coded = CodedWeight(levels=levels, scale=scale, group_size=group_size)
        each = np.broadcast_to(scale.numpy().reshape(*shape, *[1] * (2 - len(shape))), (2, 3)).repeat(
            2, axis=1
        )
        assert np.array_equal(coded.values().numpy().reshape(2, 6), levels.numpy().reshape(2, 6) * each)
        assert coded.fits_int8 is (len(shape) == 1)


def test_that_a_table_says_what_levels_stand_for() -> None:
    table = torch.tensor([0.0, -1.5, 0.25])
    coded = CodedWeight(levels=torch.tensor([[0, 2], [1, 1]]), scale=torch.tensor([2.0]), table=table)
    assert coded.values().tolist() == [[0.0, 0.5], [-3.0, -3.0]]
    assert not coded.fits_int8


def test_that_gradients_pass_where_they_are_let_and_the_values_are_exact() -> None:
    weight = some_weight(3, 4).requires_grad_()
    values, inside = torch.randn(3, 4), torch.rand(3, 4) > 0.5
    rounded = straight_through(weight, values, inside)
    assert torch.equal(rounded, values)
    (rounded * 2).sum().backward()
    assert weight.grad is not None
    assert torch.equal(weight.grad, 2.0 * inside)


def test_that_a_channel_of_zeros_stays_zero() -> None:
    weight = torch.zeros(2, 3)
    weight[1] = torch.tensor([1.0, -2.0, 0.5])
    assert UniformWeight(WeightForm(bits=8))(weight)[0].tolist() == [0, 0, 0]


@pytest.mark.parametrize(("low", "high"), [(-1.0, 3.0), (0.0, 6.0), (0.5, 2.0), (-2.0, -0.5)])
def test_that_activations_are_rounded_by_the_affine_formula(low: float, high: float) -> None:
    """s = (max(high, 0) − min(low, 0)) / 255, z = round(−low / s), x → s (clamp(round(x / s) + z, 0, 255) − z)."""
    values = torch.linspace(low - 1, high + 1, 1001)
    bottom, top = min(low, 0.0), max(high, 0.0)
    scale = (top - bottom) / 255
    zero = np.round(-bottom / scale)
    x = values.double().numpy()
    wanted = scale * (np.clip(np.round(x / scale) + zero, 0, 255) - zero)
    found = quantizer_for(low, high)(values).double().numpy()
    is_tie = np.abs(np.abs(x / scale % 1) - 0.5) < 1e-3
    assert np.allclose(found[~is_tie], wanted[~is_tie], rtol=1e-5, atol=1e-6)


def test_that_zero_is_always_a_level() -> None:
    """Padding and ReLU make zeros; they must stay zeros (Jacob 2018, section 2.1)."""
    for low, high in [(-1.3, 2.9), (0.7, 5.0), (-3.0, -1.0), (0.0, 0.0)]:
        assert quantizer_for(low, high)(torch.zeros(1)).item() == 0


def test_that_gradients_pass_straight_through_inside_the_range_and_stop_outside() -> None:
    values = torch.tensor([-2.0, -0.9, 0.1, 1.9, 2.5], requires_grad=True)
    (quantizer_for(-1.0, 2.0)(values) * torch.arange(1.0, 6)).sum().backward()
    assert values.grad is not None and values.grad.tolist() == [0, 2, 3, 4, 0]
    weight = some_weight(4, 9).requires_grad_()
    (UniformWeight(WeightForm(bits=4))(weight) * 2).sum().backward()
    assert weight.grad is not None and weight.grad.unique().tolist() == [2]


def test_that_a_quantizer_that_is_off_changes_nothing() -> None:
    values, weight = some_weight(5), some_weight(3, 4)
    quantizer, of_weights = quantizer_for(-0.1, 0.1), UniformWeight(WeightForm(bits=2))
    quantizer.is_on = of_weights.is_on = False
    assert torch.equal(quantizer(values), values) and torch.equal(of_weights(weight), weight)


def test_that_calibration_sees_the_smallest_and_largest_of_all_batches() -> None:
    observer = MinMaxObserver()
    batches = [some_weight(8) * factor for factor in (1, 5, 2)]
    for batch in batches:
        observer.observe(batch, is_training=False)
    everything = torch.cat(batches)
    assert (observer.low.item(), observer.high.item()) == (everything.min().item(), everything.max().item())


def test_that_training_follows_the_range_slowly() -> None:
    observer = MinMaxObserver()
    observer.observe(torch.tensor([-1.0, 1.0]), is_training=False)
    observer.observe(torch.tensor([-3.0, 2.0]), is_training=True)
    assert observer.low.item() == pytest.approx(-1 + FOLLOW_RATE * (-3 + 1))
    assert observer.high.item() == pytest.approx(1 + FOLLOW_RATE * (2 - 1))
