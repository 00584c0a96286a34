"""Log-mel spectra: the energy of a recording in bands that are as wide as ears hear them."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.contract.errors import RequestError
from engine.contract.recipe import AudioSpec

_FLOOR = 1e-6


@dataclass(frozen=True)
class MelSpectrum:
    """Windows of ``window`` samples, ``hop`` apart, and the weights (bands, window // 2 + 1) of their energies."""

    window: int
    hop: int
    bands: Tensor

    def frames(self, samples: int) -> int:
        """How many windows a recording has; the first is centred on its first sample."""
        return 1 + samples // self.hop

    def of(self, waves: Tensor) -> Tensor:
        """``log(energy + 1e-6)`` of waves (N, samples), as (N, bands, frames).

        Hann windows, silence before and behind the recording, energy |FFT|², no normalisation.
        """
        # stft wants as many samples as half a window on each side; silence is honest at a recording's ends.
        spectrum = torch.stft(
            waves,
            self.window,
            self.hop,
            window=torch.hann_window(self.window),
            center=True,
            pad_mode="constant",
            return_complex=True,
        )
        return (self.bands @ spectrum.abs().square() + _FLOOR).log()


def mel_spectrum(spec: AudioSpec) -> MelSpectrum:
    """The spectrum that a recipe asks for.

    Raises:
        RequestError: a window or hop is shorter than a sample, or a band would hear nothing.
    """
    lengths = []
    for name, milliseconds in (("window", spec.window_ms), ("hop", spec.hop_ms)):
        lengths.append(round(spec.sample_rate * milliseconds / 1000))
        if lengths[-1] < 1:
            raise RequestError("audio_too_short", name=name, milliseconds=milliseconds, rate=spec.sample_rate)
    window, hop = lengths
    bands = mel_bands(spec.bands, window, spec.sample_rate)
    if not bool(bands.any(dim=1).all()):
        raise RequestError(
            "audio_too_many_bands",
            bands=spec.bands,
            window_ms=spec.window_ms,
            rate=spec.sample_rate,
            limit=_most_bands(spec.bands, window, spec.sample_rate),
        )
    return MelSpectrum(window, hop, bands)


def _most_bands(bands: int, window: int, rate: int) -> int:
    return next(
        (fewer for fewer in range(bands - 1, 0, -1) if bool(mel_bands(fewer, window, rate).any(1).all())), 1
    )


def mel_bands(bands: int, window: int, rate: int) -> Tensor:
    """Weights (bands, window // 2 + 1): triangles that overlap by half, evenly spaced in mel from 0 to rate / 2.

    Mel is HTK's, ``2595 · log10(1 + hertz / 700)`` (Young et al., The HTK Book; O'Shaughnessy 1987), the peaks are 1.
    """
    top = 2595 * math.log10(1 + rate / 2 / 700)
    mels = torch.linspace(0, top, bands + 2, dtype=torch.float64)
    corners = 700 * (10 ** (mels / 2595) - 1)
    tones = torch.arange(window // 2 + 1, dtype=torch.float64) * rate / window
    low, peak, high = (corners[place : place + bands, None] for place in range(3))
    return torch.minimum((tones - low) / (peak - low), (high - tones) / (high - peak)).clamp(min=0).float()
