"""Weights as floats of 16 bits, against torch's and numpy's own conversions, and what files hold of them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from engine.archive.container import decode_archive, encode_archive
from engine.archive.records import Archive, PlainTensor
from engine.context import RunContext
from engine.contract.events import WarningRaised
from engine.contract.methods import ExportFormat, QuantizeMethod
from engine.contract.recipe import QuantizeSpec
from engine.contract.recipe_file import recipe_from
from engine.contract.report import Artifact
from engine.contract.source import ModelSource
from engine.export.archive_file import archived_tensor
from engine.export.formats import FILE_NAMES, WRITERS
from engine.export.job import ExportJob
from engine.models.opening import open_model
from engine.pipeline.gains import tell_what_holds_floats
from engine.pipeline.measure import measure_totals
from engine.quantization.weight_methods import make_weight_quantizer
from tests.engine.export.jobs import make_data
from tests.engine.networks import compress, make_network

HALVES = {QuantizeMethod.FLOAT16: torch.float16, QuantizeMethod.BFLOAT16: torch.bfloat16}


def rounded(method: QuantizeMethod, weight: Tensor) -> Tensor:
    return make_weight_quantizer(QuantizeSpec(method=method), 16)(weight)


def job_of(method: QuantizeMethod) -> ExportJob:
    network, shape = make_network("residual")
    model = compress(network, shape, quantize=QuantizeSpec(method=method))
    model.attach_quantizers()
    model.finish()
    return ExportJob(model=model, data=make_data(shape), ctx=RunContext(), threads=1)


def some_weight() -> Tensor:
    weight = torch.randn(8, 30, generator=torch.Generator().manual_seed(0)) * 10.0 ** torch.arange(
        -6, 2
    ).view(-1, 1)
    weight[0, :3] = torch.tensor([0.0, 1e-30, -1e-7])
    return weight


def test_that_half_precision_equals_numpys_and_ends_at_its_largest_number() -> None:
    weight = some_weight()
    assert np.array_equal(
        rounded(QuantizeMethod.FLOAT16, weight).numpy(),
        weight.numpy().astype(np.float16).astype(np.float32),
    )
    far = torch.tensor([[1e9, -7e4, 65504.0]])
    assert rounded(QuantizeMethod.FLOAT16, far).tolist() == [[65504.0, -65504.0, 65504.0]]


def test_that_brain_floats_are_the_upper_half_rounded_to_even() -> None:
    """By the bits: add 0x7FFF and the last bit that stays, and cut 16 bits off."""
    weight = some_weight()
    bits = weight.numpy().view(np.uint32).astype(np.uint64)
    wanted = ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16 << 16).astype(np.uint32).view(np.float32)
    assert np.array_equal(rounded(QuantizeMethod.BFLOAT16, weight).numpy(), wanted)


@pytest.mark.parametrize("method", HALVES)
def test_that_gradients_pass_straight_through(method: QuantizeMethod) -> None:
    leaf = some_weight().requires_grad_()
    rounded(method, leaf).backward(torch.full_like(leaf, 3.0))
    assert leaf.grad is not None
    assert leaf.grad.unique().tolist() == [3.0]


@pytest.mark.parametrize("method", HALVES)
def test_that_weights_count_two_bytes_and_values_between_layers_stay_floats(method: QuantizeMethod) -> None:
    model = job_of(method).model
    assert model.placement is not None
    assert model.placement.values == ()
    layers = [model.module.get_submodule(name) for name in model.placement.bits]
    weights = sum(layer.weight.numel() for layer in layers)
    rest = sum(parameter.numel() for parameter in model.module.parameters()) - weights
    assert measure_totals(model).parameter_bytes == 2 * weights + 4 * rest


@pytest.mark.parametrize(
    ("name", "read"),
    [
        (ExportFormat.STATE_DICT, lambda path: torch.load(path, weights_only=True)),
        (ExportFormat.SAFETENSORS, load_file),
    ],
)
@pytest.mark.parametrize("method", HALVES)
def test_that_files_of_weights_hold_16_bits_and_open_again(method, name, read, tmp_path: Path) -> None:
    job = job_of(method)
    path = tmp_path / FILE_NAMES[name]
    artifact = WRITERS[name](job, path)
    assert artifact.verified, artifact.why
    assert artifact.agreement == 1.0
    state = read(path)
    assert job.model.placement is not None
    opened = open_model(
        ModelSource(file=str(path), architecture=f"{path.with_suffix('.py')}:Network"),
        RunContext(ask=lambda path, wants: True, remembers_word=False),
        example=job.model.captured.example,
    ).module.state_dict()
    for layer in job.model.placement.bits:
        weight = job.model.module.get_submodule(layer).weight
        assert state[f"{layer}.weight"].dtype is HALVES[method]
        assert torch.equal(state[f"{layer}.weight"].float(), weight)
        assert torch.equal(opened[f"{layer}.weight"], weight)


@pytest.mark.parametrize("method", HALVES)
def test_that_the_archive_and_the_onnx_file_hold_the_same_values(
    method: QuantizeMethod, tmp_path: Path
) -> None:
    job = job_of(method)
    for name in (ExportFormat.ARCHIVE, ExportFormat.ONNX_FLOAT32):
        artifact = WRITERS[name](job, tmp_path / FILE_NAMES[name])
        assert artifact.verified, artifact.why
        assert artifact.agreement == 1.0
    path = tmp_path / FILE_NAMES[ExportFormat.ARCHIVE]
    tensors = {tensor.name: tensor for tensor in decode_archive(path.read_bytes(), path=str(path)).tensors}
    assert job.model.placement is not None
    assert all(isinstance(tensors[f"{layer}.weight"], PlainTensor) for layer in job.model.placement.bits)


def test_that_a_recipe_of_half_precision_needs_no_other_setting() -> None:
    table = {"model": {"file": "x.pt"}, "export": {"formats": ["archive"]}}
    quantize = recipe_from({**table, "quantize": {"method": "float16"}}).quantize
    assert quantize is not None
    assert (quantize.default_bits, quantize.value_bits, quantize.past_integers) == (
        16,
        0,
        'method = "float16"',
    )


@pytest.mark.parametrize("method", HALVES)
def test_that_the_archive_pays_for_16_bits_and_not_for_32(method: QuantizeMethod) -> None:
    weight = torch.randn(64, 200, generator=torch.Generator().manual_seed(0))
    coded = make_weight_quantizer(QuantizeSpec(method=method), 16).code(weight)
    archive = Archive(tensors=(archived_tensor("weight", weight, coded),))
    assert len(encode_archive(archive)) < 2 * weight.numel()


def test_that_a_file_much_larger_than_the_bits_of_its_weights_is_told() -> None:
    told: list[object] = []
    files = [
        artifact_of(ExportFormat.ARCHIVE, 900),
        artifact_of(ExportFormat.STATE_DICT, 1400),
        artifact_of(ExportFormat.ONNX_FLOAT32, 2100),
    ]
    tell_what_holds_floats(RunContext(emit=told.append), files[:2], parameter_bytes=1000)
    assert told == []
    tell_what_holds_floats(RunContext(emit=told.append), files, parameter_bytes=1000)
    (event,) = told
    assert isinstance(event, WarningRaised)
    assert event.arguments == {"wanted": "1,000", "files": "onnx-float32 (2,100 bytes)"}


def artifact_of(name: ExportFormat, size: int) -> Artifact:
    return Artifact(path="model", format=name, size_bytes=size, sha256="", verified=True, why="", runtime="")
