"""Writes small ONNX graphs of one operator after the other, in floats or in integers as our files have them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from engine.export.latency.window import Window

OPSET, IR_VERSION = 18, 10
STEP = 0.05
"""The scale of every integer; times do not depend on it."""


class ProbeGraph:
    """A chain of operators that begins at ``input`` and ends where it is when the model is asked for.

    Args:
        is_integer: whether values are rounded to uint8 behind every operator, and weights are int8.
    """

    def __init__(self, *, is_integer: bool) -> None:
        self._is_integer = is_integer
        self._nodes: list[onnx.NodeProto] = []
        self._tensors: list[onnx.TensorProto] = []
        self._value = "input"
        self._random = np.random.default_rng(0)

    def convolve(self, shape: tuple[int, int], window: Window, *, groups: int = 1) -> None:
        """A convolution of (outputs, inputs of a group) channels, with the bias and the ReLU that melt into it."""
        weight, bias = self._weight((*shape, *window.kernel)), self._bias(shape[0])
        self._add(
            "Conv",
            [weight, bias],
            kernel_shape=window.kernel,
            strides=window.stride,
            dilations=window.dilation,
            pads=window.padding,
            group=groups,
        )
        self.rectify()

    def multiply(self, outputs: int, inputs: int, *, is_sequence: bool) -> None:
        """A matrix with its bias and ReLU; on sequences, which no integer matrix takes, as the exporter has it."""
        if is_sequence:
            self._add(
                "MatMul", [self._tensor(self._random.normal(size=(inputs, outputs)).astype(np.float32))]
            )
            self._add("Add", [self._bias(outputs)])
        else:
            weight, bias = self._weight((outputs, inputs)), self._bias(outputs)
            self._add("Gemm", [weight, bias], transB=1)
        self.rectify()

    def rectify(self) -> None:
        """A ReLU, behind which integers are rounded."""
        self._add("Relu")
        self.quantize()

    def pick_place(self, places: Sequence[int]) -> None:
        """One place of all: a pool whose windows of 1 are so far apart that it costs next to nothing."""
        self._add("MaxPool", kernel_shape=[1] * len(places), strides=places)
        self.quantize()

    def quantize(self) -> None:
        """Rounds the value to uint8, where integers are wanted."""
        if self._is_integer:
            grid = [self._tensor(np.array(STEP, np.float32)), self._tensor(np.array(0, np.uint8))]
            self._add("QuantizeLinear", grid)
            self._add("DequantizeLinear", grid)

    def model(self, shape: tuple[int, ...]) -> onnx.ModelProto:
        """The file, whose input is float32 of this shape."""
        graph = helper.make_graph(
            self._nodes,
            "probe",
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info(self._value, TensorProto.FLOAT, None)],
            self._tensors,
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)

    def _weight(self, shape: tuple[int, ...]) -> str:
        if not self._is_integer:
            return self._tensor(self._random.normal(size=shape).astype(np.float32))
        return self._dequantized(self._random.integers(-127, 128, shape).astype(np.int8), STEP)

    def _bias(self, count: int) -> str:
        if not self._is_integer:
            return self._tensor(self._random.normal(size=count).astype(np.float32))
        return self._dequantized(self._random.integers(-999, 1000, count).astype(np.int32), STEP * STEP)

    def _dequantized(self, integers: np.ndarray, scale: float) -> str:
        """Integers with one scale for each of their rows."""
        scales = np.full(len(integers), scale, dtype=np.float32)
        parts = [integers, scales, np.zeros(len(integers), dtype=integers.dtype)]
        name = f"v{len(self._nodes)}"
        names = [self._tensor(part) for part in parts]
        self._nodes.append(helper.make_node("DequantizeLinear", names, [name], axis=0))
        return name

    def _tensor(self, values: np.ndarray) -> str:
        name = f"t{len(self._tensors)}"
        self._tensors.append(numpy_helper.from_array(values, name))
        return name

    def _add(self, kind: str, others: Sequence[str] = (), **attributes: Any) -> None:
        """An operator on the value, which it becomes."""
        name = f"v{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, [self._value, *others], [name], **attributes))
        self._value = name
