"""Every criterion against an independent reference: numpy, torch's own pruning, or gradients taken by hand."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import prune as torch_prune

from engine.contract.methods import PruneGranularity, PruneMethod, Scope
from engine.contract.recipe import PruneSpec, QuantizeSpec
from engine.joint.compressed import CompressedModel
from engine.models.example import Example
from engine.models.graph import capture
from engine.pruning.channel_criteria import CHANNEL_CRITERIA, Importance
from engine.pruning.element_criteria import ELEMENT_CRITERIA
from engine.pruning.evidence import Samples, Scene
from engine.pruning.masks import note_movement_, original_of
from engine.pruning.scoring import channel_importance, element_scores
from tests.engine.networks import Shape, compress, make_network, make_recipe, some_inputs

WEIGHT, CHANNEL = PruneGranularity.WEIGHT, PruneGranularity.CHANNEL
PAIRS = [
    (method, granularity)
    for method in PruneMethod
    for granularity in (WEIGHT, CHANNEL)
    if granularity is CHANNEL or not method.is_of_channels
]
LABELS = torch.tensor([0, 1, 2, 3, 4, 0, 1, 2])


def samples_of(shape: Shape) -> Samples:
    """Two batches, of 5 and 3 samples, so that means over batches and over samples differ."""
    inputs = some_inputs(shape, len(LABELS))
    parts = list(zip(inputs.split(5), LABELS.split(5), strict=True))
    return Samples(batches=lambda: iter(parts), loss=F.cross_entropy)


def all_samples(shape: Shape) -> tuple[Tensor, Tensor]:
    return some_inputs(shape, len(LABELS)), LABELS


def make(
    name: str, method: PruneMethod, granularity: PruneGranularity = CHANNEL, ratio: float = 0.5
) -> CompressedModel:
    """A network with masks on it and samples beside it, compared over the whole model."""
    network, shape = make_network(name)
    spec = PruneSpec(method=method, granularity=granularity, scope=Scope.GLOBAL, ratio=ratio)
    recipe = make_recipe(spec)
    model = CompressedModel(capture(network, Example(shape)), recipe, samples=samples_of(shape))
    model.attach_masks()
    return model


def scene_of(model: CompressedModel, seed: int = 0) -> Scene:
    return Scene(module=model.module, tensor_of=model.masked_tensor, samples=model.samples, seed=seed)


def importance_by(name: str, method: PruneMethod) -> tuple[CompressedModel, Importance]:
    model = make(name, method)
    layers = model.prunable_layers()
    found = channel_importance(scene_of(model), model.channels, layers, method=method, removed=frozenset())
    return model, found


def of_layer(model: CompressedModel, importance: Importance, layer: str) -> np.ndarray:
    """The importances of a layer's output channels, in their order."""
    start, end = model.channels.table.ranges[layer]
    return np.array([importance[root] for root in model.channels.roots[start:end].tolist()])


def normalised(scores: Tensor) -> np.ndarray:
    values = scores.detach().double().numpy()
    return values / np.abs(values).mean()


def agree(found: np.ndarray, wanted: np.ndarray, tolerance: float = 1e-5) -> None:
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() <= tolerance * np.abs(wanted).max()


