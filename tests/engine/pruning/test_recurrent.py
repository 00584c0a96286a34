"""Hidden units of recurrent layers: the cut against the masked network and against a smaller one built by hand."""

import copy
from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor, nn

from engine.contract.recipe import LayerPruneSpec, PruneSpec
from engine.joint.compressed import CompressedModel
from engine.models.example import Example
from engine.models.graph import capture
from engine.pruning.channels import Reason, map_channels, why_locked
from tests.engine.networks import compress, error_between, some_inputs

SHAPE = (7, 5)
UNITS = 8
HALF = PruneSpec(ratio=0.5)
KINDS = [nn.LSTM, nn.GRU, nn.RNN]
GATES = {nn.LSTM: 4, nn.GRU: 3, nn.RNN: 1}
FORMS = [(1, False), (2, False), (1, True), (2, True)]


class Reading(nn.Module):
    """Reads a sequence and answers from its last step, as most classifiers of sequences do."""

    def __init__(self, kind: type[nn.RNNBase], layers: int = 1, is_both_ways: bool = False) -> None:
        super().__init__()
        self.read = kind(5, UNITS, layers, batch_first=True, bidirectional=is_both_ways)
        self.head = nn.Linear((1 + is_both_ways) * UNITS, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.read(x)[0][:, -1])


def make_reading(kind: type[nn.RNNBase], layers: int = 1, is_both_ways: bool = False) -> nn.Module:
    torch.manual_seed(0)
    return Reading(kind, layers, is_both_ways).eval()


@torch.no_grad()
def masked_and_cut(model: CompressedModel, inputs: Tensor) -> tuple[Tensor, Tensor]:
    model.attach_masks()
    model.set_share(1.0)
    masked = model.module(inputs)
    model.cut()
    return masked, model.module(inputs)


def suffixes(layers: int, is_both_ways: bool) -> Iterator[tuple[int, str]]:
    for depth in range(layers):
        for direction in ("", "_reverse") if is_both_ways else ("",):
            yield depth, f"_l{depth}{direction}"


