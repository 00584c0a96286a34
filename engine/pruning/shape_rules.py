"""How channels flow through operations without weights: they join, split, move or repeat atoms."""

from math import prod

import numpy as np
import torch
from torch import fx

from engine.models.graph import shape_of
from engine.pruning.atoms import Atoms, CountSlot, Tracked
from engine.pruning.shuffles import foresee_shuffle
from engine.pruning.sizes import fix_sizes
from engine.pruning.walk import Walk, lock


def combine(walk: Walk, node: fx.Node) -> Tracked | None:
    """Elementwise of two values: channels of both sides are united, and parameters lose theirs too.

    Sides are aligned at their last axes. A side of length 1 at the channel axis, or without it, meets all channels
    alike.
    """
    rank = len(shape_of(node) or ())
    sides = [side for side in node.args[:2] if isinstance(side, fx.Node) and shape_of(side) is not None]
    found = [(side, ending) for side in sides if (ending := _from_the_end(walk, side)) is not None]
    if not found:
        return None
    first, (axis, atoms) = found[0]
    for side in sides:
        if side is not first and not _joins(walk, side, axis, atoms):
            return lock(walk, node)
    return Tracked(rank + axis, atoms)


def _from_the_end(walk: Walk, side: object) -> tuple[int, Atoms] | None:
    value = walk.value(side)
    return None if value is None else (value.axis - len(shape_of(side) or ()), value.atoms)


def _joins(walk: Walk, side: object, axis: int, atoms: Atoms) -> bool:
    """Whether the other side of an operation could follow: united, cut, or the same for all channels."""
    if not isinstance(side, fx.Node):
        return False
    other = _from_the_end(walk, side)
    if other is None:
        return _is_the_same_for_all(side, axis, atoms) or walk.index_parameter(side, axis, atoms)
    if other[0] != axis or len(other[1]) != len(atoms):
        return False
    walk.table.unite(atoms, other[1])
    return True


def _is_the_same_for_all(side: fx.Node, axis: int, atoms: Atoms) -> bool:
    shape = shape_of(side) or ()
    return len(shape) < -axis or (shape[axis] == 1 and len(atoms) > 1)


def treat_alike(walk: Walk, node: fx.Node) -> Tracked | None:
    """Divided by, or filled at places of, a second value that is the same for all channels."""
    found = _from_the_end(walk, node.args[0])
    if found is None or len(node.args) < 2:
        return lock(walk, node)
    side = node.args[1]
    if isinstance(side, fx.Node) and (walk.value(side) is not None or not _is_the_same_for_all(side, *found)):
        return lock(walk, node)
    return Tracked(len(shape_of(node) or ()) + found[0], found[1])


def concatenate(walk: Walk, node: fx.Node) -> Tracked | None:
    """Along the channel axis lists of atoms are joined; along another they are united, parameters' too."""
    parts = node.args[0]
    dim = node.kwargs.get("dim", node.args[1] if len(node.args) > 1 else 0)
    shape = shape_of(node)
    if shape is None or not isinstance(parts, list | tuple) or not isinstance(dim, int):
        return lock(walk, node)
    axis = dim % len(shape)
    values = [walk.value(part) for part in parts]
    known = next((value for value in values if value is not None), None)
    if known is None:
        return None
    if known.axis != axis:
        is_united = all(_joins(walk, part, known.axis - len(shape), known.atoms) for part in parts)
        return known if is_united else lock(walk, node)
    if any(value is not None and value.axis != axis for value in values):
        return lock(walk, node)
    return Tracked(
        axis,
        np.concatenate(
            [_atoms_or_fixed(walk, part, value, axis) for part, value in zip(parts, values, strict=True)]
        ),
    )


def _atoms_or_fixed(walk: Walk, part: object, value: Tracked | None, axis: int) -> Atoms:
    if value is not None:
        return value.atoms
    assert isinstance(part, fx.Node)
    atoms = walk.table.make(f"input {part.name}", (shape_of(part) or ())[axis])
    walk.table.lock(atoms, "locked_input")
    return atoms


