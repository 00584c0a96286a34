"""What each aten operator becomes; those in no table call torch's function of the same name."""

import operator
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import fx

from engine.models.raising.aten import Call, Raiser, Rule, shape_in
from engine.models.raising.aten_layers import LAYER_RULES

_END = 2**62


def _plain(function: Callable[..., Any]) -> Rule:
    """``function`` takes the operator's arguments as they stand."""

    def rule(raiser: Raiser, call: Call) -> fx.Node:
        return raiser.sketch.call(function, *raiser.value(call.node.args), **raiser.value(call.node.kwargs))

    return rule


def _arithmetic(simple: Callable[..., Any], full: Callable[..., Any]) -> Rule:
    """Python's operator where both sides are all that there is, else torch's function."""

    def rule(raiser: Raiser, call: Call) -> fx.Node:
        function = full if call.node.kwargs or len(call.node.args) != 2 else simple
        return raiser.sketch.call(function, *raiser.value(call.node.args), **raiser.value(call.node.kwargs))

    return rule


def _same(raiser: Raiser, call: Call) -> Any:
    """A copy or another layout of the same numbers."""
    source = call.node.args[0]
    return raiser.held(source) or raiser.value(source)


def _pick_first(function: Callable[..., Any]) -> Rule:
    """Of an operator that answers values and indices, the values."""

    def rule(raiser: Raiser, call: Call) -> tuple[fx.Node]:
        return (raiser.sketch.call(function, *raiser.value(call.node.args)),)

    return rule


def _max_pool(function: Callable[..., Any]) -> Rule:
    """Pools without a stride of their own step by their size."""

    def rule(raiser: Raiser, call: Call) -> Any:
        source, size, padding = raiser.value(call["self"]), call["kernel_size"], call["padding"]
        made = raiser.sketch.call(
            function, source, size, call["stride"] or size, padding, call["dilation"], call["ceil_mode"]
        )
        return (made,) if call.name.endswith("with_indices") else made

    return rule


def _average_pool(function: Callable[..., Any]) -> Rule:
    def rule(raiser: Raiser, call: Call) -> fx.Node:
        size = call["kernel_size"]
        rest = [call["padding"], call["ceil_mode"], call["count_include_pad"]]
        if call.given.get("divisor_override") is not None:
            rest.append(call["divisor_override"])
        return raiser.sketch.call(function, raiser.value(call["self"]), size, call["stride"] or size, *rest)

    return rule


def _reshape(raiser: Raiser, call: Call) -> fx.Node:
    sizes = call.given.get("size", call.given.get("shape"))
    return raiser.sketch.call(
        torch.reshape, raiser.value(call["self"]), tuple(open_batch(raiser, call, sizes))
    )


def open_batch(raiser: Raiser, call: Call, sizes: Any) -> list[Any]:
    """Sizes in which a batch that the export burnt in is asked for instead."""
    made = list(raiser.value(list(sizes)))
    if raiser.marked_batch is not None:
        return [_with_batch(raiser, size, raiser.marked_batch) for size in made]
    shape = shape_in(call.node)
    is_written = bool(made) and isinstance(made[0], int) and made[0] == raiser.batch
    if not is_written or not shape or shape[0] != raiser.batch:
        return made
    is_unknown_free = not any(isinstance(size, int) and size == -1 for size in made)
    is_free = is_unknown_free and not call.name.startswith(("expand", "new_"))
    made[0] = -1 if is_free else raiser.sketch.method("size", raiser.samples, 0)
    return made


