"""Samples as a person sees them: small pictures, words, the outline of a wave."""

from collections import Counter
from collections.abc import Callable

import torch
from torch import Tensor

from engine.contract.messages import Picture, SamplePreview
from engine.contract.methods import InputKind
from engine.data.choosing import SEED
from engine.data.splits import Data, Split

LONGEST_SIDE = 96
MOST_SPANS = 200
MOST_VALUES = 32


def spread_over_classes(split: Split, count: int) -> Tensor:
    """Places of ``count`` samples, from as many classes as there are, by label; the same ones each time."""
    generator = torch.Generator().manual_seed(SEED)
    order = torch.randperm(len(split), generator=generator).tolist()
    labels = split.labels.tolist()
    seen: Counter[int] = Counter()
    rounds = []
    for place in order:
        rounds.append(seen[labels[place]])
        seen[labels[place]] += 1
    # A class gives its second sample once all have given their first.
    first = sorted(range(len(order)), key=rounds.__getitem__)[:count]
    return torch.tensor(sorted((order[place] for place in first), key=labels.__getitem__), dtype=torch.int64)


def preview_of(data: Data, sample: Tensor, label: int) -> SamplePreview:
    """One sample of ``data``, as it lies there: before it is normalised."""
    return PREVIEWS[data.kind](data, sample, label)


def _image(data: Data, sample: Tensor, label: int) -> SamplePreview:
    return SamplePreview(label=label, picture=picture_of(sample))


def _text(data: Data, sample: Tensor, label: int) -> SamplePreview:
    numbers = sample.tolist()
    words = " ".join(map(str, numbers)) if data.tokenizer is None else data.tokenizer.decode(numbers)
    return SamplePreview(label=label, text=words)


def _sound(data: Data, sample: Tensor, label: int) -> SamplePreview:
    if sample.dim() == 2:
        return SamplePreview(label=label, wave=outline_of(sample[0]))
    # Rows of a picture go down, bands go up.
    return SamplePreview(label=label, picture=picture_of(sample.flip(1)))


def _values(data: Data, sample: Tensor, label: int) -> SamplePreview:
    return SamplePreview(label=label, values=tuple(sample.flatten()[:MOST_VALUES].tolist()))


PREVIEWS: dict[InputKind, Callable[[Data, Tensor, int], SamplePreview]] = {
    InputKind.IMAGE: _image,
    InputKind.TEXT: _text,
    InputKind.AUDIO: _sound,
    InputKind.VALUES: _values,
}
"""What shows each kind of sample."""


def picture_of(image: Tensor) -> Picture:
    """A picture of (C, H, W), at most 96 pixels long; floats are scaled from their lowest to their highest value.

    Of four channels the first three are shown: the last one is how opaque a pixel is.
    """
    pixels = _bytes_of(image[:3] if len(image) == 4 else image)
    channels, height, width = pixels.shape
    longest = max(height, width)
    if longest > LONGEST_SIDE:
        size = [max(round(side * LONGEST_SIDE / longest), 1) for side in (height, width)]
        shrunk = torch.nn.functional.interpolate(
            pixels[None].float(), size, mode="bilinear", antialias=True, align_corners=False
        )
        pixels = shrunk[0].round().clamp(0, 255).to(torch.uint8)
        height, width = size
    rows = pixels.permute(1, 2, 0).contiguous().numpy().tobytes()
    return Picture(width=width, height=height, channels=channels, pixels=rows)


def _bytes_of(image: Tensor) -> Tensor:
    if image.dtype == torch.uint8:
        return image
    low, high = image.min(), image.max()
    return ((image - low) / (high - low).clamp_min(1e-12) * 255).round().to(torch.uint8)


def outline_of(wave: Tensor) -> tuple[tuple[float, float], ...]:
    """The lowest and the highest value of each of at most 200 spans of a wave (samples,)."""
    spans = wave.tensor_split(min(MOST_SPANS, len(wave)))
    return tuple((float(span.min()), float(span.max())) for span in spans)
