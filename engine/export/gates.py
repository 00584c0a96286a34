"""SiLU and hard swish as products of integers: ``x`` times a gate of ``x`` (docs/decisions.md has the times).

The runtime has a table for a sigmoid's levels, and multiplies levels; it has neither for the whole curve. For a hard
swish not even the table is wanted: where a grid begins at -3, the gate is the levels themselves, clipped.
"""

import operator
from collections.abc import Collection

import torch
from torch import fx

from engine.export.marker import UINT8_MAX, HardGate, Mark
from engine.quantization.attach import FOLDER
from engine.quantization.operations import HARD_SWISHES, SILUS, is_of

LOWEST = 3
"""A hard swish is 0 below -3."""


def open_gates_(module: fx.GraphModule, marks: dict[str, Mark], passes: Collection[str]) -> None:
    """Turns each SiLU and hard swish between marks into a gate and a product; the gates become marks of their own.

    Args:
        module: with calls of the quantizers where the marks will be.
        marks: by the value that they stand behind.
        passes: names of nodes that carry the grid of the mark before them on.
    """
    for node in list(module.graph.nodes):
        gate = _gate_of_(module, node, marks, passes)
        if gate is not None:
            marks[f"{node.name}_gate"] = gate
            _open_(module, node, gate)
    module.recompile()


def _gate_of_(
    module: fx.GraphModule, node: fx.Node, marks: dict[str, Mark], passes: Collection[str]
) -> Mark | None:
    """None of all other nodes, and of curves that floats go into or come out of."""
    if not is_of(module, node, (*SILUS, *HARD_SWISHES)) or len(node.users) != 1:
        return None
    before, behind = (_mark_at(beside, marks) for beside in (node.args[0], next(iter(node.users))))
    if behind is None:
        return None
    if is_of(module, node, SILUS):
        return Mark(1 / UINT8_MAX, 0) if before is not None or _passes_on(node.args[0], passes) else None
    return HardGate(before) if before is not None and _begins_at_lowest_(before, node) else None


def _mark_at(node: object, marks: dict[str, Mark]) -> Mark | None:
    if not isinstance(node, fx.Node) or node.op != "call_module":
        return None
    return marks.get(str(node.target).removeprefix(f"{FOLDER}."))


def _passes_on(node: object, passes: Collection[str]) -> bool:
    return isinstance(node, fx.Node) and node.name in passes


def _begins_at_lowest_(mark: Mark, reader: fx.Node) -> bool:
    """Moves a mark's grid, if nobody else reads it, to one whose level 0 is -3 and whose 0 is a level.

    What is below -3 makes 0 and needs no level; the highest value stays within reach.
    """
    source = reader.args[0]
    assert isinstance(source, fx.Node)
    if len(source.users) > 1 or mark.top < UINT8_MAX:
        return False
    highest = mark.scale * (UINT8_MAX - mark.zero_point)
    mark.zero_point = max(int(UINT8_MAX * LOWEST / (LOWEST + highest)), 1)
    mark.scale = LOWEST / mark.zero_point
    return True


def _open_(module: fx.GraphModule, node: fx.Node, gate: Mark) -> None:
    """Puts a gate and a product in the place of a curve."""
    name, graph, value = f"{node.name}_gate", module.graph, node.args[0]
    module.get_submodule(FOLDER).add_module(name, gate)
    with graph.inserting_before(node):
        bent = value if isinstance(gate, HardGate) else graph.call_function(torch.sigmoid, (value,))
        product = graph.call_function(operator.mul, (value, graph.call_module(f"{FOLDER}.{name}", (bent,))))
    product.meta = dict(node.meta)
    node.replace_all_uses_with(product)
    graph.erase_node(node)
