"""ONNX files: read with onnx, run in ONNX Runtime, and held against the torch model."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch
from onnx import TensorProto, numpy_helper

from engine.contract.errors import RequestError
from engine.export.formats import export_float32, export_int8
from engine.export.onnx_file import build_onnx
from engine.export.prepare import prepare_float, prepare_integer
from engine.models.example import Example
from tests.engine.export.jobs import make_job
from tests.engine.networks import error_between, some_inputs


def run_file(path: Path, inputs: torch.Tensor) -> torch.Tensor:
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return torch.from_numpy(session.run(None, {"input": inputs.numpy()})[0])


@pytest.mark.parametrize("name", ["simple", "residual", "dense", "depthwise", "padded_shortcut", "tokens"])
def test_that_a_float_file_answers_as_torch(name: str, tmp_path: Path) -> None:
    job = make_job(name, bits=None)
    path = tmp_path / "model.onnx"
    artifact = export_float32(job, path)
    inputs = some_inputs(job.model.captured.example_shape, 5, seed=9)
    with torch.no_grad():
        wanted = job.model.module(inputs)
    assert error_between(run_file(path, inputs), wanted) <= 1e-4
    assert artifact.verified and artifact.max_error is not None and artifact.max_error <= 1e-4
    assert artifact.size_bytes == path.stat().st_size


def test_that_any_batch_size_runs_and_gives_each_sample_its_own_answer(tmp_path: Path) -> None:
    job = make_job("simple")
    path = tmp_path / "model.onnx"
    export_int8(job, path)
    inputs = some_inputs((1, 28, 28), 7)
    whole = run_file(path, inputs)
    assert whole.shape == (7, 10)
    for place in range(7):
        assert torch.allclose(run_file(path, inputs[place : place + 1])[0], whole[place], atol=1e-5)


@pytest.mark.parametrize("name", ["simple", "residual", "dense", "depthwise", "grouped", "squeeze_excite"])
def test_that_an_integer_file_is_verified_against_the_rounded_network(name: str, tmp_path: Path) -> None:
    job = make_job(name)
    path = tmp_path / "model.onnx"
    artifact = export_int8(job, path)
    inputs = some_inputs(job.model.captured.example_shape, 64)
    with torch.no_grad():
        rounded = job.model.module(inputs)
    assert error_between(run_file(path, inputs), rounded) <= 0.02
    assert artifact.verified, artifact.why
    assert job.model.placement is not None
    assert artifact.integer_operators >= job.model.placement.integer_operators
    assert artifact.float_operators == 0


def test_that_the_file_holds_int8_weights_int32_biases_and_uint8_activations(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    export_int8(make_job("residual"), path)
    graph = onnx.load(str(path)).graph
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    for layer in ("stem", "first", "second", "side", "head"):
        assert tensors[f"{layer}.weight.integers"].data_type == TensorProto.INT8
        assert tensors[f"{layer}.bias.integers"].data_type == TensorProto.INT32
    floats = [t for t in graph.initializer if t.data_type == TensorProto.FLOAT and len(t.dims) > 1]
    assert not floats, "no weight is left in float"
    values = onnx.shape_inference.infer_shapes(onnx.load(str(path))).graph.value_info
    types = {value.name: value.type.tensor_type.elem_type for value in values}
    outputs = [node.output[0] for node in graph.node if node.op_type == "QuantizeLinear"]
    assert outputs and {types[name] for name in outputs} == {TensorProto.UINT8}


def test_that_the_bias_scale_is_input_scale_times_weight_scale() -> None:
    model = make_job("residual").model
    prepared = prepare_integer(model)
    graph = build_onnx(prepared, Example((3, 8, 8))).graph
    tensors = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    assert model.placement is not None
    for layer, source in model.placement.inputs.items():
        scale, _ = model.module.get_submodule(f"activation_quantizers.{source}").grid()
        wanted = tensors[f"{layer}.weight.scale"] * np.float32(scale)
        assert np.allclose(tensors[f"{layer}.bias.scale"], wanted, rtol=1e-6)


def test_that_the_runtime_makes_integer_operators_of_it(tmp_path: Path) -> None:
    path, optimised = tmp_path / "model.onnx", tmp_path / "optimised.onnx"
    export_int8(make_job("simple"), path)
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(optimised)
    options.log_severity_level = 3
    ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    kinds = [node.op_type for node in onnx.load(str(optimised)).graph.node]
    assert (kinds.count("QLinearConv"), kinds.count("QGemm")) == (2, 2)
    assert not {"Conv", "Gemm", "MatMul", "FusedConv"} & set(kinds)


def test_that_nothing_of_the_exporters_notes_is_left(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    export_int8(make_job("residual"), path)
    model = onnx.load(str(path))
    parts = [model, model.graph, *model.graph.node, *model.graph.input, *model.graph.initializer]
    assert not any(part.metadata_props or part.doc_string for part in parts)
    assert not model.graph.value_info and not model.functions
    assert b"torch" not in path.read_bytes()


def test_that_fewer_bits_ride_on_the_int8_grid(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    export_int8(make_job("simple", bits=3), path)
    weights = [t for t in onnx.load(str(path)).graph.initializer if t.name.endswith("weight.integers")]
    assert {int(v) for t in weights for v in np.unique(numpy_helper.to_array(t))} == {
        32 * level for level in range(-3, 4)
    }


@torch.no_grad()
def test_that_folding_a_batch_norm_moves_no_level() -> None:
    """Levels chosen before the fold, times the sign of gamma, are the folded weight's own levels."""
    model = make_job("residual").model
    model.module.get_parameter("first_norm.weight")[::2].neg_()
    prepared = prepare_integer(model)
    for layer, norm in (("stem", "stem_norm"), ("first", "first_norm"), ("second", "second_norm")):
        weight, part = model.masked_weight(layer).double(), model.module.get_submodule(norm)
        factor = part.weight.double() / torch.sqrt(part.running_var.double() + part.eps)
        folded = (weight * factor.view(-1, 1, 1, 1)).flatten(1).numpy()
        scale = np.abs(folded).max(1, keepdims=True) / 127
        levels = prepared.integers[layer].levels.reshape(len(folded), -1)
        is_tie = np.abs(np.abs(folded / scale % 1) - 0.5) < 1e-4
        assert np.array_equal(levels[~is_tie], np.round(folded / scale)[~is_tie]), layer
        assert np.allclose(prepared.integers[layer].scale, scale[:, 0], rtol=1e-5)


@torch.no_grad()
def test_that_a_dead_channel_with_a_large_bias_fits_into_32_bits() -> None:
    model = make_job("simple").model
    weight = model.module.get_submodule("fc2").parametrizations["weight"].original
    weight[3] = 1e-9
    model.module.get_parameter("fc2.bias")[3] = 5.0
    layer = prepare_integer(model).integers["fc2"]
    assert layer.bias is not None
    assert layer.bias[3] * layer.bias_scale[3] == pytest.approx(5.0, rel=1e-6)


@torch.no_grad()
def test_that_preparing_leaves_the_model_as_it_was() -> None:
    model = make_job("residual").model
    before = {name: tensor.clone() for name, tensor in model.module.state_dict().items()}
    inputs = some_inputs((3, 8, 8))
    answers = model.module(inputs)
    prepare_float(model)
    prepare_integer(model)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.module.state_dict().items())
    assert torch.equal(model.module(inputs), answers)


def test_that_integers_are_refused_where_nothing_was_quantized(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="needs \\[quantize\\]"):
        export_int8(make_job("simple", bits=None), tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())