def reshape(walk: Walk, node: fx.Node) -> Tracked | None:
    """Flatten and view: each atom is repeated for the positions that are folded into the channel axis."""
    source = walk.value(node.args[0])
    before, after = shape_of(node.args[0]), shape_of(node)
    if source is None:
        fix_sizes(walk, node)
        return None
    if foresee_shuffle(walk, node, source):
        return None
    if before is None or after is None:
        return lock(walk, node)
    axis = next((i for i in range(len(after)) if prod(after[:i]) == prod(before[: source.axis])), None)
    channels = before[source.axis]
    while axis is not None and axis < len(after) and after[axis] == 1 and channels > 1:
        axis += 1
    if (
        axis is None
        or axis >= len(after)
        or after[axis] % channels
        or not _is_whole(before, source.axis, after[axis])
    ):
        return lock(walk, node)
    atoms = np.repeat(source.atoms, after[axis] // channels)
    place = _constant_place(node, axis)
    if place is not None:
        walk.table.counts.append(CountSlot(node.name, place, atoms))
    return Tracked(axis, atoms)


def _is_whole(before: tuple[int, ...], axis: int, length: int) -> bool:
    """Whether ``length`` covers the channel axis and some whole axes behind it."""
    return any(prod(before[axis:end]) == length for end in range(axis + 1, len(before) + 1))


def _constant_place(node: fx.Node, axis: int) -> tuple[int, ...] | None:
    """Where a view's own number for ``axis`` stands in the arguments, if it is written there."""
    if node.target not in ("view", "reshape", torch.reshape):
        return None
    is_packed = len(node.args) > 1 and isinstance(node.args[1], list | tuple)
    sizes = node.args[1] if is_packed else node.args[1:]
    assert isinstance(sizes, list | tuple)
    written = sizes[axis] if axis < len(sizes) else None
    if not isinstance(written, int) or written < 0:
        return None
    return (1, axis) if is_packed else (axis + 1,)


def reduce(walk: Walk, node: fx.Node) -> Tracked | None:
    """A mean, sum or maximum over other axes than the channels', or such axes of length 1 that leave."""
    source, before, after = walk.value(node.args[0]), shape_of(node.args[0]), shape_of(node)
    dims = node.kwargs.get("dim", node.args[1] if len(node.args) > 1 else None)
    if source is None:
        return None
    if before is None or after is None or dims is None:
        return lock(walk, node)
    gone = {
        d % len(before) for d in (dims if isinstance(dims, list | tuple) else (dims,)) if isinstance(d, int)
    }
    if source.axis in gone:
        return lock(walk, node)
    shift = 0 if len(after) == len(before) else sum(1 for d in gone if d < source.axis)
    return Tracked(source.axis - shift, source.atoms)


def insert_axis(walk: Walk, node: fx.Node) -> Tracked | None:
    """An axis of length 1 comes in."""
    source, rank = walk.value(node.args[0]), len(shape_of(node) or ())
    dim = node.args[1] if len(node.args) > 1 else node.kwargs.get("dim")
    if source is None:
        return None
    if not isinstance(dim, int) or not rank:
        return lock(walk, node)
    return Tracked(source.axis + (dim % rank <= source.axis), source.atoms)


def permute(walk: Walk, node: fx.Node) -> Tracked | None:
    """Axes change places."""
    source, rank = walk.value(node.args[0]), len(shape_of(node) or ())
    if source is None:
        return None
    sizes = node.args[1] if len(node.args) > 1 and isinstance(node.args[1], list | tuple) else node.args[1:]
    assert isinstance(sizes, list | tuple)
    order = [int(d) % rank for d in sizes if isinstance(d, int)]
    if len(order) != rank:
        return lock(walk, node)
    return Tracked(order.index(source.axis), source.atoms)


def transpose(walk: Walk, node: fx.Node) -> Tracked | None:
    """Two axes change places."""
    source, rank = walk.value(node.args[0]), len(shape_of(node) or ())
    first, second = node.args[1:3] if len(node.args) > 2 else (None, None)
    if source is None:
        return None
    if not isinstance(first, int) or not isinstance(second, int):
        return lock(walk, node)
    swap = {first % rank: second % rank, second % rank: first % rank}
    return Tracked(swap.get(source.axis, source.axis), source.atoms)


def index(walk: Walk, node: fx.Node) -> Tracked | None:
    """Slices that leave the channel axis whole, and single places of other axes, which leave."""
    source, place = walk.value(node.args[0]), node.args[1]
    if source is None:
        return None
    items = place if isinstance(place, tuple) else (place,)
    if not all(isinstance(item, slice | int) for item in items):
        return lock(walk, node)
    if source.axis < len(items) and items[source.axis] != slice(None):
        return lock(walk, node)
    return Tracked(source.axis - sum(isinstance(item, int) for item in items[: source.axis]), source.atoms)


def pad(walk: Walk, node: fx.Node) -> Tracked | None:
    """Padding of the channel axis adds atoms that are zero; its widths count them."""
    source, shape = walk.value(node.args[0]), shape_of(node)
    widths = node.args[1] if len(node.args) > 1 else node.kwargs.get("pad")
    if source is None or shape is None:
        return source
    place = 2 * (len(shape) - 1 - source.axis)
    if not isinstance(widths, list | tuple) or place >= len(widths):
        return source
    if len(node.args) < 2 or not all(isinstance(width, int) for width in widths):
        return lock(walk, node)
    left, right = (
        walk.table.make(f"{node.name}.{side}", int(str(widths[place + i])))
        for i, side in enumerate(("left", "right"))
    )
    walk.table.counts += [CountSlot(node.name, (1, place), left), CountSlot(node.name, (1, place + 1), right)]
    return Tracked(source.axis, np.concatenate([left, source.atoms, right]))
