"""What a cut changes in the graph itself: counted numbers, the sizes of parts, shuffles, and whole branches."""

import torch
from torch import fx

from engine.models.cuts.in_place import write_anew_
from engine.models.cuts.records import Bypass, Cut, Number, Parts, Shuffle
from engine.models.erasing import erase_nodes_

Nodes = dict[str, fx.Node]


def correct_graph_(module: fx.GraphModule, cut: Cut) -> None:
    """Makes every node say what is left after the cut."""
    nodes = {node.name: node for node in module.graph.nodes}
    for number in cut.numbers:
        _write_number_(nodes[number.node], number)
    for parts in cut.parts:
        _write_sizes_(nodes[parts.node], parts)
    for shuffle in cut.shuffles:
        _pick_positions_(module, nodes, shuffle)
    for bypass in cut.bypasses:
        _pass_by_(module, nodes, bypass)
    erase_nodes_(module, {nodes[name] for name in cut.erased})
    module.graph.lint()
    module.recompile()


def _write_number_(node: fx.Node, number: Number) -> None:
    node.args = _with_number(node.args, number.place, number.value)


def _with_number(arguments: object, place: tuple[int, ...], number: int) -> tuple[fx.node.Argument, ...]:
    if not isinstance(arguments, list | tuple):
        raise TypeError(f"{arguments!r} holds no numbers")
    items = list(arguments)
    items[place[0]] = number if len(place) == 1 else _with_number(items[place[0]], place[1:], number)
    return tuple(items)


def _write_sizes_(node: fx.Node, parts: Parts) -> None:
    """A chunk of equal parts becomes a split of these sizes."""
    node.op, node.target = "call_function", torch.split
    node.args, node.kwargs = (node.args[0], list(parts.sizes), parts.axis), {}


def _pick_positions_(module: fx.GraphModule, nodes: Nodes, shuffle: Shuffle) -> None:
    """The last node of a shuffle picks what is left of its order; the nodes that led to it go."""
    last, name = nodes[shuffle.node], order_name(shuffle)
    between, before = last.args[0], order_of(last)
    if before is not None:
        last.args = ()
        erase_nodes_(module, {before})
    device = next(module.parameters()).device
    module.register_buffer(name, torch.tensor(shuffle.order, dtype=torch.int64, device=device))
    with module.graph.inserting_before(last):
        order = module.graph.get_attr(name)
    last.op, last.target = "call_function", torch.index_select
    last.args, last.kwargs = (nodes[shuffle.source], shuffle.axis, order), {}
    while isinstance(between, fx.Node) and not between.users:
        above = between.args[0]
        module.graph.erase_node(between)
        between = above


def order_of(node: fx.Node) -> fx.Node | None:
    """The tensor by which a node picks positions, as an earlier cut has left it; None where it does not pick."""
    order = node.args[2] if node.target is torch.index_select and len(node.args) == 3 else None
    return order if isinstance(order, fx.Node) and order.op == "get_attr" else None


def order_name(shuffle: Shuffle) -> str:
    """The buffer that holds the order of a shuffle."""
    return f"{shuffle.node}_order"


def _pass_by_(module: fx.GraphModule, nodes: Nodes, bypass: Bypass) -> None:
    node = nodes[bypass.node]
    for reader in tuple(node.users):
        write_anew_(module, reader)
    node.replace_all_uses_with(nodes[bypass.source])
