"""Files that measure ranges as they run: against torch's own computing of the same, and against torch's own layers."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper
from torch import Tensor, nn

from engine.context import RunContext
from engine.contract.methods import QuantizeGranularity, QuantizeMode
from engine.contract.recipe import QuantizeSpec
from engine.data.splits import Data, Split
from engine.export.exact import levels_at_run_time
from engine.export.formats import export_float32, export_int8
from engine.export.job import ExportJob
from engine.export.prepare_dynamic import prepare_dynamic
from engine.joint.compressed import CompressedModel
from engine.models.graph import capture
from tests.engine.encoders import EXAMPLE, make_reader, some_words
from tests.engine.export.test_tokens import Mixer, answers, job_for, optimised_kinds
from tests.engine.networks import compress, error_between, make_recipe, some_inputs

DYNAMIC = QuantizeSpec(mode=QuantizeMode.DYNAMIC)
SOUNDS = (7, 6)


class Rememberer(nn.Module):
    """A GRU and what it says on the whole, and last."""

    def __init__(self, **options: object) -> None:
        super().__init__()
        self.gru = nn.GRU(6, 8, **({"batch_first": True} | options))
        self.head = nn.Linear(8 * (2 if self.gru.bidirectional else 1), 5)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 7, 6) → (N, 5)."""
        states, hidden = self.gru(x if self.gru.batch_first else x.transpose(0, 1))
        return self.head(states.amax(1 if self.gru.batch_first else 0)) + hidden[-1, :, :5]


