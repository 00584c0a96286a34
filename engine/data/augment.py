"""Varies training samples, a whole batch at a time: one gather is far cheaper than a loop over samples."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from engine.contract.methods import Augmentation


def augment(batch: Tensor, kind: Augmentation, generator: torch.Generator) -> Tensor:
    """A varied copy of a batch; the same state of ``generator`` gives the same copy."""
    return AUGMENTATIONS[kind](batch, generator)


def crop(images: Tensor, generator: torch.Generator) -> Tensor:
    """Shifts each image by up to an eighth of its size, filled with zeros.

    Args:
        images: (N, C, H, W) of any type, before normalisation, so that zero is black.
        generator: on the CPU; draws rows and columns, in this order.
    """
    return _gather(images, *_draw_places(images, generator))


def flip_crop(images: Tensor, generator: torch.Generator) -> Tensor:
    """As :func:`crop`, and mirrors every second image; mirrors are drawn last."""
    rows, columns = _draw_places(images, generator)
    is_mirrored = torch.randint(2, (len(images), 1), generator=generator).bool()
    return _gather(images, rows, torch.where(is_mirrored, columns.flip(1), columns))


def _draw_places(images: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """The rows (N, H) and columns (N, W) of the padded images that a shift takes."""
    count, _, height, width = images.shape
    rows = torch.randint(2 * (height // 8) + 1, (count, 1), generator=generator) + torch.arange(height)
    columns = torch.randint(2 * (width // 8) + 1, (count, 1), generator=generator) + torch.arange(width)
    return rows, columns


def _gather(images: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    count, channels, height, width = images.shape
    reach_y, reach_x = height // 8, width // 8
    padded = nn.functional.pad(images, (reach_x, reach_x, reach_y, reach_y))
    places = rows.unsqueeze(2) * padded.shape[3] + columns.unsqueeze(1)
    places = places.view(count, 1, -1).expand(-1, channels, -1).to(images.device)
    return padded.flatten(2).gather(2, places).view_as(images)


AUGMENTATIONS: dict[Augmentation, Callable[[Tensor, torch.Generator], Tensor]] = {
    Augmentation.NONE: lambda batch, generator: batch,
    Augmentation.CROP: crop,
    Augmentation.FLIP_CROP: flip_crop,
}
"""What varies a batch in each way."""