def linear_model() -> tuple[CompressedModel, np.ndarray, np.ndarray]:
    """One layer under a softmax; its weight, and the gradient of each sample's loss by hand: (p − y) xᵀ."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(6, 5))
    model = compress(network, (6,), PruneSpec(granularity=WEIGHT))
    model.samples = samples_of((6,))
    model.attach_masks()
    inputs, labels = all_samples((6,))
    weight = network[0].weight.detach().double().numpy()
    bias = network[0].bias.detach().double().numpy()
    logits = inputs.double().numpy() @ weight.T + bias
    chances = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    errors = chances - np.eye(5)[labels.numpy()]
    return model, weight, errors[:, :, None] * inputs.double().numpy()[:, None, :]


def element_scores_by(model: CompressedModel, method: PruneMethod) -> np.ndarray:
    return element_scores(scene_of(model), ["0"], method)["0"].double().numpy()


def test_that_every_criterion_has_its_lines() -> None:
    assert set(CHANNEL_CRITERIA) == set(PruneMethod)
    assert set(ELEMENT_CRITERIA) == {method for method in PruneMethod if not method.is_of_channels}


def test_that_gradient_criteria_of_single_weights_are_the_closed_forms_of_a_softmax() -> None:
    model, weight, gradients = linear_model()
    agree(element_scores_by(model, PruneMethod.TAYLOR), np.abs(weight * gradients.mean(0)))
    agree(element_scores_by(model, PruneMethod.SNIP), np.abs(weight * gradients[:5].mean(0)))
    agree(element_scores_by(model, PruneMethod.FISHER), weight**2 * (gradients**2).mean(0) / 2)


def test_that_the_loss_of_a_weight_is_foretold_to_first_order() -> None:
    """The loss without the weight, measured, on a weight that is small enough."""
    model, _, _ = linear_model()
    layer = model.module.get_submodule("0")
    inputs, labels = all_samples((6,))
    with torch.no_grad():
        model.module.double()
        original = layer.parametrizations["weight"].original
        original[2, 3] = 1e-4
        before = F.cross_entropy(model.module(inputs.double()), labels)
        original[2, 3] = 0
        change = float(F.cross_entropy(model.module(inputs.double()), labels) - before)
        original[2, 3] = 1e-4
    model.module.float()
    assert element_scores_by(model, PruneMethod.TAYLOR)[2, 3] == pytest.approx(abs(change), rel=1e-2)


def test_that_movement_is_noted_over_steps_and_lies_in_the_checkpoint() -> None:
    model = make("simple", PruneMethod.MOVEMENT, WEIGHT)
    inputs, labels = all_samples((1, 28, 28))
    optimizer = torch.optim.SGD(model.module.parameters(), lr=0.1)
    wanted = np.zeros((20, 10, 5, 5))
    for _ in range(3):
        optimizer.zero_grad()
        F.cross_entropy(model.module(inputs), labels).backward()
        original = model.module.get_submodule("conv2").parametrizations["weight"].original
        wanted -= (original * original.grad).detach().double().numpy()
        model.note_movement()
        optimizer.step()
    again = make("simple", PruneMethod.MOVEMENT, WEIGHT)
    again.module.load_state_dict(model.module.state_dict())
    for each in (model, again):
        found = element_scores(scene_of(each), ["conv2"], PruneMethod.MOVEMENT)["conv2"]
        agree(found.double().numpy(), wanted)


def test_that_movement_of_channels_is_the_sum_over_their_filters() -> None:
    model = make("simple", PruneMethod.MOVEMENT)
    inputs, labels = all_samples((1, 28, 28))
    F.cross_entropy(model.module(inputs), labels).backward()
    model.note_movement()
    found = channel_importance(
        scene_of(model),
        model.channels,
        model.prunable_layers(),
        method=PruneMethod.MOVEMENT,
        removed=frozenset(),
    )
    original = model.module.get_submodule("conv1").parametrizations["weight"].original
    agree(of_layer(model, found, "conv1"), normalised(-(original * original.grad).sum((1, 2, 3))))


def test_that_only_movement_notes_anything() -> None:
    model = make("simple", PruneMethod.TAYLOR, WEIGHT)
    assert not any(name.endswith("moved") for name in model.module.state_dict())
    before = {name: tensor.clone() for name, tensor in model.module.state_dict().items()}
    F.cross_entropy(model.module(all_samples((1, 28, 28))[0]), LABELS).backward()
    note_movement_(model.module)
    assert all(torch.equal(before[name], tensor) for name, tensor in model.module.state_dict().items())


@pytest.mark.parametrize(("method", "norm"), [(PruneMethod.MAGNITUDE, 1), (PruneMethod.MAGNITUDE_L2, 2)])
def test_that_norms_of_filters_remove_what_torchs_own_pruning_removes(method: PruneMethod, norm: int) -> None:
    model, importance = importance_by("simple", method)
    weight = model.masked_weight("conv2")
    ranked = np.argsort(of_layer(model, importance, "conv2"))
    layer = nn.Conv2d(10, 20, 5)
    layer.weight.data = weight.clone()
    torch_prune.ln_structured(layer, "weight", amount=7, n=norm, dim=0)
    gone = (layer.weight_mask == 0).flatten(1).all(1).nonzero().flatten().tolist()
    assert sorted(ranked[:7].tolist()) == gone


def test_that_squares_rank_single_weights_as_magnitudes_do() -> None:
    model = make("simple", PruneMethod.MAGNITUDE_L2, WEIGHT)
    squares = element_scores(scene_of(model), ["fc1"], PruneMethod.MAGNITUDE_L2)["fc1"]
    agree(squares.double().numpy(), model.masked_weight("fc1").double().numpy() ** 2)


def lamp(energies: np.ndarray) -> np.ndarray:
    """Equation 2 of the paper, one at a time."""
    return np.array([one / energies[energies >= one].sum() for one in energies])


def test_that_lamp_is_the_share_of_what_a_layer_would_keep() -> None:
    model = make("simple", PruneMethod.LAMP, WEIGHT)
    for name, scores in element_scores(scene_of(model), ["conv1", "fc1"], PruneMethod.LAMP).items():
        squares = model.masked_weight(name).double().numpy().ravel() ** 2
        agree(scores.numpy().ravel(), lamp(squares))
    _, found = importance_by("simple", PruneMethod.LAMP)
    filters = (model.masked_weight("conv2").double().numpy() ** 2).sum((1, 2, 3))
    agree(of_layer(model, found, "conv2"), lamp(filters))


def test_that_lamp_leaves_a_layer_of_small_numbers_its_weights() -> None:
    kept = {}
    for method in (PruneMethod.MAGNITUDE, PruneMethod.LAMP):
        model = make("simple", method, WEIGHT, ratio=0.9)
        with torch.no_grad():
            original_of(model.module, "conv1.weight").mul_(1e-3)
        model.set_share(1.0)
        kept[method] = int(model.masked_weight("conv1").count_nonzero())
    assert kept[PruneMethod.MAGNITUDE] == 0
    assert kept[PruneMethod.LAMP] > 0.2 * model.masked_weight("conv1").numel()


def test_that_random_choices_depend_on_the_seed_and_the_layer_only() -> None:
    model = make("simple", PruneMethod.RANDOM, WEIGHT)
    first = element_scores(scene_of(model), ["conv1", "conv2"], PruneMethod.RANDOM)
    torch.rand(5)
    again = element_scores(scene_of(model), ["conv2"], PruneMethod.RANDOM)
    other = element_scores(scene_of(model, seed=1), ["conv2"], PruneMethod.RANDOM)
    assert torch.equal(first["conv2"], again["conv2"])
    assert not torch.equal(again["conv2"], other["conv2"])
    assert not torch.equal(first["conv1"].flatten()[:20], first["conv2"].flatten()[:20])
    assert abs(float(again["conv2"].mean()) - 0.5) < 0.02


def gates_by_hand(model: CompressedModel) -> np.ndarray:
    """Of each sample, Σ γ·∂γ + β·∂β over the makers of the residual trunk; of ``side``, Σ w·∂w + b·∂b."""
    inputs, labels = all_samples((3, 8, 8))
    rows = []
    for sample, label in zip(inputs.split(1), labels.split(1), strict=True):
        model.module.zero_grad()
        F.cross_entropy(model.module(sample), label).backward()
        total = torch.zeros(8, dtype=torch.float64)
        for name in ("stem_norm", "second_norm", "side"):
            for part in ("weight", "bias"):
                tensor = model.module.get_submodule(name).parametrizations[part].original
                total += (
                    (tensor * tensor.grad)
                    .detach()
                    .double()
                    .flatten(1 if tensor.dim() > 1 else 0)
                    .reshape(8, -1)
                    .sum(1)
                )
        rows.append(total.numpy())
    return np.stack(rows)


def test_that_taylor_and_fisher_of_coupled_channels_add_up_before_they_square() -> None:
    model, taylor = importance_by("residual", PruneMethod.TAYLOR)
    _, fisher = importance_by("residual", PruneMethod.FISHER)
    gates = gates_by_hand(model)
    agree(of_layer(model, taylor, "side"), np.abs(gates.mean(0)), 1e-4)
    agree(of_layer(model, fisher, "second"), (gates**2).mean(0) / 2, 1e-4)


def test_that_snip_of_channels_is_the_sum_over_their_filters() -> None:
    model, found = importance_by("simple", PruneMethod.SNIP)
    inputs, labels = all_samples((1, 28, 28))
    F.cross_entropy(model.module(inputs[:5]), labels[:5]).backward()
    original = model.module.get_submodule("conv2").parametrizations["weight"].original
    agree(of_layer(model, found, "conv2"), normalised((original * original.grad).abs().sum((1, 2, 3))), 1e-4)


def test_that_batch_norm_scales_are_read_and_the_l2_norm_stands_in_where_there_are_none() -> None:
    model, found = importance_by("residual", PruneMethod.BATCH_NORM)
    agree(of_layer(model, found, "first"), normalised(model.masked_tensor("first_norm.weight").abs()))
    trunk = [
        normalised(model.masked_tensor("stem_norm.weight").abs()),
        normalised(model.masked_tensor("second_norm.weight").abs()),
        normalised(model.masked_weight("side").flatten(1).norm(dim=1)),
    ]
    agree(of_layer(model, found, "stem"), np.mean(trunk, axis=0))


def test_that_the_geometric_median_is_measured_by_distances_to_all_other_filters() -> None:
    model, found = importance_by("simple", PruneMethod.GEOMETRIC_MEDIAN)
    filters = model.masked_weight("conv1").double().flatten(1).numpy()
    distances = [sum(math.dist(one, other) for other in filters) for one in filters]
    agree(of_layer(model, found, "conv1"), np.array(distances) / np.mean(distances))


def activations_of_first() -> np.ndarray:
    """Behind the batch norm and the functional ReLU of the residual network's inner convolution: (channels, values)."""
    network, shape = make_network("residual")
    with torch.no_grad():
        inputs = all_samples(shape)[0]
        trunk = F.relu(network.stem_norm(network.stem(inputs)))
        value = F.relu(network.first_norm(network.first(trunk)))
    return value.movedim(1, 0).flatten(1).double().numpy()


