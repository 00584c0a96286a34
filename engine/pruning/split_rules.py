"""How channels flow through operations that answer several tensors, or make one of several along a new axis."""

import operator
from itertools import accumulate, pairwise

from torch import fx

from engine.models.graph import shape_of
from engine.pruning.atoms import SplitSlot, Tracked
from engine.pruning.walk import Walk, lock, name_of


def split(walk: Walk, node: fx.Node) -> Tracked | None:
    """Chunk and split: the parts of the list of atoms, or all of it in each part of another axis."""
    source, shape = walk.value(node.args[0]), shape_of(node.args[0])
    if source is None:
        return None
    sizes = None if shape is None else _sizes(node, shape)
    if sizes is None or shape is None:
        return lock(walk, node)
    if _axis(node, 2) % len(shape) != source.axis:
        return _answer(walk, node, (source,) * len(sizes))
    ends = accumulate(sizes, initial=0)
    parts = tuple(source.atoms[start:end] for start, end in pairwise(ends))
    walk.table.splits.append(SplitSlot(node.name, source.axis, parts))
    return _answer(walk, node, tuple(Tracked(source.axis, part) for part in parts))


def _answer(walk: Walk, node: fx.Node, parts: tuple[Tracked, ...]) -> Tracked | None:
    """Says of every item that is taken of the parts what it is; other uses of them are not understood."""
    for user in node.users:
        place = user.args[1] if user.target is operator.getitem else None
        if isinstance(place, int):
            walk.answers[user] = parts[place]
        else:
            for part in parts:
                walk.table.lock(part.atoms, "locked_operation", operation=name_of(user))
    return None


def _axis(node: fx.Node, place: int) -> int:
    dim = node.args[place] if len(node.args) > place else node.kwargs.get("dim", 0)
    return dim if isinstance(dim, int) else 0


def _sizes(node: fx.Node, shape: tuple[int, ...]) -> list[int] | None:
    """The length of each part, where they are written as numbers."""
    asked, length = node.args[1] if len(node.args) > 1 else None, shape[_axis(node, 2)]
    if isinstance(asked, list | tuple):
        return (
            [size for size in asked if isinstance(size, int)] if sum(map(_as_int, asked)) == length else None
        )
    if not isinstance(asked, int):
        return None
    size = -(-length // asked) if name_of(node) == "chunk" else asked
    return [min(size, length - start) for start in range(0, length, size)]


def _as_int(size: object) -> int:
    return size if isinstance(size, int) else 0


def unbind(walk: Walk, node: fx.Node) -> Tracked | None:
    """One tensor for each position of another axis, which leaves."""
    source, shape = walk.value(node.args[0]), shape_of(node.args[0])
    if source is None:
        return None
    if shape is None or (axis := _axis(node, 1) % len(shape)) == source.axis:
        return lock(walk, node)
    return _answer(walk, node, (Tracked(source.axis - (axis < source.axis), source.atoms),) * shape[axis])
