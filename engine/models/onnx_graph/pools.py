"""ONNX operators over neighbouring places: pools and upsampling."""

from collections.abc import Callable
from typing import Any

import torch.nn.functional as F

from engine.models.onnx_graph.layers import known_input, symmetric_padding
from engine.models.onnx_graph.walk import Operation, Rule, Walk, shape_of


def _pool(*, is_average: bool) -> Rule:
    def rule(walk: Walk, operation: Operation) -> Any:
        source, size = operation.input(0), list(operation.get("kernel_shape"))
        rank = len(size)
        padding, outside = symmetric_padding(walk, operation, rank)
        if outside is not None:
            if is_average and not operation.get("count_include_pad", 0):
                raise operation.unknown()
            source = walk.call(F.pad, source, outside, "constant", 0.0 if is_average else float("-inf"))
        strides = operation.get("strides") or [1] * rank
        dilations, is_ceiled = operation.get("dilations") or [1] * rank, bool(operation.get("ceil_mode", 0))
        if not is_average:
            return walk.call(_MAX_POOLS[rank], source, size, strides, padding, dilations, is_ceiled)
        if any(dilation != 1 for dilation in dilations):
            raise operation.unknown()
        is_counted = bool(operation.get("count_include_pad", 0))
        return walk.call(_AVERAGE_POOLS[rank], source, size, strides, padding, is_ceiled, is_counted)

    return rule


_MAX_POOLS: dict[int, Callable[..., Any]] = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
_AVERAGE_POOLS: dict[int, Callable[..., Any]] = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}
_GLOBAL_AVERAGES: dict[int, Callable[..., Any]] = {
    1: F.adaptive_avg_pool1d, 2: F.adaptive_avg_pool2d, 3: F.adaptive_avg_pool3d,
}  # fmt: skip
_GLOBAL_MAXIMA: dict[int, Callable[..., Any]] = {1: F.adaptive_max_pool1d, 2: F.adaptive_max_pool2d}


def _pool_globally(functions: dict[int, Callable[..., Any]]) -> Rule:
    def rule(walk: Walk, operation: Operation) -> Any:
        rank = len(shape_of(operation.input(0))) - 2
        if rank not in functions:
            raise operation.unknown()
        return walk.call(functions[rank], operation.input(0), 1)

    return rule


def _resize(walk: Walk, operation: Operation) -> Any:
    """Whole factors of nearest neighbours, and halves of pixels for bilinear: what torch's upsampling exports as."""
    scales, sizes = known_input(operation, 2), known_input(operation, 3)
    mode, source = operation.get("mode", "nearest"), operation.input(0)
    place = operation.get("coordinate_transformation_mode", "half_pixel")
    options = _RESIZES.get((mode, place))
    is_floored = mode != "nearest" or operation.get("nearest_mode") == "floor"
    if options is None or len(shape_of(source)) != 4 or not is_floored:
        raise operation.unknown()
    if sizes is not None and sizes.tensor.numel():
        return walk.call(F.interpolate, source, size=[int(size) for size in sizes.tensor[2:]], **options)
    if scales is None or not scales.tensor.numel():
        raise operation.unknown()
    return walk.call(
        F.interpolate, source, scale_factor=[float(scale) for scale in scales.tensor[2:]], **options
    )


_RESIZES: dict[tuple[str, str], dict[str, Any]] = {
    ("nearest", "asymmetric"): {"mode": "nearest"},
    ("linear", "half_pixel"): {"mode": "bilinear"},
    ("linear", "pytorch_half_pixel"): {"mode": "bilinear"},
    ("linear", "align_corners"): {"mode": "bilinear", "align_corners": True},
}

POOL_RULES: dict[str, Rule] = {
    "MaxPool": _pool(is_average=False),
    "AveragePool": _pool(is_average=True),
    "GlobalAveragePool": _pool_globally(_GLOBAL_AVERAGES),
    "GlobalMaxPool": _pool_globally(_GLOBAL_MAXIMA),
    "Resize": _resize,
}
"""How each operator is raised that looks at neighbours."""
