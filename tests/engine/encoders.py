"""Small networks that read words through torch's transformer encoders, in each of the forms that those have."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.models.example import Example

WIDTH, LENGTH = 8, 6
EXAMPLE = Example((LENGTH,), 20)


class Reader(nn.Module):
    """Words through an encoder, averaged over those that are no padding."""

    def __init__(self, encoder: nn.Module, *, is_padded: bool = True, batch_first: bool = True) -> None:
        super().__init__()
        self.is_padded, self.batch_first = is_padded, batch_first
        self.words = nn.Embedding(20, WIDTH)
        self.encoder = encoder
        self.head = nn.Linear(WIDTH, 3)
        self.register_buffer("later", torch.ones(LENGTH, LENGTH, dtype=torch.bool).triu(1))

    def forward(self, words: Tensor) -> Tensor:
        """Word numbers (N, L) → logits (N, 3)."""
        x = self.words(words) if self.batch_first else self.words(words).transpose(0, 1)
        padding = F.pad(words.eq(0)[:, 1:], (1, 0))
        x = self.encoder(x, src_key_padding_mask=padding) if self.is_padded else self.encoder(x, self.later)
        x = x if self.batch_first else x.transpose(0, 1)
        weights = padding.logical_not().unsqueeze(2).to(x.dtype)
        return self.head((x * weights).sum(1) / weights.sum(1))


def one_layer(**options: object) -> nn.Module:
    return nn.TransformerEncoderLayer(WIDTH, 2, 12, **({"batch_first": True, "dropout": 0.2} | options))


def two_layers(**options: object) -> nn.Module:
    return nn.TransformerEncoder(one_layer(**options), 2, nn.LayerNorm(WIDTH), enable_nested_tensor=False)


READERS: dict[str, Callable[[], nn.Module]] = {
    "plain": lambda: Reader(one_layer()),
    "norm first": lambda: Reader(one_layer(norm_first=True)),
    "time first": lambda: Reader(one_layer(batch_first=False), batch_first=False),
    "gelu": lambda: Reader(one_layer(activation="gelu")),
    "module as activation": lambda: Reader(one_layer(activation=nn.SiLU())),
    "without bias": lambda: Reader(one_layer(bias=False)),
    "two layers": lambda: Reader(two_layers()),
    "two layers, mask of places": lambda: Reader(two_layers(), is_padded=False),
    "nested": lambda: Reader(nn.TransformerEncoder(one_layer(), 2)),
}


def make_reader(name: str) -> nn.Module:
    torch.manual_seed(0)
    return READERS[name]().eval()


def some_words() -> Tensor:
    words = torch.randint(1, 20, (5, LENGTH), generator=torch.Generator().manual_seed(0))
    words[1, 3:] = 0
    words[2, 1:] = 0
    return words
