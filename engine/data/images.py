"""Images from folders of classes, decoded by Pillow: upright, all of one size, grey only where all are."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from engine.context import RunContext
from engine.contract.errors import PenjingError, RequestError
from engine.contract.recipe import DataSpec
from engine.data.arrays import Arrays
from engine.data.choosing import choose, part
from engine.data.class_folders import existing_folder, files_by_class, require_classes, split_folders
from engine.data.memory import require_memory

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif", ".tif", ".tiff", ".ppm", ".pgm"})
SIDE = 224
_GREY = ("1", "L", "LA", "I", "F", "I;16", "I;16B", "I;16L", "I;16N")
_DEEP = ("I", "I;16", "I;16B", "I;16L", "I;16N")
# EXIF's number of the tag that says how the camera was held; 5 to 8 lie on their side.
_ORIENTATION = 274
_ON_ITS_SIDE = (5, 6, 7, 8)

Value = TypeVar("Value")


@dataclass(frozen=True)
class Form:
    """What all images become: height and width, and one channel or three."""

    height: int
    width: int
    channels: int

    @property
    def size_bytes(self) -> int:
        """Of one image."""
        return self.height * self.width * self.channels


def read_folder(spec: DataSpec, ctx: RunContext) -> Arrays:
    """The images of ``folder:DIR``, uint8 (N, C, H, W).

    Raises:
        RequestError: there are none, one is broken, or they do not fit into memory.
    """
    path = spec.source.removeprefix("folder:")
    whole, apart = split_folders(existing_folder(path))
    train = files_by_class(whole, SUFFIXES)
    test = None if apart is None else files_by_class(apart, SUFFIXES)
    require_classes(path, "images", train, test)
    chosen = choose(path, *part(train, test, spec.test), spec)
    form = form_of((*chosen.train, *chosen.test), spec.image_size, ctx)
    require_memory(path, samples=len(chosen), sample_bytes=form.size_bytes)
    return Arrays(
        x_train=stack_images(chosen.train, form, ctx),
        y_train=chosen.y_train,
        x_test=stack_images(chosen.test, form, ctx),
        y_test=chosen.y_test,
        class_names=chosen.class_names,
    )


def form_of(paths: tuple[Path, ...], size: tuple[int, ...] | None, ctx: RunContext) -> Form:
    """The form of all images, from their headers: ``size``, their own where all are alike, else 224 × 224.

    Raises:
        RequestError: a file is no image, or ``size`` is not of two numbers.
    """
    if size is not None and len(size) != 2:
        raise RequestError("image_size_form", found=len(size))
    sizes: set[tuple[int, int]] = set()
    is_grey = True
    for path in paths:
        ctx.raise_if_cancelled()
        found, mode = _opened(path, lambda image: (_upright_size(image), image.mode))
        sizes.add(found)
        is_grey = is_grey and mode in _GREY
    own = sizes.pop() if len(sizes) == 1 else (SIDE, SIDE)
    height, width = own if size is None else size
    return Form(height, width, 1 if is_grey else 3)


def stack_images(paths: tuple[Path, ...], form: Form, ctx: RunContext) -> Tensor:
    """All images, uint8 (N, C, H, W).

    Raises:
        RequestError: one is broken.
    """
    stacked = torch.empty((len(paths), form.channels, form.height, form.width), dtype=torch.uint8)
    for place, path in enumerate(paths):
        ctx.raise_if_cancelled()
        stacked[place] = _opened(path, lambda image: _decoded(image, form))
    return stacked


def _decoded(image: Image.Image, form: Form) -> Tensor:
    # JPEGs can be decoded at an eighth of their size, as long as nothing of the wanted size is lost.
    longer = max(form.height, form.width)
    image.draft(None, (longer, longer))
    upright = _eight_bits(ImageOps.exif_transpose(image)).convert("L" if form.channels == 1 else "RGB")
    if upright.size != (form.width, form.height):
        upright = ImageOps.fit(upright, (form.width, form.height), Image.Resampling.BILINEAR)
    pixels = torch.from_numpy(np.array(upright)).view(form.height, form.width, form.channels)
    return pixels.permute(2, 0, 1)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Sixteen bits a pixel are scaled; Pillow alone would clip them."""
    if image.mode not in _DEEP:
        return image
    return Image.fromarray((np.asarray(image).clip(0, 65535) // 257).astype(np.uint8))


def _upright_size(image: Image.Image) -> tuple[int, int]:
    """Height and width as seen."""
    is_on_its_side = image.getexif().get(_ORIENTATION) in _ON_ITS_SIDE
    return (image.width, image.height) if is_on_its_side else (image.height, image.width)


def _opened(path: Path, read: Callable[[Image.Image], Value]) -> Value:
    with _told(path), warnings.catch_warnings():
        # Small files that claim a billion pixels are refused, not decoded.
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(path) as image:
            return read(image)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except PenjingError:
        raise
    except Exception as error:  # Pillow's decoders raise whatever their format made of the bytes
        raise RequestError("image_unreadable", path=path, reason=error) from None
