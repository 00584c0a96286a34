"""The cut against the masked network, against slices taken by hand, and what it may not touch."""

import copy

import pytest
import torch
import torchvision
from torch import Tensor, fx, nn

from engine.contract.recipe import LayerPruneSpec, PruneSpec
from engine.joint.compressed import CompressedModel
from engine.models.example import Example
from engine.models.graph import capture, layers_of
from engine.pruning.channels import Reason, map_channels, why_locked
from engine.pruning.cut import cut_
from resources.sample.net import SimpleNet
from tests.engine.networks import (
    NETWORKS,
    Shuffled,
    Strange,
    Tied,
    compress,
    error_between,
    make_network,
    shake_,
    some_inputs,
)

LIMIT = 1e-5
HALF = PruneSpec(ratio=0.5)
# All other networks lose channels in every layer but the last.
LOCKED = {"simple": {"fc2"}}


@torch.no_grad()
def masked_and_cut(model: CompressedModel, inputs: Tensor) -> tuple[Tensor, Tensor]:
    """Answers of the network with half of its channels masked, and with the same ones cut."""
    model.attach_masks()
    model.set_share(1.0)
    masked = model.module(inputs)
    model.cut()
    return masked, model.module(inputs)


@pytest.mark.parametrize("name", NETWORKS)
def test_that_a_cut_network_answers_as_the_masked_one(name: str) -> None:
    network, shape = make_network(name)
    before = {layer: part.weight.shape for layer, part in layers_of(copy.deepcopy(network))}
    with torch.no_grad():
        uncut = network(some_inputs(shape))
    model = compress(network, shape, HALF)
    masked, cut = masked_and_cut(model, some_inputs(shape))
    assert error_between(cut, masked) <= LIMIT
    assert error_between(masked, uncut) > 0.01, "half of the channels must matter"
    after = {layer: part.weight.shape for layer, part in layers_of(model.module)}
    assert set(model.locked) == LOCKED.get(name, {"head"})
    assert {layer for layer in before if after[layer] == before[layer]} == set()


@pytest.mark.parametrize("name", NETWORKS)
def test_that_kept_channels_are_the_original_slices(name: str) -> None:
    network, shape = make_network(name)
    original = {key: tensor.clone() for key, tensor in network.state_dict().items()}
    model = compress(network, shape, HALF)
    masked_and_cut(model, some_inputs(shape))
    kept = model.channels.kept(frozenset(model.structure.removed))
    for key, tensor in model.module.state_dict().items():
        if key.endswith("_order"):
            continue  # what a shuffle picks is made by the cut
        wanted = original[key]
        for dim, keep in kept.get(key, {}).items():
            wanted = wanted.index_select(dim, torch.from_numpy(keep.nonzero()[0]))
        assert torch.equal(tensor, wanted), key


