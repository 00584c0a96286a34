"""States of zero that a network makes for its recurrent layers: how wide they are is a number in the graph.

``h = torch.zeros(layers, len(x), 16).to(x.device)`` says 16, and has to say 8 where half of the units are gone.
"""

from typing import NamedTuple

import torch
from torch import fx

from engine.models.graph import nodes_in

_MOVES = ("to", "float", "detach", "requires_grad_")
_MAKERS: dict[tuple[str, object], int] = {("call_function", torch.zeros): 0, ("call_method", "new_zeros"): 1}
"""What makes zeros, and where its sizes begin."""


class ZeroState(NamedTuple):
    """A node that makes zeros, and the path to their width in its arguments."""

    node: fx.Node
    width: tuple[int, ...]


def zero_states(call: fx.Node, width: int) -> list[ZeroState] | None:
    """The states that the call of a recurrent layer is given; None where one is no zeros of that width."""
    found = [_zeros_behind(state, call, width) for state in dict.fromkeys(nodes_in(call.args[1:]))]
    known = [state for state in found if state is not None]
    return known if len(known) == len(found) else None


def _zeros_behind(state: fx.Node, reader: fx.Node, width: int) -> ZeroState | None:
    """Zeros that another layer reads too would have to be as wide for it."""
    if set(state.users) != {reader}:
        return None
    if state.op == "call_method" and state.target in _MOVES:
        return _zeros_behind(nodes_in(state.args[:1])[0], state, width)
    first = _MAKERS.get((state.op, state.target))
    if first is None:
        return None
    packed = state.args[first]
    sizes = packed if isinstance(packed, list | tuple) else state.args[first:]
    place = (first, len(sizes) - 1) if sizes is packed else (len(state.args) - 1,)
    return ZeroState(state, place) if sizes[-1] == width else None
