"""Whole residual blocks: branches that are added to their own input, ``x + f(x)``, and can be left out.

Without its branch a block hands its input on (Veit 2016: residual networks bear the loss of single blocks), so no path
is ever broken and no other layer changes its shape. On the way around the branch may lie operations without weights,
as where a shortcut takes every second pixel and pads the new channels with zeros (He 2016, option A), but no layer: of
a block with a projection nobody can say which of its two sides is the branch.
"""

import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import fx, nn

from engine.models.cuts.doing import do_cut_
from engine.models.cuts.records import Bypass, Cut
from engine.models.graph import CapturedGraph, layers_of, nodes_in, shape_of
from engine.pruning.channels import Reason

_QUESTIONS: tuple[object, ...] = (getattr, "size", "dim", "numel")
_ADDITIONS: tuple[object, ...] = (operator.add, operator.iadd, torch.add, "add", "add_")


@dataclass(frozen=True, kw_only=True)
class Block:
    """One branch that can go.

    Attributes:
        number: its place in the graph.
        addition: the node that adds the branch to what goes around it.
        shortcut: the node that is added to, which stays.
        branch: the node that makes the branch's value.
        layers: the layers that are called in the branch alone, in order.
        nodes: all that only the branch needs, in order.
        shape: of the branch's value; blocks of one shape make a stage.
    """

    number: int
    addition: str
    shortcut: str
    branch: str
    layers: tuple[str, ...]
    nodes: tuple[str, ...]
    shape: tuple[int, ...]


@dataclass(frozen=True)
class _Sum:
    """An addition of a branch to its own input."""

    addition: fx.Node
    shortcut: fx.Node
    branch: fx.Node


def find_blocks(module: nn.Module) -> tuple[Block, ...]:
    """The blocks of a traced module whose nodes have shapes, in graph order; none of an untraced one."""
    if not isinstance(module, fx.GraphModule):
        return ()
    known = {name for name, _ in layers_of(module)}
    sums = filter(None, map(_residual_sum, module.graph.nodes))
    with_nodes = [(found, _nodes_without(found)) for found in sums]
    with_layers = [(found, nodes, _layers_within(module, nodes, known)) for found, nodes in with_nodes]
    return tuple(
        Block(
            number=number,
            addition=found.addition.name,
            shortcut=found.shortcut.name,
            branch=found.branch.name,
            layers=layers,
            nodes=tuple(node.name for node in module.graph.nodes if node in nodes),
            shape=shape_of(found.addition) or (),
        )
        for number, (found, nodes, layers) in enumerate(found for found in with_layers if found[2])
    )


def _layers_within(module: fx.GraphModule, nodes: set[fx.Node], known: set[str]) -> tuple[str, ...]:
    """The layers that only these nodes call."""
    calls = [node for node in module.graph.nodes if node.op == "call_module" and node.target in known]
    outside = {str(node.target) for node in calls if node not in nodes}
    inside = dict.fromkeys(str(node.target) for node in calls if node in nodes)
    return tuple(layer for layer in inside if layer not in outside)


def _residual_sum(node: fx.Node) -> _Sum | None:
    """What an addition adds, if that is a branch and the input that the branch alone reads."""
    if node.target not in _ADDITIONS or len(node.args) != 2 or node.kwargs:
        return None
    first, second = node.args
    if not isinstance(first, fx.Node) or not isinstance(second, fx.Node):
        return None
    if not shape_of(first) == shape_of(second) == shape_of(node) is not None:
        return None
    sums = (_Sum(node, first, second), _Sum(node, second, first))
    return next((found for found in sums if _is_residual(found)), None)


def _is_residual(found: _Sum) -> bool:
    """Whether the branch begins where the shortcut does, or some operations without weights above it."""
    inside = _nodes_without(found)
    around = {found.addition}
    source: fx.Node | None = found.shortcut
    while source is not None and source.op != "placeholder" and source not in inside:
        if _only_feeds(source, inside, around):
            return True
        around.add(source)
        source = _input_without_weights(source)
    return False


