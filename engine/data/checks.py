"""What samples and labels must be before anything is trained on them."""

import numpy as np
import torch
from torch import Tensor

from engine.contract.errors import RequestError
from engine.data.arrays import Array

_CHANNEL_COUNTS = (1, 3, 4)


def checked_split(split: str, samples: Array | Tensor, labels: Array) -> tuple[Tensor, Tensor]:
    """Checked samples and labels as tensors; samples that are a tensor were made by a reader of ours.

    Raises:
        RequestError: it is empty, lengths differ, or types or values are not those of a classifier's data.
    """
    if samples.ndim == 0 or labels.ndim == 0 or len(samples) == 0 or len(labels) == 0:
        raise RequestError("data_empty", split=split)
    if len(samples) != len(labels):
        raise RequestError("data_lengths_differ", split=split, samples=len(samples), labels=len(labels))
    inputs = samples if isinstance(samples, Tensor) else samples_of(f"x_{split}", samples)
    return inputs, labels_of(split, labels)


def samples_of(name: str, samples: Array) -> Tensor:
    """uint8 NHW or NHWC as uint8 NCHW; integers (N, length) as words, int64; floats as float32 of the same shape.

    Raises:
        RequestError: another type, or a value that is not finite.
    """
    if samples.dtype == np.uint8:
        return _channels_first(torch.from_numpy(np.ascontiguousarray(samples)))
    if samples.ndim == 2 and np.issubdtype(samples.dtype, np.integer):
        return _words_of(name, samples)
    if not np.issubdtype(samples.dtype, np.floating):
        raise RequestError("data_wrong_type", name=name, found=samples.dtype)
    floats = torch.from_numpy(np.ascontiguousarray(samples, dtype=np.float32))
    if not bool(floats.isfinite().all()):
        raise RequestError("data_not_finite", name=name)
    return floats


def _words_of(name: str, samples: Array) -> Tensor:
    numbers = torch.from_numpy(np.ascontiguousarray(samples, dtype=np.int64))
    if int(numbers.min()) < 0:
        raise RequestError("data_negative_words", name=name, found=int(numbers.min()))
    return numbers


def _channels_first(images: Tensor) -> Tensor:
    if images.dim() == 3:
        return images.unsqueeze(1)
    if images.dim() == 4 and images.shape[-1] in _CHANNEL_COUNTS:
        return images.permute(0, 3, 1, 2).contiguous()
    return images


def labels_of(split: str, labels: Array) -> Tensor:
    """Labels as int64 (N,); a column (N, 1) is taken too.

    Raises:
        RequestError: they are not whole numbers, or not one a sample.
    """
    if not np.issubdtype(labels.dtype, np.integer) or labels.size != len(labels):
        found = labels.dtype if labels.size == len(labels) else f"{labels.dtype} of shape {labels.shape}"
        raise RequestError("labels_not_integers", split=split, found=found)
    return torch.from_numpy(labels.reshape(-1).astype(np.int64))
