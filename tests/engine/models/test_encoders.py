"""Torch's transformer encoders by their parts: the same numbers in evaluation and in training, the same names."""

from collections.abc import Iterator

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.models.graph import capture
from tests.engine.encoders import EXAMPLE, READERS, WIDTH, Reader, make_reader, some_words


@pytest.fixture(params=[True, False], ids=["fused", "by parts"])
def is_fused(request: pytest.FixtureRequest) -> Iterator[None]:
    torch.backends.mha.set_fastpath_enabled(request.param)
    yield
    torch.backends.mha.set_fastpath_enabled(True)


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors is in prototype stage")
@pytest.mark.usefixtures("is_fused")
@pytest.mark.parametrize("name", READERS)
def test_that_an_encoder_by_parts_answers_as_torch_does(name: str) -> None:
    network = make_reader(name)
    captured = capture(network, EXAMPLE)
    assert captured.nodes_of("head") and captured.untraced_because is None
    with torch.no_grad():
        found, wanted = captured.module(some_words()), network(some_words())
    assert float((found - wanted).abs().max()) <= 1e-6


@pytest.mark.parametrize("name", READERS)
def test_that_an_encoder_by_parts_is_trained_bit_for_bit_as_torch_trains_it(name: str) -> None:
    network = make_reader(name)
    parts = capture(network, EXAMPLE).module
    gradients = []
    for module in (network.train(), parts.train()):
        torch.manual_seed(1)
        module.zero_grad()
        F.cross_entropy(module(some_words()), torch.arange(5) % 3).backward()
        gradients.append(
            [parameter.grad.clone() for parameter in network.parameters() if parameter.grad is not None]
        )
    assert len(gradients[0]) == len(gradients[1]) == len(list(network.parameters()))
    assert all(torch.equal(first, second) for first, second in zip(*gradients, strict=True))


@pytest.mark.parametrize("name", READERS)
def test_that_the_parts_have_the_names_that_they_had(name: str) -> None:
    network = make_reader(name)
    captured = capture(network, EXAMPLE)
    weights = {key: value for key, value in network.state_dict().items() if key != "later"}
    found = captured.module.state_dict()
    assert weights.keys() == found.keys() - {"later"}
    assert all(torch.equal(found[key], weight) for key, weight in weights.items())
    linear1 = next(key for key in weights if key.endswith("linear1.weight")).removesuffix(".weight")
    assert len(captured.nodes_of(linear1)) == 1


def test_that_a_layer_of_the_users_own_keeps_its_way() -> None:
    class Halved(nn.TransformerEncoderLayer):
        def forward(self, src: Tensor, **masks: object) -> Tensor:
            return self.linear2(torch.relu(self.linear1(src))) / 2

    network = Reader(nn.TransformerEncoder(Halved(WIDTH, 2, 12), 1, enable_nested_tensor=False)).eval()
    captured = capture(network, EXAMPLE)
    assert captured.nodes_of("encoder.layers.0.linear1") and not captured.nodes_of(
        "encoder.layers.0.self_attn"
    )
    with torch.no_grad():
        assert torch.equal(captured.module(some_words()), network(some_words()))
