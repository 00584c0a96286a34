"""ONNX operators without weights: what each becomes."""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper
from torch import fx, nn

from engine.models.onnx_graph.layers import LAYER_RULES, known_input
from engine.models.onnx_graph.pools import POOL_RULES
from engine.models.onnx_graph.shapes import SHAPE_RULES
from engine.models.onnx_graph.walk import Known, Operation, Rule, Walk, shape_of

_LARGE = 2**31


def _plain(function: Callable[..., Any], *rest: Any) -> Rule:
    """A function of all the inputs."""

    def rule(walk: Walk, operation: Operation) -> Any:
        return walk.call(function, *operation.inputs, *rest)

    return rule


def _divide(walk: Walk, operation: Operation) -> Any:
    """Whole numbers are divided without a rest."""
    left, right = operation.inputs
    whole = [not _dtype(value).is_floating_point for value in (left, right)]
    return walk.call(operator.floordiv if all(whole) else operator.truediv, left, right)


def _dtype(value: Any) -> torch.dtype:
    tensor = value.tensor if isinstance(value, Known) else value.meta["val"]
    return tensor.dtype  # type: ignore[no-any-return]


def _parametric(function: Callable[..., Any], **attributes: Any) -> Rule:
    """A function of the first input and of attributes: each by its name in ONNX, with its default."""

    def rule(walk: Walk, operation: Operation) -> Any:
        return walk.call(function, operation.input(0), *(operation.get(*pair) for pair in attributes.items()))

    return rule


def _softmax(function: Callable[..., Any]) -> Rule:
    """Over one axis; before version 13 over all from an axis on, which is the same for the last."""

    def rule(walk: Walk, operation: Operation) -> Any:
        rank = len(shape_of(operation.input(0)))
        axis = operation.get("axis", -1)
        return walk.call(function, operation.input(0), axis % rank)

    return rule


def _hard_sigmoid(walk: Walk, operation: Operation) -> Any:
    alpha, beta = operation.get("alpha", 0.2), operation.get("beta", 0.5)
    if abs(alpha - 1 / 6) < 1e-6 and beta == 0.5:
        return walk.call(F.hardsigmoid, operation.input(0))
    line = walk.call(operator.add, walk.call(operator.mul, operation.input(0), alpha), beta)
    return walk.call(torch.clamp, line, 0.0, 1.0)


def _gelu(walk: Walk, operation: Operation) -> Any:
    approximate = operation.get("approximate", "none")
    if approximate == "none":
        return walk.call(F.gelu, operation.input(0))
    return walk.call(F.gelu, operation.input(0), approximate=approximate)


def _clip(walk: Walk, operation: Operation) -> Any:
    limits = []
    for place, name in ((1, "min"), (2, "max")):
        known = known_input(operation, place)
        limit = operation.get(name) if known is None else float(known.tensor)
        limits.append(None if limit is None or abs(limit) > _LARGE else limit)
    if tuple(limits) in _CLAMPS:
        return walk.call(_CLAMPS[limits[0], limits[1]], operation.input(0))
    return walk.call(torch.clamp, operation.input(0), *limits)


_CLAMPS: dict[tuple[Any, Any], Callable[..., Any]] = {(0, 6): F.relu6, (0, None): F.relu}


def _drop_out(walk: Walk, operation: Operation) -> Any:
    """An identity in evaluation mode; a training finds it again."""
    ratio = known_input(operation, 1)
    share = operation.get("ratio", 0.5) if ratio is None else float(ratio.tensor)
    if not isinstance(operation.input(0), fx.Node):
        return operation.input(0)
    return walk.layer(operation.proto.name or "dropout", nn.Dropout(share), operation.input(0))


def _reduce(function: Callable[..., Any]) -> Rule:
    def rule(walk: Walk, operation: Operation) -> Any:
        source = operation.input(0)
        axes = operation.numbers(1, "axes")
        keeps = bool(operation.get("keepdims", 1))
        if axes is None:
            if operation.get("noop_with_empty_axes", 0):
                return source
            axes = list(range(len(shape_of(source))))
        return walk.call(function, source, axes, keeps)

    return rule


