"""Channel shuffles, found in whatever way they are written (Zhang 2018, ShuffleNet, figure 1c).

View, transpose and view leave the shape as it was, and every channel whole, at another place. By numbers: six channels
in two rows, ``[[0, 1, 2], [3, 4, 5]]``, leave as ``[0, 3, 1, 4, 2, 5]``.
"""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, fx

from engine.models.cuts.editing import order_of
from engine.models.graph import shape_of
from engine.pruning.atoms import Atoms, ShuffleSlot, Tracked
from engine.pruning.walk import Walk, lock, name_of

_LONGEST = 6


def _reshaped(value: Tensor, node: fx.Node) -> Tensor:
    return value.reshape(shape_of(node) or ())


def _moved(value: Tensor, node: fx.Node) -> Tensor:
    result = getattr(torch.Tensor, name_of(node))(value, *node.args[1:], **node.kwargs)
    assert isinstance(result, Tensor)
    return result


MOVES: dict[str, Callable[[Tensor, fx.Node], Tensor]] = {
    **dict.fromkeys(("reshape", "view", "flatten"), _reshaped),
    **dict.fromkeys(("transpose", "permute", "swapaxes", "contiguous"), _moved),
}
"""What may stand between the first and the last node of a shuffle."""


def foresee_shuffle(walk: Walk, node: fx.Node, source: Tracked) -> bool:
    """Whether a shuffle begins at ``node``; what its last node will be is written down."""
    last, order = _followed(node, source)
    if last is None or order is None:
        return False
    shuffled = Tracked(source.axis, source.atoms[order])
    walk.answers[last] = shuffled
    above = node.args[0]
    assert isinstance(above, fx.Node)
    walk.table.shuffles.append(ShuffleSlot(last.name, above.name, source.axis, source.atoms, order))
    return True


def pick_again(walk: Walk, node: fx.Node) -> Tracked | None:
    """What an earlier cut has left of a shuffle: all positions, one by one in another order."""
    source, by = walk.value(node.args[0]), order_of(node)
    if source is None:
        return None
    order = None if by is None else getattr(walk.module, str(by.target), None)
    is_shuffle = (
        isinstance(order, Tensor)
        and node.args[1] == source.axis
        and torch.equal(order.sort().values, torch.arange(len(source.atoms), device=order.device))
    )
    if not is_shuffle or not isinstance(order, Tensor) or not isinstance(node.args[0], fx.Node):
        return lock(walk, node)
    places = order.cpu().numpy()
    walk.table.shuffles.append(ShuffleSlot(node.name, node.args[0].name, source.axis, source.atoms, places))
    return Tracked(source.axis, source.atoms[places])


def _followed(node: fx.Node, source: Tracked) -> tuple[fx.Node | None, Atoms | None]:
    """The node where the shape is back, and the order of the channels there."""
    shape = shape_of(node.args[0])
    if shape is None or shape_of(node) == shape:
        return None, None
    places = torch.arange(shape[source.axis]).view(-1, *[1] * (len(shape) - source.axis - 1)).expand(shape)
    value = places
    for place in _chain(node):
        value = MOVES[name_of(place)](value, place)
        if value.shape == places.shape:
            order = value.movedim(source.axis, 0).flatten(1)[:, 0]
            wanted = order.view(-1, *[1] * (len(shape) - source.axis - 1)).expand(shape)
            return (place, order.numpy()) if torch.equal(value, wanted) else (None, None)
    return None, None


def _chain(node: fx.Node) -> Iterator[fx.Node]:
    """The node and what follows, as long as nothing but one move uses each."""
    for _ in range(_LONGEST):
        if name_of(node) not in MOVES or (node.op == "call_module"):
            return
        yield node
        if len(node.users) != 1:
            return
        node = next(iter(node.users))
