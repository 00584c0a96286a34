"""Self-attention whose heads together are narrower than the stream: what a cut of heads leaves."""

import torch
import torch.nn.functional as F
from torch import nn


class PrunedAttention(nn.Module):
    """Multi-head self-attention (Vaswani 2017, section 3.2.2) of some heads of ``width`` values each.

    ``torch.nn.MultiheadAttention`` ties heads × width to the width of the stream; here it is free. The parameters have
    the same names: ``in_proj_weight``, shape (3 · heads · width, stream), holds queries, keys and values one under the
    other, and ``out_proj`` leads back to the stream.
    """

    def __init__(
        self, stream: int, heads: int, width: int, *, bias: bool = True, batch_first: bool = False
    ) -> None:
        super().__init__()
        self.stream, self.heads, self.width, self.batch_first = stream, heads, width, batch_first
        self.dropout = 0.0
        self.in_proj_weight = nn.Parameter(torch.empty(3 * heads * width, stream))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * heads * width)) if bias else None
        self.out_proj = nn.Linear(heads * width, stream, bias=bias)
        nn.init.xavier_uniform_(self.in_proj_weight)

    def forward(
        self,
        tokens: torch.Tensor,
        key_padding_mask: torch.Tensor | None = None,
        attn_mask: torch.Tensor | None = None,
    ) -> tuple[torch.Tensor, None]:
        """What the heads say of ``tokens``, (batch, time, stream) or time first, and None where torch has weights.

        Masks are torch's: true (or a number that is added) where a token is not heard; ``key_padding_mask`` of shape
        (batch, time), ``attn_mask`` (time, time).
        """
        rows = tokens if self.batch_first else tokens.transpose(0, 1)
        parts = self.project_in(rows).chunk(3, dim=2)
        query, key, value = (self._by_head(part) for part in parts)
        masks = (attn_mask, None if key_padding_mask is None else key_padding_mask[:, None, None])
        added = [self._added(mask, query) for mask in masks if mask is not None]
        dropout = self.dropout if self.training else 0.0
        heard = sum(added[1:], added[0]) if added else None
        answers = F.scaled_dot_product_attention(query, key, value, attn_mask=heard, dropout_p=dropout)
        answer = self.out_proj(answers.transpose(1, 2).flatten(2))
        return (answer if self.batch_first else answer.transpose(0, 1)), None

    def project_in(self, rows: torch.Tensor) -> torch.Tensor:
        """Queries, keys and values of each token, beside each other."""
        return F.linear(rows, self.in_proj_weight, self.in_proj_bias)

    def _by_head(self, part: torch.Tensor) -> torch.Tensor:
        return part.reshape(part.shape[0], part.shape[1], self.heads, self.width).transpose(1, 2)

    @staticmethod
    def _added(mask: torch.Tensor, query: torch.Tensor) -> torch.Tensor:
        """The mask as numbers that are added to the products of queries and keys."""
        if mask.dtype != torch.bool:
            return mask
        return torch.zeros_like(mask, dtype=query.dtype).masked_fill(mask, float("-inf"))


Attention = nn.MultiheadAttention | PrunedAttention
ATTENTION = (nn.MultiheadAttention, PrunedAttention)
"""Layers whose heads can be told apart."""


def heads_of(layer: Attention) -> tuple[int, int]:
    """How many heads there are, and how many values each has.

    >>> heads_of(nn.MultiheadAttention(12, 4))
    (4, 3)
    """
    if isinstance(layer, PrunedAttention):
        return layer.heads, layer.width
    return layer.num_heads, layer.head_dim