def strongest(read: nn.Module, gates: int, suffix: str) -> list[int]:
    """The half of the units whose rows of all gates have the largest sum, by plain loops."""
    sums = [0.0] * UNITS
    for part in ("ih", "hh"):
        rows = getattr(read, f"weight_{part}{suffix}").detach().double().abs().sum(1).tolist()
        for gate in range(gates):
            for unit in range(UNITS):
                sums[unit] += rows[gate * UNITS + unit]
    return sorted(sorted(range(UNITS), key=lambda unit: sums[unit])[UNITS // 2 :])


@torch.no_grad()
def built_by_hand(whole: nn.Module, kind: type[nn.RNNBase], layers: int, is_both_ways: bool) -> nn.Module:
    """A network of half the width whose weights are sliced one by one."""
    gates = GATES[kind]
    small = Reading(kind, layers, is_both_ways)
    small.read = kind(5, UNITS // 2, layers, batch_first=True, bidirectional=is_both_ways)
    small.head = nn.Linear((1 + is_both_ways) * UNITS // 2, 3)
    kept = {suffix: strongest(whole.read, gates, suffix) for _, suffix in suffixes(layers, is_both_ways)}
    answers: list[int] = list(range(5))
    for depth in range(layers):
        endings = [suffix for level, suffix in suffixes(layers, is_both_ways) if level == depth]
        for suffix in endings:
            rows = [gate * UNITS + unit for gate in range(gates) for unit in kept[suffix]]
            for name, columns in (("weight_ih", answers), ("weight_hh", kept[suffix])):
                weight = getattr(whole.read, f"{name}{suffix}")
                getattr(small.read, f"{name}{suffix}").copy_(weight[rows][:, columns])
            for name in ("bias_ih", "bias_hh"):
                getattr(small.read, f"{name}{suffix}").copy_(getattr(whole.read, f"{name}{suffix}")[rows])
        answers = [place * UNITS + unit for place, suffix in enumerate(endings) for unit in kept[suffix]]
    small.head.weight.copy_(whole.head.weight[:, answers])
    small.head.bias.copy_(whole.head.bias)
    return small.eval()


@pytest.mark.parametrize(("layers", "is_both_ways"), FORMS)
@pytest.mark.parametrize("kind", KINDS)
def test_that_half_of_the_units_equals_a_smaller_network_bit_for_bit(
    kind: type[nn.RNNBase], layers: int, is_both_ways: bool
) -> None:
    whole, inputs = make_reading(kind, layers, is_both_ways), some_inputs(SHAPE)
    small = built_by_hand(whole, kind, layers, is_both_ways)
    with torch.no_grad():
        uncut, wanted = whole(inputs), small(inputs)
    model = compress(whole, SHAPE, HALF)
    masked, cut = masked_and_cut(model, inputs)
    assert torch.equal(cut, wanted)
    assert error_between(masked, cut) <= 1e-5
    assert error_between(cut, uncut) > 0.01, "half of the units must matter"
    read = model.module.get_submodule("read")
    assert isinstance(read, nn.RNNBase)
    assert (read.hidden_size, read.input_size, set(model.locked)) == (UNITS // 2, 5, {"head"})
    assert repr(read) == repr(small.read)


class LastStates(nn.Module):
    """Two recurrent layers in a row, time first, then the last states of both directions, side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.widen = nn.Linear(5, 6)
        self.first = nn.GRU(6, 8)
        self.second = nn.LSTM(8, 8, bidirectional=True)
        self.head = nn.Linear(24, 3)

    def forward(self, x: Tensor) -> Tensor:
        x, _ = self.first(torch.relu(self.widen(x.transpose(0, 1))))
        _, (hidden, cell) = self.second(x[1:])
        return self.head(torch.cat([hidden[-2], hidden[-1], cell[0]], dim=1))


class AllStates(nn.Module):
    """The states of all layers at once: they lose the same places."""

    def __init__(self) -> None:
        super().__init__()
        self.read = nn.GRU(5, 8, 2)
        self.head = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        _, hidden = self.read(x.transpose(0, 1))
        return self.head(hidden.mean(0) + hidden[-1])


class BothWaysSummed(nn.Module):
    """The network itself ties the directions: the first unit of one is added to the first of the other."""

    def __init__(self) -> None:
        super().__init__()
        self.read = nn.LSTM(5, 8, bidirectional=True, batch_first=True)
        self.head = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        _, (hidden, _) = self.read(x)
        return self.head(hidden[0] + hidden[1])


@pytest.mark.parametrize("build", [LastStates, AllStates, BothWaysSummed])
def test_that_states_are_followed_wherever_they_are_read(build: type[nn.Module]) -> None:
    torch.manual_seed(0)
    model = compress(build().eval(), SHAPE, HALF)
    masked, cut = masked_and_cut(model, some_inputs(SHAPE))
    assert error_between(cut, masked) <= 1e-5
    assert set(model.locked) == {"head"}
    for part in model.module.modules():
        if isinstance(part, nn.RNNBase):
            assert part.hidden_size == 4
    kept = [group.channels for group in model.channels.groups]
    assert all(len(channels) in (6, 8) for channels in kept), "all rows of a layer share their channels"


def by_size(x: Tensor) -> Tensor:
    return torch.zeros(2, x.size(0), 8)


def by_shape(x: Tensor) -> Tensor:
    return torch.zeros((2, x.shape[0], 8)).to(x.device)


def by_its_like(x: Tensor) -> Tensor:
    return x.new_zeros(2, x.shape[0], 8)


class MadeStates(nn.Module):
    """Begins at zeros that it makes itself, as tutorials do."""

    def __init__(
        self, kind: type[nn.RNNBase], zeros: Callable[[Tensor], Tensor], *, is_shared: bool = False
    ) -> None:
        super().__init__()
        self.zeros, self.is_shared = zeros, is_shared
        self.read, self.again = kind(5, 8, 2, batch_first=True), nn.GRU(8, 8, 2, batch_first=True)
        self.head = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        state = self.zeros(x)
        is_pair = isinstance(self.read, nn.LSTM)
        x, _ = self.read(x, (state, self.zeros(x).detach()) if is_pair else state)
        return self.head(self.again(x, state if self.is_shared else None)[0][:, -1])


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU])
@pytest.mark.parametrize("zeros", [by_size, by_shape, by_its_like])
def test_that_zeros_to_begin_with_become_as_narrow_as_the_layer(
    kind: type[nn.RNNBase], zeros: Callable[[Tensor], Tensor]
) -> None:
    torch.manual_seed(0)
    model = compress(MadeStates(kind, zeros).eval(), SHAPE, HALF)
    masked, cut = masked_and_cut(model, some_inputs(SHAPE))
    assert error_between(cut, masked) <= 1e-5
    read = model.module.get_submodule("read")
    assert isinstance(read, nn.RNNBase) and (read.hidden_size, set(model.locked)) == (4, {"head"})


def test_that_zeros_of_two_layers_keep_the_width_of_both() -> None:
    captured = capture(MadeStates(nn.GRU, by_size, is_shared=True).eval(), Example(SHAPE))
    reasons = why_locked(captured, map_channels(captured))
    assert [reasons[name].code for name in ("read", "again")] == ["locked_state", "locked_state"]


class OwnState(nn.Module):
    """Begins at a state that it learned: a unit without weights would not stay at zero."""

    def __init__(self) -> None:
        super().__init__()
        self.begin = nn.Linear(5, 8)
        self.read = nn.GRU(5, 8, batch_first=True)
        self.head = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.read(x, self.begin(x[:, 0]).unsqueeze(0))[0][:, -1])


def test_that_a_state_of_its_own_locks_the_layer_and_what_makes_the_state() -> None:
    torch.manual_seed(0)
    model = compress(OwnState().eval(), SHAPE)
    assert model.locked["read"] == Reason("locked_state", {"kind": "GRU"})
    assert model.locked["begin"] == Reason("locked_state", {"kind": "GRU"})


def test_that_a_projection_locks_the_layer() -> None:
    class Projecting(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.read, self.head = nn.LSTM(5, 8, proj_size=4, batch_first=True), nn.Linear(4, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.head(self.read(x)[0].mean(1))

    model = compress(Projecting().eval(), SHAPE)
    assert model.locked["read"] == Reason("locked_state", {"kind": "LSTM"})


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU])
def test_that_masked_units_stay_at_zero_in_training_and_the_cut_goes_on_from_there(
    kind: type[nn.RNNBase],
) -> None:
    model = compress(make_reading(kind, layers=2), SHAPE, HALF)
    model.attach_masks()
    model.set_share(1.0)
    optimizer = torch.optim.SGD(model.module.parameters(), lr=0.1, momentum=0.9)
    inputs, labels = some_inputs(SHAPE, count=8), torch.arange(8) % 3
    model.module.train()
    for _ in range(3):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model.module(inputs), labels).backward()
        optimizer.step()
    removed = model.structure.removed
    with torch.no_grad():
        masked = model.module(inputs)
        model.set_share(1.0)
        assert model.structure.removed == removed, "what is gone stays gone"
        model.cut(optimizer)
        assert error_between(model.module(inputs), masked) <= 1e-5
    nn.functional.cross_entropy(model.module(inputs), labels).backward()
    optimizer.step()
    twin = copy.deepcopy(model.module)
    assert torch.equal(twin(inputs), model.module(inputs))


def test_that_a_skipped_recurrent_layer_keeps_all_its_units() -> None:
    spec = PruneSpec(ratio=0.5, layers={"first": LayerPruneSpec(skip=True)})
    torch.manual_seed(0)
    model = compress(LastStates().eval(), SHAPE, spec)
    masked_and_cut(model, some_inputs(SHAPE))
    first, second = (model.module.get_submodule(name) for name in ("first", "second"))
    assert (first.hidden_size, second.hidden_size, second.input_size) == (8, 4, 8)
