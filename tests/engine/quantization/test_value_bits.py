"""Values of few bits: which of them have few, what they are rounded to, and what a file makes of them."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch

from engine.contract.errors import RequestError
from engine.contract.methods import ExportFormat
from engine.contract.recipe import ExportSpec, LayerQuantizeSpec, ModelSpec, QuantizeSpec, Recipe
from engine.contract.recipe_file import check_consistency
from engine.export.onnx_file import build_onnx, write_onnx
from engine.export.prepare import prepare_integer
from engine.export.runtime import count_operators
from engine.export.twin import IntegerTwin
from engine.joint.compressed import CompressedModel
from engine.pipeline.measure import activation_bits
from engine.quantization.activations import ActivationQuantizer
from engine.quantization.attach import activation_quantizers
from engine.quantization.observers import MinMaxObserver
from engine.quantization.observing import RangeForm
from engine.quantization.operations import AVERAGES, is_of
from tests.engine.networks import compress, make_network, some_inputs


def rounded(name: str, spec: QuantizeSpec) -> CompressedModel:
    """A network that was calibrated and rounds."""
    network, shape = make_network(name)
    model = compress(network, shape, quantize=spec)
    model.attach_quantizers()
    model.calibrate([some_inputs(shape, 64)])
    model.finish()
    return model


@pytest.mark.parametrize("bits", range(2, 9))
def test_that_values_have_as_many_levels_as_their_bits_say(bits: int) -> None:
    """s = (high − low) / P with P = 2^b − 1, z = round(−low / s), x → s (clamp(round(x / s) + z, 0, P) − z)."""
    quantizer = ActivationQuantizer(MinMaxObserver(RangeForm()), bits=bits)
    quantizer.observer.observe(torch.tensor([-1.0, 3.0]), is_training=False)
    quantizer.is_on = True
    values = torch.linspace(-2, 4, 5001)
    top = 2**bits - 1
    scale = 4 / top
    zero = np.round(1 / scale)
    x = values.double().numpy()
    wanted = scale * (np.clip(np.round(x / scale) + zero, 0, top) - zero)
    found = quantizer(values).double().numpy()
    is_tie = np.abs(np.abs(x / scale % 1) - 0.5) < 1e-3
    assert np.allclose(found[~is_tie], wanted[~is_tie], rtol=1e-5, atol=1e-6)
    assert len(np.unique(found)) == 2**bits


def test_that_layers_read_few_bits_and_sums_read_eight() -> None:
    model = rounded("residual", QuantizeSpec(activation_bits=3))
    placement = model.placement
    assert placement is not None
    # relu goes into the first convolution and, as it is, into the sum; relu_1 into the second convolution alone.
    assert placement.inputs["first"] == "relu_in_3_bits" and placement.value_bits["relu_in_3_bits"] == 3
    assert placement.value_bits["relu"] == placement.value_bits["second_norm"] == 8
    assert placement.inputs["second"] == "relu_1" and placement.value_bits["relu_1"] == 3
    assert placement.input_bits == dict.fromkeys(placement.bits, 3)
    assert activation_bits(model, "first") == 3
    seen = activation_quantizers(model.module)
    assert {name: quantizer.top for name, quantizer in seen.items()} == {
        name: 2**bits - 1 for name, bits in placement.value_bits.items()
    }


@pytest.mark.parametrize(
    ("name", "bits"),
    [("simple", 2), ("residual", 4), ("residual", 2), ("dense", 2), ("depthwise", 4), ("padded_shortcut", 2)],
)
def test_that_a_file_of_few_bits_is_equal_to_its_integers_in_torch(
    name: str, bits: int, tmp_path: Path
) -> None:
    """No tolerance: uint8 saturates at 255, and what cuts at 2^bits − 1 instead stands in the file."""
    model = rounded(name, QuantizeSpec(activation_bits=bits))
    prepared = prepare_integer(model)
    path = tmp_path / "model.onnx"
    write_onnx(build_onnx(prepared, model.captured.example), path)
    inputs = some_inputs(model.captured.example_shape, 32, seed=5) * 3
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    found = torch.from_numpy(session.run(None, {"input": inputs.numpy()})[0])
    assert torch.equal(found, IntegerTwin(prepared)(inputs))
    integers, floats, _ = count_operators(path)
    assert model.placement is not None
    # An average is not planned to run in integers; between grids it does.
    averages = sum(is_of(model.module, node, AVERAGES) for node in model.module.graph.nodes)
    assert (integers, floats) == (model.placement.integer_operators + averages, 0)


def test_that_a_relu6_melts_into_the_levels_wherever_they_end() -> None:
    model = rounded("depthwise", QuantizeSpec(activation_bits=4))
    for quantizer in activation_quantizers(model.module).values():
        if quantizer.top == 15:
            quantizer.observer.high.fill_(9.0)
    prepared = prepare_integer(model)
    # Its scale is 9 / 15, so that 6 is level 10; and nothing above it is left.
    assert prepared.module.get_submodule("activation_quantizers.expand_2").top == 10
    inputs = some_inputs((3, 8, 8), 32, seed=5)
    with torch.no_grad():
        difference = IntegerTwin(prepared)(inputs) - model.module(inputs)
    assert difference.abs().max() < 0.1 * model.module(inputs).abs().max()


def test_that_eight_bits_need_no_clip(tmp_path: Path) -> None:
    for bits, wanted in ((8, False), (7, True)):
        model = rounded("simple", QuantizeSpec(activation_bits=bits))
        graph = build_onnx(prepare_integer(model), model.captured.example).graph
        assert ("Clip" in {node.op_type for node in graph.node}) is wanted
        assert isinstance(graph, onnx.GraphProto)


@torch.no_grad()
def test_that_weights_alone_can_be_rounded() -> None:
    """With 0 bits no value has a quantizer: the network computes in floats with the rounded weights."""
    model = rounded("residual", QuantizeSpec(weight_bits=4, activation_bits=0))
    assert activation_quantizers(model.module) == {}
    assert activation_bits(model, "first") == 32
    network, shape = make_network("residual")
    for layer in ("stem", "first", "second", "side", "head"):
        weight = network.get_submodule(layer).weight
        scale = weight.abs().flatten(1).amax(1).view(-1, *[1] * (weight.dim() - 1)) / 7
        weight.copy_((weight / scale).round() * scale)
    inputs = some_inputs(shape)
    assert torch.allclose(model.module(inputs), network(inputs), atol=1e-5)


def test_that_weights_alone_need_no_layer_to_stay_in_float_for_its_inputs() -> None:
    network, shape = make_network("called_twice")
    model = compress(network, shape, quantize=QuantizeSpec(activation_bits=0))
    assert model.placement is not None
    assert set(model.placement.bits) == {"stem", "shared", "head"} and not model.placement.float_because


def test_that_an_integer_file_wants_rounded_values() -> None:
    recipe = Recipe(
        model=ModelSpec(file="sample"),
        quantize=QuantizeSpec(activation_bits=0),
        export=ExportSpec(formats=(ExportFormat.ONNX_INT8,)),
    )
    with pytest.raises(RequestError, match="activation_bits = 0"):
        check_consistency(recipe)


def test_that_the_first_and_the_last_layer_may_keep_more_bits_and_a_layers_own_word_counts_more() -> None:
    layers = {"head": LayerQuantizeSpec(weight_bits=6)}
    spec = QuantizeSpec(weight_bits=3, activation_bits=2, first_last_bits=8, layers=layers)
    placement = rounded("residual", spec).placement
    assert placement is not None
    assert placement.bits == {"stem": 8, "first": 3, "second": 3, "side": 3, "head": 6}
    assert placement.input_bits == {"stem": 8, "first": 2, "second": 2, "side": 2, "head": 8}
    assert {
        name: placement.value_bits[placement.inputs[name]] for name in placement.bits
    } == placement.input_bits