def test_that_zeros_and_means_are_counted_behind_the_activation() -> None:
    values = activations_of_first()
    model, apoz = importance_by("residual", PruneMethod.APOZ)
    share = (values > 0).mean(1)
    agree(of_layer(model, apoz, "first"), share / share.mean())
    _, mean = importance_by("residual", PruneMethod.MEAN_ACTIVATION)
    agree(of_layer(model, mean, "first"), values.mean(1) / values.mean())


def test_that_a_channel_behind_an_addition_is_seen_behind_the_additions_activation() -> None:
    """ResNets have no activation between the last batch norm of a block and its addition."""
    network, shape = make_network("padded_shortcut")
    with torch.no_grad():
        inputs = all_samples(shape)[0]
        stem = F.relu(network.stem(inputs))
        short = F.pad(stem[:, :, ::2, ::2], (0, 0, 0, 0, 4, 4))
        down = F.relu(network.norm(network.down(stem)) + short)
    model, found = importance_by("padded_shortcut", PruneMethod.MEAN_ACTIVATION)
    # Channels 4 to 11 of the wider layer are the stem's; each layer's scores count by themselves, then the mean.
    wide, narrow = (value.double().mean((0, 2, 3)).numpy() for value in (down, stem))
    wanted = wide / wide.mean()
    wanted[4:12] = (wanted[4:12] + narrow / narrow.mean()) / 2
    agree(of_layer(model, found, "down"), wanted)


