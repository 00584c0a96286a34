"""Sizes that a graph asks of one value and uses for another, whose channels are not cut with it."""

import operator

import numpy as np
from torch import fx

from engine.models.graph import shape_of
from engine.pruning.atoms import CountSlot
from engine.pruning.walk import Walk


def fix_sizes(walk: Walk, node: fx.Node) -> None:
    """A view of fixed channels that takes a size from channels that may go keeps the number it was traced with.

    MaxViT's attention joins its heads by the width of the tokens before it, which are equal only before a cut.
    """
    for place, argument in enumerate(node.args):
        width = _width_of(walk, argument)
        if width is not None:
            # One locked atom, counted as often as the size says, is a number that no cut changes.
            atom = walk.table.make(f"sizes of {node.name}", 1)
            walk.table.lock(atom, "locked_input")
            walk.table.counts.append(CountSlot(node.name, (place,), np.repeat(atom, width)))


def _width_of(walk: Walk, argument: object) -> int | None:
    """The number of channels that an argument asks for; None where it asks for something else."""
    if not isinstance(argument, fx.Node):
        return None
    asked, axis = argument.args if argument.target is operator.getitem else (argument, None)
    if not isinstance(asked, fx.Node):
        return None
    if asked.target == "size" and len(asked.args) == 2:
        axis = asked.args[1]
    is_size = asked.target == "size" or (asked.target is getattr and asked.args[1] == "shape")
    if not is_size:
        return None
    value, shape = walk.value(asked.args[0]), shape_of(asked.args[0])
    if value is None or shape is None or not isinstance(axis, int):
        return None
    return shape[value.axis] if axis % len(shape) == value.axis else None
