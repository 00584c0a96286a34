"""Activations around zero: the grid, and the file that TensorRT takes and ONNX Runtime runs."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, numpy_helper

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.events import RunEvent, WarningRaised
from engine.contract.methods import ActivationGrid, ExportFormat, Observer, QuantizeMethod, QuantizeMode
from engine.contract.recipe import QuantizeSpec
from engine.contract.recipe_bits import check_bits
from engine.export.formats import export_int8
from engine.export.job import ExportJob
from engine.pipeline.verifying import verify_file
from engine.quantization.observers import OBSERVERS
from engine.quantization.observing import RangeForm
from engine.quantization.symmetric_values import SymmetricValue
from tests.engine.export.jobs import make_data
from tests.engine.networks import compress, make_network, some_inputs

SYMMETRIC = QuantizeSpec(activation_grid=ActivationGrid.SYMMETRIC)


def test_that_values_are_rounded_as_torch_rounds_to_signed_integers() -> None:
    values = torch.randn(400, generator=torch.Generator().manual_seed(3)) * 2 - 1
    quantizer = SymmetricValue(OBSERVERS[Observer.MIN_MAX](RangeForm(steps=255, percentile=99.0)))
    quantizer.is_observing = True
    quantizer(values)
    quantizer.is_on, quantizer.is_observing = True, False
    scale = np.float32(values.abs().max()) / np.float32(127)
    wanted = torch.fake_quantize_per_tensor_affine(values, float(scale), 0, -128, 127)
    assert torch.equal(quantizer(values), wanted)
    assert len(quantizer(values).unique()) > 100


def make_job(name: str, told: list[RunEvent]) -> ExportJob:
    network, shape = make_network(name)
    model = compress(network, shape, quantize=SYMMETRIC)
    model.attach_quantizers()
    model.calibrate([some_inputs(shape, 64)])
    model.finish()
    data = make_data(shape, classes=10 if name == "simple" else 5)
    return ExportJob(model=model, data=data, ctx=RunContext(emit=told.append), threads=1)


@pytest.mark.parametrize("name", ["residual", "depthwise", "tokens"])
def test_that_the_file_has_nothing_that_tensorrt_refuses_and_runs_in_onnx_runtime(
    name: str, tmp_path: Path
) -> None:
    told: list[RunEvent] = []
    job, path = make_job(name, told), tmp_path / "model-int8.onnx"
    artifact = export_int8(job, path)
    assert artifact.verified, artifact.why
    assert (artifact.format, artifact.agreement) == (ExportFormat.ONNX_INT8, 1.0)
    graph = onnx.load(str(path)).graph
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    kinds = {tensor.data_type for tensor in tensors.values()}
    assert TensorProto.INT8 in kinds and not kinds & {TensorProto.UINT8, TensorProto.INT32}
    rounding = [node for node in graph.node if node.op_type in ("QuantizeLinear", "DequantizeLinear")]
    zeros = [node.input[2] for node in rounding if len(node.input) > 2]
    assert all(not numpy_helper.to_array(tensors[zero]).any() for zero in zeros)
    values = [node for node in rounding if node.op_type == "QuantizeLinear"]
    assert len(values) == len(job.model.placement.values)
    weights = [t for t in tensors.values() if t.data_type == TensorProto.INT8 and len(t.dims) > 1]
    assert len(weights) == len(job.model.placement.bits)
    notes = [event for event in told if isinstance(event, WarningRaised)]
    assert [(note.code, note.arguments) for note in notes] == [
        ("note_symmetric", {"count": str(artifact.float_operators)})
    ]


def test_that_such_a_file_is_no_failure_when_it_is_verified_again(tmp_path: Path) -> None:
    path = tmp_path / "model-int8.onnx"
    export_int8(make_job("simple", []), path)
    found = verify_file(path, None, RunContext(), threads=1)
    assert (found.format, found.verified, found.integer_operators) == ("onnx-int8", True, 0)


@pytest.mark.parametrize(
    ("changes", "setting"),
    [
        ({"activation_bits": 4}, "activation_bits = 4"),
        ({"weight_bits": 16}, "activation_bits = 0"),
        ({"first_last_bits": 4}, "first_last_bits = 4"),
        ({"mode": QuantizeMode.DYNAMIC}, 'mode = "dynamic"'),
        ({"method": QuantizeMethod.LSQ, "mode": QuantizeMode.AWARE}, 'method = "lsq"'),
    ],
)
def test_that_what_has_no_measured_range_of_eight_bits_is_refused(
    changes: dict[str, object], setting: str
) -> None:
    spec = QuantizeSpec(activation_grid=ActivationGrid.SYMMETRIC, **changes)
    with pytest.raises(RequestError) as caught:
        check_bits(spec)
    assert (caught.value.code, caught.value.arguments["setting"]) == ("recipe_symmetric", setting)