def lost(energies: np.ndarray, is_gone: np.ndarray) -> float:
    return float(energies[is_gone].sum() / energies.sum())


def test_that_sensitivity_takes_the_same_energy_from_every_layer_at_the_recipes_mean_ratio() -> None:
    model = make("simple", PruneMethod.SENSITIVITY, WEIGHT, ratio=0.6)
    energies = {name: model.masked_weight(name).double().numpy() ** 2 for name in model.prunable_layers()}
    model.set_share(1.0)
    shares, ratios = [], []
    for name, energy in energies.items():
        is_gone = model.masked_weight(name).numpy() == 0
        shares.append(lost(energy, is_gone))
        ratios.append(is_gone.mean())
        assert energy[is_gone].max() <= energy[~is_gone].min()
    assert model.sparsity() == pytest.approx(0.6, abs=1e-4)
    assert max(shares) - min(shares) < 0.01
    assert max(ratios) - min(ratios) > 0.001, "layers lose different shares of their weights"


def test_that_sensitivity_of_channels_ranks_groups_by_the_share_they_have_lost() -> None:
    model, found = importance_by("simple", PruneMethod.SENSITIVITY)
    for layer in ("conv1", "conv2", "fc1"):
        energy = (model.masked_weight(layer).double().numpy() ** 2).reshape(
            len(model.masked_weight(layer)), -1
        )
        energy = energy.sum(1)
        wanted = [energy[energy <= each].sum() / energy.sum() for each in energy]
        agree(of_layer(model, found, layer), np.array(wanted))


