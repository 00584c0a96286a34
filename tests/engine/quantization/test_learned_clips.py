"""Learned clips: against autograd of the paper's formula, what begins where, and weights that err least."""

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.contract.errors import RequestError
from engine.contract.methods import QuantizeMethod
from engine.contract.recipe import QuantizeSpec, RecoverSpec
from engine.contract.recipe_file import recipe_from
from engine.quantization.activations import ActivationQuantizer
from engine.quantization.attach import activation_quantizers
from engine.quantization.learned_clips import LearnedClipValue, clip_and_round
from engine.quantization.observers import MinMaxObserver
from engine.quantization.plain_weights import LeastErrorWeight
from engine.quantization.weights import WeightForm
from engine.training.optimizers import make_sgd, parameter_groups
from tests.engine.networks import compress, make_network, some_inputs


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_that_gradients_of_values_and_clip_are_those_of_the_formula() -> None:
    """Choi 2018, equation 1, ``0.5 (|x| − |x − α| + α)``, by autograd in float64; rounding passes gradients on."""
    values, upstream = draw(4, 60), draw(4, 60, seed=1)
    x, alpha = values.clone().requires_grad_(), torch.tensor(1.1, dtype=torch.float64, requires_grad=True)
    clipped = 0.5 * (x.abs() - (x - alpha).abs() + alpha)
    rounded = (clipped * 15 / alpha).detach().round() * alpha.detach() / 15
    (clipped * upstream).sum().backward()
    own, clip = values.clone().requires_grad_(), torch.tensor(1.1, dtype=torch.float64, requires_grad=True)
    found = clip_and_round(own, clip, top=15)
    found.backward(upstream)
    assert torch.allclose(found, rounded, rtol=1e-12, atol=1e-12)
    assert own.grad is not None and clip.grad is not None and x.grad is not None and alpha.grad is not None
    assert torch.allclose(own.grad, x.grad, rtol=1e-12, atol=1e-12)
    assert clip.grad.item() == pytest.approx(alpha.grad.item(), rel=1e-9)


def clip_for(low: float, high: float) -> LearnedClipValue:
    quantizer = LearnedClipValue(MinMaxObserver(), bits=4)
    quantizer.observer.observe(torch.tensor([low, high]), is_training=False)
    quantizer.settle()
    quantizer.is_on = True
    return quantizer


@pytest.mark.parametrize(("low", "is_learned"), [(0.0, True), (-1.0, False)])
def test_that_a_clip_begins_as_observed_and_is_learned_behind_a_relu_alone(
    low: float, is_learned: bool
) -> None:
    quantizer, values = clip_for(low, 3.0), torch.tensor([[-2.0, 0.5, 1.7, 9.0]])
    plain = ActivationQuantizer(quantizer.observer, bits=4)
    plain.is_on = True
    assert [float(part) for part in quantizer.grid()] == [float(part) for part in plain.grid()]
    assert torch.equal(quantizer(values), plain(values))
    values.requires_grad_()
    quantizer(values).sum().backward()
    assert (quantizer.clip.grad is not None) is is_learned


def test_that_a_clip_stays_positive_and_follows_the_observer_until_it_rounds() -> None:
    quantizer = clip_for(0.0, 3.0)
    torch.nn.init.constant_(quantizer.clip, -1.5)
    assert quantizer.grid()[0].item() == pytest.approx(0.1)
    quantizer.is_on, quantizer.is_observing = False, True
    quantizer(torch.tensor([0.0, 13.0]))
    assert quantizer.grid()[0].item() * 15 == pytest.approx(3 + 0.05 * 10)


@pytest.mark.parametrize("bits", [2, 3, 4])
def test_that_weights_are_clipped_where_they_err_least(bits: int) -> None:
    """No share of the largest magnitude among 32 errs less, by brute force in float64."""
    weight = draw(6, 80).float()
    weight[0, 0] = 9.0
    w, limit = weight.double().numpy(), 2 ** (bits - 1) - 1
    errors = []
    for share in np.arange(1, 33) / 32:
        scale = np.abs(w).max(1, keepdims=True) * share / limit
        errors.append(((np.clip(np.round(w / scale), -limit, limit) * scale - w) ** 2).sum(1))
    found = LeastErrorWeight(WeightForm(bits=bits))(weight).double().numpy()
    assert np.allclose(((found - w) ** 2).sum(1), np.min(errors, axis=0), rtol=1e-5)
    assert np.argmin(errors, axis=0)[0] != np.argmin(errors, axis=0)[1]


def test_that_training_moves_clips_which_decay_with_the_weights() -> None:
    network, shape = make_network("residual")
    spec = QuantizeSpec(method=QuantizeMethod.PACT, weight_bits=4, activation_bits=4)
    model = compress(network, shape, quantize=spec)
    model.attach_quantizers()
    model.calibrate([some_inputs(shape, 64)])
    model.switch_quantizers(is_on=True)
    recover = RecoverSpec(learning_rate=0.02, weight_decay=0.1)
    groups = parameter_groups(model.module, recover)
    assert [group["weight_decay"] for group in groups] == [0.1]
    optimizer = make_sgd(groups, recover)
    relu = activation_quantizers(model.module)["relu"]
    before, losses = relu.grid()[0].item(), []
    for _ in range(20):
        loss = (model.module.train()(some_inputs(shape, 16)) - 1).square().mean()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]
    assert relu.grid()[0].item() != before


def test_that_learned_clips_without_training_are_refused() -> None:
    with pytest.raises(RequestError) as caught:
        recipe_from({"model": {"file": "x.pt"}, "quantize": {"method": "pact"}})
    assert (caught.value.code, caught.value.arguments) == ("recipe_learned", {"method": "pact"})