def _with_batch(raiser: Raiser, size: Any, batch: int) -> Any:
    """A written size, where it is a multiple of the marked batch, by that of the samples."""
    if not isinstance(size, int) or size <= 0 or size % batch:
        return size
    asked = raiser.sketch.method("size", raiser.samples, 0)
    return asked if size == batch else raiser.sketch.call(operator.mul, asked, size // batch)


def _expand(raiser: Raiser, call: Call) -> fx.Node:
    return raiser.sketch.method("expand", raiser.value(call["self"]), *open_batch(raiser, call, call["size"]))


def _fill(function: Callable[..., Any]) -> Rule:
    """New tensors of a written size."""

    def rule(raiser: Raiser, call: Call) -> fx.Node:
        sizes = [raiser.value(size) for size in call["size"]]
        if raiser.batch not in (None, 1):
            sizes = [
                _with_batch(raiser, size, raiser.batch) if size == raiser.batch else size for size in sizes
            ]
        rest = [raiser.value(value) for value in call.node.args[1:]]
        named = {"dtype": call.given["dtype"]} if call.given.get("dtype") is not None else {}
        return raiser.sketch.call(function, tuple(sizes), *rest, **named)

    return rule


def _fill_alike(raiser: Raiser, call: Call) -> fx.Node:
    """New tensors of a written size, of the type of one that there is."""
    named = {"dtype": call.given["dtype"]} if call.given.get("dtype") is not None else {}
    rest = [raiser.value(value) for value in call.node.args[2:]]
    source = raiser.value(call["self"])
    return raiser.sketch.method(
        call.name, source, tuple(open_batch(raiser, call, call["size"])), *rest, **named
    )


def _turn(raiser: Raiser, call: Call) -> Any:
    """A matrix that the program holds is read turned; other values change axes."""
    source, held = call.node.args[0], raiser.held(call.node.args[0])
    rank = len(shape_in(source))
    if call.name == "permute":
        order = [int(dim) % rank for dim in call["dims"]]
        if held is not None and order == [1, 0]:
            return type(held)(held.name, held.tensor, not held.is_turned)
        return raiser.sketch.call(torch.permute, raiser.value(source), order)
    dims = (0, 1) if call.name in ("t", "numpy_T") else (call["dim0"], call["dim1"])
    if held is not None and rank == 2:
        return type(held)(held.name, held.tensor, not held.is_turned)
    return raiser.sketch.call(torch.transpose, raiser.value(source), *dims)


def _slice(raiser: Raiser, call: Call) -> Any:
    start, end, step = call["start"] or 0, call["end"], call["step"]
    is_open = end is None or (isinstance(end, int) and end >= _END)
    source = raiser.value(call["self"])
    if start == 0 and is_open and step == 1:
        return source
    part = slice(
        raiser.value(start) or None, None if is_open else raiser.value(end), None if step == 1 else step
    )
    dim = call["dim"] % len(shape_in(call["self"]))
    return raiser.sketch.call(operator.getitem, source, (*[slice(None)] * dim, part))


def _select(raiser: Raiser, call: Call) -> fx.Node:
    dim = call["dim"] % len(shape_in(call["self"]))
    place = (*[slice(None)] * dim, raiser.value(call["index"]))
    return raiser.sketch.call(operator.getitem, raiser.value(call["self"]), place)


def _index(raiser: Raiser, call: Call) -> fx.Node:
    places = tuple(slice(None) if item is None else raiser.value(item) for item in call["indices"])
    return raiser.sketch.call(operator.getitem, raiser.value(call["self"]), places)


def _clamp(raiser: Raiser, call: Call) -> fx.Node:
    low, high = (
        call.given.get("min", call.given.get("min_val")),
        call.given.get("max", call.given.get("max_val")),
    )
    source = raiser.value(call["self"])
    if (low, high) in _CLAMPS:
        return raiser.sketch.call(_CLAMPS[low, high], source)
    return raiser.sketch.call(torch.clamp, source, raiser.value(low), raiser.value(high))


_CLAMPS: dict[tuple[Any, Any], Callable[..., Any]] = {(0, 6): F.relu6, (0, None): F.relu}


def _elu(raiser: Raiser, call: Call) -> fx.Node | None:
    source = raiser.value(call["self"])
    if call["scale"] == 1 and call["input_scale"] == 1:
        return raiser.sketch.call(F.elu, source, call["alpha"])
    return raiser.sketch.call(F.selu, source)


def _softmax(raiser: Raiser, call: Call) -> fx.Node:
    function = F.log_softmax if "log" in call.name else F.softmax
    return raiser.sketch.call(function, raiser.value(call["self"]), call["dim"])


def _convert(raiser: Raiser, call: Call) -> Any:
    dtype = call.given.get("dtype")
    source = raiser.value(call["self"] if "self" in call.given else call.node.args[0])
    known = call.node.args[0].meta["val"].dtype if isinstance(call.node.args[0], fx.Node) else None
    return source if dtype is None or dtype == known else raiser.sketch.method("to", source, dtype)


def _resize(raiser: Raiser, call: Call) -> fx.Node:
    """Upsampling; the output's size goes before the factors."""
    mode = {"nearest": "nearest", "bilinear": "bilinear", "bicubic": "bicubic"}[
        call.name.split("_")[1].rstrip("123d")
    ]
    size = call.given.get("output_size")
    named: dict[str, Any] = {"mode": mode}
    if mode != "nearest":
        named["align_corners"] = call["align_corners"]
    if size is not None:
        named["size"] = raiser.value(list(size))
    else:
        named["scale_factor"] = list(call.given["scale_factors"])
    return raiser.sketch.call(F.interpolate, raiser.value(call.node.args[0]), **named)


def _size(raiser: Raiser, call: Call) -> fx.Node:
    return raiser.sketch.method("size", raiser.value(call["self"]), call["dim"])


def _attend(raiser: Raiser, call: Call) -> tuple[fx.Node, None]:
    """Attention as a run on the processor chose it."""
    inputs = raiser.value([call[name] for name in ("query", "key", "value", "attn_mask")])
    made = raiser.sketch.call(
        F.scaled_dot_product_attention, *inputs, 0.0, call["is_causal"], scale=call["scale"]
    )
    return made, None


def _item(raiser: Raiser, call: Call) -> fx.Node:
    return raiser.sketch.method("item", raiser.value(call["self"]))


def _rank(raiser: Raiser, call: Call) -> int:
    return len(shape_in(call["self"]))


def _pad(raiser: Raiser, call: Call) -> fx.Node:
    value = call.given.get("value")
    mode = call.given.get("mode", "constant")
    rest = () if mode == "constant" and not value else (mode, value)
    return raiser.sketch.call(F.pad, raiser.value(call["self"]), list(raiser.value(call["pad"])), *rest)


def _reduce(function: Callable[..., Any]) -> Rule:
    """Over given dimensions, or all."""

    def rule(raiser: Raiser, call: Call) -> fx.Node:
        dims = call.given.get("dim")
        source = raiser.value(call["self"])
        if dims is None:
            return raiser.sketch.call(function, source)
        return raiser.sketch.call(function, source, list(dims) if isinstance(dims, list | tuple) else dims,
                                  call.given.get("keepdim", False))  # fmt: skip

    return rule


RULES: dict[str, Rule] = {
    **LAYER_RULES,
    **{name: _plain(getattr(F, name)) for name in (
        "relu", "gelu", "silu", "mish", "hardswish", "hardsigmoid", "leaky_relu", "relu6", "selu", "softplus",
        "glu", "logsigmoid", "softsign", "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d",
        "scaled_dot_product_attention", "instance_norm", "pixel_shuffle",
        "normalize", "one_hot",
    )},
    "_adaptive_avg_pool2d": _plain(F.adaptive_avg_pool2d),
    "__or__": _plain(operator.or_), "__and__": _plain(operator.and_),
    "add": _arithmetic(operator.add, torch.add),
    "sub": _arithmetic(operator.sub, torch.sub),
    "mul": _arithmetic(operator.mul, torch.mul),
    "div": _arithmetic(operator.truediv, torch.div),
    **dict.fromkeys(("contiguous", "clone", "alias", "detach", "lift_fresh_copy", "lift_fresh"), _same),
    **dict.fromkeys(("max_pool2d", "max_pool2d_with_indices"), _max_pool(F.max_pool2d)),
    **dict.fromkeys(("max_pool1d", "max_pool1d_with_indices"), _max_pool(F.max_pool1d)),
    **dict.fromkeys(("max_pool3d", "max_pool3d_with_indices"), _max_pool(F.max_pool3d)),
    "avg_pool1d": _average_pool(F.avg_pool1d),
    "avg_pool2d": _average_pool(F.avg_pool2d),
    "avg_pool3d": _average_pool(F.avg_pool3d),
    "adaptive_max_pool1d": _pick_first(F.adaptive_max_pool1d),
    "adaptive_max_pool2d": _pick_first(F.adaptive_max_pool2d),
    **dict.fromkeys(("view", "reshape", "_unsafe_view", "view_copy"), _reshape),
    "expand": _expand,
    "zeros": _fill(torch.zeros), "ones": _fill(torch.ones), "full": _fill(torch.full),
    **dict.fromkeys(("new_zeros", "new_ones", "new_full"), _fill_alike),
    **dict.fromkeys(("t", "permute", "transpose", "numpy_T"), _turn),
    "slice": _slice, "select": _select, "index": _index,
    **dict.fromkeys(("clamp", "hardtanh", "clamp_min"), _clamp),
    "elu": _elu,
    **dict.fromkeys(("softmax", "_softmax", "log_softmax", "_log_softmax"), _softmax),
    **dict.fromkeys(("to", "_to_copy", "type_as"), _convert),
    **dict.fromkeys(
        ("upsample_nearest1d", "upsample_nearest2d", "upsample_bilinear2d", "upsample_bicubic2d"), _resize
    ),
    "sym_size": _size, "dim": _rank, "item": _item, "_local_scalar_dense": _item,
    "_scaled_dot_product_flash_attention_for_cpu": _attend,
     "pad": _pad, "constant_pad_nd": _pad,
    **{name: _reduce(getattr(torch, name)) for name in ("mean", "sum", "amax", "amin")},
}  # fmt: skip
"""How each operator is raised, by its name without overload and without the underscore of work in place."""
