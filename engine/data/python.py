"""Data from a user's Python file: FILE.py:callable returns four arrays, or a pair of data sets."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import torch

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.data.arrays import NAMES, Array, Arrays
from engine.models.trust import call_python

_WANTED = "a mapping with x_train, y_train, x_test and y_test, or a pair (train, test) of data sets"


class Samples(Protocol):
    """A map-style data set of (sample, label) pairs, such as torch.utils.data.Dataset."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> tuple[object, object]: ...


def read_python(text: str, ctx: RunContext) -> Arrays:
    """Calls ``FILE.py:callable``, once the user has vouched for the file.

    Raises:
        TrustRequired: the user has not.
        RequestError: the file fails, or returns something else.
    """
    result = call_python(text, ctx)
    if isinstance(result, Mapping):
        missing = [name for name in NAMES if name not in result]
        if missing:
            raise RequestError("data_missing_arrays", path=text, missing=", ".join(missing))
        x_train, y_train, x_test, y_test = (_array(text, result[name]) for name in NAMES)
        return Arrays(x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    if isinstance(result, tuple | list) and len(result) == 2 and all(map(_is_data_set, result)):
        (x_train, y_train), (x_test, y_test) = (_collected(text, part, ctx) for part in result)
        return Arrays(x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    raise RequestError("python_wrong_result", text=text, found=type(result).__name__, wanted=_WANTED)


def _is_data_set(value: object) -> bool:
    return (
        hasattr(value, "__len__") and hasattr(value, "__getitem__") and not isinstance(value, str | Mapping)
    )


def _collected(text: str, samples: Samples, ctx: RunContext) -> tuple[Array, Array]:
    inputs, labels = [], []
    try:
        for index in range(len(samples)):
            if index % 256 == 0:
                ctx.raise_if_cancelled()
            sample, label = samples[index]
            inputs.append(_array(text, sample))
            labels.append(_array(text, label))
        return np.stack(inputs), np.stack(labels)
    except (ValueError, TypeError, IndexError, KeyError, OSError, RuntimeError) as error:
        raise RequestError("python_failed", path=text, reason=f"{type(error).__name__}: {error}") from None


def _array(text: str, value: object) -> Array:
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().numpy()
    try:
        array: Array = np.asarray(value)
    except ValueError as error:
        raise RequestError("python_failed", path=text, reason=error) from None
    return array
