"""Where quantizers stand, read from the graph."""

import torch
import torch.nn.functional as F
from torch import Tensor, fx, nn

from engine.contract.recipe import LayerQuantizeSpec, QuantizeSpec
from engine.joint.compressed import CompressedModel
from engine.quantization.attach import FOLDER, activation_quantizers
from engine.quantization.placement import Placement
from tests.engine.networks import compress, make_network, some_inputs


def placed(name: str, spec: QuantizeSpec | None = None) -> tuple[CompressedModel, Placement]:
    network, shape = make_network(name)
    model = compress(network, shape, quantize=spec or QuantizeSpec())
    assert model.placement is not None
    return model, model.placement


def test_that_simplenet_is_in_integers_from_its_input_to_its_last_layer() -> None:
    _, placement = placed("simple")
    assert placement.bits == {"conv1": 8, "conv2": 8, "fc1": 8, "fc2": 8}
    # Behind each ReLU and not before it; pools and the reshape pass the grid on; the answer stays float.
    assert placement.values == ("x", "relu", "relu_1", "relu_2")
    assert placement.passes == {"max_pool2d": "relu", "max_pool2d_1": "relu_1", "view": "relu_1"}
    assert placement.inputs == {"conv1": "x", "conv2": "relu", "fc1": "relu_1", "fc2": "relu_2"}
    assert (placement.float_because, placement.integer_operators) == ({}, 4)


def test_that_additions_have_quantizers_on_both_inputs_and_their_output() -> None:
    model, placement = placed("residual")
    assert isinstance(model.module, fx.GraphModule)
    adds = [node for node in model.module.graph.nodes if node.name in ("add", "add_1")]
    for node in adds:
        assert all(isinstance(side, fx.Node) and side.name in placement.values for side in node.args)
    # The first sum is finished by its ReLU, the second one stands for itself.
    assert {"relu_2", "add_1"} <= set(placement.values) and "add" not in placement.values


def test_that_nothing_stands_between_a_convolution_its_batch_norm_and_its_relu() -> None:
    _, placement = placed("residual")
    assert not {"stem", "stem_norm", "first", "first_norm", "second"} & set(placement.values)
    assert {"relu", "relu_1", "second_norm", "side"} <= set(placement.values)


def test_that_only_real_joins_are_planned() -> None:
    """By hand: four layers and two concatenations; one of a single tensor is none, as is one with a float side."""
    assert placed("dense")[1].integer_operators == 6
    torch.manual_seed(0)
    lonely = compress(Lonely().eval(), (3, 8, 8), quantize=QuantizeSpec())
    assert lonely.placement is not None
    assert lonely.placement.integer_operators == 2
    assert lonely.placement.values == ("x", "conv", "sigmoid")


class Lonely(nn.Module):
    """Joins one tensor with nothing, and an integer one with a float one."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.head = nn.Linear(8 * 64, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(torch.cat([self.conv(x)], 1))
        x = torch.cat([x, torch.tanh(x)], 1)
        return self.head(torch.sigmoid(x).flatten(1))


def test_that_attached_quantizers_are_read_by_everything_behind_the_value() -> None:
    model, placement = placed("residual")
    model.attach_quantizers()
    assert isinstance(model.module, fx.GraphModule)
    assert tuple(activation_quantizers(model.module)) == placement.values
    for node in model.module.graph.nodes:
        if node.name in placement.values:
            (reader,) = node.users
            assert reader.target == f"{FOLDER}.{node.name}"


def test_that_quantizers_that_are_off_change_no_bit_and_leave_without_a_trace() -> None:
    network, shape = make_network("dense")
    with torch.no_grad():
        wanted = network(some_inputs(shape))
        model = compress(network, shape, quantize=QuantizeSpec())
        model.attach_quantizers()
        assert torch.equal(model.module(some_inputs(shape)), wanted)
        model.calibrate([some_inputs(shape)])
        assert torch.equal(model.module(some_inputs(shape)), wanted)
        model.switch_quantizers(is_on=True)
        assert not torch.equal(model.module(some_inputs(shape)), wanted)


class Various(nn.Module):
    """One layer for each reason to stay in float."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(4, 6)
        self.tokens = nn.Linear(6, 8)
        self.twice = nn.Linear(8, 8)
        self.skipped = nn.Linear(8, 8)
        self.block = nn.TransformerDecoderLayer(8, 2, 16, batch_first=True)
        self.flat = nn.Linear(8, 8)
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.tokens(self.embed((x > 0).long()))
        x = self.block(tokens, tokens).mean(1)
        x = F.relu(self.twice(F.relu(self.twice(x))))
        x = F.relu(self.skipped(x))
        return self.head(x + self.flat(x.mean(0)))


def test_that_layers_in_float_say_why() -> None:
    torch.manual_seed(0)
    spec = QuantizeSpec(
        layers={"skipped": LayerQuantizeSpec(skip=True), "head": LayerQuantizeSpec(weight_bits=4)}
    )
    model = compress(Various().eval(), (7,), quantize=spec)
    assert model.placement is not None
    assert model.placement.float_because == {
        "embed": ("float_kind", {"kind": "Embedding"}),
        "flat": ("float_rank", {"rank": "1"}),
        "twice": ("float_shared", {"calls": "2"}),
        "skipped": ("locked_request", {}),
        "block.self_attn": ("float_kind", {"kind": "MultiheadAttention"}),
        "block.multihead_attn": ("float_kind", {"kind": "MultiheadAttention"}),
        "block.linear1": ("float_unreached", {}),
        "block.linear2": ("float_unreached", {}),
    }
    assert model.placement.bits == {"tokens": 8, "head": 4}


def test_that_a_padded_shortcut_is_added_in_integers() -> None:
    """ResNet-20's: the slice and the border of zeros carry the grid of what they are cut from."""
    _, placement = placed("padded_shortcut")
    assert placement.passes["getitem"] == placement.passes["pad"]
    # Two convolutions, the matrix, and the sum of both branches.
    assert placement.integer_operators == 4


class Bordered(nn.Module):
    """Borders of other values than zeros, and a slice of a tuple."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two, self.three = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 3), nn.Conv2d(4, 2, 3)
        self.head = nn.Linear(4, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = F.pad(F.relu(self.one(x)), (1, 1, 1, 1), value=0.7)
        x = F.pad(F.relu(self.two(x)), (1, 1, 1, 1), mode="reflect")
        left, right = self.three(x).chunk(2, dim=1)
        return self.head(torch.cat([left, right, left, right], 1).mean((2, 3)))


def test_that_borders_of_other_values_and_tuples_pass_no_grid_on() -> None:
    torch.manual_seed(0)
    placement = compress(Bordered().eval(), (3, 8, 8), quantize=QuantizeSpec()).placement
    assert placement is not None
    assert not {"pad", "pad_1", "getitem", "getitem_1"} & placement.passes.keys()
    assert {"pad", "pad_1"} <= set(placement.values)
