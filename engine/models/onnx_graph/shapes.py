"""ONNX operators that only move numbers: a batch that an export wrote down as a number is asked for instead."""

import operator
from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from onnx import numpy_helper
from torch import fx

from engine.models.onnx_graph.sizes import as_sizes
from engine.models.onnx_graph.walk import BATCH, Known, Operation, Rule, Sizes, Walk, shape_of

_END = 2**31 - 1


def _identity(walk: Walk, operation: Operation) -> Any:
    """An older exporter stores vectors of equal content once and lends them under their own names."""
    source = operation.input(0)
    if not isinstance(source, Known):
        return source
    is_lent = source.tensor.dim() <= 1 and source.tensor.is_floating_point()
    return Known(source.tensor.detach().clone() if is_lent else source.tensor, operation.proto.output[0])


def _shape(walk: Walk, operation: Operation) -> Any:
    sizes = walk.sizes_of(operation.input(0))
    start, end = operation.get("start", 0), operation.get("end")
    if start or end is not None:
        return Sizes(as_sizes(sizes, operation).items[start:end])
    return sizes


def _reshape(walk: Walk, operation: Operation) -> Any:
    source = operation.input(0)
    if isinstance(source, Known):
        sizes = [int(size) for size in as_sizes(operation.input(1), operation).items]
        shape = source.tensor.shape
        whole = [shape[place] if size == 0 else size for place, size in enumerate(sizes)]
        return walk.call(torch.reshape, source, tuple(whole))
    wanted = list(as_sizes(operation.input(1), operation).items)
    if not operation.get("allowzero", 0):
        wanted = _copied(walk, source, wanted)
    return walk.call(torch.reshape, source, tuple(_open_batch(walk, shape_of(source), wanted)))


def _copied(walk: Walk, source: Any, wanted: list[Any]) -> list[Any]:
    """A zero copies the size that stands there."""
    if not any(isinstance(size, int) and size == 0 for size in wanted):
        return wanted
    sizes = walk.sizes_of(source)
    own = sizes.items if isinstance(sizes, Sizes) else tuple(int(size) for size in sizes.tensor)
    return [own[place] if isinstance(size, int) and size == 0 else size for place, size in enumerate(wanted)]


def _open_batch(walk: Walk, shape: Sequence[int], wanted: list[Any]) -> list[Any]:
    """Sizes for any batch: one -1 where that says it, else the batch itself.

    >>> _open_batch(None, (61, 16, 2, 2), [-1, 64])
    [-1, 64]
    """
    has_batch = any(isinstance(size, fx.Node) for size in wanted)
    is_free = not any(isinstance(size, int) and size == -1 for size in wanted)
    if has_batch:
        nodes = [place for place, size in enumerate(wanted) if isinstance(size, fx.Node)]
        return [-1 if is_free and [place] == nodes else size for place, size in enumerate(wanted)]
    written = walk.written_batch if walk is not None else None
    if written is None or (not is_free and wanted[0] != written):
        return wanted
    if is_free and prod(shape) == prod(wanted):
        return wanted
    place = _batch_place(shape, wanted, written)
    if place is None:
        return wanted
    times = wanted[place] // written
    batch = walk.batch_size() if not is_free else None
    opened = -1 if batch is None else batch if times == 1 else walk.call(operator.mul, batch, times)
    return [opened if at == place else size for at, size in enumerate(wanted)]


def _batch_place(shape: Sequence[int], wanted: list[int], written: int) -> int | None:
    """Where the batch stands: at its old place, at the front, at one that is as large, or in one with other things.

    In a batch of one it may hide anywhere; the proof that follows decides whether this was right.
    """
    old = next((place for place, size in enumerate(shape) if size % BATCH == 0), 0)
    equal = [place for place, size in enumerate(wanted) if size == written]
    for place in (old if shape[old] == BATCH else 0, 0, *equal[:1]):
        if place in equal:
            return place
    stride = shape[old] // BATCH * prod(shape[old + 1 :])
    fitting = [place for place in range(len(wanted) - 1) if _fits(wanted, place, stride, written)]
    return (
        fitting[-1] if fitting else next((at for at, size in enumerate(wanted) if size % written == 0), None)
    )


