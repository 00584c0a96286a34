"""What the captured graph promises: names, shapes, answers, and a reason where there is none."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, fx, nn

from engine.analysis.cost import count_macs, count_parameters
from engine.contract.errors import RequestError
from engine.models.example import Example
from engine.models.graph import capture, layers_of, run_probe, shape_of
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


class Body(nn.Module):
    """What the networks below have in common; ``momentum=None`` cannot be seen in evaluation."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3, padding=1, padding_mode="circular")
        self.norm = nn.BatchNorm2d(6, momentum=None)
        self.second = nn.Conv2d(6, 8, 3, padding=1)
        self.drop = nn.Dropout(0.5)
        self.head = nn.Linear(8, 5)

    def body(self, x: Tensor) -> Tensor:
        x = F.relu(self.second(F.relu(self.norm(self.conv(x)))))
        return self.head(self.drop(x.mean((2, 3))))


class AskingShape(Body):
    def forward(self, x: Tensor) -> Tensor:
        if x.shape[0] == 0:
            return x.new_zeros((0, 5))
        return self.body(x)


class AskingLength(Body):
    """``len`` answers a plain number."""

    def forward(self, x: Tensor) -> Tensor:
        if len(x) == 0:
            raise ValueError("no samples")
        return self.body(x.reshape(len(x), 3, 4, 4))


class AskingRank(Body):
    def forward(self, x: Tensor) -> Tensor:
        assert x.dim() == 4
        return self.body(x)


class Unrolled(nn.Module):
    """A recurrent network written as a loop."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.Linear(3 + 8, 8)
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        state = x.new_zeros(x.size(0), 8)
        for step in range(x.size(1)):
            state = torch.tanh(self.cell(torch.cat([x[:, step], state], 1)))
        return self.head(state)


class LastState(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(3, 4, batch_first=True, bidirectional=True)
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        if x.dim() != 3:
            raise ValueError("no sequences")
        states = self.rnn(x)[1]
        return self.head(torch.cat([states[0], states[1]], 1))


IMAGE = (3, 4, 4)
FOLLOWED: dict[type[nn.Module], tuple[int, ...]] = {
    AskingShape: IMAGE,
    AskingLength: IMAGE,
    AskingRank: IMAGE,
    Unrolled: (4, 3),
    LastState: (4, 3),
}


@pytest.mark.parametrize("kind", FOLLOWED)
def test_that_code_that_asks_for_shapes_is_followed(
    kind: type[nn.Module], capfd: pytest.CaptureFixture[str]
) -> None:
    torch.manual_seed(0)
    network, example = kind().eval(), Example(FOLLOWED[kind])
    captured = capture(network, example)
    assert capfd.readouterr() == ("", "")
    assert captured.graph is not None and captured.untraced_because is None
    own, found = network.state_dict(), captured.module.state_dict()
    assert own.keys() == found.keys()
    assert all(own[name].data_ptr() == found[name].data_ptr() for name in own)
    inputs = torch.randn(7, *example.shape)
    with torch.no_grad():
        assert torch.allclose(captured.module(inputs), network(inputs), atol=1e-5)


def test_that_a_followed_network_learns_as_its_own_layers_say() -> None:
    network = AskingShape().eval()
    layers = dict(capture(network, Example(IMAGE)).module.named_modules())
    assert layers["norm"] is network.norm and layers["head"] is network.head
    assert [layer.p for layer in layers.values() if isinstance(layer, nn.Dropout)] == [0.5]


@pytest.mark.parametrize("kind", [AskingShape, AskingLength, LastState])
def test_that_following_twice_gives_the_same_graph(kind: type[nn.Module]) -> None:
    network, example = kind().eval(), Example(FOLLOWED[kind])
    first, second = (capture(network, example).module for _ in range(2))
    assert isinstance(first, fx.GraphModule) and isinstance(second, fx.GraphModule)
    assert first.code == second.code
    assert [name for name, _ in first.named_parameters()] == [name for name, _ in second.named_parameters()]


class AskingValues(Body):
    def forward(self, x: Tensor) -> Tensor:
        return self.body(x) if x.mean() > 0 else self.body(-x)


class OtherwiseInCrowds(Body):
    """More samples than are tried go another way."""

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x) if x.shape[0] < 9 else self.body(-x)


class Attending(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True)
        self.head = nn.Linear(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = x[:, 0]
        return self.head(self.attention(x, x, x)[0].flatten(1)) if len(x) > 0 else x


class Paired(Body):
    """One weight with two biases: under its one name stands one layer only."""

    def __init__(self) -> None:
        super().__init__()
        self.other = nn.Conv2d(6, 8, 3, padding=1)
        self.other.weight = self.second.weight

    def forward(self, x: Tensor) -> Tensor:
        assert x.dim() == 4
        x = self.conv(x)
        return self.head((self.second(x) + F.relu(self.other(x))).mean((2, 3)))


@pytest.mark.parametrize("kind", [AskingValues, OtherwiseInCrowds, Attending, Paired])
def test_that_what_cannot_be_followed_whole_is_kept_with_the_line_that_blocked(
    kind: type[nn.Module], capfd: pytest.CaptureFixture[str]
) -> None:
    network, example = kind().eval(), Example(IMAGE)
    wanted, state = run_probe(network, example), dict(network.state_dict())
    captured = capture(network, example)
    assert captured.module is network and captured.graph is None
    assert captured.untraced_because is not None
    assert captured.untraced_because.startswith("test_capture.py:")
    assert capfd.readouterr() == ("", "")
    assert torch.equal(run_probe(network, example), wanted)
    assert all(state[name].data_ptr() == tensor.data_ptr() for name, tensor in network.state_dict().items())