class Listener(nn.Module):
    """An LSTM and what it says on the whole, and last."""

    def __init__(self, **options: object) -> None:
        super().__init__()
        self.lstm = nn.LSTM(6, 8, **({"batch_first": True} | options))
        self.head = nn.Linear(8 * (2 if self.lstm.bidirectional else 1), 5)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 7, 6) → (N, 5), from all states and the last of them."""
        states, (hidden, _) = self.lstm(x if self.lstm.batch_first else x.transpose(0, 1))
        return self.head(states.amax(1 if self.lstm.batch_first else 0)) + hidden[-1, :, :5]


LISTENERS: dict[str, dict[str, object]] = {
    "one way": {},
    "both ways": {"bidirectional": True},
    "two layers, both ways": {"num_layers": 2, "bidirectional": True},
    "time first": {"batch_first": False},
    "without bias": {"bias": False},
}


def rounded(network: nn.Module, shape: tuple[int, ...], spec: QuantizeSpec = DYNAMIC) -> CompressedModel:
    model = compress(network.eval(), shape, quantize=spec)
    model.attach_quantizers()
    model.finish()
    return model


def listener(name: str = "one way", spec: QuantizeSpec = DYNAMIC) -> CompressedModel:
    torch.manual_seed(0)
    return rounded(Listener(**LISTENERS[name]), SOUNDS, spec)


def words_job(network: nn.Module) -> ExportJob:
    model = CompressedModel(capture(network, EXAMPLE), make_recipe(quantize=DYNAMIC))
    model.attach_quantizers()
    model.finish()
    words = some_words().repeat(6, 1)
    split = Split(words, torch.arange(len(words)) % 3)
    data = Data(
        train=split,
        validation=split,
        test=split,
        classes=3,
        class_names=("0", "1", "2"),
        mean=torch.zeros(1),
        std=torch.ones(1),
        vocabulary=EXAMPLE.vocabulary,
    )
    return ExportJob(model=model, data=data, ctx=RunContext(), threads=1)


@torch.no_grad()
def run_in_torch(job: ExportJob) -> Tensor:
    """What torch computes of the integers of a file."""
    found: Tensor = prepare_dynamic(job.model).module(job.data.test.inputs)
    return found


@pytest.mark.parametrize("name", LISTENERS)
def test_that_an_lstm_of_integers_is_verified(name: str, tmp_path: Path) -> None:
    model, path = listener(name), tmp_path / "model.onnx"
    artifact = export_int8(job_for(model), path)
    assert artifact.verified, artifact.why
    layers = model.module.get_submodule("lstm").num_layers
    assert optimised_kinds(path).count("DynamicQuantizeLSTM") == layers
    assert (artifact.integer_operators, artifact.float_operators) == (layers + 1, 0)
    inputs = some_inputs(SOUNDS, 16, seed=4)
    assert error_between(answers(path, inputs), prepare_dynamic(model).module(inputs)) < 0.01


@pytest.mark.parametrize("name", LISTENERS)
def test_that_an_lstm_of_integers_answers_nearly_as_torch_with_rounded_weights(name: str) -> None:
    model, inputs = listener(name), some_inputs(SOUNDS, 16, seed=4)
    with torch.no_grad():
        error = error_between(prepare_dynamic(model).module(inputs), model.module(inputs))
    assert 0 < error < 0.02


@pytest.mark.parametrize("name", ["two layers, both ways", "time first", "without bias"])
def test_that_a_gru_of_integers_is_one_of_floats_in_the_runtime(name: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    model, path = rounded(Rememberer(**LISTENERS[name]), SOUNDS), tmp_path / "model.onnx"
    artifact = export_int8(job_for(model), path)
    assert artifact.verified, artifact.why
    kinds = optimised_kinds(path)
    assert kinds.count("GRU") == model.module.get_submodule("gru").num_layers
    assert not {"DequantizeLinear", "Cast", "Mul"} & set(kinds), "the matrices are made once"
    inputs = some_inputs(SOUNDS, 16, seed=4)
    with torch.no_grad():
        assert error_between(answers(path, inputs), model.module(inputs)) < 0.02
    tensors = onnx.load(str(path)).graph.initializer
    matrices = [t for t in tensors if len(t.dims) > 1 and min(t.dims) > 2]
    assert {tensor.data_type for tensor in matrices} == {TensorProto.INT8}
    assert model.placement is not None and model.placement.input_bits == {"head": 8}


@pytest.mark.parametrize("name", ["norm first", "time first", "without bias", "two layers, mask of places"])
def test_that_a_transformer_has_integers_for_all_its_matrices(name: str, tmp_path: Path) -> None:
    job, path = words_job(make_reader(name)), tmp_path / "model.onnx"
    artifact = export_int8(job, path)
    assert artifact.verified, artifact.why
    assert artifact.max_error is not None and artifact.max_error < 0.01
    kinds = optimised_kinds(path)
    assert kinds.count("DynamicQuantizeMatMul") == job.model.placement.integer_operators  # type: ignore[union-attr]
    # What is left multiplies values with values: queries with keys, and attention with values.
    assert artifact.float_operators == 2 * kinds.count("Softmax")
    floats = [t for t in onnx.load(str(path)).graph.initializer if t.data_type == TensorProto.FLOAT]
    assert max(int(np.prod(tensor.dims)) for tensor in floats) <= 36
    assert error_between(job.rounded_answers, run_in_torch(job)) < 0.05


@pytest.mark.parametrize("granularity", [QuantizeGranularity.PER_TENSOR, QuantizeGranularity.PER_CHANNEL])
def test_that_one_scale_or_many_and_few_bits_are_written(
    granularity: QuantizeGranularity, tmp_path: Path
) -> None:
    spec = QuantizeSpec(mode=QuantizeMode.DYNAMIC, weight_bits=4, granularity=granularity)
    for number, model in enumerate((listener("both ways", spec), rounded(Mixer(), (6, 16), spec))):
        path = tmp_path / f"{number}.onnx"
        assert export_int8(job_for(model), path).verified
        tensors = [t for t in onnx.load(str(path)).graph.initializer if t.data_type == TensorProto.INT8]
        levels = np.concatenate([onnx.numpy_helper.to_array(tensor).ravel() for tensor in tensors])
        assert set(np.unique(levels)) == set(range(-7, 8))


def test_that_a_batch_norm_behind_a_matrix_melts_into_its_levels(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(16, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 5))
    network[1].running_mean.normal_()
    network[1].weight.data.uniform_(-2, 2)
    job = job_for(rounded(network, (16,)))
    assert export_int8(job, tmp_path / "model.onnx").verified
    assert "BatchNormalization" not in optimised_kinds(tmp_path / "model.onnx")
    assert error_between(job.rounded_answers, run_in_torch(job)) < 0.03


def test_that_a_float_file_holds_the_rounded_weights(tmp_path: Path) -> None:
    model = listener("both ways")
    artifact = export_float32(job_for(model), tmp_path / "model.onnx")
    assert artifact.verified, artifact.why
    inputs = some_inputs(SOUNDS, 16, seed=4)
    with torch.no_grad():
        assert error_between(answers(tmp_path / "model.onnx", inputs), model.module(inputs)) < 1e-4


def test_that_layers_that_stay_float_say_why() -> None:
    class Odd(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv1d(7, 7, 1)
            self.lstm = nn.LSTM(6, 8, proj_size=4, batch_first=True)
            self.attention = nn.MultiheadAttention(4, 2, batch_first=True)
            self.head = nn.Linear(4, 5)

        def forward(self, x: Tensor) -> Tensor:
            states, _ = self.lstm(self.conv(x))
            heard, _ = self.attention(states, states, F.relu(states))
            return self.head(heard.mean(1))

    placement = compress(Odd().eval(), SOUNDS, quantize=DYNAMIC).placement
    assert placement is not None
    assert placement.float_because == {
        "conv": ("float_dynamic", {"kind": "Conv1d"}),
        "lstm": ("float_call", {"kind": "LSTM"}),
        "attention": ("float_call", {"kind": "MultiheadAttention"}),
    }
    assert placement.bits == {"head": 8} and placement.input_bits == {"head": 8}


def test_that_values_are_rounded_as_dynamic_quantize_linear_of_onnx_rounds_them() -> None:
    node = helper.make_node("DynamicQuantizeLinear", ["x"], ["levels", "scale", "zero"])
    kinds = {"levels": TensorProto.UINT8, "scale": TensorProto.FLOAT, "zero": TensorProto.UINT8}
    outputs = [helper.make_tensor_value_info(name, kind, None) for name, kind in kinds.items()]
    graph = helper.make_graph(
        [node], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 50])], outputs
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    cases = (
        some_inputs((50,), 20),
        some_inputs((50,), 20).abs() + 1,
        -some_inputs((50,), 20).abs(),
        torch.zeros(2, 50),
    )
    for values in cases:
        levels, scale, zero = session.run(None, {"x": values.numpy()})
        found, step = levels_at_run_time(values)
        assert float(step) == float(scale)
        assert np.array_equal(found.numpy(), levels.astype(np.float32) - zero)