def _fits(wanted: list[int], place: int, stride: int, written: int) -> bool:
    """Whether samples that lie ``stride`` elements apart can be told apart by the size at ``place``."""
    behind = prod(wanted[place + 1 :])
    return stride % behind == 0 and wanted[place] % (stride // behind * written) == 0


def _flatten(walk: Walk, operation: Operation) -> Any:
    """To two dimensions; from the second on, as torch.flatten does it."""
    source, axis = operation.input(0), operation.get("axis", 1)
    rank = len(shape_of(source))
    if axis % rank == 1:
        return walk.call(torch.flatten, source, 1)
    raise operation.unknown()


def _transpose(walk: Walk, operation: Operation) -> Any:
    source = operation.input(0)
    rank = len(shape_of(source))
    order = list(operation.get("perm") or reversed(range(rank)))
    if isinstance(source, Known):
        return Known(source.tensor.permute(order).contiguous(), source.name)
    if order == list(range(rank)):
        return source
    moved = [place for place, dim in enumerate(order) if place != dim]
    if len(moved) == 2:
        return walk.call(torch.transpose, source, *moved)
    return walk.call(torch.permute, source, order)


def _squeeze(walk: Walk, operation: Operation) -> Any:
    source = operation.input(0)
    shape = shape_of(source)
    axes = operation.numbers(1, "axes")
    gone = [place for place, size in enumerate(shape) if size == 1] if axes is None else axes
    for axis in sorted((axis % len(shape) for axis in gone), reverse=True):
        source = walk.call(torch.squeeze, source, axis)
    return source


def _unsqueeze(walk: Walk, operation: Operation) -> Any:
    source, axes = operation.input(0), operation.numbers(1, "axes") or []
    rank = len(shape_of(source)) + len(axes)
    for axis in sorted(axis % rank for axis in axes):
        source = walk.call(torch.unsqueeze, source, axis)
    return source


def _concatenate(walk: Walk, operation: Operation) -> Any:
    axis = operation.get("axis")
    parts = tuple(_for_each_sample(walk, value, operation.inputs, axis) for value in operation.inputs)
    return walk.call(torch.cat, parts, axis)


def _for_each_sample(walk: Walk, value: Any, beside: list[Any], axis: int) -> Any:
    """What is put beside every sample of a written batch, such as a class token, is repeated for each of them."""
    shape = shape_of(value)
    rank = len(shape)
    for dim, size in enumerate(shape):
        if dim != axis % rank and size == 1 and any(shape_of(other)[dim] == BATCH for other in beside):
            sizes = [walk.batch_size() if place == dim else -1 for place in range(rank)]
            return walk.method("expand", value, *sizes)
    return value


def _split(walk: Walk, operation: Operation) -> Any:
    source, axis = operation.input(0), operation.get("axis", 0)
    sizes = operation.numbers(1, "split")
    length = shape_of(source)[axis]
    if sizes is None:
        parts = operation.get("num_outputs") or len(operation.proto.output)
        each = -(-length // parts)
        sizes = [min(each, length - start) for start in range(0, length, each)]
    ends = [sum(sizes[: place + 1]) for place in range(len(sizes))]
    return tuple(
        _part(walk, source, axis % len(shape_of(source)), slice(end - size, end))
        for size, end in zip(sizes, ends, strict=True)
    )


def _part(walk: Walk, source: Any, dim: int, part: slice) -> Any:
    if isinstance(source, Known):
        return Known(source.tensor[(*[slice(None)] * dim, part)])
    return walk.call(operator.getitem, source, (*[slice(None)] * dim, part))


def _slice(walk: Walk, operation: Operation) -> Any:
    source = operation.input(0)
    starts, ends = operation.numbers(1, "starts") or [], operation.numbers(2, "ends") or []
    axes = operation.numbers(3, "axes") or list(range(len(starts)))
    steps = operation.numbers(4, "steps") or [1] * len(starts)
    shape = shape_of(source)
    places = [slice(None)] * len(shape)
    if isinstance(source, Known):
        return _known_slice(source, list(zip(starts, ends, axes, steps, strict=True)))
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        if step < 1:
            raise operation.unknown()
        is_open = end >= min(_END, shape[axis]) and end > 0
        places[axis % len(shape)] = slice(
            start or None, None if is_open else end, None if step == 1 else step
        )
    while places and places[-1] == slice(None):
        places.pop()
    if not places:
        return source
    return walk.call(operator.getitem, source, tuple(places))


def _known_slice(source: Known, cuts: list[tuple[int, int, int, int]]) -> Known:
    """NumPy walks backwards too, which torch does not."""
    array = source.tensor.detach().numpy()
    for start, end, axis, step in cuts:
        stop = None if step < 0 and end < -array.shape[axis] else end
        array = array[(*[slice(None)] * (axis % array.ndim), slice(start, stop, step))]
    return Known(torch.from_numpy(np.ascontiguousarray(array)))


def _pad(walk: Walk, operation: Operation) -> Any:
    widths = operation.numbers(1, "pads") or []
    value = operation.get("value", 0.0)
    given = operation.input(2)
    if isinstance(given, Known) and given.tensor.numel():
        value = float(given.tensor)
    axes = operation.numbers(3, "axes")
    rank = len(shape_of(operation.input(0)))
    half = len(widths) // 2
    pairs = [(0, 0)] * rank
    for place, axis in enumerate(axes if axes is not None else range(half)):
        pairs[axis % rank] = (widths[place], widths[half + place])
    while pairs and pairs[0] == (0, 0):
        pairs.pop(0)
    flat = [width for pair in reversed(pairs) for width in pair]
    mode = {"constant": "constant", "reflect": "reflect", "edge": "replicate"}.get(
        operation.get("mode", "constant")
    )
    if mode is None:
        raise operation.unknown()
    rest = () if mode == "constant" and value == 0 else (mode, value)
    return walk.call(F.pad, operation.input(0), flat, *rest) if flat else operation.input(0)


def _expand(walk: Walk, operation: Operation) -> Any:
    """To a shape that both sides can grow to."""
    source, wanted = operation.input(0), as_sizes(operation.input(1), operation).items
    shape = shape_of(source)
    if isinstance(source, Known) and tuple(wanted) == shape:
        return source
    aligned = (1,) * (len(wanted) - len(shape)) + shape
    sizes = tuple(
        own if isinstance(size, int) and size == 1 else size
        for own, size in zip(aligned[-len(wanted) :], wanted, strict=True)
    )
    if isinstance(source, fx.Node):
        sizes = tuple(-1 if size == BATCH else size for size in sizes)
    opened = (
        sizes if any(isinstance(size, fx.Node) for size in sizes) else _open_leading(walk, aligned, sizes)
    )
    if isinstance(source, Known) and source.tensor.numel() == 1:
        made = walk.call(torch.full, opened, source.tensor.item())
    else:
        made = walk.method("expand", source, *opened)
    if isinstance(made, fx.Node) and isinstance(source, Known) and not bool(source.tensor.any()):
        walk.zeros.add(made)
    return made


def _open_leading(walk: Walk, aligned: tuple[int, ...], sizes: tuple[Any, ...]) -> tuple[Any, ...]:
    """A first size of the written batch, which is larger than one, is the batch's."""
    if walk.written_batch not in (None, 1) and sizes[:1] == (walk.written_batch,) and aligned[0] == 1:
        return (walk.batch_size(), *sizes[1:])
    return sizes


def _fill(walk: Walk, operation: Operation) -> Any:
    value = operation.get("value")
    number = 0.0 if value is None else numpy_helper.to_array(value).item()
    sizes = as_sizes(operation.input(0), operation).items
    made = walk.call(torch.full, sizes, number)
    if isinstance(made, fx.Node) and number == 0:
        walk.zeros.add(made)
    return made


def _range(walk: Walk, operation: Operation) -> Any:
    numbers = [as_sizes(value, operation).items[0] for value in operation.inputs]
    return walk.call(torch.arange, *numbers)


def _tile(walk: Walk, operation: Operation) -> Any:
    return walk.method("repeat", operation.input(0), *as_sizes(operation.input(1), operation).items)


SHAPE_RULES: dict[str, Rule] = {
    "Identity": _identity,
    "Shape": _shape,
    "Reshape": _reshape,
    "Flatten": _flatten,
    "Transpose": _transpose,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Concat": _concatenate,
    "Split": _split,
    "Slice": _slice,
    "Pad": _pad,
    "Expand": _expand,
    "ConstantOfShape": _fill,
    "Range": _range,
    "Tile": _tile,
}
"""How each operator is raised that moves numbers."""
