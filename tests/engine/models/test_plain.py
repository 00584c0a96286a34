"""Weights that torch computes before each call, as they are found in strangers' networks."""

import warnings
from collections.abc import Callable

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, prune, spectral_norm, weight_norm

from engine.contract.recipe import PruneSpec, QuantizeSpec
from engine.models.plain import make_plain_
from tests.engine.networks import compress, some_inputs

WRAPPERS: dict[str, Callable[[nn.Module], nn.Module]] = {
    "weight norm": parametrizations.weight_norm,
    "spectral norm": parametrizations.spectral_norm,
    "orthogonal": parametrizations.orthogonal,
    "old weight norm": weight_norm,
    "old spectral norm": spectral_norm,
    "torch's masks": lambda layer: prune.l1_unstructured(layer, "weight", amount=0.5),
}


def make_wrapped(name: str) -> nn.Sequential:
    torch.manual_seed(0)
    hidden = nn.Linear(6, 8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        hidden = WRAPPERS[name](hidden)
    network = nn.Sequential(hidden, nn.ReLU(), nn.Linear(8, 5))
    network(some_inputs((6,)))
    return network.eval()


@pytest.mark.parametrize("name", WRAPPERS)
def test_that_computed_weights_become_plain_parameters_and_answers_stay(name: str) -> None:
    network, inputs = make_wrapped(name), some_inputs((6,))
    wanted = network(inputs).detach()
    make_plain_(network)
    assert torch.allclose(network(inputs), wanted, rtol=1e-6, atol=1e-7)
    assert set(dict(network.named_parameters())) == {"0.weight", "0.bias", "2.weight", "2.bias"}
    assert type(network[0]) is nn.Linear


@pytest.mark.parametrize("name", WRAPPERS)
def test_that_what_was_made_plain_is_masked_cut_and_rounded(name: str) -> None:
    network = make_wrapped(name)
    make_plain_(network)
    model = compress(network, (6,), PruneSpec(ratio=0.5), QuantizeSpec())
    model.attach_masks()
    model.attach_quantizers()
    model.set_share(1.0)
    model.cut()
    model.calibrate([some_inputs((6,))])
    assert model.module.get_parameter("0.parametrizations.weight.original").shape == (4, 6)
