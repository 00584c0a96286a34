"""Networks that hear recordings as log-mel spectra of one channel: (1, bands, frames)."""

import torch
import torch.nn.functional as F
from torch import nn

BANDS = 40
CLASSES = 10
PARTS = 5


class SpectrumCNN(nn.Module):
    """Three convolutions over bands and time, and the strongest of what they find in each fifth of the bands.

    Where in the spectrum something is heard tells one vowel from another, so bands are not averaged away.
    """

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, width, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, 2 * width, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(2 * width)
        self.conv3 = nn.Conv2d(2 * width, 4 * width, 3, padding=1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.drop = nn.Dropout(0.3)
        self.classify = nn.Linear(4 * width * PARTS, CLASSES)

    def forward(self, spectrum: torch.Tensor) -> torch.Tensor:
        """(N, 1, bands, frames) → logits (N, 10)."""
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(spectrum))), 2)
        x = F.max_pool2d(F.relu(self.bn2(self.conv2(x))), 2)
        x = F.adaptive_max_pool2d(F.relu(self.bn3(self.conv3(x))), (PARTS, 1))
        return self.classify(self.drop(torch.flatten(x, 1)))


class SpectrumLSTM(nn.Module):
    """Hears the frames forwards and backwards, and answers by the largest answer of each unit over all of them."""

    def __init__(self, hidden: int = 96) -> None:
        super().__init__()
        self.lstm = nn.LSTM(BANDS, hidden, batch_first=True, bidirectional=True)
        self.drop = nn.Dropout(0.3)
        self.classify = nn.Linear(2 * hidden, CLASSES)

    def forward(self, spectrum: torch.Tensor) -> torch.Tensor:
        """(N, 1, bands, frames) → logits (N, 10)."""
        frames = spectrum.squeeze(1).transpose(1, 2)
        states, _ = self.lstm(frames)
        return self.classify(self.drop(states.amax(1)))


class SpectrumTransformer(nn.Module):
    """Two layers of attention over the frames, and the mean of what they say."""

    def __init__(self, width: int = 128, heads: int = 4, layers: int = 2) -> None:
        super().__init__()
        self.embed = nn.Linear(BANDS, width)
        layer = nn.TransformerEncoderLayer(
            width, heads, 4 * width, activation="gelu", batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(width)
        self.classify = nn.Linear(width, CLASSES)

    def forward(self, spectrum: torch.Tensor) -> torch.Tensor:
        """(N, 1, bands, frames) → logits (N, 10)."""
        frames = spectrum.squeeze(1).transpose(1, 2)
        return self.classify(self.norm(self.encoder(self.embed(frames))).mean(1))
