"""Criteria for whole blocks, against gates put in by hand, torch's own melting of batch norms, and plain sums."""

from collections.abc import Iterator

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.contract.errors import RequestError
from engine.contract.methods import Objective, PruneGranularity, PruneMethod, Scope
from engine.contract.recipe import LayerPruneSpec, PruneSpec
from engine.joint.blocks import ResidualBlocks
from engine.joint.compressed import CompressedModel
from engine.models.example import Example
from engine.models.graph import capture
from engine.pruning.block_criteria import BLOCK_CRITERIA
from engine.pruning.evidence import Samples, Scene
from tests.engine.networks import compress, make_recipe, shake_, some_inputs

SHAPE = (4, 6, 6)
LABELS = torch.tensor([0, 1, 2, 0, 1, 2])


class Branch(nn.Module):
    """``x + gate · f(x)``, whose gate is a number of no trace where it is 1."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner = nn.Conv2d(4, width, 3, padding=1)
        self.outer = nn.Conv2d(width, 4, 1)
        self.norm = nn.BatchNorm2d(4)
        self.gates: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        branch = self.norm(self.outer(torch.relu(self.inner(x))))
        return x + (branch if self.gates is None else branch * self.gates)


class Branches(nn.Module):
    """Three blocks of different widths."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(4, 4, 1)
        self.blocks = nn.Sequential(*(Branch(width) for width in (3, 8, 5)))
        self.head = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(torch.tanh(self.blocks(self.stem(x))).mean((2, 3)))


def make_branches() -> Branches:
    torch.manual_seed(0)
    network = Branches()
    shake_(network)
    return network.eval()


def batches() -> Iterator[tuple[Tensor, Tensor]]:
    """Two batches, of 4 and 2 samples."""
    return iter(zip(some_inputs(SHAPE, 6).split(4), LABELS.split(4), strict=True))


def spec_of(method: PruneMethod = PruneMethod.MAGNITUDE, **fields: object) -> PruneSpec:
    fields = {"scope": Scope.GLOBAL, "ratio": 0.34, **fields}
    return PruneSpec(method=method, granularity=PruneGranularity.LAYER, **fields)  # type: ignore[arg-type]


def make(spec: PruneSpec) -> CompressedModel:
    captured = capture(make_branches(), Example(SHAPE))
    samples = Samples(batches=batches, loss=F.cross_entropy)
    model = CompressedModel(captured, make_recipe(spec), samples=samples)
    model.attach_masks()
    return model


def found_by(method: PruneMethod) -> list[float]:
    model = make(spec_of(method))
    assert isinstance(model.pieces, ResidualBlocks)
    scene = Scene(module=model.module, tensor_of=model.masked_tensor, samples=model.samples)
    found = BLOCK_CRITERIA[method](scene, model.pieces.every)
    return [found[number] for number in range(3)]


def gates_by_hand() -> Tensor:
    """The gradient of each sample's loss by a gate on each branch, one sample at a time: (samples, blocks)."""
    network = make_branches()
    rows = []
    for image, label in zip(some_inputs(SHAPE, 6), LABELS, strict=True):
        gates = [torch.ones((), requires_grad=True) for _ in range(3)]
        for block, gate in zip(network.blocks, gates, strict=True):
            block.gates = gate
        loss = F.cross_entropy(network(image[None]), label[None])
        rows.append(torch.stack(torch.autograd.grad(loss, gates)))
    return torch.stack(rows).double()


def melted(network: Branches) -> list[Tensor]:
    return [
        nn.utils.fusion.fuse_conv_bn_eval(block.outer, block.norm).weight.detach().double()  # type: ignore[arg-type]
        for block in network.blocks
    ]


def pull(layer: nn.Conv2d) -> Tensor:
    """Weight times gradient."""
    assert layer.weight.grad is not None
    return layer.weight.detach() * layer.weight.grad


def test_that_every_criterion_that_speaks_of_blocks_has_its_line() -> None:
    assert set(BLOCK_CRITERIA) == {method for method in PruneMethod if method.is_of_blocks}


def test_that_criteria_of_weights_look_at_the_last_layer_with_its_norm_melted_in() -> None:
    weights = melted(make_branches())
    means = [float(weight.abs().mean()) for weight in weights]
    assert found_by(PruneMethod.MAGNITUDE) == pytest.approx(means, rel=1e-5)
    roots = [float(weight.square().mean().sqrt()) for weight in weights]
    assert found_by(PruneMethod.MAGNITUDE_L2) == pytest.approx(roots, rel=1e-5)
    scales = [float(block.norm.weight.detach().abs().mean()) for block in make_branches().blocks]
    assert found_by(PruneMethod.BATCH_NORM) == pytest.approx(scales, rel=1e-6)


def test_that_taylor_and_fisher_are_the_gradients_by_a_gate_on_the_branch() -> None:
    gates = gates_by_hand()
    first = gates.mean(0).abs().tolist()
    assert found_by(PruneMethod.TAYLOR) == pytest.approx(first, rel=1e-4)
    second = (gates.square().mean(0) / 2).tolist()
    assert found_by(PruneMethod.FISHER) == pytest.approx(second, rel=1e-4)


