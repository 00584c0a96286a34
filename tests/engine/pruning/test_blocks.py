"""Whole residual blocks: found in the graph, masked, cut, and what is left of them afterwards."""

import pytest
import torch
import torchvision
from torch import Tensor, nn
from torchvision.models.resnet import BasicBlock

from engine.contract.methods import PruneGranularity, Scope
from engine.contract.recipe import LayerPruneSpec, PruneSpec, QuantizeSpec
from engine.joint.compressed import CompressedModel
from engine.models.example import Example
from engine.models.graph import capture
from engine.pruning.block_selection import select_blocks
from engine.pruning.blocks import Block, find_blocks
from engine.training.optimizers import make_sgd
from tests.engine.networks import compress, make_recipe, shake_, some_inputs

HALF = PruneSpec(granularity=PruneGranularity.LAYER, scope=Scope.GLOBAL, ratio=0.5)


class Bottle(nn.Module):
    """A pre-activation block, as in a transformer or a ConvNeXt: a scale of its own, and a function in place."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner = nn.Linear(width, 2 * width)
        self.outer = nn.Linear(2 * width, width)
        self.scale = nn.Parameter(torch.full((width,), 0.5))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.scale * self.outer(torch.relu(self.inner(x)))


class Deep(nn.Module):
    """Four blocks; a projection on one side makes none, nor does a value that is read once more later."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Linear(6, 8)
        self.blocks = nn.Sequential(*(Bottle(8) for _ in range(4)))
        self.shortcut = nn.Linear(8, 8)
        self.branch = nn.Linear(8, 8)
        self.late = nn.Linear(8, 8)
        self.head = nn.Linear(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.blocks(self.stem(x))
        x = self.shortcut(x) + self.branch(x)
        y = torch.relu_(x + self.late(x))
        return self.head(torch.cat((y, x), 1))


def make_deep() -> Deep:
    torch.manual_seed(0)
    network = Deep()
    shake_(network)
    return network.eval()


class Residuals(nn.Module):
    """ResNet's own basic blocks, narrow: two that hand their input on, and one between that changes its shape."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.layer1 = nn.Sequential(BasicBlock(8, 8), BasicBlock(8, 8))
        self.layer2 = BasicBlock(8, 8, downsample=nn.Conv2d(8, 8, 1))
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.layer2(self.layer1(torch.relu(self.stem(x)))).mean((2, 3)))


def make_residuals() -> Residuals:
    torch.manual_seed(0)
    network = Residuals()
    shake_(network)
    return network.eval()


class Padded(nn.Module):
    """A shortcut without weights that halves the image and pads the channels (He 2016, option A), and one with some."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 1)
        self.widen = nn.Conv2d(4, 8, 3, 2, 1)
        self.scaled = nn.Conv2d(8, 8, 1)
        self.scale = nn.Parameter(torch.rand(8, 1, 1))
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = torch.relu(nn.functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 2, 2)) + self.widen(x))
        x = x * self.scale + self.scaled(x)
        return self.head(x.mean((2, 3)))


def make_padded() -> Padded:
    torch.manual_seed(0)
    network = Padded()
    shake_(network)
    return network.eval()


def masked(network: nn.Module, shape: tuple[int, ...], spec: PruneSpec = HALF) -> CompressedModel:
    model = compress(network, shape, spec)
    model.attach_masks()
    model.set_share(1.0)
    return model


def test_that_blocks_are_branches_that_are_added_to_their_own_unchanged_input() -> None:
    blocks = find_blocks(capture(make_deep(), Example((6,))).module)
    assert [block.layers for block in blocks] == [
        (f"blocks.{place}.inner", f"blocks.{place}.outer") for place in range(4)
    ]
    assert {block.shape for block in blocks} == {(2, 8)}


@torch.no_grad()
def test_that_a_shortcut_without_weights_stays_when_its_branch_goes() -> None:
    network = make_padded()
    model = masked(network, (3, 8, 8))
    inputs = some_inputs((3, 8, 8))
    model.cut()
    (block,) = find_blocks(capture(network, Example((3, 8, 8))).module)
    assert (block.layers, block.shape) == (("widen",), (2, 8, 4, 4))
    stem = network.stem(inputs)
    padded = torch.relu(torch.cat([0 * stem[:, :2], stem, 0 * stem[:, :2]], 1)[:, :, ::2, ::2])
    left = network.head((padded * network.scale + network.scaled(padded)).mean((2, 3)))
    assert torch.allclose(model.module(inputs), left, atol=1e-6)
    assert "widen" not in dict(model.module.named_modules())


@pytest.mark.parametrize(
    ("name", "count"), [("resnet18", 5), ("mobilenet_v2", 10), ("convnext_tiny", 18), ("swin_t", 12)]
)
def test_that_the_blocks_of_known_networks_are_found(name: str, count: int) -> None:
    """ResNet-18 has 8 of which 3 change the shape; the attention of Swin is one function, of no layer's own."""
    with torch.device("meta"):
        network = torchvision.models.get_model(name, num_classes=5)
    captured = capture(network.to_empty(device="cpu").eval(), Example((3, 64, 64)))
    assert len(find_blocks(captured.module)) == count


