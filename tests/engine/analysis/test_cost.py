"""Multiplications against hand counts, torch's own counter, and the figures that torchvision publishes."""

import pytest
import torch
import torchvision
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from engine.analysis.cost import attention_macs, count_macs, recurrent_macs, total_macs
from engine.models.example import Example
from engine.models.graph import capture
from engine.models.shapes import LayerCall, noting_calls
from engine.models.weightless import build_weightless


class Last(nn.Module):
    """The last step of what a recurrent layer answers, classified."""

    def __init__(self, layer: nn.RNNBase, width: int) -> None:
        super().__init__()
        self.layer = layer
        self.head = nn.Linear(width, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.layer(x)[0][:, -1])


@pytest.mark.parametrize(
    ("layer", "width", "per_step"),
    [
        (nn.RNN(6, 5, batch_first=True), 5, 5 * (6 + 5)),
        (nn.GRU(6, 5, batch_first=True), 5, 3 * 5 * (6 + 5)),
        (nn.LSTM(6, 5, batch_first=True, bias=False), 5, 4 * 5 * (6 + 5)),
        (nn.LSTM(6, 5, batch_first=True, proj_size=2), 2, 4 * 5 * (6 + 2) + 2 * 5),
        # The second layer reads the 10 values of both directions of the first.
        (
            nn.LSTM(6, 5, num_layers=2, batch_first=True, bidirectional=True),
            10,
            2 * 4 * 5 * (6 + 5) + 2 * 4 * 5 * (10 + 5),
        ),
    ],
)
def test_that_every_step_of_a_recurrent_layer_multiplies_all_its_matrices(
    layer: nn.RNNBase, width: int, per_step: int
) -> None:
    macs = count_macs(capture(Last(layer, width), Example((7, 6))))
    assert macs == {"layer": 7 * per_step, "head": 3 * width}


def test_that_steps_are_counted_where_the_batch_stands_behind_them() -> None:
    steps_first = nn.GRU(6, 5)
    assert recurrent_macs(steps_first, LayerCall(((7, 2, 6),), None)) == 7 * 3 * 5 * (6 + 5)


def _counted_by_torch(network: nn.Module, inputs: tuple[Tensor, ...]) -> int:
    """Multiplications of one sample, as torch counts them: two operations each."""
    # Its counter does not see into the fused kernel of attention.
    with (
        sdpa_kernel(SDPBackend.MATH),
        torch.no_grad(),
        noting_calls({}),
        FlopCounterMode(display=False) as counter,
    ):
        network(*inputs)
    return counter.get_total_flops() // 2 // len(inputs[0])


def test_that_attention_over_another_sequence_counts_as_torch_counts_it() -> None:
    layer = nn.MultiheadAttention(8, 2, kdim=6, vdim=4, batch_first=True).eval()
    inputs = (torch.rand(2, 5, 8), torch.rand(2, 7, 6), torch.rand(2, 7, 4))
    call = LayerCall(tuple(tuple(value.shape) for value in inputs), None)
    assert attention_macs(layer, call) == _counted_by_torch(layer, inputs)


class Encoder(nn.Module):
    """A small Transformer; where it branches, there is no graph of it."""

    def __init__(self, *, batch_first: bool, is_branching: bool) -> None:
        super().__init__()
        self.batch_first, self.is_branching = batch_first, is_branching
        block = nn.TransformerEncoderLayer(8, 2, 24, batch_first=batch_first)
        self.encoder = nn.TransformerEncoder(block, 2, enable_nested_tensor=False)
        self.head = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        if self.is_branching and x.sum() < -1e9:
            x = -x
        x = self.encoder(x) if self.batch_first else self.encoder(x.transpose(0, 1)).transpose(0, 1)
        return self.head(x.mean(1))


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("is_branching", [True, False])
def test_that_layers_inside_of_others_count_with_a_graph_and_without(
    batch_first: bool, is_branching: bool
) -> None:
    network = Encoder(batch_first=batch_first, is_branching=is_branching).eval()
    captured = capture(network, Example((5, 8)))
    assert (captured.untraced_because is not None) == is_branching
    assert count_macs(captured)["encoder.layers.1.linear1"] == 5 * 8 * 24
    assert total_macs(captured) == _counted_by_torch(network, (torch.rand(2, 5, 8),))


def test_that_noting_calls_leaves_no_hook_and_no_switch_behind() -> None:
    network = Encoder(batch_first=True, is_branching=False).eval()
    capture(network, Example((5, 8)))
    assert torch.backends.mha.get_fastpath_enabled()
    assert not any(part._forward_hooks for part in network.modules())


class Words(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(50, 6)
        self.read = nn.GRU(6, 5, batch_first=True)
        self.head = nn.Linear(5, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.read(self.words(x))[0].mean(1))


def test_that_a_look_up_of_words_multiplies_nothing() -> None:
    macs = count_macs(capture(Words(), Example((9,), 50)))
    assert macs == {"words": 0, "read": 9 * 3 * 5 * (6 + 5), "head": 15}


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("vit_b_16", 224),
        ("resnet50", 224),
        ("convnext_tiny", 224),
        ("swin_t", 224),
        ("swin_v2_t", 256),
        ("maxvit_t", 224),
    ],
)
def test_that_large_networks_cost_what_torchvision_publishes(name: str, size: int) -> None:
    network = build_weightless(lambda: torchvision.models.get_model(name, weights=None))
    published = torchvision.models.get_model_weights(name)["IMAGENET1K_V1"].meta["_ops"]
    macs = total_macs(capture(network, Example((3, size, size))))
    # They are rounded to a million.
    assert macs is not None and macs / 1e9 == pytest.approx(published, abs=1e-3)
