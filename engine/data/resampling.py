"""Another sample rate for a recording, without folding high tones onto low ones."""

from functools import lru_cache
from math import gcd, pi

import torch
from torch import Tensor

# Zero crossings of the sinc on each side, the share of the band that is kept, and the window's shape: what would
# fold back is some 80 decibels down.
_CROSSINGS = 24
_KEPT = 0.92
_KAISER_BETA = 9.0
_OUTPUTS_AT_ONCE = 1 << 16


def resample(wave: Tensor, source: int, target: int) -> Tensor:
    """A wave (samples,) at ``source`` hertz as one at ``target`` hertz, float32.

    Each output is the sum of the inputs around its time, weighted by a Kaiser-windowed sinc whose cutoff is the
    lower of both Nyquist frequencies (Smith, Digital Audio Resampling, 2002; Kaiser 1974). Its times repeat every
    target / gcd outputs, so that weights are computed once for each of these phases.
    """
    if source == target:
        return wave
    divisor = gcd(source, target)
    up, down = target // divisor, source // divisor
    weights = _weights(up, down)
    taps = weights.shape[1]
    count = -(-len(wave) * up // down)
    windows = torch.nn.functional.pad(wave, (taps // 2 - 1, taps // 2 + down)).unfold(0, taps, 1)
    parts = []
    for begin in range(0, count, _OUTPUTS_AT_ONCE):
        times = torch.arange(begin, min(begin + _OUTPUTS_AT_ONCE, count)) * down
        places = torch.div(times, up, rounding_mode="floor")
        parts.append((windows[places] * weights[times % up]).sum(1))
    return torch.cat(parts) if parts else wave


@lru_cache(maxsize=4)
def _weights(up: int, down: int) -> Tensor:
    """Weights (up, taps): row ``p`` is for outputs at ``p / up`` of the way from one input to the next."""
    cutoff = min(1.0, up / down) * _KEPT
    half = int(_CROSSINGS / cutoff) + 1
    offsets = torch.arange(-half + 1, half + 1, dtype=torch.float64)
    distances = torch.arange(up, dtype=torch.float64)[:, None] / up - offsets
    reach = _CROSSINGS / cutoff
    inside = (1 - (distances / reach).square()).clamp(min=0)
    window = torch.i0(_KAISER_BETA * inside.sqrt()) * (distances.abs() <= reach)
    phases = pi * cutoff * distances
    weights = window * torch.where(phases == 0, 1.0, phases.sin() / phases.where(phases != 0, torch.ones(())))
    # A constant stays exactly what it was, whatever the phase.
    return (weights / weights.sum(1, keepdim=True)).float()