def test_that_snip_adds_up_weight_times_gradient_of_the_first_batch() -> None:
    network = make_branches()
    inputs, labels = next(batches())
    F.cross_entropy(network(inputs), labels).backward()
    sums = [
        sum(float(pull(layer).abs().sum()) for layer in (block.inner, block.outer))
        for block in network.blocks
    ]
    assert found_by(PruneMethod.SNIP) == pytest.approx(sums, rel=1e-4)


@torch.no_grad()
def test_that_the_contribution_is_the_length_of_the_branch_by_that_of_its_input() -> None:
    network, ratios = make_branches(), []
    value = network.stem(some_inputs(SHAPE, 6))
    for block in network.blocks:
        after = block(value)
        ratios.append(float(((after - value).flatten(1).norm(dim=1) / value.flatten(1).norm(dim=1)).mean()))
        value = after
    assert found_by(PruneMethod.MEAN_ACTIVATION) == pytest.approx(ratios, rel=1e-4)


def test_that_movement_adds_up_what_the_steps_of_a_training_took() -> None:
    model = make(spec_of(PruneMethod.MOVEMENT))
    assert isinstance(model.pieces, ResidualBlocks)
    scene = Scene(module=model.module, tensor_of=model.masked_tensor, samples=model.samples)
    assert found_by(PruneMethod.MOVEMENT) == pytest.approx(found_by(PruneMethod.MAGNITUDE))
    model.note_movement()
    by_hand = make_branches()
    for module in (model.module, by_hand):
        inputs, labels = next(batches())
        F.cross_entropy(module(inputs), labels).backward()
    model.note_movement()
    sums = [
        -sum(float(pull(layer).sum()) for layer in (block.inner, block.outer)) for block in by_hand.blocks
    ]
    found = BLOCK_CRITERIA[PruneMethod.MOVEMENT](scene, model.pieces.every)
    assert [found[number] for number in range(3)] == pytest.approx(sums, rel=1e-4, abs=1e-7)
    model.set_share(1.0)
    model.cut()
    assert model.structure.removed == (min(range(3), key=sums.__getitem__),)
    assert not any("parametrizations" in name for name in model.module.state_dict())


def test_that_random_blocks_are_those_of_the_seed() -> None:
    first, again = found_by(PruneMethod.RANDOM), found_by(PruneMethod.RANDOM)
    assert first == again
    assert len(set(first)) == 3


@pytest.mark.parametrize("method", sorted(method for method in PruneMethod if method.is_of_blocks))
def test_that_each_criterion_removes_the_block_that_it_holds_least_of(method: PruneMethod) -> None:
    model = make(spec_of(method))
    found = found_by(method)
    model.set_share(1.0)
    assert model.structure.removed == (min(range(3), key=found.__getitem__),)


def test_that_batch_norms_are_asked_for_where_a_branch_ends_without_one() -> None:
    network = make_branches()
    network.blocks[1].norm = nn.Identity()
    with pytest.raises(RequestError) as caught:
        compress(network, SHAPE, spec_of(PruneMethod.BATCH_NORM))
    assert caught.value.code == "block_without_norm"
    assert caught.value.arguments["layer"] == "blocks.1.outer"
    spared = {"blocks.1.inner": LayerPruneSpec(skip=True)}
    assert compress(network, SHAPE, spec_of(PruneMethod.BATCH_NORM, layers=spared)).prunable_layers()


def test_that_a_goal_of_multiplications_is_reached_by_trial_cuts() -> None:
    """The widest block holds 8 · 40 of the blocks' 16 · 40 weights at each pixel; without it, so many remain."""
    model = make(spec_of(PruneMethod.RANDOM, target_macs=1.9))
    model.set_share(1.0)
    macs = {removed: model.macs_without(frozenset(removed)) for removed in [(), (0,), (1,), (2,)]}
    per_pixel = {(): 16 * 40, (0,): 13 * 40, (1,): 8 * 40, (2,): 11 * 40}
    assert macs == {removed: 36 * (count + 16) + 12 for removed, count in per_pixel.items()}
    reached = macs[()] / model.macs_without(frozenset(model.structure.removed))
    ranked = sorted(range(3), key=found_by(PruneMethod.RANDOM).__getitem__)
    choices = [frozenset(ranked[:count]) for count in range(3)]
    nearest = min(choices, key=lambda gone: abs(model.macs_without(gone) * 1.9 / macs[()] - 1))
    assert reached == macs[()] / model.macs_without(nearest)


@pytest.mark.parametrize("objective", [Objective.SIZE, Objective.MACS])
def test_that_global_scope_weighs_blocks_against_what_they_save(objective: Objective) -> None:
    """A width w costs 41 w + 12 parameters, with biases and norm, and 36 · 40 w multiplications."""
    costs = [41 * width + 12 if objective is Objective.SIZE else 36 * 40 * width for width in (3, 8, 5)]
    plain = found_by(PruneMethod.MAGNITUDE)
    model = make(spec_of(objective=objective))
    model.set_share(1.0)
    weighed = [value / cost for value, cost in zip(plain, costs, strict=True)]
    assert model.structure.removed == (min(range(3), key=weighed.__getitem__),)
    assert min(range(3), key=weighed.__getitem__) != min(range(3), key=plain.__getitem__)
