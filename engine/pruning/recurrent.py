"""Hidden units of LSTM, GRU and RNN layers as channels.

A unit owns one row of every gate in ``weight_ih``, ``weight_hh`` and the biases, one column of ``weight_hh`` and one
of each matrix that reads it next. Taking it out and multiplying its rows and columns by zero come to the same, as
every sequence begins at a state of zero. LSTM: ``c' = σ(0)·c + σ(0)·tanh(0) = c / 2 = 0`` and ``h' = σ(0)·tanh(c') =
0`` (Hochreiter & Schmidhuber 1997, with the forget gate of Gers 2000). GRU: ``h' = (1 − σ(0))·tanh(0) + σ(0)·h = h / 2
= 0`` (Cho 2014). RNN: ``tanh(0) = 0``.

Torch's layers have one width for all their layers and directions, so these lose the same number of units: the weakest
of each go together, then the second weakest, and so on. That is decided once, from the weights that are opened.
"""

import operator
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor, fx, nn

from engine.models.graph import shape_of
from engine.pruning.atoms import Atoms, AtomTable, CountSlot, Tracked
from engine.pruning.walk import Walk
from engine.pruning.zero_states import zero_states

GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}


def remember(walk: Walk, node: fx.Node) -> Tracked | None:
    """A recurrent layer: notes where its units stand, and what each item of its answer is."""
    name, layer = str(node.target), walk.module.get_submodule(str(node.target))
    assert isinstance(layer, nn.RNNBase)
    rows, shape = _rows(walk.table, name, layer), shape_of(node.args[0])
    states = zero_states(node, layer.hidden_size)
    if layer.proj_size or states is None or not _is_plainly_called(node, shape):
        walk.table.lock(rows.ravel(), "locked_state", kind=type(layer).__name__)
        walk.lock_inputs(node, "locked_state", kind=type(layer).__name__)
        return None
    source = walk.value(node.args[0])
    if source is not None and source.axis != 2:
        walk.table.lock(
            source.atoms, "locked_operation", operation=f"{type(layer).__name__} over another axis"
        )
        source = None
    _note_slots(walk.table, name, layer, source)
    walk.table.counts += [CountSlot(state.node.name, state.width, rows[0]) for state in states]
    for item in node.users:
        if _place_of(item) % 2 == 0:
            walk.answers[item] = Tracked(2, _of_depth(rows, layer, -1))
        else:
            _foresee_states(walk, item, rows, is_pair=isinstance(layer, nn.LSTM))
    return None


def _is_plainly_called(node: fx.Node, shape: tuple[int, ...] | None) -> bool:
    """A batch of sequences, and nothing is done with the answer as a whole."""
    return not node.kwargs and shape is not None and len(shape) == 3 and all(map(_is_item, node.users))


def _is_item(user: fx.Node) -> bool:
    return user.target is operator.getitem and isinstance(user.args[1], int)


def _place_of(item: fx.Node) -> int:
    place = item.args[1]
    assert isinstance(place, int)
    return place


def _foresee_states(walk: Walk, node: fx.Node, rows: Atoms, *, is_pair: bool) -> None:
    """Last states: rows are picked one by one, or all layers and directions lose the same places."""
    walk.answers[node] = None
    if is_pair and all(map(_is_item, node.users)):
        for state in node.users:
            _foresee_states(walk, state, rows, is_pair=False)
    elif is_pair:
        walk.table.lock(rows.ravel(), "locked_state", kind="LSTM")
    elif all(map(_is_item, node.users)):
        walk.answers.update({pick: Tracked(1, rows[_place_of(pick)]) for pick in node.users})
    else:
        for row in rows[1:]:
            walk.table.unite(rows[0], row)
        walk.answers[node] = Tracked(2, rows[0])


def _rows(table: AtomTable, name: str, layer: nn.RNNBase) -> Atoms:
    """Atoms of shape (layers × directions, units), in the order in which torch stacks the last states."""
    count = layer.num_layers * _directions(layer)
    return table.make(name, count * layer.hidden_size).reshape(count, -1)


def _directions(layer: nn.RNNBase) -> int:
    return 2 if layer.bidirectional else 1


def _suffixes(layer: nn.RNNBase) -> Iterator[tuple[int, str]]:
    """The depth and the ending of the tensors' names, for each row of atoms."""
    for depth in range(layer.num_layers):
        for direction in ("", "_reverse")[: _directions(layer)]:
            yield depth, f"_l{depth}{direction}"


def _note_slots(table: AtomTable, name: str, layer: nn.RNNBase, source: Tracked | None) -> None:
    rows, gates = _rows(table, name, layer), GATES[layer.mode]
    for units, (depth, suffix) in zip(rows, _suffixes(layer), strict=True):
        for part in ("weight_ih", "weight_hh", *(("bias_ih", "bias_hh") if layer.bias else ())):
            table.add_slot(f"{name}.{part}{suffix}", 0, np.tile(units, gates))
        table.add_slot(f"{name}.weight_hh{suffix}", 1, units)
        if depth:
            table.add_slot(f"{name}.weight_ih{suffix}", 1, _of_depth(rows, layer, depth - 1))
        elif source is not None:
            table.add_slot(f"{name}.weight_ih{suffix}", 1, source.atoms)


def _of_depth(rows: Atoms, layer: nn.RNNBase, depth: int) -> Atoms:
    """What the layer at ``depth`` answers: its directions side by side."""
    answer: Atoms = rows.reshape(layer.num_layers, -1)[depth]
    return answer


def unit_rows(layer: nn.Module, tensor_of: Callable[[str], Tensor]) -> Tensor:
    """All that makes each unit: the rows of its gates, shape (layers × directions × units, …).

    Deeper layers read another number of values than the first one; shorter rows end in zeros.

    Args:
        layer: the recurrent layer.
        tensor_of: the layer's tensor (or its gradient, or whatever has its shape) by its own name.
    """
    assert isinstance(layer, nn.RNNBase)
    parts = [
        torch.cat([_by_unit(layer, tensor_of(f"weight_{part}{suffix}")) for part in ("ih", "hh")], dim=1)
        for _, suffix in _suffixes(layer)
    ]
    longest = max(part.shape[1] for part in parts)
    return torch.cat([nn.functional.pad(part, (0, longest - part.shape[1])) for part in parts])


def _by_unit(layer: nn.RNNBase, matrix: Tensor) -> Tensor:
    """(gates × units, values) as (units, gates × values)."""
    gates = matrix.reshape(GATES[layer.mode], -1, matrix.shape[1])
    return gates.transpose(0, 1).flatten(1)


def tie_units(walk: Walk) -> None:
    """Makes all layers and directions of a recurrent layer lose the same number of units.

    Where the network ties them itself (the sum of both directions), they stay tied as they are.
    """
    layers = dict(walk.module.named_modules())
    for name in list(walk.table.ranges):
        layer = layers.get(name)
        if isinstance(layer, nn.RNNBase):
            first, *others = _ranked(layer, _rows(walk.table, name, layer))
            for row in others:
                roots = walk.table.roots()
                if set(roots[row].tolist()) != set(roots[first].tolist()):
                    walk.table.unite(first, row)


@torch.no_grad()
def _ranked(layer: nn.RNNBase, rows: Atoms) -> Atoms:
    """The atoms of each row by the L1 norm of their units, the weakest first; by place where there are no values."""
    found = unit_rows(layer, layer.get_parameter)
    if found.is_meta:
        return rows
    norms = found.double().abs().sum(1).reshape(rows.shape)
    order = torch.sort(norms, dim=1, stable=True).indices.cpu().numpy()
    return np.take_along_axis(rows, order, axis=1)