@pytest.mark.parametrize(("method", "granularity"), PAIRS)
def test_that_what_is_gone_stays_gone_whatever_becomes_of_its_weights(
    method: PruneMethod, granularity: PruneGranularity
) -> None:
    model = make("called_twice" if granularity is WEIGHT else "residual", method, granularity)
    model.set_share(0.4)
    before = {name: mask.clone() for name, mask in model.module.named_buffers() if name.endswith("keep")}
    gone = set(model.structure.removed)
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for parameter in model.module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    model.set_share(0.8)
    assert gone <= set(model.structure.removed)
    after = dict(model.module.named_buffers())
    assert all(not after[name][keep == 0].any() for name, keep in before.items())
    assert model.sparsity() == pytest.approx(0.4, abs=0.02)


@pytest.mark.parametrize("method", [PruneMethod.TAYLOR, PruneMethod.FISHER, PruneMethod.APOZ])
def test_that_looking_leaves_the_model_as_it_was(method: PruneMethod) -> None:
    """Its modes, what the user has frozen, gradients under way, rounding, and batch-norm statistics."""
    network, shape = make_network("residual")
    recipe = make_recipe(PruneSpec(method=method), QuantizeSpec())
    model = CompressedModel(capture(network, Example(shape)), recipe, samples=samples_of(shape))
    model.attach_masks()
    model.attach_quantizers()
    model.calibrate([all_samples(shape)[0]])
    model.switch_quantizers(is_on=True, is_observing=True)
    model.module.train()
    model.module.get_submodule("stem_norm").eval()
    frozen = model.module.get_submodule("first").parametrizations["weight"].original.requires_grad_(False)
    before = {name: value.clone() for name, value in model.module.state_dict().items()}
    model.set_share(0.0)
    assert all(torch.equal(before[name], value) for name, value in model.module.state_dict().items())
    assert model.module.get_submodule("second_norm").training
    assert not model.module.get_submodule("stem_norm").training
    assert not frozen.requires_grad
    assert all(parameter.grad is None for parameter in model.module.parameters())
    quantizers = [part for part in model.module.modules() if hasattr(part, "is_observing")]
    assert quantizers
    assert all(part.is_on and part.is_observing for part in quantizers)