def test_that_the_constant_reshape_of_the_article_is_rewritten() -> None:
    """By hand: the 16 pixels of each channel of conv2 are 16 neighbouring columns of fc1."""
    network, shape = make_network("simple")
    assert isinstance(network, SimpleNet)
    inputs = some_inputs(shape, count=7)

    def strongest(weight: Tensor) -> Tensor:
        return weight.abs().flatten(1).sum(1).topk(len(weight) // 2).indices.sort().values

    one, two, three = (strongest(layer.weight) for layer in (network.conv1, network.conv2, network.fc1))
    columns = (two[:, None] * 16 + torch.arange(16)).flatten()
    with torch.no_grad():
        x = nn.functional.conv2d(inputs, network.conv1.weight[one], network.conv1.bias[one])
        x = nn.functional.max_pool2d(x.relu(), 2)
        x = nn.functional.conv2d(x, network.conv2.weight[two][:, one], network.conv2.bias[two])
        x = nn.functional.max_pool2d(x.relu(), 2).flatten(1)
        x = (x @ network.fc1.weight[three][:, columns].T + network.fc1.bias[three]).relu()
        wanted = x @ network.fc2.weight[:, three].T + network.fc2.bias
        model = compress(network, shape, HALF)
        _, cut = masked_and_cut(model, inputs)
    assert cut.shape == (7, 10)
    assert error_between(cut, wanted) <= LIMIT
    assert sum(p.numel() for p in model.module.parameters()) == 5 * 26 + 10 * 126 + 25 * 161 + 10 * 26


def test_that_tied_weights_are_left_alone_and_named() -> None:
    torch.manual_seed(0)
    model = compress(Tied().eval(), (6,))
    assert not model.channels.groups
    for name in ("free", "one", "two"):
        assert model.locked[name] == Reason("locked_operation", {"operation": "tied weights"})


def test_that_a_layer_inside_of_one_that_is_called_as_a_whole_says_so() -> None:
    class Decoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.block = nn.TransformerDecoderLayer(8, 2, 16, batch_first=True)
            self.head = nn.Linear(8, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.head(self.block(x, x).mean(1))

    captured = capture(Decoder(), Example((4, 8)))
    reasons = why_locked(captured, map_channels(captured))
    assert reasons["block.linear1"] == Reason("locked_inside", {"kind": "TransformerDecoderLayer"})
    assert reasons["head"].code == "locked_output"


def test_that_an_unknown_operation_locks_what_reaches_it_by_name() -> None:
    torch.manual_seed(0)
    model = compress(Strange().eval(), (6,), HALF)
    assert model.locked["strange"] == Reason("locked_operation", {"operation": "cumsum"})
    masked, cut = masked_and_cut(model, some_inputs((6,)))
    assert error_between(cut, masked) <= LIMIT
    assert model.module.get_parameter("strange.weight").shape == (8, 6)
    assert model.module.get_parameter("plain.weight").shape == (4, 8)


class OwnParameter(nn.Module):
    """A parameter of the network itself, not of a layer in it."""

    def __init__(self) -> None:
        super().__init__()
        self.wide = nn.Linear(6, 8)
        self.shift = nn.Parameter(torch.linspace(-1, 1, 8))
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.wide(x) + self.shift)


class BorrowedWidth(nn.Module):
    """Values that cannot be cut are viewed with the width of others that can."""

    def __init__(self) -> None:
        super().__init__()
        self.wide = nn.Linear(6, 8)
        self.inner = nn.Linear(8, 8)
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.wide(x)
        inner = self.inner(x).view(x.shape[0], 2, 4).cumsum(1)
        return self.head(inner.reshape(x.shape[0], x.shape[1]))


def test_that_a_width_borrowed_from_a_cut_value_stays_for_one_that_is_not_cut() -> None:
    torch.manual_seed(0)
    model = compress(BorrowedWidth().eval(), (6,), HALF)
    masked, cut = masked_and_cut(model, some_inputs((6,)))
    assert error_between(cut, masked) <= LIMIT
    assert model.module.get_parameter("inner.weight").shape == (8, 4)


def test_that_a_parameter_of_the_network_itself_is_cut_without_a_mask() -> None:
    torch.manual_seed(0)
    model = compress(OwnParameter().eval(), (6,), HALF)
    masked, cut = masked_and_cut(model, some_inputs((6,)))
    assert error_between(cut, masked) <= LIMIT
    assert model.module.get_parameter("shift").shape == (4,)


class OverTheChannels(nn.Module):
    """A pool along the channel axis, and a transpose that is written as an attribute."""

    def __init__(self, *, is_pooled: bool) -> None:
        super().__init__()
        self.is_pooled = is_pooled
        self.wide = nn.Linear(6, 8)
        self.plain = nn.Linear(4 if is_pooled else 8, 8)
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.wide(x)
        x = nn.functional.avg_pool1d(x, 2) if self.is_pooled else x.mT.mT
        return self.head(self.plain(x).mean(1))


@pytest.mark.parametrize(("is_pooled", "operation"), [(True, "avg_pool1d"), (False, "getattr")])
def test_that_what_changes_the_channel_axis_itself_locks_it(is_pooled: bool, operation: str) -> None:
    torch.manual_seed(0)
    model = compress(OverTheChannels(is_pooled=is_pooled).eval(), (3, 6), HALF)
    assert model.locked["wide"].arguments == {"operation": operation}
    masked, cut = masked_and_cut(model, some_inputs((3, 6)))
    assert error_between(cut, masked) <= LIMIT


# What is left: 0.7² of the parameters of most layers.
TORCHVISION = {
    "resnet18": 0.5,
    "mobilenet_v3_small": 0.55,
    "shufflenet_v2_x0_5": 0.52,
}


@pytest.mark.parametrize("name", TORCHVISION)
def test_that_networks_of_torchvision_are_cut_as_they_are_masked(name: str) -> None:
    torch.manual_seed(0)
    network = shake_(torchvision.models.get_model(name, num_classes=7)).eval()
    parameters = sum(p.numel() for p in network.parameters())
    model = compress(network, (3, 64, 64), PruneSpec(ratio=0.3))
    masked, cut = masked_and_cut(model, some_inputs((3, 64, 64)))
    assert error_between(cut, masked) <= 2 * LIMIT
    assert sum(p.numel() for p in model.module.parameters()) < TORCHVISION[name] * parameters
    assert {reason.code for reason in model.locked.values()} == {"locked_output"}


def test_that_a_shuffle_after_the_cut_picks_what_is_left_in_its_order() -> None:
    """By hand: twelve channels in rows of six; the second and the tenth go, and those behind move up."""
    captured = capture(Shuffled(), Example((3, 4, 4)))
    channels = map_channels(captured)
    assert isinstance(captured.module, fx.GraphModule)
    (shuffle,) = channels.table.shuffles
    atoms = shuffle.before
    assert shuffle.order.tolist() == [0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11]
    removed = frozenset(channels.roots[atoms[[1, 9]]].tolist())
    cut_(captured.module, channels, removed, example=captured.example)
    picking = next(node for node in captured.graph.nodes if node.target is torch.index_select)
    order = captured.module.get_buffer(picking.args[2].target)
    assert order.tolist() == [0, 5, 6, 1, 7, 2, 3, 8, 4, 9]
    assert not any(node.target == "transpose" for node in captured.graph.nodes)


def test_that_something_is_left_of_every_part_of_a_split() -> None:
    network, shape = make_network("shuffled")
    with torch.no_grad():
        network.get_parameter("stem.weight")[:6] *= 1e-3
    model = compress(network, shape, HALF)
    masked_and_cut(model, some_inputs(shape))
    weight = model.module.get_parameter("branch.weight")
    assert weight.shape[1] == 3, "half of the strong part goes too, as it is a group of its own"


def test_that_the_optimizers_memory_follows_the_cut() -> None:
    network, shape = make_network("residual")
    model = compress(network, shape, HALF)
    model.attach_masks()
    model.set_share(1.0)
    optimizer = torch.optim.SGD(model.module.parameters(), lr=0.01, momentum=0.9)
    model.module(some_inputs(shape)).square().sum().backward()
    optimizer.step()
    names = {id(p): n for n, p in model.module.named_parameters()}
    memory = {names[id(p)]: state["momentum_buffer"].clone() for p, state in optimizer.state.items()}
    model.cut(optimizer)
    kept = model.channels.kept(frozenset(model.structure.removed))
    followed = {id(p): state["momentum_buffer"] for p, state in optimizer.state.items()}
    for name, parameter in model.module.named_parameters():
        layer, _, leaf = name.rpartition(".")
        wanted = memory.get(f"{layer}.parametrizations.{leaf}.original", memory.get(name))
        assert wanted is not None
        for dim, keep in kept.get(name, {}).items():
            wanted = wanted.index_select(dim, torch.from_numpy(keep.nonzero()[0]))
        assert torch.equal(followed[id(parameter)], wanted), name
    assert {id(p) for group in optimizer.param_groups for p in group["params"]} == set(followed)


def test_that_a_skipped_layer_keeps_all_its_channels() -> None:
    network, shape = make_network("simple")
    layers = {"conv2": LayerPruneSpec(skip=True), "fc1": LayerPruneSpec(ratio=0.8)}
    model = compress(network, shape, PruneSpec(ratio=0.5, layers=layers))
    masked_and_cut(model, some_inputs(shape))
    widths = {name: len(part.weight) for name, part in layers_of(model.module)}
    assert widths == {"conv1": 5, "conv2": 20, "fc1": 10, "fc2": 10}