def _input_without_weights(node: fx.Node) -> fx.Node | None:
    """The one value that an operation without weights reads."""
    inputs = node.all_input_nodes
    is_function = node.op in ("call_function", "call_method")
    return inputs[0] if is_function and len(inputs) == 1 and inputs[0].op != "get_attr" else None


def _only_feeds(source: fx.Node, inside: set[fx.Node], around: set[fx.Node]) -> bool:
    """Whether a value goes into the branch and what lies around it, and nowhere else.

    A later operation in place would otherwise change what a third reader sees once there is no addition between.
    """
    readers = [node for node in source.users if node not in around and not _only_asks(node)]
    return bool(readers) and inside.issuperset(readers)


def _only_asks(node: fx.Node) -> bool:
    """Whether a node asks for a size, not for values."""
    return node.target in _QUESTIONS and shape_of(node) is None


def _nodes_without(found: _Sum) -> set[fx.Node]:
    """The nodes that only the branch needs, with the checks that read them."""
    addition, inside = found.addition, set[fx.Node]()
    checks = {node for node in addition.graph.nodes if not node.users and node.op != "output"}
    if not _is_dead(found.branch, {addition} | checks):
        return inside
    waiting = [found.branch]
    while waiting:
        node = waiting.pop()
        is_outside = node is found.shortcut or node.op == "placeholder"
        if is_outside or not _is_dead(node, inside | checks | {addition}):
            continue
        inside.add(node)
        waiting += nodes_in((node.args, node.kwargs))
    return inside | {check for check in checks if inside & set(nodes_in((check.args, check.kwargs)))}


def _is_dead(node: fx.Node, readers: set[fx.Node]) -> bool:
    return readers.issuperset(node.users)


def parts_of(module: fx.GraphModule, block: Block) -> tuple[str, ...]:
    """The names of all modules and tensors that only the branch uses, its layers, norms and scales."""
    nodes = {node.name: node for node in module.graph.nodes}
    inside = _nodes_without(_Sum(nodes[block.addition], nodes[block.shortcut], nodes[block.branch]))
    return tuple(dict.fromkeys(str(node.target) for node in inside if node.op in ("call_module", "get_attr")))


def cut_blocks_(
    module: fx.GraphModule, blocks: Sequence[Block], removed: frozenset[int]
) -> list[nn.Parameter]:
    """Erases branches: who read the sum reads the shortcut; layers that nobody calls any more are deleted.

    Args:
        module: without gates.
        blocks: all of its blocks.
        removed: the numbers of those that go.

    Returns:
        The parameters that are gone.
    """
    before = list(module.parameters())
    do_cut_(module, plan_block_cut(blocks, removed))
    kept = set(module.parameters())
    return [parameter for parameter in before if parameter not in kept]


def plan_block_cut(blocks: Iterable[Block], removed: frozenset[int]) -> Cut:
    """What a removal of blocks changes, as a record.

    Args:
        blocks: all blocks of the uncut module.
        removed: the numbers of those that go.
    """
    # From the last to the first: no block's input changes before its turn.
    gone = sorted((block for block in blocks if block.number in removed), key=lambda block: -block.number)
    nodes = (name for block in gone for name in (block.addition, *block.nodes))
    return Cut(
        bypasses=tuple(Bypass(node=block.addition, source=block.shortcut) for block in gone),
        # What a block holds inside goes with it.
        erased=tuple(dict.fromkeys(nodes)),
    )


def why_not_in_blocks(captured: CapturedGraph, blocks: Iterable[Block]) -> dict[str, Reason]:
    """For every layer that goes with no block: why."""
    reason = Reason("locked_no_block", {})
    if captured.untraced_because is not None:
        reason = Reason("locked_untraced", {"reason": captured.untraced_because})
    inside = {name for block in blocks for name in block.layers}
    return {name: reason for name, _ in layers_of(captured.module) if name not in inside}
