"""Looking into models: with data, and into files whose network is not known."""

from pathlib import Path

import onnx
import pytest
import torch
import torchvision
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import save_file
from torch import nn

import resources
from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.recipe import DataSpec
from engine.contract.recipe_file import read_recipe
from engine.contract.source import ModelSource
from engine.pipeline.inspecting import inspect_model


def test_that_with_data_every_layer_that_is_called_tells_what_it_answers() -> None:
    data = read_recipe(resources.sample_recipe()).data
    inspection = inspect_model(ModelSource(file="sample"), data, RunContext())
    assert inspection.metrics.accuracy is not None and inspection.metrics.accuracy > 0.98
    for layer in inspection.layers:
        assert layer.output is not None and layer.output.min is not None and layer.output.max is not None
        assert layer.output.min < layer.output.max
        assert sum(layer.output.histogram.counts) > 256
    assert sum(layer.size_share for layer in inspection.layers) == pytest.approx(1, abs=0.01)


def test_that_layers_tell_which_residual_block_they_can_go_with(tmp_path: Path) -> None:
    """ResNet-18 has 8 blocks; 3 of them have a projection on their other side, and stay."""
    torch.save(torchvision.models.resnet18(num_classes=3).state_dict(), tmp_path / "weights.pt")
    source = ModelSource(
        file=str(tmp_path / "weights.pt"),
        architecture="torchvision:resnet18?num_classes=3",
        input_shape=(3, 32, 32),
    )
    inspection = inspect_model(source, None, RunContext())
    blocks = {layer.name: layer.block for layer in inspection.layers if layer.block is not None}
    assert len(blocks) == 2 * 5
    assert (blocks["layer1.1.conv1"], blocks["layer1.1.conv2"], blocks["layer2.1.conv1"]) == (1, 1, 2)


def test_that_weights_of_an_unknown_network_are_shown_and_say_what_is_missing(tmp_path: Path) -> None:
    network = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Linear(9, 5, bias=False), nn.BatchNorm2d(4))
    path = tmp_path / "weights.safetensors"
    save_file(network.state_dict(), path)
    inspection = inspect_model(ModelSource(file=str(path)), None, RunContext())
    assert [(layer.name, layer.shape, layer.parameters) for layer in inspection.layers] == [
        ("0", (4, 1, 3, 3), 40),
        ("1", (5, 9), 45),
    ]
    assert inspection.bare_code == "architecture_missing"
    assert inspection.bare_because is not None and "architecture" in inspection.bare_because
    assert not any(layer.prunable for layer in inspection.layers)
    assert inspection.totals.parameters == 40 + 45 + 4 * 4


def test_that_with_data_an_unknown_network_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "weights.pt"
    torch.save(nn.Linear(3, 2).state_dict(), path)
    with pytest.raises(RequestError) as caught:
        inspect_model(ModelSource(file=str(path)), DataSpec(), RunContext())
    assert caught.value.code == "architecture_missing"


def test_that_the_tensors_of_a_graph_with_an_unknown_operator_are_shown(tmp_path: Path) -> None:
    weight = numpy_helper.from_array(torch.ones(6, 3).numpy(), "fc.weight")
    graph = helper.make_graph(
        [helper.make_node("Bend", ["x", "fc.weight"], ["y"], "bend", domain="elsewhere")],
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 6])],
        [weight],
    )
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("elsewhere", 1)]
    path = tmp_path / "net.onnx"
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=10), str(path))
    inspection = inspect_model(ModelSource(file=str(path)), None, RunContext())
    assert [(layer.name, layer.shape) for layer in inspection.layers] == [("fc", (6, 3))]
    assert inspection.bare_code == "operator_unknown"
    assert inspection.bare_because is not None and "Bend" in inspection.bare_because
