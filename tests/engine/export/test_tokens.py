"""Linear layers that read tokens: integers in ONNX Runtime, and the same integers in torch."""

from pathlib import Path

import onnx
import onnxruntime as ort
import torch
import torch.nn.functional as F
from onnx import TensorProto
from torch import Tensor, nn

from engine.context import RunContext
from engine.contract.recipe import QuantizeSpec
from engine.export.exact import exact_product
from engine.export.formats import export_int8
from engine.export.job import ExportJob
from engine.export.prepare import prepare_integer
from engine.export.twin import IntegerTwin
from engine.joint.compressed import CompressedModel
from tests.engine.export.jobs import make_data
from tests.engine.networks import compress, error_between, make_network, some_inputs

SHAPE = (6, 16)


class Mixer(nn.Module):
    """Tokens through two matrices with a ReLU between, two with a GELU, and a sum."""

    def __init__(self) -> None:
        super().__init__()
        self.widen, self.narrow = nn.Linear(16, 32), nn.Linear(32, 16)
        self.norm = nn.LayerNorm(16)
        self.more, self.less = nn.Linear(16, 24, bias=False), nn.Linear(24, 16)
        self.head = nn.Linear(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(x + self.narrow(F.relu(self.widen(x))))
        x = x + self.less(F.gelu(self.more(x)))
        return self.head(x.mean(1))


def rounded_mixer(quantize: QuantizeSpec | None = None) -> CompressedModel:
    torch.manual_seed(0)
    model = compress(Mixer().eval(), SHAPE, quantize=quantize or QuantizeSpec())
    model.attach_quantizers()
    model.calibrate([some_inputs(SHAPE, 64)])
    model.finish()
    return model


def job_for(model: CompressedModel) -> ExportJob:
    return ExportJob(
        model=model, data=make_data(model.captured.example_shape), ctx=RunContext(), threads=1, title="tokens"
    )


def optimised_kinds(path: Path) -> list[str]:
    """What the runtime makes of a file."""
    optimised = path.with_name("optimised.onnx")
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(optimised)
    options.log_severity_level = 3
    ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return [node.op_type for node in onnx.load(str(optimised)).graph.node]


def answers(path: Path, inputs: Tensor) -> Tensor:
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return torch.from_numpy(session.run(None, {session.get_inputs()[0].name: inputs.numpy()})[0])


def test_that_matrices_of_tokens_run_in_integers_and_are_verified(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    artifact = export_int8(job_for(rounded_mixer()), path)
    assert artifact.verified, artifact.why
    assert (artifact.integer_operators, artifact.float_operators) == (5, 0)
    assert optimised_kinds(path).count("MatMulIntegerToFloat") == 4


def test_that_the_file_computes_what_torch_computes_of_the_same_integers(tmp_path: Path) -> None:
    """Both round where a float lies between two levels; the last bit of that float may send it either way."""
    path, model = tmp_path / "model.onnx", rounded_mixer()
    export_int8(job_for(model), path)
    inputs = some_inputs(SHAPE, 32, seed=5)
    found, wanted = answers(path, inputs), IntegerTwin(prepare_integer(model))(inputs)
    differences = (found - wanted).abs() / wanted.abs().max()
    assert float(differences.quantile(0.9)) < 1e-5 and float(differences.max()) < 0.01
    with torch.no_grad():
        assert error_between(wanted, model.module(inputs)) < 0.01


def test_that_a_matrix_of_tokens_is_int8_in_the_file_and_its_bias_is_added_in_floats(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    export_int8(job_for(rounded_mixer(QuantizeSpec(weight_bits=4))), path)
    tensors = {tensor.name: tensor for tensor in onnx.load(str(path)).graph.initializer}
    assert tensors["widen.levels"].data_type == TensorProto.INT8
    assert list(tensors["widen.levels"].dims) == [16, 32]
    assert tensors["widen.bias"].data_type == TensorProto.FLOAT
    matrices = [t for t in tensors.values() if len(t.dims) > 1]
    assert {t.data_type for t in matrices} == {TensorProto.INT8}


def test_that_a_convolution_and_tokens_live_in_one_file(tmp_path: Path) -> None:
    network, shape = make_network("tokens")
    model = compress(network, shape, quantize=QuantizeSpec())
    model.attach_quantizers()
    model.calibrate([some_inputs(shape, 64)])
    model.finish()
    artifact = export_int8(job_for(model), tmp_path / "model.onnx")
    assert artifact.verified, artifact.why
    assert artifact.float_operators == 0


def test_that_no_value_is_rounded_behind_a_matrix_that_only_floats_read() -> None:
    placement = rounded_mixer().placement
    assert placement is not None
    assert set(placement.values) == {"x", "relu", "norm", "gelu", "mean"}


def test_that_products_of_integers_are_exact_where_float32_would_lose_the_last_bits() -> None:
    levels, weight = torch.full((1, 1030), 255.0), torch.full((1030, 1), 127, dtype=torch.int8)
    levels[0, 0], weight[0, 0] = 1, 1
    wanted = torch.tensor(float(255 * 127 * 1029 + 1))
    assert torch.equal(exact_product(levels, weight), wanted.view(1, 1))
