"""Curves between integers: SiLU and hard swish, and the products and averages of squeeze-and-excitation."""

from collections import Counter
from pathlib import Path

import onnx
import onnxruntime as ort
import pytest
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from engine.contract.recipe import QuantizeSpec
from engine.export.averages import pool_averages_
from engine.export.marker import HardGate, Mark
from engine.export.onnx_file import build_onnx, write_onnx
from engine.export.prepare import Prepared, prepare_integer
from engine.export.runtime import count_operators
from engine.export.twin import IntegerTwin
from engine.joint.compressed import CompressedModel
from tests.engine.networks import compress, error_between, shake_, some_inputs

SHAPE = (3, 8, 8)


class Gated(nn.Module):
    """A block of MobileNetV3 or EfficientNet: a curve, and channels multiplied by what all of them say."""

    def __init__(self, curve: type[nn.Module], gate: type[nn.Module]) -> None:
        super().__init__()
        self.stem, self.norm, self.curve = nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), curve()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.squeeze, self.excite, self.gate = nn.Conv2d(8, 4, 1), nn.Conv2d(4, 8, 1), gate()
        self.last, self.bent = nn.Conv2d(8, 8, 3, padding=1), curve()
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.curve(self.norm(self.stem(x)))
        x = self.gate(self.excite(F.relu(self.squeeze(self.pool(x))))) * x
        return self.head(self.pool(self.bent(self.last(x))).flatten(1))


def finished(network: nn.Module, activation_bits: int = 8) -> CompressedModel:
    model = compress(shake_(network).eval(), SHAPE, quantize=QuantizeSpec(activation_bits=activation_bits))
    model.attach_quantizers()
    model.calibrate([3 * some_inputs(SHAPE, 64)])
    model.finish()
    return model


def gated(curve: type[nn.Module], gate: type[nn.Module], activation_bits: int = 8) -> CompressedModel:
    torch.manual_seed(0)
    return finished(Gated(curve, gate), activation_bits)


def answers(prepared: Prepared, model: CompressedModel, path: Path) -> Tensor:
    write_onnx(build_onnx(prepared, model.captured.example), path)
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return torch.from_numpy(session.run(None, {"input": (3 * some_inputs(SHAPE, 64)).numpy()})[0])


def operators_of(path: Path) -> Counter[str]:
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(path.with_suffix(".optimised"))
    options.log_severity_level = 3
    ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return Counter(node.op_type for node in onnx.load(options.optimized_model_filepath).graph.node)


@pytest.mark.parametrize(
    ("curve", "gate", "bits", "planned"),
    # Four convolutions, a matrix and the gate's product; a SiLU is a table and a product, a hard swish a product.
    [(nn.SiLU, nn.Sigmoid, 8, 11), (nn.Hardswish, nn.Hardsigmoid, 8, 8), (nn.Hardswish, nn.Sigmoid, 4, 9)],
)
def test_that_the_file_computes_a_curve_in_integers_as_its_twin_does(
    curve: type[nn.Module], gate: type[nn.Module], bits: int, planned: int, tmp_path: Path
) -> None:
    model, path = gated(curve, gate, bits), tmp_path / "model.onnx"
    prepared = prepare_integer(model)
    twin = IntegerTwin(prepared)(3 * some_inputs(SHAPE, 64))
    found = answers(prepared, model, path)
    assert error_between(found, twin) <= 1e-6
    with torch.no_grad():
        rounded = model.module(3 * some_inputs(SHAPE, 64))
    # The curve's own grid is a little other than the simulation's: two roundings of 8 bits, or of 4.
    assert error_between(found, rounded) <= (0.03 if bits == 8 else 0.2)
    assert model.placement is not None
    assert model.placement.integer_operators == planned
    # Averages come besides.
    assert count_operators(path) == (planned + 2, 0, ())
    kinds = operators_of(path)
    assert (kinds["QLinearMul"], kinds["QLinearGlobalAveragePool"]) == (3, 2)
    # The hard sigmoid of a gate is the only curve in floats: it stands on one place of an image.
    assert kinds["HardSigmoid"] == int(gate is nn.Hardsigmoid)
    assert not {"Sigmoid", "Mul", "ReduceMean", "QuickGelu", "HardSwish"} & kinds.keys()


@pytest.mark.parametrize("zero_point", [1, 17, 58, 127, 128, 254])
def test_that_levels_clipped_are_the_hard_sigmoid_of_their_values(zero_point: int) -> None:
    mark = Mark(3 / zero_point, zero_point)
    values = (torch.arange(256) - zero_point) * (3 / zero_point)
    assert torch.allclose(HardGate(mark)(values), F.hardsigmoid(values), atol=1e-6)


@pytest.mark.parametrize(("lowest", "highest"), [(-9.0, 0.1), (-2.0, 2.0), (-1.0, 40.0), (-0.1, 700.0)])
def test_that_a_hard_swish_reads_a_grid_from_minus_three_to_the_highest_value(
    lowest: float, highest: float, tmp_path: Path
) -> None:
    model = gated(nn.Hardswish, nn.Hardsigmoid)
    observer = model.module.get_submodule("activation_quantizers.norm").observer
    observer.low.fill_(lowest), observer.high.fill_(highest)
    marks = prepare_integer(model).module.get_submodule("activation_quantizers")
    mark = marks.get_submodule("norm")
    assert isinstance(mark, Mark)
    assert -mark.zero_point * mark.scale == pytest.approx(-3)
    assert (255 - mark.zero_point) * mark.scale >= highest * 0.999


class Split(nn.Module):
    """A curve whose value a softmax reads, a product with a float side, and a sigmoid that makes the answer."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.head = nn.Conv2d(3, 8, 3), nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = (x * F.silu(x).softmax(1)).amax((2, 3))
        return torch.sigmoid(self.head(x))


def test_that_curves_and_products_beside_floats_stay_floats() -> None:
    torch.manual_seed(0)
    placement = finished(Split()).placement
    assert placement is not None
    assert (placement.values, placement.integer_operators) == (("x", "stem", "amax", "head"), 2)


def averaged(axes: list[int], *, keeps: int) -> onnx.ModelProto:
    shape = [1, 2, *([1, 1] if keeps else [])] if axes[0] in (2, -2) else [1, 1, 1, 5]
    node = helper.make_node("ReduceMean", ["x", "axes"], ["y"], keepdims=keeps)
    graph = helper.make_graph(
        [node],
        "one",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2, 3, 5])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(torch.tensor(axes).numpy(), "axes")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])


@pytest.mark.parametrize(
    ("axes", "keeps", "kind"),
    [
        ([2, 3], 1, "GlobalAveragePool"),
        ([-1, -2], 1, "GlobalAveragePool"),
        ([2, 3], 0, "ReduceMean"),
        ([1, 2], 1, "ReduceMean"),
    ],
)
def test_that_averages_over_images_that_keep_their_axes_become_pools(
    axes: list[int], keeps: int, kind: str
) -> None:
    model = averaged(axes, keeps=keeps)
    before = onnx.ModelProto()
    before.CopyFrom(model)
    pool_averages_(model)
    assert model.graph.node[0].op_type == kind
    image = torch.randn(1, 2, 3, 5, generator=torch.Generator().manual_seed(0)).numpy()
    found, wanted = (
        torch.from_numpy(ort.InferenceSession(m.SerializeToString()).run(None, {"x": image})[0])
        for m in (model, before)
    )
    assert torch.allclose(found, wanted, atol=1e-6)