@torch.no_grad()
@pytest.mark.parametrize(
    ("build", "shape"), [(make_deep, (6,)), (make_residuals, (3, 8, 8)), (make_padded, (3, 8, 8))]
)
def test_that_the_cut_network_answers_exactly_as_the_masked_one(
    build: object, shape: tuple[int, ...]
) -> None:
    assert callable(build)
    inputs, untouched = some_inputs(shape), build()(some_inputs(shape))
    model = masked(build(), shape)
    answers = model.module(inputs)
    model.cut()
    assert torch.equal(model.module(inputs), answers)
    assert not torch.allclose(answers, untouched)


@torch.no_grad()
def test_that_what_is_left_is_the_network_built_without_the_blocks() -> None:
    model = masked(make_deep(), (6,))
    model.cut()
    by_hand = make_deep()
    by_hand.blocks = nn.Sequential(
        *(block for place, block in enumerate(by_hand.blocks) if place not in model.structure.removed)
    )
    inputs = some_inputs((6,))
    assert len(model.structure.removed) == 2
    assert torch.equal(model.module(inputs), by_hand(inputs))
    count = sum(parameter.numel() for parameter in by_hand.parameters())
    assert sum(parameter.numel() for parameter in model.module.parameters()) == count
    assert not {name for name, _ in model.module.named_modules()} & {
        f"blocks.{number}" for number in model.structure.removed
    }


def test_that_a_shut_gate_lets_no_gradient_through_and_stays_shut() -> None:
    model = masked(make_deep(), (6,))
    removed = model.structure.removed
    model.module(some_inputs((6,))).square().sum().backward()
    for number in range(4):
        gradient = model.module.get_parameter(f"blocks.{number}.outer.weight").grad
        assert gradient is not None
        assert bool(gradient.any()) == (number not in removed)
    with torch.no_grad():
        for number in removed:
            model.module.get_parameter(f"blocks.{number}.outer.weight").mul_(100)
    model.set_share(1.0)
    assert model.structure.removed == removed


def test_that_the_optimizer_goes_on_with_what_is_left() -> None:
    model = masked(make_deep(), (6,))
    optimizer = make_sgd(model.module.parameters(), model.recipe.recover)
    model.module(some_inputs((6,))).square().sum().backward()
    optimizer.step()
    model.cut(optimizer)
    held = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    assert held == list(model.module.parameters())
    assert optimizer.state.keys() <= set(held)


@torch.no_grad()
def test_that_a_fresh_model_takes_the_cut_of_a_checkpoint() -> None:
    model = masked(make_deep(), (6,))
    model.cut()
    again = compress(make_deep(), (6,), HALF)
    again.restore(model.structure)
    again.module.load_state_dict(model.module.state_dict())
    assert torch.equal(again.module(some_inputs((6,))), model.module(some_inputs((6,))))


@torch.no_grad()
def test_that_quantizers_keep_their_ranges_over_the_cut() -> None:
    inputs = some_inputs((3, 8, 8), 8)
    model = CompressedModel(capture(make_residuals(), Example((3, 8, 8))), make_recipe(HALF, QuantizeSpec()))
    model.attach_masks()
    model.attach_quantizers()
    model.set_share(1.0)
    model.calibrate([inputs])
    model.switch_quantizers(is_on=True)
    answers, stem = model.module(inputs), model.masked_weight("stem")
    model.cut()
    assert torch.equal(model.masked_weight("stem"), stem), "what is trained is never rounded itself"
    model.switch_quantizers(is_on=True)
    assert torch.equal(model.module(inputs), answers)
    assert model.placement is not None
    assert set(model.placement.bits) <= {name for name, _ in model.module.named_modules()}


def make_block(number: int, shape: tuple[int, ...]) -> Block:
    return Block(
        number=number, addition="", shortcut="", branch="", layers=(f"layer{number}",), nodes=(), shape=shape
    )


def test_that_ratios_count_blocks_of_a_stage_or_of_all() -> None:
    blocks = [make_block(number, (8,) if number < 4 else (4,)) for number in range(6)]
    importance = {0: 4.0, 1: 1.0, 2: 3.0, 3: 2.0, 4: 0.1, 5: 0.2}
    by_stage = PruneSpec(scope=Scope.LAYER, ratio=0.5)
    assert select_blocks(blocks, importance, by_stage, share=1.0) == {1, 3, 4}
    assert select_blocks(blocks, importance, HALF, share=1.0) == {1, 4, 5}
    assert select_blocks(blocks, importance, HALF, share=0.5) == {4, 5}
    most = PruneSpec(scope=Scope.GLOBAL, ratio=0.99)
    assert select_blocks(blocks, importance, most, share=1.0) == {1, 2, 3, 4, 5}
    spared = PruneSpec(scope=Scope.GLOBAL, ratio=0.5, layers={"layer4": LayerPruneSpec(skip=True)})
    assert select_blocks(blocks, importance, spared, share=1.0) == {1, 3, 5}


def test_that_layers_outside_of_blocks_say_why_they_stay() -> None:
    model = compress(make_deep(), (6,), HALF)
    assert model.locked["stem"].code == "locked_no_block"
    assert "blocks.0.inner" in model.prunable_layers()
