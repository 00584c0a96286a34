"""Quick scores against formulas in numpy, full ones against the whole network run again for each change."""

import copy
import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from engine.analysis.replay import Replay
from engine.context import RunContext
from engine.contract.errors import RunCancelled
from engine.contract.methods import SensitivityKind
from engine.contract.stats import LayerSensitivity
from engine.data.splits import Split
from engine.joint.sensitivity.changes import BITS, RATIOS, Axis, Layers
from engine.joint.sensitivity.full import FullSensitivity
from engine.joint.sensitivity.quick import quick_sensitivity
from engine.joint.sensitivity.suggesting import with_suggestion
from engine.models.example import Example
from engine.models.graph import CapturedGraph, capture

SHAPE = (3, 8, 8)


class Residual(nn.Module):
    """Writes into its values, by an inplace activation and by a sum."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.bn = nn.BatchNorm2d(8)
        self.relu = nn.ReLU(inplace=True)
        self.inner = nn.Conv2d(8, 8, 3, padding=1)
        self.short = nn.Conv2d(8, 8, 1)
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.bn(self.stem(x)))
        inner = self.inner(x)
        short = self.short(x)
        inner = inner.add_(short)
        x = nn.functional.relu(inner, inplace=True)
        return self.head(x.mean((2, 3)))


def make_network(seed: int = 0) -> Residual:
    torch.manual_seed(seed)
    network = Residual()
    with torch.no_grad():
        network(torch.randn(64, *SHAPE))
    return network.eval()


def make_split(network: nn.Module, count: int = 60) -> Split:
    inputs = torch.randn(count, *SHAPE, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        labels = network(inputs).argmax(1)
    labels[::7] = (labels[::7] + 1) % 5
    return Split(inputs, labels)


def accuracy_of(network: nn.Module, split: Split) -> float:
    with torch.no_grad():
        return float((network(split.inputs.clone()).argmax(1) == split.labels).double().mean())


def measured(captured: CapturedGraph, split: Split) -> dict[str, LayerSensitivity]:
    full = FullSensitivity(Layers(captured), split, lambda batch: batch, RunContext())
    return {each.layer: each.sensitivity for each in full.run()}


def without_smallest(weight: Tensor, ratio: float) -> Tensor:
    flat = weight.flatten().clone()
    flat[flat.abs().argsort(stable=True)[: int(len(flat) * ratio + 0.5)]] = 0
    return flat.view_as(weight)


def rounded(weight: Tensor, bits: int) -> Tensor:
    limit = 2 ** (bits - 1) - 1
    scale = weight.abs().flatten(1).amax(1).view(-1, *[1] * (weight.dim() - 1)) / limit
    return (weight / scale).round().clamp(-limit, limit) * scale


@pytest.mark.parametrize("layer", ["stem", "inner", "head"])
def test_that_full_scores_are_those_of_the_whole_network_run_again(layer: str) -> None:
    network = make_network()
    split = make_split(network)
    found = measured(capture(copy.deepcopy(network), Example(SHAPE)), split)[layer]
    for changed, curve in ((without_smallest, found.prune), (rounded, found.quantize)):
        assert [amount for amount, _ in curve] == list(RATIOS if changed is without_smallest else BITS)
        for amount, score in curve:
            other = copy.deepcopy(network)
            part = other.get_submodule(layer)
            part.weight.data = changed(part.weight.data, amount)  # type: ignore[operator]
            assert score == pytest.approx(accuracy_of(other, split), abs=1e-9)


def test_that_channel_scores_are_those_of_the_network_without_the_smallest_filters() -> None:
    torch.manual_seed(1)
    network = nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.ReLU(True), nn.Conv2d(8, 6, 3), nn.Flatten(), nn.Linear(96, 5)
    )
    network.eval()
    split = make_split(network)
    found = measured(capture(copy.deepcopy(network), Example(SHAPE)), split)["0"].channels
    order = network[0].weight.detach().abs().sum((1, 2, 3)).argsort()
    for ratio, score in found:
        other = copy.deepcopy(network)
        gone = order[: min(round(8 * ratio), 7)]
        other[0].weight.data[gone] = 0
        other[0].bias.data[gone] = 0
        assert score == pytest.approx(accuracy_of(other, split), abs=1e-9)
    assert [ratio for ratio, _ in found] == list(RATIOS)


def test_that_coupled_layers_share_their_channel_scores() -> None:
    network = make_network()
    found = measured(capture(network, Example(SHAPE)), make_split(network))
    assert found["inner"].channels == found["short"].channels != ()
    assert found["head"].channels == ()


def test_that_the_network_is_as_it_was_afterwards() -> None:
    network = make_network()
    before = copy.deepcopy(network.state_dict())
    measured(capture(network, Example(SHAPE)), make_split(network))
    assert all(torch.equal(before[name], tensor) for name, tensor in network.state_dict().items())
    assert network.relu.inplace


def test_that_a_network_that_cannot_be_traced_is_measured_too() -> None:
    class Branching(Residual):
        def forward(self, x: Tensor) -> Tensor:
            return super().forward(x) if x.mean() > -9 else self.head(x)

    torch.manual_seed(0)
    network = Branching().eval()
    split = make_split(network)
    captured = capture(copy.deepcopy(network), Example(SHAPE))
    assert captured.untraced_because is not None
    found = measured(captured, split)["inner"]
    other = copy.deepcopy(network)
    other.inner.weight.data = rounded(other.inner.weight.data, 2)
    assert dict(found.quantize)[2] == pytest.approx(accuracy_of(other, split), abs=1e-9)


def test_that_a_cancel_is_heard_between_two_passes() -> None:
    network = make_network()
    ctx = RunContext()
    full = FullSensitivity(
        Layers(capture(network, Example(SHAPE))), make_split(network), lambda batch: batch, ctx
    )
    ctx.control.cancel()
    with pytest.raises(RunCancelled):
        next(full.run())


def test_that_quick_scores_are_numpys() -> None:
    network = make_network()
    found = dict(quick_sensitivity(Layers(capture(network, Example(SHAPE)))))["inner"]
    weight = network.inner.weight.detach()
    signal = weight.double().square().sum()
    for bits, score in found.quantize:
        noise = (weight - rounded(weight, bits)).double().square().sum()
        assert score == pytest.approx(10 * math.log10(signal / noise), rel=1e-3)
    squares = np.sort(weight.double().numpy().ravel() ** 2)
    for ratio, score in found.prune:
        assert score == pytest.approx(
            1 - squares[: int(len(squares) * ratio + 0.5)].sum() / squares.sum(), rel=1e-5
        )


def test_that_quick_scores_of_an_lstm_count_all_its_matrices() -> None:
    class Recurrent(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm, self.head = nn.LSTM(6, 8, batch_first=True), nn.Linear(8, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.head(self.lstm(x)[0][:, -1])

    torch.manual_seed(0)
    network = Recurrent().eval()
    found = dict(quick_sensitivity(Layers(capture(network, Example((4, 6))))))["lstm"]
    both = np.concatenate(
        [
            network.lstm.weight_ih_l0.detach().numpy().ravel(),
            network.lstm.weight_hh_l0.detach().numpy().ravel(),
        ]
    )
    squares = np.sort(both.astype(float) ** 2)
    assert dict(found.prune)[0.5] == pytest.approx(
        1 - squares[: len(squares) // 2].sum() / squares.sum(), rel=1e-5
    )


@pytest.mark.parametrize(
    ("kind", "baseline", "wanted"),
    [(SensitivityKind.FULL, 0.9, (0.2, 6)), (SensitivityKind.QUICK, None, (None, None))],
)
def test_that_a_suggestion_stops_before_the_first_loss(
    kind: SensitivityKind, baseline: float | None, wanted: tuple[float | None, int | None]
) -> None:
    curves = LayerSensitivity(
        prune=((0.1, 0.9), (0.2, 0.89), (0.3, 0.7), (0.4, 0.9)), quantize=((8, 0.9), (6, 0.895), (4, 0.5))
    )
    suggestion = with_suggestion(curves, kind, baseline).suggestion
    assert (suggestion.weight_ratio, suggestion.bits) == wanted


def test_that_every_place_of_a_replay_gives_the_networks_own_answer() -> None:
    network = make_network()
    captured = capture(network, Example(SHAPE))
    batch = torch.randn(3, *SHAPE)
    wanted = network(batch.clone()).detach()
    replay = Replay(captured.module)
    replay.begin(batch)
    for place in range(12):
        replay.advance(place)
        assert torch.equal(replay.answer(), wanted)
        assert torch.equal(replay.answer(), wanted)


def test_that_changes_cover_every_layer_and_axis() -> None:
    changes = list(Layers(capture(make_network(), Example(SHAPE))).changes())
    assert {(name, change.axis) for change in changes for name in change.layers} == {
        (name, axis)
        for name in ("stem", "inner", "short", "head")
        for axis in Axis
        if (name, axis) != ("head", Axis.CHANNELS)
    }