def _euclid(source: Any, axes: list[int], keeps: bool) -> Any:
    return torch.linalg.vector_norm(source, dim=axes, keepdim=keeps)


def _arg_max(walk: Walk, operation: Operation) -> Any:
    return walk.call(
        torch.argmax, operation.input(0), operation.get("axis", 0), bool(operation.get("keepdims", 1))
    )


_DTYPES = {
    1: torch.float32,
    6: torch.int32,
    7: torch.int64,
    9: torch.bool,
    10: torch.float16,
    11: torch.float64,
}


def _cast(walk: Walk, operation: Operation) -> Any:
    wanted = _DTYPES.get(operation.get("to"))
    if wanted is None:
        raise operation.unknown()
    source = operation.input(0)
    return source if _dtype(source) == wanted else walk.method("to", source, wanted)


def _constant(walk: Walk, operation: Operation) -> Known:
    for name in ("value", "value_float", "value_int", "value_floats", "value_ints"):
        value = operation.get(name)
        if isinstance(value, onnx.TensorProto):
            return Known(torch.from_numpy(np.array(numpy_helper.to_array(value))))
        if value is not None:
            return Known(torch.tensor(value))
    raise operation.unknown()


def _normalise_instances(walk: Walk, operation: Operation) -> Any:
    scale, shift = operation.input(1), operation.input(2)
    return walk.call(
        F.instance_norm,
        operation.input(0),
        None,
        None,
        scale,
        shift,
        True,
        0.1,
        operation.get("epsilon", 1e-5),
    )


_ELEMENTWISE: dict[str, Callable[..., Any]] = {
    "Sqrt": torch.sqrt, "Exp": torch.exp, "Log": torch.log, "Abs": torch.abs, "Erf": torch.erf, "Pow": torch.pow,
    "Neg": operator.neg, "Reciprocal": torch.reciprocal, "Floor": torch.floor, "Ceil": torch.ceil,
    "Sin": torch.sin, "Cos": torch.cos, "Relu": F.relu, "Sigmoid": torch.sigmoid, "Tanh": torch.tanh,
    "HardSwish": F.hardswish, "Softplus": F.softplus, "Softsign": F.softsign, "Mish": F.mish, "Selu": F.selu,
    "Where": torch.where, "Equal": torch.eq, "Less": torch.lt, "Greater": torch.gt, "And": torch.logical_and,
    "Or": torch.logical_or, "Not": torch.logical_not, "GreaterOrEqual": torch.ge, "LessOrEqual": torch.le,
    "Min": torch.minimum, "Max": torch.maximum, "IsNaN": torch.isnan, "Mod": torch.remainder,
    "Add": operator.add, "Sub": operator.sub, "Mul": operator.mul,
}  # fmt: skip
"""Functions that take the operator's inputs as they stand."""

RULES: dict[str, Rule] = {
    **LAYER_RULES,
    **SHAPE_RULES,
    **POOL_RULES,
    **{name: _plain(function) for name, function in _ELEMENTWISE.items()},
    "Div": _divide,
    "LeakyRelu": _parametric(F.leaky_relu, alpha=0.01),
    "Elu": _parametric(F.elu, alpha=1.0),
    "HardSigmoid": _hard_sigmoid,
    "Gelu": _gelu,
    "Clip": _clip,
    "Softmax": _softmax(F.softmax),
    "LogSoftmax": _softmax(F.log_softmax),
    "Dropout": _drop_out,
    "ReduceMean": _reduce(torch.mean),
    "ReduceSum": _reduce(torch.sum),
    "ReduceMax": _reduce(torch.amax),
    "ReduceMin": _reduce(torch.amin),
    "ReduceL2": _reduce(_euclid),
    "ArgMax": _arg_max,
    "Cast": _cast,
    "Constant": _constant,
    "InstanceNormalization": _normalise_instances,
}  # fmt: skip
"""How each operator is raised."""
