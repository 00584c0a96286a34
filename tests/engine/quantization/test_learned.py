"""Learned steps: what they round to, gradients against autograd of the papers' formulas, cuts and resumed runs."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.contract.errors import RequestError
from engine.contract.methods import (
    PruneGranularity,
    QuantizeGranularity,
    QuantizeMethod,
    QuantizeMode,
    Strategy,
)
from engine.contract.recipe import JointSpec, PruneSpec, QuantizeSpec, RecoverSpec
from engine.contract.recipe_file import recipe_from
from engine.export.prepare import prepare_integer
from engine.joint.compressed import CompressedModel
from engine.pipeline.measure import measure_layers, measure_totals
from engine.quantization.activations import ActivationQuantizer
from engine.quantization.attach import (
    activation_quantizers,
    quantizer_parameters,
    weight_quantizers_by_tensor,
)
from engine.quantization.learned_grid import Levels, gradient_share, round_rows, round_values
from engine.quantization.learned_values import LearnedStepValue
from engine.quantization.learned_weights import LearnedStepWeight, signed_levels
from engine.quantization.observers import MinMaxObserver
from engine.quantization.weights import WeightForm
from engine.training.optimizers import make_sgd, parameter_groups
from tests.engine.networks import compress, make_network, some_inputs, train_rounded_
from tests.engine.pipeline.runs import make_project, run, with_
from tests.engine.pipeline.test_corrected_runs import die_and_resume_until_done
from tests.engine.quantization.test_weight_methods import in_smallest_units

LSQ = QuantizeSpec(method=QuantizeMethod.LSQ, weight_bits=4, activation_bits=4)


class _Rounded(torch.autograd.Function):
    """Rounds; gradients pass (the one thing that autograd cannot know by itself)."""

    @staticmethod
    def forward(ctx: object, values: Tensor) -> Tensor:
        return values.round()

    @staticmethod
    def backward(ctx: object, *gradients: Tensor) -> Tensor:
        return gradients[0]


def rounded(values: Tensor) -> Tensor:
    result: Tensor = _Rounded.apply(values)  # type: ignore[no-untyped-call]
    return result


def scaled_gradient(tensor: Tensor, share: Tensor | float) -> Tensor:
    """The appendix of Esser 2020: the value of the tensor, and a share of its gradient."""
    return (tensor - tensor * share).detach() + tensor * share


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("bits", [2, 3, 4, 8])
def test_that_gradients_of_weights_and_steps_are_those_of_the_formula(bits: int) -> None:
    """Esser 2020, equations 1 to 3 and section 2.2, by autograd in float64; masked weights are left out of N."""
    rows, upstream = draw(6, 50), draw(6, 50, seed=1)
    rows[:, :10] = 0
    step = 2 * rows.abs().mean(1, keepdim=True) / (2 ** (bits - 1) - 1) ** 0.5
    levels = signed_levels(bits)
    share = 1 / (40 * levels.top) ** 0.5
    weight, wanted_step = rows.clone().requires_grad_(), step.clone().requires_grad_()
    scaled = scaled_gradient(wanted_step, share)
    wanted = rounded((weight / scaled).clamp(levels.low, levels.top)) * scaled
    wanted.backward(upstream)
    own_weight, own_step = rows.clone().requires_grad_(), step.clone().requires_grad_()
    found = round_rows(own_weight, own_step, levels)
    found.backward(upstream)
    assert torch.allclose(found, wanted, rtol=1e-12, atol=0)
    assert own_weight.grad is not None and own_step.grad is not None
    assert torch.allclose(own_weight.grad, weight.grad, rtol=1e-12, atol=1e-12)  # type: ignore[arg-type]
    assert torch.allclose(own_step.grad, wanted_step.grad, rtol=1e-9, atol=1e-12)  # type: ignore[arg-type]


@pytest.mark.parametrize("has_offset", [True, False])
def test_that_gradients_of_values_and_their_grid_are_those_of_the_formula(has_offset: bool) -> None:
    """Bhalgat 2020, by autograd in float64, at an offset that is a whole number of steps."""
    values, upstream = draw(8, 3, 5, 5), draw(8, 3, 5, 5, seed=1)
    values = values if has_offset else values.abs()
    top, zero = 15, 5 if has_offset else 0
    step = torch.tensor(0.21 if has_offset else 0.11, dtype=torch.float64)
    share = 1 / (75 * top) ** 0.5
    x, s = values.clone().requires_grad_(), step.clone().requires_grad_()
    beta = (-zero * step).detach().requires_grad_()
    scaled, offset = scaled_gradient(s, share), scaled_gradient(beta, share)
    wanted = rounded(((x - offset) / scaled).clamp(0, top)) * scaled + offset
    wanted.backward(upstream)
    own, own_s = values.clone().requires_grad_(), step.clone().requires_grad_()
    own_beta = (-zero * step).detach().requires_grad_(has_offset)
    found = round_values(own, own_s, own_beta, top=top)
    found.backward(upstream)
    assert bool((found == (top - zero) * step).any())
    assert torch.allclose(found, wanted, rtol=1e-12, atol=1e-12)
    pairs = [(own.grad, x.grad), (own_s.grad, s.grad), *([(own_beta.grad, beta.grad)] * has_offset)]
    for gradient, of_formula in pairs:
        assert gradient is not None and of_formula is not None
        assert torch.allclose(gradient, of_formula, rtol=1e-9, atol=1e-12)


def test_that_values_are_rounded_as_torch_rounds_them() -> None:
    """Bit for bit, as files are written from the same grid."""
    values = draw(4, 3, 8, 8).float()
    scale, zero, top = torch.tensor(0.123), torch.tensor(6, dtype=torch.int32), 15
    found = round_values(values, scale, -zero * scale, top=top)
    assert torch.equal(found, torch.fake_quantize_per_tensor_affine(values, scale, zero, 0, top))


@pytest.mark.parametrize("granularity", [QuantizeGranularity.PER_TENSOR, QuantizeGranularity.PER_CHANNEL])
def test_that_steps_begin_as_the_paper_has_it(granularity: QuantizeGranularity) -> None:
    """``2 · E|w| / √p``, p = 7 at 4 bits, over the weights that are not masked."""
    weight = draw(6, 3, 3, 3).float()
    weight[0, 0] = 0
    weight[5] = 0
    quantizer = LearnedStepWeight(WeightForm(bits=4, granularity=granularity))
    quantizer.start_(weight)
    w = weight.double().numpy().reshape(1 if granularity is QuantizeGranularity.PER_TENSOR else 6, -1)
    count = np.maximum((w != 0).sum(1), 1)
    wanted = 2 * np.abs(w).sum(1) / count / 7**0.5
    assert np.allclose(quantizer.step.detach().numpy(), np.where(wanted > 0, wanted, 1.0), rtol=1e-6)


def test_that_levels_end_where_a_turned_sign_still_fits() -> None:
    assert signed_levels(8) == Levels(-127, 127)
    assert signed_levels(3) == Levels(-4, 3)


def test_that_a_step_stays_positive_whatever_an_optimizer_does() -> None:
    weight = draw(4, 9).float()
    quantizer = LearnedStepWeight(WeightForm(bits=4))
    quantizer.start_(weight)
    values = learned_value(0.0, 2.0)
    for step in (quantizer.step, values.step):
        torch.nn.init.constant_(step, -0.25)
    assert quantizer.code(weight).scale.tolist() == [0.25] * 4
    assert values.grid()[0].item() == 0.25
    assert torch.equal(quantizer(weight), quantizer.code(weight).values())
    torch.nn.init.zeros_(values.step)
    assert values.grid()[0].item() > 0


def learned_value(low: float, high: float) -> LearnedStepValue:
    quantizer = LearnedStepValue(MinMaxObserver(), bits=4)
    quantizer.observer.observe(torch.tensor([low, high]), is_training=False)
    quantizer.settle()
    quantizer.is_on = True
    return quantizer


@pytest.mark.parametrize(("low", "has_offset"), [(0.0, False), (-1.0, True)])
def test_that_a_grid_begins_as_it_was_observed_and_has_an_offset_only_below_zero(
    low: float, has_offset: bool
) -> None:
    quantizer = learned_value(low, 2.0)
    observed = ActivationQuantizer(quantizer.observer, bits=4).grid()
    assert [float(x) for x in quantizer.grid()] == [float(x) for x in observed]
    quantizer(torch.tensor([[-3.0, 0.4, 5.0]])).sum().backward()
    assert quantizer.step.grad is not None
    assert (quantizer.offset.grad is not None) is has_offset


def test_that_a_grid_follows_the_observer_until_it_rounds() -> None:
    quantizer = learned_value(0.0, 2.0)
    quantizer.is_on, quantizer.is_observing = False, True
    before = quantizer.grid()[0].item()
    quantizer(torch.tensor([0.0, 12.0]))
    assert quantizer.grid()[0].item() == pytest.approx(before + 0.05 * 10 / 15)
    quantizer.is_on = True
    after = quantizer.grid()[0].item()
    quantizer(torch.tensor([0.0, 50.0]))
    assert quantizer.grid()[0].item() == after


def learning_model(granularity: PruneGranularity = PruneGranularity.CHANNEL) -> CompressedModel:
    network, shape = make_network("residual")
    model = compress(network, shape, PruneSpec(ratio=0.4, granularity=granularity), LSQ)
    model.attach_masks()
    model.attach_quantizers()
    model.calibrate([some_inputs(shape, 64)])
    return model


def optimizer_of(model: CompressedModel, *, rate: float = 0.02) -> torch.optim.Optimizer:
    spec = RecoverSpec(learning_rate=rate, weight_decay=0.1)
    return make_sgd(parameter_groups(model.module, spec), spec)


@pytest.mark.parametrize("granularity", [PruneGranularity.CHANNEL, PruneGranularity.LAYER])
def test_that_what_was_learned_outlives_a_cut(granularity: PruneGranularity) -> None:
    """Steps and the optimizer's memory of them are those of the channels that stay, and training goes on with them."""
    model = learning_model(granularity)
    optimizer = optimizer_of(model)
    train_rounded_(model, 3, optimizer)
    former = weight_quantizers_by_tensor(model.module)
    steps = {name: part.get_parameter("step").detach().clone() for name, part in former.items()}
    memory = {name: optimizer.state[part.get_parameter("step")] for name, part in former.items()}
    values = {name: part.grid() for name, part in activation_quantizers(model.module).items()}
    model.set_share(1.0)
    model.cut(optimizer)
    present = weight_quantizers_by_tensor(model.module)
    for name, part in present.items():
        step = part.get_parameter("step")
        places = [steps[name].tolist().index(value) for value in step.tolist()]
        remembered = memory[name]["momentum_buffer"]
        assert torch.equal(optimizer.state[step]["momentum_buffer"], remembered[places])
    assert {name: part.grid() for name, part in activation_quantizers(model.module).items()} == {
        name: values[name] for name in activation_quantizers(model.module)
    }
    grouped = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    assert set(grouped) == set(model.module.parameters())
    if granularity is PruneGranularity.CHANNEL:
        assert len(present["first.weight"].get_parameter("step")) < 12
    losses = train_rounded_(model, 20, optimizer)
    assert losses[-1] < losses[0]


