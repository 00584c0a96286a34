"""Products of matrices by functions of the graph, against closed forms and torch's own counter."""

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models.swin_transformer import SwinTransformer

from engine.analysis.cost import functions_macs, known_macs, total_macs
from engine.models.example import Example
from engine.models.graph import CapturedGraph, capture

TOKENS, WIDTH = 5, 8


class Product(nn.Module):
    """A function of (batch, tokens, width), and a head."""

    def __init__(self, function: Callable[[nn.Module, Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function
        self.inner = nn.ParameterDict({"weight": nn.Parameter(torch.randn(6, WIDTH))})
        self.kernel = nn.ParameterDict({"weight": nn.Parameter(torch.randn(4, TOKENS, 3))})
        self.head = nn.Linear(1, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.function(self, x).flatten(1).sum(1, keepdim=True))


def counted_by_torch(network: nn.Module, inputs: Tensor) -> int:
    """Multiplications of one sample, as torch counts them: two operations each."""
    with sdpa_kernel(SDPBackend.MATH), torch.no_grad(), FlopCounterMode(display=False) as counter:
        network(inputs)
    return counter.get_total_flops() // 2 // len(inputs)


def captured_product(function: Callable[[nn.Module, Tensor], Tensor]) -> tuple[CapturedGraph, Product]:
    network = Product(function).eval()
    return capture(network, Example((TOKENS, WIDTH))), network


@pytest.mark.parametrize(
    ("function", "wanted"),
    [
        (lambda net, x: torch.matmul(x, x.transpose(1, 2)), TOKENS * TOKENS * WIDTH),
        (lambda net, x: x @ x.transpose(1, 2), TOKENS * TOKENS * WIDTH),
        (lambda net, x: x.bmm(x.transpose(1, 2)), TOKENS * TOKENS * WIDTH),
        (lambda net, x: F.linear(x, net.inner["weight"]), TOKENS * WIDTH * 6),
        (lambda net, x: F.conv1d(x, weight=net.kernel["weight"]), (WIDTH - 2) * 4 * TOKENS * 3),
        (lambda net, x: torch.einsum("b i d, b j d -> b i j", x, x), TOKENS * TOKENS * WIDTH),
        (lambda net, x: torch.einsum("...id,...jd->...ij", x, x), TOKENS * TOKENS * WIDTH),
        (lambda net, x: torch.einsum("bid,jd", x, net.inner["weight"]), TOKENS * WIDTH * 6),
        (
            lambda net, x: F.scaled_dot_product_attention(x[..., :4], x[:, :3, :4], x[:, :3, 4:6]),
            TOKENS * 3 * (4 + 2),
        ),
    ],
)
def test_that_a_function_costs_its_closed_form(
    function: Callable[[nn.Module, Tensor], Tensor], wanted: int
) -> None:
    captured, network = captured_product(function)
    assert captured.untraced_because is None
    assert functions_macs(captured) == wanted
    # The head reads one value three times.
    assert total_macs(captured) == counted_by_torch(network, torch.rand(2, TOKENS, WIDTH))


def test_that_windows_are_filled_up_and_projections_count() -> None:
    network = SwinTransformer(
        patch_size=[4, 4], embed_dim=WIDTH, depths=[2], num_heads=[2], window_size=[4, 4], num_classes=3
    ).eval()
    captured = capture(network, Example((3, 40, 40)))
    # 10 × 10 tokens fill 3 × 3 windows of 4 × 4, twice.
    assert functions_macs(captured) == 2 * 144 * WIDTH * (4 * WIDTH + 2 * 16)
    assert total_macs(captured) == counted_by_torch(network, torch.rand(2, 3, 40, 40))


def test_that_without_a_graph_only_layers_count() -> None:
    class Branching(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.head = nn.Linear(WIDTH, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.head((x @ x.transpose(1, 2) @ x).sum(1) if x.sum() < 1e9 else x.sum(1))

    captured = capture(Branching(), Example((TOKENS, WIDTH)))
    assert captured.untraced_because is not None
    assert total_macs(captured) == known_macs(captured) == 3 * WIDTH
