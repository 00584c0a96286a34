"""Looks a recorded cut over before it is done: files come from anywhere, and a cut only ever leaves something out."""

from collections.abc import Iterable, Mapping
from itertools import chain, pairwise

from torch import Tensor, fx, nn

from engine.models.cuts.editing import order_name, order_of
from engine.models.cuts.records import Bypass, Cut, Number, Parts, Shuffle, Slice
from engine.models.graph import shape_of

_SPLITS = ("chunk", "split")
_MOST_AXES = 64


def check_cut(module: fx.GraphModule, cut: Cut) -> None:
    """Refuses what no cut of ``module`` leaves: strange names, numbers that grow, positions that are not there.

    Raises:
        ValueError: there is such a thing; the text says which.
    """
    tensors = dict(chain(module.named_parameters(remove_duplicate=False), module.named_buffers()))
    nodes = {node.name: node for node in module.graph.nodes}
    _check_slices(cut, tensors)
    largest = max(chain.from_iterable(shape_of(node) or () for node in nodes.values()), default=0)
    for number in cut.numbers:
        _check_number(_named(nodes, number.node), number, largest)
    for parts in cut.parts:
        _check_parts(_named(nodes, parts.node), parts, largest)
    for shuffle in cut.shuffles:
        _check_shuffle(nodes, shuffle, module)
    for bypass in cut.bypasses:
        _check_bypass(nodes, bypass)
    for name in cut.erased:
        if _named(nodes, name).op in ("placeholder", "output"):
            raise ValueError(f'"{name}" cannot be left out')


def _check_slices(cut: Cut, tensors: Mapping[str, Tensor]) -> None:
    for positions in cut.kept:
        if not positions or positions[0] < 0 or any(a >= b for a, b in pairwise(positions)):
            raise ValueError("positions that are kept do not ascend from 0")
    if len({(piece.tensor, piece.dim) for piece in cut.slices}) < len(cut.slices):
        raise ValueError("a dimension is cut twice")
    for piece in cut.slices:
        _check_slice(cut, piece, tensors)


def _check_slice(cut: Cut, piece: Slice, tensors: Mapping[str, Tensor]) -> None:
    tensor = tensors.get(piece.tensor)
    if tensor is None:
        raise ValueError(f'there is no tensor "{piece.tensor}"')
    if not 0 <= piece.kept < len(cut.kept) or not 0 <= piece.dim < tensor.dim():
        raise ValueError(f'"{piece.tensor}" has no such dimension, or the cut no such list of positions')
    last = cut.kept[piece.kept][-1]
    if last >= tensor.shape[piece.dim]:
        raise ValueError(f'"{piece.tensor}" has {tensor.shape[piece.dim]} positions, not {last + 1}')


def _named(nodes: Mapping[str, fx.Node], name: str) -> fx.Node:
    if name not in nodes:
        raise ValueError(f'there is no operation "{name}"')
    return nodes[name]


def _check_number(node: fx.Node, number: Number, largest: int) -> None:
    """A number takes the place of one that is as large or larger, or of a size that was asked of a value."""
    before: object = node.args
    for place in number.place:
        if not isinstance(before, list | tuple) or not 0 <= place < len(before):
            raise ValueError(f'"{number.node}" is not called with such a number')
        before = before[place]
    limit = largest if isinstance(before, fx.Node) else before
    if type(limit) is not int or not 0 <= number.value <= limit:
        raise ValueError(f'"{number.node}" would be called with {number.value}, which is larger than before')


def _check_parts(node: fx.Node, parts: Parts, largest: int) -> None:
    name = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "")
    if name not in _SPLITS or node.op not in ("call_function", "call_method"):
        raise ValueError(f'"{parts.node}" splits nothing')
    if not _are_sizes(parts.sizes, largest) or not 0 <= parts.axis < _MOST_AXES:
        raise ValueError(f'"{parts.node}" would make parts that no value has')


def _are_sizes(sizes: Iterable[int], largest: int) -> bool:
    return all(0 <= size <= largest for size in sizes)


def _check_shuffle(nodes: Mapping[str, fx.Node], shuffle: Shuffle, module: nn.Module) -> None:
    last, source = _named(nodes, shuffle.node), _named(nodes, shuffle.source)
    shape = shape_of(source) or ()
    if shape_of(last) != shape or not source < last or not 0 <= shuffle.axis < len(shape):
        raise ValueError(f'"{shuffle.node}" is no shuffle of "{shuffle.source}"')
    if len(shuffle.order) > shape[shuffle.axis] or sorted(shuffle.order) != list(range(len(shuffle.order))):
        raise ValueError(f'"{shuffle.node}" picks positions that are not there')
    before = order_of(last)
    if hasattr(module, order_name(shuffle)) and (before is None or before.target != order_name(shuffle)):
        raise ValueError(f'the order of "{shuffle.node}" would take the place of something else')


def _check_bypass(nodes: Mapping[str, fx.Node], bypass: Bypass) -> None:
    node, source = _named(nodes, bypass.node), _named(nodes, bypass.source)
    if not source < node or shape_of(node) != shape_of(source):
        raise ValueError(f'"{bypass.source}" cannot stand for "{bypass.node}"')