def test_that_training_moves_steps_and_learns_with_few_bits() -> None:
    model = learning_model()
    before = [parameter.detach().clone() for parameter in quantizer_parameters(model.module)]
    losses = train_rounded_(model, 30, optimizer_of(model))
    moved = [
        not torch.equal(old, new) for old, new in zip(before, quantizer_parameters(model.module), strict=True)
    ]
    assert losses[-1] < 0.3 * losses[0]
    assert sum(moved) > 0.5 * len(moved)


def test_that_steps_are_not_decayed() -> None:
    model = learning_model()
    groups = parameter_groups(model.module, RecoverSpec(weight_decay=0.1))
    decays = {parameter: group["weight_decay"] for group in groups for parameter in group["params"]}
    learned = set(quantizer_parameters(model.module))
    assert len(learned) > 10
    assert all(
        decays[parameter] == (0.0 if parameter in learned else 0.1) for parameter in model.module.parameters()
    )


def test_that_steps_count_as_no_parameters_of_the_network() -> None:
    network, shape = make_network("residual")
    total = sum(parameter.numel() for parameter in network.parameters())
    plain = compress(network, shape, PruneSpec(ratio=0.4))
    found = learning_model()
    assert measure_totals(found).parameters == total
    rows = [row.parameters for row in measure_layers(found)]
    assert rows == [row.parameters for row in measure_layers(plain)]


