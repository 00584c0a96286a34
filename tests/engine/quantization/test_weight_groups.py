"""Weights of which neighbours share a scale, and weights of 16 bits: no file of integers holds them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.archive.container import decode_archive
from engine.archive.records import GridTensor
from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.methods import ExportFormat, QuantizeGranularity, QuantizeMethod
from engine.contract.recipe import LayerQuantizeSpec, QuantizeSpec
from engine.contract.recipe_file import recipe_from
from engine.export.archive_file import coded_weights
from engine.export.formats import FILE_NAMES, WRITERS, export_int8
from engine.export.job import ExportJob
from engine.joint.compressed import CompressedModel
from engine.quantization.weight_methods import make_weight_quantizer
from tests.engine.export.jobs import make_data
from tests.engine.networks import compress, make_network

GROUPED = QuantizeSpec(weight_bits=4, granularity=QuantizeGranularity.PER_GROUP, group_size=8)
SIXTEEN = QuantizeSpec(weight_bits=16)


def some_weight() -> Tensor:
    """Five channels of 27 weights, one of them masked as a whole: groups of 8, 8, 8 and 3."""
    weight = torch.randn(5, 3, 3, 3, generator=torch.Generator().manual_seed(0))
    weight[2] = 0
    return weight


def rounded(spec: QuantizeSpec) -> CompressedModel:
    network, shape = make_network("residual")
    model = compress(network, shape, quantize=spec)
    model.attach_quantizers()
    model.finish()
    return model


def job_of(spec: QuantizeSpec) -> ExportJob:
    _, shape = make_network("residual")
    return ExportJob(model=rounded(spec), data=make_data(shape), ctx=RunContext(), threads=1)


def refusal(quantize: dict[str, object], formats: tuple[str, ...] = ("archive",)) -> RequestError:
    with pytest.raises(RequestError) as caught:
        recipe_from({"model": {"file": "x.pt"}, "quantize": quantize, "export": {"formats": formats}})
    return caught.value


@pytest.mark.parametrize("bits", [2, 4, 16])
def test_that_each_group_has_the_scale_of_its_largest_weight(bits: int) -> None:
    """In float64, group by group, the last of each channel shorter: s = max|w| / Q, s · round(w / s)."""
    weight, limit = some_weight(), 2 ** (bits - 1) - 1
    quantizer = make_weight_quantizer(GROUPED, bits)
    found = quantizer(weight).double().numpy().reshape(5, -1)
    for channel, w in enumerate(weight.double().numpy().reshape(5, -1)):
        for start in range(0, 27, 8):
            group = w[start : start + 8]
            scale = max(np.abs(group).max(), 1e-30) / limit
            error = np.abs(found[channel, start : start + 8] - group)
            assert error.max() <= scale * (0.5 + 1e-3)
            wanted = np.round(group / scale) * scale
            is_tie = np.abs(np.abs(group / scale % 1) - 0.5) < 1e-3
            assert np.allclose(found[channel, start : start + 8][~is_tie], wanted[~is_tie], rtol=1e-6)


def test_that_groups_err_less_than_channels_and_a_group_of_a_whole_channel_is_one() -> None:
    weight = torch.randn(16, 256, generator=torch.Generator().manual_seed(1))
    errors = []
    for size in (8, 64, 256, 1000):
        spec = QuantizeSpec(weight_bits=3, granularity=QuantizeGranularity.PER_GROUP, group_size=size)
        errors.append(float((make_weight_quantizer(spec, 3)(weight) - weight).square().sum()))
    by_channel = make_weight_quantizer(QuantizeSpec(weight_bits=3), 3)(weight)
    assert errors[0] < errors[1] < errors[2]
    assert errors[2] == errors[3] == float((by_channel - weight).square().sum())


def test_that_gradients_pass_groups_straight_through() -> None:
    leaf = some_weight().requires_grad_()
    upstream = torch.randn(leaf.shape, generator=torch.Generator().manual_seed(1))
    make_weight_quantizer(GROUPED, 4)(leaf).backward(upstream)
    assert leaf.grad is not None
    assert torch.equal(leaf.grad, upstream)


@pytest.mark.parametrize("spec", [GROUPED, SIXTEEN], ids=["groups", "16 bits"])
def test_that_values_between_layers_stay_floats(spec: QuantizeSpec) -> None:
    model = rounded(spec)
    assert model.placement is not None
    assert (model.placement.values, model.placement.input_bits) == ((), {})
    assert set(model.placement.bits.values()) == {spec.weight_bits}


@pytest.mark.parametrize("spec", [GROUPED, SIXTEEN], ids=["groups", "16 bits"])
def test_that_the_archive_holds_their_levels_bit_for_bit(spec: QuantizeSpec, tmp_path: Path) -> None:
    job = job_of(spec)
    path = tmp_path / FILE_NAMES[ExportFormat.ARCHIVE]
    artifact = WRITERS[ExportFormat.ARCHIVE](job, path)
    assert artifact.verified, artifact.why
    assert artifact.agreement == 1.0
    tensors = {tensor.name: tensor for tensor in decode_archive(path.read_bytes(), path=str(path)).tensors}
    assert job.model.placement is not None
    for name in job.model.placement.bits:
        held = tensors[f"{name}.weight"]
        assert isinstance(held, GridTensor)
        assert held.group_size == (8 if spec is GROUPED else 0)
        assert np.array_equal(held.dense(), job.model.module.get_submodule(name).weight.detach().numpy())


@pytest.mark.parametrize("granularity", QuantizeGranularity)
@pytest.mark.parametrize("method", QuantizeMethod)
def test_that_what_is_written_is_coded_from_the_weights_and_not_from_what_became_of_them(
    method: QuantizeMethod, granularity: QuantizeGranularity
) -> None:
    """Coded twice, the clip of sums of powers is another one, and a scale may differ in its last bit."""
    model = rounded(
        QuantizeSpec(method=method, weight_bits=5, activation_bits=0, granularity=granularity, group_size=8)
    )
    coded = coded_weights(model)
    assert len(coded) >= 4
    for name, code in coded.items():
        weight = model.module.get_submodule(name.removesuffix(".weight")).weight
        assert torch.equal(code.values(), weight)


@pytest.mark.parametrize("name", [ExportFormat.ONNX_FLOAT32, ExportFormat.STATE_DICT])
def test_that_files_of_floats_hold_the_rounded_weights(name: ExportFormat, tmp_path: Path) -> None:
    artifact = WRITERS[name](job_of(GROUPED), tmp_path / FILE_NAMES[name])
    assert artifact.verified, artifact.why
    assert artifact.agreement == 1.0


def test_that_the_file_of_integers_is_refused_with_the_setting_that_it_cannot_hold(tmp_path: Path) -> None:
    error = refusal({"granularity": "per_group"}, ("onnx-int8",))
    assert (error.code, error.arguments) == (
        "recipe_int8_past_integers",
        {"setting": 'granularity = "per_group"'},
    )
    error = refusal({"weight_bits": 16}, ("onnx-int8",))
    assert error.arguments == {"setting": "weight_bits = 16"}
    with pytest.raises(RequestError) as caught:
        export_int8(job_of(GROUPED), tmp_path / "model.onnx")
    assert caught.value.code == "recipe_int8_past_integers"
    assert not (tmp_path / "model.onnx").exists()


def test_that_what_computes_as_it_runs_needs_weights_of_integers() -> None:
    error = refusal({"mode": "dynamic", "method": "codebook"})
    assert (error.code, error.arguments) == (
        "recipe_dynamic_past_integers",
        {"setting": 'method = "codebook"'},
    )


def test_that_bits_of_values_that_nothing_rounds_are_refused() -> None:
    error = refusal({"weight_bits": 16, "activation_bits": 4})
    assert (error.code, error.arguments) == (
        "recipe_weights_alone",
        {"setting": "weight_bits = 16", "found": "4"},
    )


def test_that_a_layer_of_a_network_of_integers_has_at_most_8_bits() -> None:
    layers = {"conv1": {"weight_bits": 16}}
    error = refusal({"layers": layers})
    assert (error.code, error.arguments["layer"], error.arguments["found"]) == (
        "recipe_layer_bits",
        "conv1",
        "16",
    )
    table = {"model": {"file": "x.pt"}, "quantize": {"activation_bits": 0, "layers": layers}}
    recipe = recipe_from({**table, "export": {"formats": ["archive"]}})
    assert recipe.quantize is not None
    assert recipe.quantize.layers == {"conv1": LayerQuantizeSpec(weight_bits=16)}


def test_that_only_evenly_spaced_levels_have_16_bits() -> None:
    assert refusal({"method": "power_of_two", "weight_bits": 16}).code == "recipe_most_bits"
    assert QuantizeMethod.UNIFORM.most_bits == 16
