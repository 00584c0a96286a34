"""Shapes that were learned without computing, against those of a real run."""

import pytest
import torch
import torchvision
from torch import Tensor, nn

from engine.models.example import Example
from engine.models.graph import capture, shape_of, trace
from engine.models.shapes import ShapeNotes, note_shapes_on_meta_
from engine.models.weightless import build_weightless
from tests.engine.networks import NETWORKS, make_network


@pytest.mark.parametrize("name", NETWORKS)
def test_that_shapes_without_values_are_those_of_a_real_run(name: str) -> None:
    network, shape = make_network(name)
    computed, noted = trace(network.eval()), trace(network)
    example = Example(shape)
    with torch.no_grad():
        ShapeNotes(computed)(example.probe(2))
    note_shapes_on_meta_(noted, example, 2)
    real, without = (
        [(node.name, shape_of(node)) for node in traced.graph.nodes] for traced in (computed, noted)
    )
    assert without == real


def test_that_learning_shapes_leaves_every_tensor_as_it_was() -> None:
    network, shape = make_network("residual")
    before = {
        name: (id(tensor), tensor.clone()) for name, tensor in network.state_dict(keep_vars=True).items()
    }
    capture(network, Example(shape))
    for name, tensor in network.state_dict(keep_vars=True).items():
        kept, values = before[name]
        assert id(tensor) == kept and torch.equal(tensor, values)


class Counting(nn.Module):
    """Asks for values on the way: how often the likeliest class comes."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(6, 4)

    def forward(self, x: Tensor) -> Tensor:
        logits = self.fc(x)
        return logits * torch.bincount(logits.argmax(1), minlength=4)


def test_that_a_network_that_asks_for_values_is_computed_and_keeps_its_graph() -> None:
    network = Counting()
    with pytest.raises(NotImplementedError):
        note_shapes_on_meta_(trace(network), Example((6,)), 2)
    captured = capture(network, Example((6,)))
    assert captured.untraced_because is None
    assert captured.output_shape == (4,)


@pytest.mark.timeout(20)
def test_that_167_billion_multiplications_are_not_done_to_learn_a_shape() -> None:
    network = build_weightless(lambda: torchvision.models.vit_h_14(weights=None))
    assert capture(network, Example((3, 224, 224))).output_shape == (1000,)
