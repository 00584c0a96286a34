"""Transformer encoders of torch as their parts, so that the graph shows attention, matrices and norms by name.

Torch's layers compute the same in two ways: by their parts, in training, and by one fused kernel in evaluation, which
goes round the parts and whatever stands on them. The graph holds the parts for both, so that what is trained is what
is measured and written. Where whole batches are packed for evaluation (nested tensors), torch fills padded places
with zeros; here they hold what they hold in training.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from torch import Tensor, fx, nn

from engine.models.attention import PrunedAttention

Mask = Tensor | None


def encode_by_layer(
    layer: nn.TransformerEncoderLayer,
    src: Tensor,
    src_mask: Mask = None,
    src_key_padding_mask: Mask = None,
    is_causal: bool = False,
) -> Tensor:
    """Attention and two matrices, each with a norm and a sum (Vaswani 2017, section 3.1; norms first: Xiong 2020).

    ``is_causal`` is a hint about a mask, which is applied as it is.
    """

    def attend(x: Tensor) -> Tensor:
        masks = {"attn_mask": src_mask, "key_padding_mask": src_key_padding_mask}
        answer: Tensor = layer.dropout1(layer.self_attn(x, x, x, need_weights=False, **masks)[0])
        return answer

    def widen(x: Tensor) -> Tensor:
        inside = layer.dropout(layer.activation(layer.linear1(x)))
        answer: Tensor = layer.dropout2(layer.linear2(inside))
        return answer

    if layer.norm_first:
        src = src + attend(layer.norm1(src))
        return src + widen(layer.norm2(src))
    src = layer.norm1(src + attend(src))
    answer: Tensor = layer.norm2(src + widen(src))
    return answer


def encode(
    encoder: nn.TransformerEncoder,
    src: Tensor,
    mask: Mask = None,
    src_key_padding_mask: Mask = None,
    is_causal: bool | None = None,
) -> Tensor:
    """One layer after the other, and a norm at the end where there is one."""
    masks = {"src_mask": mask, "src_key_padding_mask": src_key_padding_mask}
    for layer in encoder.layers:
        src = layer(src, is_causal=bool(is_causal), **masks)
    return src if encoder.norm is None else encoder.norm(src)


PARTS: dict[type[nn.Module], Callable[..., Tensor]] = {
    nn.TransformerEncoderLayer: encode_by_layer,
    nn.TransformerEncoder: encode,
}
"""Modules of torch that are traced by their parts, and what those compute. Subclasses have ways of their own."""


class PartsTracer(fx.Tracer):
    """Follows the modules of :data:`PARTS` inside; others of torch and what a cut of heads leaves are nodes."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        """Whether a module is one node."""
        is_whole = isinstance(m, PrunedAttention) or super().is_leaf_module(m, module_qualified_name)
        return is_whole and type(m) not in PARTS

    def call_module(
        self, m: nn.Module, forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """The call of a module, by its parts where it is one of those."""
        parts = PARTS.get(type(m))
        return super().call_module(m, forward if parts is None else partial(parts, m), args, kwargs)
