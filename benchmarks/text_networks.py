"""Networks that read texts as numbers of words: 0 fills up short texts, 1 stands for words that are not known."""

import torch
import torch.nn.functional as F
from torch import nn

VOCABULARY = 2560
LENGTH = 64
CLASSES = 77


class GRUClassifier(nn.Module):
    """Words, a recurrent layer, and the largest answer of each unit over all words of the text.

    Padding comes last and is left out of the maximum, so a text is answered alike however far it is padded.
    """

    def __init__(self, width: int = 96, hidden: int = 192) -> None:
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, width, padding_idx=0)
        self.drop = nn.Dropout(0.4)
        self.gru = nn.GRU(width, hidden, batch_first=True)
        self.classify = nn.Linear(hidden, CLASSES)

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        """Word numbers (N, L) → logits (N, 77)."""
        states, _ = self.gru(self.drop(self.words(words)))
        # The states of a GRU lie in (-1, 1), so padding never is the largest.
        strongest = states.masked_fill(words.eq(0).unsqueeze(2), -1.0).amax(1)
        return self.classify(self.drop(strongest))


class TextTransformer(nn.Module):
    """Words with their places, two layers of attention, and the mean over all words of the text."""

    def __init__(self, width: int = 128, heads: int = 4, layers: int = 2) -> None:
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, width, padding_idx=0)
        self.places = nn.Parameter(torch.randn(1, LENGTH, width) * 0.1)
        self.drop = nn.Dropout(0.3)
        layer = nn.TransformerEncoderLayer(
            width, heads, 2 * width, dropout=0.3, batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(width)
        self.classify = nn.Linear(width, CLASSES)

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        """Word numbers (N, L) with L ≤ 64 → logits (N, 77)."""
        placed = self.drop(self.words(words) + self.places[:, : words.shape[1]])
        # The first place is always heard: attention to nothing at all is not a number.
        is_padding = F.pad(words.eq(0)[:, 1:], (1, 0))
        heard = self.norm(self.encoder(placed, src_key_padding_mask=is_padding))
        weights = is_padding.logical_not().unsqueeze(2).to(heard.dtype)
        return self.classify(self.drop((heard * weights).sum(1) / weights.sum(1)))
