"""What the captured graph promises: names, shapes, answers, and a reason where there is none."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.analysis.cost import count_macs, count_parameters
from engine.contract.errors import RequestError
from engine.models.example import Example
from engine.models.graph import capture, layers_of, shape_of
from tests.engine.networks import NETWORKS, Branching, make_network, some_inputs


@pytest.mark.parametrize("name", NETWORKS)
def test_that_a_traced_network_keeps_its_names_and_its_answers(name: str) -> None:
    network, shape = make_network(name)
    captured = capture(network, Example(shape))
    assert captured.untraced_because is None
    assert list(captured.module.state_dict()) == list(network.state_dict())
    inputs = some_inputs(shape)
    with torch.no_grad():
        assert torch.equal(captured.module(inputs), network(inputs))


def test_that_views_take_tensors_of_any_memory_format() -> None:
    network, shape = make_network("residual")
    captured = capture(nn.Sequential(network.get_submodule("stem"), Viewed()), Example(shape))
    inputs = some_inputs(shape)
    with torch.no_grad():
        wanted = captured.module(inputs)
        captured.module.to(memory_format=torch.channels_last)
        found = captured.module(inputs.contiguous(memory_format=torch.channels_last))
    assert torch.allclose(found, wanted, atol=1e-6)


class Viewed(nn.Module):
    """A view that a channels-last tensor does not allow."""

    def forward(self, x: Tensor) -> Tensor:
        return x.view(x.size(0), -1)


def test_that_every_value_knows_its_shape() -> None:
    network, shape = make_network("simple")
    captured = capture(network, Example(shape))
    assert captured.graph is not None
    shapes = {node.name: shape_of(node) for node in captured.graph.nodes}
    assert shapes["conv1"] == (2, 10, 24, 24)
    assert shapes["view"] == (2, 320)
    assert (captured.example_shape, captured.output_shape) == ((1, 28, 28), (10,))


def test_that_what_cannot_be_traced_is_kept_with_the_reason() -> None:
    network = Branching().eval()
    captured = capture(network, Example((6,)))
    assert captured.module is network and captured.graph is None
    assert captured.untraced_because is not None and "control flow" in captured.untraced_because


class Pair(nn.Module):
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x, x


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (Pair(), "answers tuple"),
        (nn.Conv2d(1, 1, 1), r"answers a tensor of shape \(2, 1, 4, 4\)"),
        (nn.Linear(3, 2), r"does not run on an input of shape \[1, 4, 4\]"),
    ],
)
def test_that_what_is_no_classifier_is_refused_in_one_line(network: nn.Module, words: str) -> None:
    with pytest.raises(RequestError, match=words) as caught:
        capture(network.eval(), Example((1, 4, 4)))
    assert "\n" not in caught.value.message


def test_that_layers_are_named_once_with_all_that_is_inside() -> None:
    block = nn.Sequential(nn.MultiheadAttention(8, 2), nn.Linear(8, 3), nn.LSTM(3, 4))
    assert [name for name, _ in layers_of(block)] == ["0", "1", "2"]


class Everything(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.plain = nn.Conv2d(3, 8, 3, stride=2)
        self.grouped = nn.Conv2d(8, 12, 3, groups=4)
        self.up = nn.ConvTranspose2d(12, 6, 2, stride=2)
        self.shared = nn.Linear(6, 6)
        self.head = nn.Linear(6, 5, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        x = self.up(self.grouped(self.plain(x))).mean((2, 3))
        return self.head(self.shared(F.relu(self.shared(x))))


def test_that_multiplications_are_counted_as_by_hand() -> None:
    network = Everything().eval()
    macs = count_macs(capture(network, Example((3, 17, 17))))
    assert macs == {
        "plain": 8 * 8 * 8 * 27,
        "grouped": 6 * 6 * 12 * 2 * 9,
        # Each input pixel meets each of the 4 weights of each of the 6 channels.
        "up": 6 * 6 * 12 * 6 * 4,
        "shared": 2 * 36,
        "head": 30,
    }
    with torch.no_grad():
        network.head.weight[0] = 0
        network.shared.bias.fill_(1)
    total, nonzero = count_parameters(network)
    assert total == 8 * 28 + 12 * 19 + 12 * 6 * 4 + 6 + 42 + 30
    assert nonzero == total - 6
