"""Penalties on channels: against autograd and closed forms, and what they leave of a small network."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.contract.methods import SparseTraining
from engine.contract.recipe import PruneSpec
from engine.joint.compressed import CompressedModel
from engine.pruning.channels import ChannelMap
from engine.pruning.regularization import PENALTIES, ChannelWeights, Norms, group_lasso, growing
from tests.engine.networks import compress, make_network

RATE = 0.01


def all_channels(channels: ChannelMap) -> tuple[int, ...]:
    return tuple(sorted(channel for group in channels.groups for channel in group.channels))


def lasso_of(model: CompressedModel, parameters: dict[str, nn.Parameter], strength: float) -> Tensor:
    """The group lasso channel by channel, from what a cut of that channel alone would take away."""
    total = torch.zeros(())
    for channel in all_channels(model.channels):
        energy, size = torch.zeros(()), 0
        for name, dims in model.channels.kept(frozenset([channel])).items():
            for dim, keep in dims.items() if name in parameters else ():
                gone = parameters[name].index_select(dim, torch.from_numpy(~keep).nonzero().flatten())
                energy, size = energy + gone.square().sum(), size + gone.numel()
        total = total + strength * size**0.5 * energy.sqrt()
    return total


@pytest.mark.parametrize("name", ["residual", "dense", "depthwise", "grouped", "called_twice", "transposed"])
def test_that_a_step_of_group_lasso_follows_the_gradient_that_autograd_finds(name: str) -> None:
    model = compress(*make_network(name), PruneSpec())
    parameters = dict(model.module.named_parameters())
    lasso_of(model, parameters, 0.1).backward()
    wanted = {
        key: (p if p.grad is None else p - RATE * p.grad).detach().clone() for key, p in parameters.items()
    }
    weights = ChannelWeights(model.module, model.channels, all_channels(model.channels))
    weights.shrink_(group_lasso(weights.norms(), 0.1, 1), RATE)
    assert sum(p.grad is not None for p in parameters.values()) > 3
    for key, parameter in parameters.items():
        torch.testing.assert_close(parameter.detach(), wanted[key], rtol=1e-5, atol=1e-7)


def test_that_the_growing_penalty_shrinks_chosen_channels_alone_by_its_closed_form() -> None:
    model = compress(*make_network("simple"), PruneSpec())
    chosen = model.channels.groups[0].channels[:2]
    before = {name: tensor.clone() for name, tensor in model.module.state_dict().items()}
    weights = ChannelWeights(model.module, model.channels, chosen)
    weights.shrink_(growing(weights.norms(), 0.5, 4), RATE)
    kept = model.channels.kept(frozenset(chosen))
    for name, tensor in model.module.state_dict().items():
        wanted = before[name].clone()
        for dim, keep in kept.get(name, {}).items():
            gone = torch.from_numpy(~keep).nonzero().flatten()
            wanted.index_copy_(dim, gone, wanted.index_select(dim, gone) * (1 - RATE * 4 * 0.5))
        assert torch.equal(tensor, before[name]) == (name not in kept)
        torch.testing.assert_close(tensor, wanted, rtol=1e-6, atol=0)


def test_that_a_step_ends_at_zero_and_an_empty_channel_stays_there() -> None:
    model = compress(*make_network("residual"), PruneSpec())
    weights = ChannelWeights(model.module, model.channels, all_channels(model.channels))
    for _ in range(2):
        weights.shrink_(group_lasso(weights.norms(), 1e6, 1), RATE)
        assert not weights.norms().lengths.any()
        assert not model.module.get_parameter("first.weight").any()


def test_that_weights_behind_masks_are_those_that_move() -> None:
    model = compress(*make_network("residual"), PruneSpec())
    model.attach_masks()
    before = model.masked_weight("first").clone()
    weights = ChannelWeights(model.module, model.channels, all_channels(model.channels))
    weights.shrink_(torch.full_like(weights.norms().lengths, 2.0), RATE)
    # Each element of this weight lies between two channels, the one it reads and the one it makes.
    torch.testing.assert_close(model.masked_weight("first"), before * (1 - 2 * 2.0 * RATE))


def test_that_frozen_weights_and_statistics_stand_still() -> None:
    network, shape = make_network("residual")
    network.get_parameter("first.weight").requires_grad_(False)
    model = compress(network, shape, PruneSpec())
    before = {name: tensor.clone() for name, tensor in model.module.state_dict().items()}
    weights = ChannelWeights(model.module, model.channels, all_channels(model.channels))
    weights.shrink_(group_lasso(weights.norms(), 0.1, 1), RATE)
    after = model.module.state_dict()
    for name in ("first.weight", "first_norm.running_mean", "first_norm.running_var"):
        assert torch.equal(after[name], before[name])
    assert not torch.equal(after["second.weight"], before["second.weight"])


class Wide(nn.Module):
    """Eight hidden channels for a task that needs two."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(4, 8)
        self.head = nn.Linear(8, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(F.relu(self.hidden(x)))


def empty_channels_after_training(strength: float) -> tuple[int, float]:
    """How many hidden channels are empty after a regression on ``|x₀|``, and the error that is left."""
    torch.manual_seed(0)
    model = compress(Wide(), (4,), PruneSpec())
    weights = ChannelWeights(model.module, model.channels, all_channels(model.channels))
    inputs = torch.randn(128, 4)
    wanted = inputs[:, :1].abs()
    optimizer = torch.optim.SGD(model.module.parameters(), lr=0.1)
    for _ in range(400):
        optimizer.zero_grad()
        F.mse_loss(model.module(inputs), wanted).backward()
        optimizer.step()
        if strength:
            weights.shrink_(group_lasso(weights.norms(), strength, 1), 0.1)
    error = F.mse_loss(model.module(inputs), wanted).item()
    return int((weights.norms().lengths < 1e-6).sum()), error


def test_that_group_lasso_empties_channels_that_plain_training_keeps() -> None:
    plain, _ = empty_channels_after_training(0.0)
    sparse, error = empty_channels_after_training(0.01)
    assert plain == 0
    assert 3 <= sparse <= 6
    assert error < 0.05


def test_that_every_kind_of_sparse_training_has_its_penalty() -> None:
    assert set(PENALTIES) == set(SparseTraining) - {SparseTraining.NONE}
    for penalty in PENALTIES.values():
        assert penalty.rates(Norms(torch.ones(2), torch.ones(2)), 0.5, 1).tolist() == [0.5, 0.5]
