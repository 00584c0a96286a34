from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from engine.contract.errors import RequestError
from engine.contract.methods import SourceFormat
from engine.contract.recipe import QuantizeSpec
from engine.contract.source import ModelSource
from engine.export.onnx_file import build_onnx
from engine.export.prepare import prepare_float
from engine.models.example import Example
from engine.models.onnx_reader import raise_onnx
from engine.models.raising.proof import prove_equal
from engine.models.readers import content_of
from engine.pruning.channels import map_channels
from engine.quantization.placement import place_quantizers
from tests.engine.models.graph_writers import (
    cut_first_group,
    difference,
    make_net,
    open_file,
    write_dynamo,
    write_legacy,
)
from tests.engine.models.strangers import Questions
from tests.engine.networks import compress, make_network


@pytest.mark.parametrize(
    ("name", "is_fixed"),
    [
        ("depthwise", True), ("padded_shortcut", False), ("transposed", True), ("two_way_lstm", True), ("gru", False),
        ("transformer", False), ("patches", True), ("patches", False),
    ],
)  # fmt: skip
def test_that_a_traced_export_answers_as_the_network_did(tmp_path: Path, name: str, is_fixed: bool) -> None:
    network, example = make_net(name)
    model = open_file(write_legacy(tmp_path / "model", network, example, is_fixed=is_fixed))
    assert model.info.format is SourceFormat.ONNX
    assert (model.example, model.captured.untraced_because) == (example, None)
    assert difference(model.module, network, example) < 1e-5


@pytest.mark.parametrize(("name", "is_fixed"), [("residual", False), ("transformer", True)])
def test_that_todays_export_answers_as_the_network_did(tmp_path: Path, name: str, is_fixed: bool) -> None:
    network, example = make_net(name)
    model = open_file(write_dynamo(tmp_path / "model", network, example, is_fixed=is_fixed))
    assert (model.example, model.captured.untraced_because) == (example, None)
    assert difference(model.module, network, example) < 1e-5


def test_that_layers_come_back_under_the_names_that_they_had(tmp_path: Path) -> None:
    network, example = make_net("grouped")
    model = open_file(write_legacy(tmp_path / "model", network, example))
    kinds = {name: type(part) for name, part in model.module.named_modules() if list(part.parameters(False))}
    assert kinds == {"before": nn.Conv2d, "grouped": nn.Conv2d, "after": nn.Conv2d, "head": nn.Linear}
    assert model.module.get_submodule("grouped").groups == 4
    assert set(model.module.state_dict()) == set(network.state_dict())


def test_that_recurrent_layers_come_back(tmp_path: Path) -> None:
    network, example = make_net("lstm")
    model = open_file(write_legacy(tmp_path / "model", network, example))
    assert isinstance(model.module.get_submodule("rnn"), nn.LSTM)
    assert isinstance(model.module.get_submodule("words"), nn.Embedding)
    for name, wanted in network.state_dict().items():
        assert torch.equal(model.module.state_dict()[name], wanted), name


@pytest.mark.parametrize("name", ["residual", "grouped"])
def test_that_channels_are_found_and_cut(tmp_path: Path, name: str) -> None:
    network, example = make_net(name)
    groups = len(map_channels(compress(network, example.shape).captured).groups)
    model = open_file(write_legacy(tmp_path / "model", network, example, is_fixed=True))
    assert len(map_channels(model.captured).groups) == groups
    before, after = cut_first_group(model)
    assert after < before


def test_that_every_layer_can_run_in_integers(tmp_path: Path) -> None:
    network, example = make_net("residual")
    model = open_file(write_legacy(tmp_path / "model", network, example))
    placement = place_quantizers(model.captured, QuantizeSpec())
    assert set(placement.bits) == {"stem", "first", "second", "side", "head"}
    assert placement.float_because == {}


def test_that_our_own_float_file_opens_again(tmp_path: Path) -> None:
    network, shape = make_network("residual")
    path = tmp_path / "model.onnx"
    model = build_onnx(prepare_float(compress(network, shape)), Example(shape))
    path.write_bytes(model.SerializeToString())
    assert difference(open_file(path).module, network, Example(shape)) < 1e-5


