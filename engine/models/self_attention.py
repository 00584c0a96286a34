"""Whether attention is of the plain kind: a sequence to itself, by one matrix for queries, keys and values."""

import operator

from torch import fx

from engine.models.attention import Attention, PrunedAttention
from engine.models.cuts.heads import MASKS
from engine.models.graph import shape_of

_SAYS_NOTHING = {"need_weights", "average_attn_weights"}


def is_plain(layer: Attention) -> bool:
    """Whether queries, keys and values come from one matrix, and no keys of the layer's own are heard."""
    if isinstance(layer, PrunedAttention):
        return True
    return bool(layer._qkv_same_embed_dim) and layer.bias_k is None and not layer.add_zero_attn


def is_plainly_called(layer: Attention, node: fx.Node) -> bool:
    """Query, key and value are one, masks are the same for all heads, and nobody reads the weights of attention."""
    # Torch's layer takes queries, keys and values apart.
    inputs = 1 if isinstance(layer, PrunedAttention) else 3
    is_self = len(node.args) == inputs and len(set(node.args)) == 1
    is_known = all(
        name in _SAYS_NOTHING or not value or (name in MASKS and len(shape_of(value) or ()) == 2)
        for name, value in node.kwargs.items()
    )
    return is_self and is_known and all(_is_answer(user) for user in node.users)


def _is_answer(user: fx.Node) -> bool:
    return bool(user.target is operator.getitem and (user.args[1] == 0 or not user.users))
