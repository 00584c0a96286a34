"""What a cut changes in the graph itself: numbers that count channels, the sizes of parts, and shuffles."""

import numpy as np
import torch
from torch import fx

from engine.pruning.atoms import Atoms, CountSlot, ShuffleSlot, SplitSlot
from engine.pruning.channels import ChannelMap


def correct_graph_(module: fx.GraphModule, channels: ChannelMap, removed: frozenset[int]) -> None:
    """Makes every node of an uncut graph say what is left after the cut.

    Args:
        module: the traced module that ``channels`` was made from.
        channels: its channels.
        removed: root atoms of the channels that go.
    """
    nodes = {node.name: node for node in module.graph.nodes}
    stays = channels.stays(removed)
    for count in channels.table.counts:
        _write_count_(nodes[count.node], count, int(stays[count.atoms].sum()))
    for split in channels.table.splits:
        _write_sizes_(nodes[split.node], split, [int(stays[part].sum()) for part in split.parts])
    for shuffle in channels.table.shuffles:
        if not stays[shuffle.before].all():
            _pick_positions_(module, nodes, shuffle, stays[shuffle.before])
    module.graph.lint()
    module.recompile()


def _write_count_(node: fx.Node, count: CountSlot, kept: int) -> None:
    node.args = _with_number(node.args, count.place, kept)


def _with_number(arguments: object, place: tuple[int, ...], number: int) -> tuple[fx.node.Argument, ...]:
    assert isinstance(arguments, list | tuple)
    items = list(arguments)
    items[place[0]] = number if len(place) == 1 else _with_number(items[place[0]], place[1:], number)
    return tuple(items)


def _write_sizes_(node: fx.Node, split: SplitSlot, sizes: list[int]) -> None:
    """A chunk of equal parts becomes a split of these sizes."""
    node.op, node.target = "call_function", torch.split
    node.args, node.kwargs = (node.args[0], sizes, split.axis), {}


def _pick_positions_(
    module: fx.GraphModule, nodes: dict[str, fx.Node], shuffle: ShuffleSlot, stays: Atoms
) -> None:
    """The last node of a shuffle picks what is left of its order; the nodes that led to it go."""
    place = np.cumsum(stays) - 1
    picked = place[shuffle.order[stays[shuffle.order]]]
    name = f"{shuffle.node}_order"
    device = next(module.parameters()).device
    module.register_buffer(name, torch.from_numpy(picked).to(device))
    last = nodes[shuffle.node]
    with module.graph.inserting_before(last):
        order = module.graph.get_attr(name)
    between = last.args[0]
    last.op, last.target = "call_function", torch.index_select
    last.args, last.kwargs = (nodes[shuffle.source], shuffle.axis, order), {}
    while isinstance(between, fx.Node) and not between.users:
        above = between.args[0]
        module.graph.erase_node(between)
        between = above