def test_that_tensors_in_a_file_beside_it_are_read(tmp_path: Path) -> None:
    network, example = make_net("residual")
    model = onnx.load(write_legacy(tmp_path / "first", network, example))
    path = tmp_path / "model.onnx"
    onnx.save(model, path, save_as_external_data=True, location="weights.bin", size_threshold=0)
    content = content_of(ModelSource(file=str(path)), Questions(answer=False).context())
    assert content.files == (path, tmp_path / "weights.bin")
    assert difference(open_file(path).module, network, example) < 1e-5


def write_graph(path: Path, nodes: list[onnx.NodeProto], *, inputs: int = 1) -> Path:
    """A graph over ``x`` of shape (batch, 4) with a matrix ``w``, which answers ``y``."""
    matrix = np.arange(12, dtype=np.float32).reshape(4, 3) / 12
    values = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 4]) for name in ("x", "z")[:inputs]
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        values,
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 3])],
        [numpy_helper.from_array(matrix, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    path.write_bytes(model.SerializeToString())
    return path


def test_that_an_operator_that_is_not_understood_is_named_and_the_weights_are_still_listed(
    tmp_path: Path,
) -> None:
    product = helper.make_node("MatMul", ["x", "w"], ["m"])
    path = write_graph(tmp_path / "model", [product, helper.make_node("Hardmax", ["m"], ["y"], name="pick")])
    with pytest.raises(RequestError, match='operator Hardmax of node "pick" is not understood'):
        open_file(path)
    content = content_of(ModelSource(file=str(path)), Questions(answer=False).context())
    assert {name: tuple(tensor.shape) for name, tensor in content.entries[0].state.items()} == {"w": (4, 3)}


def test_that_a_quantized_file_is_refused_in_one_line(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]),
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["d"]),
        helper.make_node("MatMul", ["d", "w"], ["y"]),
    ]
    with pytest.raises(RequestError, match="is already quantized"):
        open_file(write_graph(tmp_path / "model", nodes))


def test_that_a_graph_of_two_inputs_is_refused(tmp_path: Path) -> None:
    nodes = [helper.make_node("Add", ["x", "z"], ["m"]), helper.make_node("MatMul", ["m", "w"], ["y"])]
    with pytest.raises(RequestError, match="takes 2 inputs"):
        open_file(write_graph(tmp_path / "model", nodes, inputs=2))


def test_that_names_in_the_file_are_never_pasted_into_code(tmp_path: Path) -> None:
    node = helper.make_node("MatMul", ["x", "w"], ["y"], name='forward/a"];import os;os.abort()#/x')
    model = open_file(write_graph(tmp_path / "model", [node]))
    (name,) = [name for name, part in model.module.named_modules() if isinstance(part, nn.Linear)]
    assert all(part.isidentifier() and not hasattr(nn.Module, part) for part in name.split("."))


def test_that_open_sizes_are_asked_for(tmp_path: Path) -> None:
    network, example = make_net("grouped")
    path = write_legacy(tmp_path / "model", network, example)
    model = onnx.load(path)
    for dim in (2, 3):
        model.graph.input[0].type.tensor_type.shape.dim[dim].dim_param = f"side{dim}"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(RequestError, match="cannot be inferred"):
        open_file(path)
    assert open_file(path, shape=(3, 8, 8)).example == example


def test_that_other_answers_are_told_with_their_size() -> None:
    left, right = nn.Linear(3, 2), nn.Linear(3, 2)
    with pytest.raises(RequestError, match="answer differently"):
        prove_equal(left, right, Example((3,)), batches=(2,))
    prove_equal(left, left, Example((3,)), batches=(2,))


def test_that_activations_come_back_as_torchs_own(tmp_path: Path) -> None:
    network, example = make_net("patches")
    raised, _ = raise_onnx(write_legacy(tmp_path / "model", network, example), None)
    assert nn.functional.gelu in {node.target for node in raised.graph.nodes}
