"""Layers made ready for rounding, and biases corrected for it."""

import copy
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, fx, nn

from engine.contract.methods import PruneGranularity
from engine.contract.recipe import PruneSpec, QuantizeSpec
from engine.joint.bias_correction import correct_biases_
from engine.joint.compressed import CompressedModel
from engine.joint.equalization import Pair, equalize_, find_pairs
from engine.pruning.masks import masks_of
from engine.quantization.attach import activation_quantizers
from tests.engine.networks import Tied, compress, make_network, shake_, some_inputs

SHAPE = (3, 8, 8)


class Chain(nn.Module):
    """Each kind of pair: plain, over a batch norm, into a depthwise convolution, out of it, over pools and pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(8)
        self.depth = nn.Conv2d(8, 8, 3, padding=1, groups=8)
        self.grouped = nn.Conv2d(8, 12, 1, groups=2)
        self.hidden = nn.Linear(12 * 16, 10)
        self.head = nn.Linear(10, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.depth(torch.relu(self.norm(self.first(x))))
        x = nn.functional.max_pool2d(torch.relu(self.grouped(torch.relu(x))), 2)
        return self.head(nn.functional.leaky_relu(self.hidden(x.flatten(1))))


def uneven_chain() -> Chain:
    """Computes what a network with even channels computes, through weights whose sizes differ a hundredfold."""
    torch.manual_seed(0)
    net = Chain().eval()
    shake_(net)
    with torch.no_grad():
        factor = torch.logspace(-1, 1, 8)
        net.norm.weight.mul_(factor)
        net.norm.bias.mul_(factor)
        net.depth.weight.div_(factor.view(-1, 1, 1, 1))
        factor = torch.logspace(1, -1, 10)
        net.hidden.weight.mul_(factor.view(-1, 1))
        net.hidden.bias.mul_(factor)
        net.head.weight.div_(factor)
    return net


def quantizable(network: nn.Module, spec: QuantizeSpec | None = None) -> CompressedModel:
    return compress(network, SHAPE, quantize=spec or QuantizeSpec())


def graph_of(model: CompressedModel) -> fx.GraphModule:
    assert isinstance(model.module, fx.GraphModule)
    return model.module


def integer_layers(model: CompressedModel) -> list[str]:
    assert model.placement is not None
    return list(model.placement.bits)


def test_that_pairs_are_found_through_norms_relus_pools_and_pixels() -> None:
    assert find_pairs(graph_of(quantizable(Chain().eval()))) == (
        Pair(first="first", norm="norm", second="depth"),
        Pair(first="depth", norm=None, second="grouped"),
        Pair(first="grouped", norm=None, second="hidden"),
        Pair(first="hidden", norm=None, second="head"),
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("residual", [("first", "second")]),
        ("depthwise", []),
        ("grouped", [("before", "grouped"), ("grouped", "after")]),
        ("called_twice", []),
    ],
)
def test_that_sums_relu6_and_second_calls_part_layers(name: str, expected: list[tuple[str, str]]) -> None:
    network, shape = make_network(name)
    model = compress(network, shape, prune=PruneSpec(ratio=0.5))
    assert [(pair.first, pair.second) for pair in find_pairs(graph_of(model))] == expected


def test_that_a_shared_weight_is_in_no_pair() -> None:
    model = compress(Tied().eval(), (6,), quantize=QuantizeSpec())
    assert find_pairs(graph_of(model)) == ()


@pytest.mark.parametrize("make", [uneven_chain, lambda: make_network("residual")[0]])
def test_that_the_network_computes_what_it_computed(make: Callable[[], nn.Module]) -> None:
    network = make()
    with torch.no_grad():
        wanted = network(some_inputs(SHAPE))
        model = quantizable(network)
        assert equalize_(graph_of(model)) > 0
        found = model.module.eval()(some_inputs(SHAPE))
    assert (found - wanted).abs().max() <= 1e-5 * wanted.abs().max()


def largest(weight: Tensor, groups: int = 1, channels: int | None = None) -> Tensor:
    """Of each output channel, or of each of ``channels`` inputs."""
    if channels is None:
        return weight.abs().flatten(1).amax(1)
    return (
        weight.abs().reshape(groups, weight.shape[0] // groups, channels // groups, -1).amax((1, 3)).flatten()
    )


def test_that_channels_get_weights_of_one_size_on_both_sides() -> None:
    """Both ranges of a channel become the root of their product (Nagel 2019, equation 11)."""
    net = graph_of(quantizable(uneven_chain()))
    plain = copy.deepcopy(net)
    equalize_(net)
    for first, second, groups in [("depth", "grouped", 2), ("grouped", "hidden", 1), ("hidden", "head", 1)]:
        left = largest(net.get_parameter(f"{first}.weight"))
        right = largest(net.get_parameter(f"{second}.weight"), groups, len(left))
        assert torch.allclose(left, right, rtol=0.02)
    before, after = (largest(part.get_parameter("hidden.weight")) for part in (plain, net))
    assert before.max() / before.min() > 50
    assert after.max() / after.min() < 5


def test_that_masks_stay_and_dead_channels_are_left_alone() -> None:
    model = compress(
        uneven_chain(),
        SHAPE,
        prune=PruneSpec(ratio=0.5, granularity=PruneGranularity.WEIGHT),
        quantize=QuantizeSpec(),
    )
    model.attach_masks()
    model.set_share(1.0)
    with torch.no_grad():
        masks_of(model.module)["hidden.weight"].keep[3] = 0
        wanted = model.module(some_inputs(SHAPE))
        zeros = model.masked_weight("depth") == 0
        equalize_(graph_of(model))
        assert torch.equal(model.masked_weight("depth") == 0, zeros)
        found = model.module(some_inputs(SHAPE))
    assert (found - wanted).abs().max() <= 1e-5 * wanted.abs().max()


def sqnr(found: Tensor, wanted: Tensor) -> float:
    """In decibels, from the definition."""
    return float(10 * torch.log10(wanted.square().sum() / (found - wanted).square().sum()))


def rounded_answers(model: CompressedModel, inputs: Tensor) -> Tensor:
    model.attach_quantizers()
    model.calibrate([inputs])
    model.switch_quantizers(is_on=True)
    with torch.no_grad():
        return model.module(inputs)


def test_that_equalized_layers_lose_less_by_rounding() -> None:
    """One grid serves all activations of a layer: small channels get few of its levels unless they are equalized."""
    inputs = some_inputs(SHAPE, 64)
    network = uneven_chain()
    with torch.no_grad():
        wanted = network(inputs)
    plain, equalized = quantizable(copy.deepcopy(network)), quantizable(copy.deepcopy(network))
    equalize_(graph_of(equalized))
    gain = sqnr(rounded_answers(equalized, inputs), wanted) - sqnr(rounded_answers(plain, inputs), wanted)
    assert gain > 3


def corrected(model: CompressedModel, inputs: Tensor) -> tuple[str, ...]:
    return correct_biases_(graph_of(model), integer_layers(model), [inputs[:40], inputs[40:]])


def test_that_corrected_biases_leave_no_shift() -> None:
    """The mean answer of the last layer is the float network's; uncorrected it is off."""
    inputs, network = some_inputs(SHAPE, 64), uneven_chain()
    with torch.no_grad():
        wanted = network(inputs).mean(0)
    model = quantizable(network, QuantizeSpec(weight_bits=3))
    before = rounded_answers(model, inputs).mean(0) - wanted
    told: list[int] = []
    left = correct_biases_(
        graph_of(model), integer_layers(model), [inputs[:40], inputs[40:]], tell=told.append
    )
    assert (left, told) == ((), [1, 2, 3, 4, 5])
    model.switch_quantizers(is_on=True)
    with torch.no_grad():
        after = model.module(inputs).mean(0) - wanted
    assert after.abs().max() < 1e-5 < 0.02 < before.abs().max()


