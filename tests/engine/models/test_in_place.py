"""Who reads what is left of a sum that went may not write into it: training goes on behind the cut."""

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, fx, nn

from engine.models.example import Example
from engine.models.graph import capture
from engine.pruning.blocks import cut_blocks_, find_blocks
from tests.engine.networks import some_inputs


class Rectified(nn.Module):
    """Two blocks; what stands behind each sum writes into it, and what stands before it needs that value."""

    def __init__(self, behind: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.stem, self.first, self.second, self.head = (nn.Linear(6, 6) for _ in range(4))
        self.behind = behind

    def forward(self, x: Tensor) -> Tensor:
        x = torch.sigmoid(self.stem(x))
        x = self.behind(x + self.first(x))
        return self.head(self.behind(x + self.second(x)))


def doubled(x: Tensor) -> Tensor:
    x *= 2
    return x


BEHIND: list[Callable[[Tensor], Tensor]] = [
    nn.ReLU(inplace=True),
    Tensor.relu_,
    lambda x: F.relu(x, inplace=True),
    lambda x: F.relu(x, True),
    doubled,
]


@pytest.mark.parametrize("behind", BEHIND)
def test_that_a_network_without_its_blocks_can_be_trained(behind: Callable[[Tensor], Tensor]) -> None:
    torch.manual_seed(0)
    network = Rectified(behind)
    inputs = some_inputs((6,))
    with torch.no_grad():
        wanted = network.head(behind(behind(torch.sigmoid(network.stem(inputs)))))
    traced = capture(network, Example((6,))).module
    assert isinstance(traced, fx.GraphModule)
    blocks = find_blocks(traced)
    cut_blocks_(traced, blocks, frozenset(block.number for block in blocks))
    answers = traced(inputs)
    assert len(blocks) == 2 and torch.equal(answers, wanted)
    answers.sum().backward()
    assert network.stem.weight.grad is not None and network.stem.weight.grad.any()
