"""Whole heads of attention as channels: one atom for each head.

A head owns ``width`` rows of each of the three parts of ``in_proj_weight`` and as many columns of ``out_proj.weight``
(Michel 2019 removes heads by masks; here they are cut). Without its rows its values are zero, so that it adds nothing
to the sum over heads, which its columns would multiply: masking and cutting come to the same.

The stream that it reads and adds to is as wide behind it as before, so its channels pass through: each is a column of
``in_proj_weight`` and a row of ``out_proj``. Torch's layer cannot be narrower inside than outside, nor wider, so that
:class:`~engine.models.attention.PrunedAttention` takes its place in the cut.
"""

from collections.abc import Callable

import numpy as np
from torch import Tensor, fx, nn

from engine.models.attention import ATTENTION, heads_of
from engine.models.graph import shape_of
from engine.models.self_attention import is_plain, is_plainly_called
from engine.pruning.atoms import Tracked
from engine.pruning.walk import Walk


def attend(walk: Walk, node: fx.Node) -> Tracked | None:
    """Self-attention: its heads are channels, and those of its stream pass through."""
    name, layer = str(node.target), walk.module.get_submodule(str(node.target))
    assert isinstance(layer, ATTENTION)
    count, width = heads_of(layer)
    heads = walk.table.make(name, count)
    if not is_plain(layer) or not is_plainly_called(layer, node):
        walk.lock_inputs(node, "locked_operation", operation="MultiheadAttention")
        walk.table.lock(
            heads, "locked_operation", operation="attention to another sequence or whose weights are read"
        )
        return None
    inside = np.repeat(heads, width)
    walk.table.add_slot(f"{name}.in_proj_weight", 0, np.tile(inside, 3))
    if layer.in_proj_bias is not None:
        walk.table.add_slot(f"{name}.in_proj_bias", 0, np.tile(inside, 3))
    walk.table.add_slot(f"{name}.out_proj.weight", 1, inside)
    stream = _pass_stream(walk, node)
    walk.answers.update({user: stream if user.args[1] == 0 else None for user in node.users})
    return None


def _pass_stream(walk: Walk, node: fx.Node) -> Tracked | None:
    name, source = str(node.target), walk.value(node.args[0])
    if source is None:
        return None
    if source.axis != len(shape_of(node.args[0]) or ()) - 1:
        walk.lock_inputs(node, "locked_operation", operation="MultiheadAttention")
        return None
    walk.table.add_slot(f"{name}.in_proj_weight", 1, source.atoms)
    walk.table.add_slot(f"{name}.out_proj.weight", 0, source.atoms)
    layer = walk.module.get_submodule(name)
    assert isinstance(layer, ATTENTION)
    if layer.out_proj.bias is not None:
        walk.table.add_slot(f"{name}.out_proj.bias", 0, source.atoms)
    return source


def head_rows(layer: nn.Module, tensor_of: Callable[[str], Tensor]) -> Tensor:
    """The queries', keys' and values' rows of each head, shape (heads, 3 · width · stream)."""
    assert isinstance(layer, ATTENTION)
    weight = tensor_of("in_proj_weight")
    return weight.reshape(3, heads_of(layer)[0], -1).transpose(0, 1).flatten(1)