def test_that_folding_a_batch_norm_keeps_learned_levels() -> None:
    model = learning_model()
    train_rounded_(model, 3, optimizer_of(model))
    model.finish()
    assert model.placement is not None
    levels = prepare_integer(model).integers["first"].levels
    coded = weight_quantizers_by_tensor(model.module)["first.weight"].code(model.masked_weight("first"))
    assert np.array_equal(*(in_smallest_units(found) for found in (levels, coded.levels.numpy())))


def test_that_a_run_learns_its_steps_and_gives_the_same_weights_when_resumed(tmp_path: Path) -> None:
    """Dying at each checkpoint in turn, before channels are cut and after."""
    spec = QuantizeSpec(
        method=QuantizeMethod.LSQ,
        mode=QuantizeMode.AWARE,
        weight_bits=4,
        activation_bits=4,
        calibration_samples=32,
    )
    together = JointSpec(strategy=Strategy.SIMULTANEOUS)
    recipe = with_(make_project(tmp_path / "project"), quantize=spec, joint=together)
    whole = run(recipe, tmp_path / "whole")
    again, deaths = die_and_resume_until_done(recipe, tmp_path / "run")
    assert deaths >= 4
    assert again.weights_sha256 == whole.weights_sha256


def test_that_a_learned_method_without_training_is_refused() -> None:
    with pytest.raises(RequestError) as caught:
        recipe_from({"model": {"file": "x.pt"}, "quantize": {"method": "lsq"}})
    assert (caught.value.code, caught.value.arguments) == ("recipe_learned", {"method": "lsq"})


def test_that_the_share_of_a_gradient_follows_the_number_of_values() -> None:
    assert gradient_share(100, Levels(0, 4)) == pytest.approx(0.05)
    assert gradient_share(torch.tensor([100, 400]), Levels(-4, 4)).tolist() == pytest.approx([0.05, 0.025])  # type: ignore[union-attr]