def test_that_a_shift_is_measured_behind_layers_that_are_corrected_already() -> None:
    """By hand, for two layers: b₁ takes back the mean of (W̃₁ − W₁) x, and b₂ what is left then."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(6, 7), nn.ReLU(), nn.Linear(7, 4)).eval()
    inputs = torch.randn(50, 6)
    model = compress(copy.deepcopy(network), (6,), quantize=QuantizeSpec(weight_bits=2))
    rounded_answers(model, inputs)
    of_inputs, of_hidden = activation_quantizers(model.module).values()
    correct_biases_(graph_of(model), integer_layers(model), [inputs])
    first, second = (model.module.get_submodule(name) for name in ("0", "2"))
    assert isinstance(first, nn.Linear) and isinstance(second, nn.Linear)
    model.switch_quantizers(is_on=True)
    with torch.no_grad():
        x = of_inputs(inputs)
        mean = (x @ first.weight.T).mean(0)
        bias = network[0](inputs).mean(0) - mean
        assert torch.allclose(first.bias, bias, atol=1e-5)
        y = of_hidden(torch.relu(x @ first.weight.T + first.bias))
        bias = network(inputs).mean(0) - (y @ second.weight.T).mean(0)
        assert torch.allclose(second.bias, bias, atol=1e-5)


def test_that_a_layer_without_a_bias_gives_its_shift_to_the_batch_norm_or_is_named() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(3, 6, 3, bias=False),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(216, 5, bias=False),
    ).eval()
    inputs = some_inputs(SHAPE, 64)
    with torch.no_grad():
        wanted = network[:2](inputs).mean((0, 2, 3))
    model = quantizable(network, QuantizeSpec(weight_bits=2))
    rounded_answers(model, inputs)
    assert corrected(model, inputs) == ("4",)
    model.switch_quantizers(is_on=True)
    seen: list[Tensor] = []
    model.module.get_submodule("1").register_forward_hook(lambda part, x, y: seen.append(y))
    with torch.no_grad():
        model.module(inputs)
    assert torch.allclose(seen[0].mean((0, 2, 3)), wanted, atol=1e-5)


class StopError(Exception):
    pass


def test_that_a_correction_that_is_stopped_leaves_rounding_off() -> None:
    inputs, network = some_inputs(SHAPE, 8), uneven_chain()
    model = quantizable(network)
    rounded_answers(model, inputs)

    def stop(done: int) -> None:
        raise StopError

    with pytest.raises(StopError):
        correct_biases_(graph_of(model), integer_layers(model), [inputs], tell=stop)
    assert not any(part.is_on for part in model.module.modules() if hasattr(part, "is_on"))
