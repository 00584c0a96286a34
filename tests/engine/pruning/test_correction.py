"""Least squares after a cut: against numpy's, layer by layer, and what a trained network wins back by it."""

import copy

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, fx, nn

from engine.context import Control, RunContext
from engine.contract.errors import RunCancelled
from engine.contract.recipe import PruneSpec
from engine.joint.compressed import CompressedModel
from engine.pruning import correction, least_squares
from engine.pruning.correction import Cut, correct_
from engine.pruning.least_squares import NormalEquations
from tests.engine.networks import Shape, compress, make_network, some_inputs

HALF = PruneSpec(ratio=0.5)


def cut_in_half(network: nn.Module, shape: Shape, spec: PruneSpec = HALF) -> tuple[CompressedModel, Cut]:
    """The network with half of its channels cut, beside the whole one."""
    model = compress(network, shape, spec)
    uncut = copy.deepcopy(model.module)
    model.attach_masks()
    model.set_share(1.0)
    model.cut()
    assert isinstance(model.module, fx.GraphModule) and isinstance(uncut, fx.GraphModule)
    removed = frozenset(model.structure.removed)
    return model, Cut(module=model.module, uncut=uncut, channels=model.channels, removed=removed)


@torch.no_grad()
def test_that_normal_equations_in_parts_are_the_least_squares_of_numpy() -> None:
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(2, 60, 7, generator=generator).double()
    wanted = torch.randn(2, 60, 3, generator=generator).double()
    equations = NormalEquations()
    for rows in (slice(0, 25), slice(25, 60)):
        equations.add(inputs[:, rows], wanted[:, rows])
    found = equations.solve(0.01)
    for group in range(2):
        x, y = inputs[group].numpy(), wanted[group].numpy()
        ridge = np.sqrt(0.01 * np.mean(np.sum(x * x, 0)))
        solved = np.linalg.lstsq(
            np.vstack([x, ridge * np.eye(7)]), np.vstack([y, np.zeros((7, 3))]), rcond=None
        )
        np.testing.assert_allclose(found[group].numpy(), solved[0], rtol=1e-9, atol=1e-12)


class Chain(nn.Module):
    """One convolution feeds another, which feeds a Linear layer: stride, dilation, padding and biases."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(2, 6, 3, padding=1)
        self.second = nn.Conv2d(6, 4, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 2))
        self.head = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(F.relu(self.second(F.relu(self.first(x)))).mean((2, 3)))


def solved_by_numpy(layer: nn.Conv2d, inputs: Tensor, wanted: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Weight and bias of a convolution, from all patches that torch unfolds, in one call of numpy's."""
    patches = F.unfold(inputs, layer.kernel_size, layer.dilation, layer.padding, layer.stride)
    x = patches.transpose(1, 2).flatten(0, 1).double().numpy()
    x = np.hstack([x, np.ones((len(x), 1))])
    y = wanted.flatten(2).transpose(1, 2).flatten(0, 1).double().numpy()
    solution, *_ = np.linalg.lstsq(x, y, rcond=None)
    return solution[:-1].T.reshape(layer.weight.shape), solution[-1]


@torch.no_grad()
def test_that_a_convolution_gets_the_weights_that_numpy_finds_from_unfolded_patches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a ridge and with every position looked at, the two solve the same equations."""
    monkeypatch.setattr(correction, "RIDGE", 0.0)
    monkeypatch.setattr(least_squares, "ROWS_PER_UNKNOWN", 10**6)
    torch.manual_seed(0)
    model, cut = cut_in_half(Chain(), (2, 9, 8), HALF)
    inputs = some_inputs((2, 9, 8), count=40)
    layer = model.module.get_submodule("second")
    assert isinstance(layer, nn.Conv2d) and layer.in_channels == 3
    values = F.relu(model.module.get_submodule("first")(inputs))
    uncut = cut.uncut
    answers = uncut.get_submodule("second")(F.relu(uncut.get_submodule("first")(inputs)))
    keep = cut.channels.kept(cut.removed)["second.weight"][0]
    weight, bias = solved_by_numpy(layer, values, answers[:, torch.from_numpy(keep)])
    assert not correct_(cut, inputs.split(16), RunContext(), seed=0)
    np.testing.assert_allclose(layer.weight.numpy(), weight, atol=1e-5)
    np.testing.assert_allclose(layer.bias.numpy(), bias, atol=1e-5)


@pytest.mark.parametrize(
    "name", ["simple", "residual", "dense", "grouped", "called_twice", "slopes", "padded_shortcut"]
)
@torch.no_grad()
def test_that_a_cut_network_answers_nearer_to_the_whole_one_on_samples_that_were_not_seen(name: str) -> None:
    network, shape = make_network(name)
    model, cut = cut_in_half(network, shape)
    fresh = some_inputs(shape, count=64, seed=7)
    wanted, before = cut.uncut(fresh), model.module(fresh)
    correct_(cut, some_inputs(shape, count=256).split(64), RunContext(), seed=0)
    after = model.module(fresh)
    assert float((after - wanted).square().sum()) < 0.8 * float((before - wanted).square().sum())


@torch.no_grad()
def test_that_a_layer_that_lost_nothing_keeps_its_bits() -> None:
    network, shape = make_network("residual")
    model, cut = cut_in_half(network, shape)
    stem, first = (model.module.get_parameter(f"{name}.weight") for name in ("stem", "first"))
    stem_before, first_before = stem.clone(), first.clone()
    correct_(cut, some_inputs(shape, count=32).split(16), RunContext(), seed=0)
    assert torch.equal(stem, stem_before)
    assert not torch.equal(first, first_before)


@torch.no_grad()
def test_that_the_same_seed_gives_the_same_bits_in_the_same_memory_format() -> None:
    found = []
    for _ in range(2):
        network, shape = make_network("residual")
        model, cut = cut_in_half(network.to(memory_format=torch.channels_last), shape)
        correct_(cut, some_inputs(shape, count=32).split(16), RunContext(), seed=3)
        found.append(model.module.state_dict())
        assert model.module.get_parameter("first.weight").is_contiguous(memory_format=torch.channels_last)
    assert all(torch.equal(found[0][name], found[1][name]) for name in found[0])


@torch.no_grad()
def test_that_inputs_that_are_always_zero_leave_finite_weights() -> None:
    network, shape = make_network("simple")
    model, cut = cut_in_half(network, shape)
    before = model.module.get_parameter("conv2.weight").clone()
    correct_(cut, [torch.zeros(8, *shape)], RunContext(), seed=0)
    assert all(torch.isfinite(tensor).all() for tensor in model.module.state_dict().values())
    assert model.module.get_parameter("conv2.weight").shape == before.shape


@torch.no_grad()
def test_that_a_layer_with_too_many_inputs_is_left_alone_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(correction, "MOST_UNKNOWNS", 40)
    network, shape = make_network("residual")
    model, cut = cut_in_half(network, shape)
    second = model.module.get_parameter("second.weight")
    before = second.clone()
    assert correct_(cut, some_inputs(shape, count=32).split(16), RunContext(), seed=0) == ("second",)
    assert torch.equal(second, before)


def test_that_a_cancelled_correction_stops_between_batches() -> None:
    network, shape = make_network("residual")
    _, cut = cut_in_half(network, shape)
    control = Control()
    control.cancel()
    with pytest.raises(RunCancelled):
        correct_(cut, [some_inputs(shape)], RunContext(control=control), seed=0)
