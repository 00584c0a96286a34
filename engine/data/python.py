"""Data from a user's Python file: FILE.py:callable returns four arrays, or a pair of data sets."""

from collections.abc import Mapping
from typing import Protocol, cast

import numpy as np

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.data.arrays import Array, Arrays, arrays_from
from engine.models.trust import call_python, guarded, split_reference

_WANTED = "a mapping with x_train, y_train, x_test and y_test, or a pair (train, test) of data sets"
_CANCEL_EVERY = 256


class SampleSet(Protocol):
    """Pairs of sample and label by index, such as a torch.utils.data.Dataset."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> tuple[object, object]: ...


def read_python(text: str, ctx: RunContext) -> Arrays:
    """Calls ``FILE.py:callable``, once the user has vouched for the file.

    Raises:
        TrustRequired: the user has not.
        RequestError: the file fails, or returns something else.
    """
    path, _ = split_reference(text)
    result = call_python(text, ctx)
    if isinstance(result, Mapping):
        return cast(Arrays, guarded(path, lambda: arrays_from(text, result)))
    if isinstance(result, tuple | list) and len(result) == 2 and all(map(_is_sample_set, result)):
        return cast(Arrays, guarded(path, lambda: _collected(result[0], result[1], ctx)))
    raise RequestError("python_wrong_result", text=text, found=_described(result), wanted=_WANTED)


def _is_sample_set(value: object) -> bool:
    return (
        hasattr(value, "__len__") and hasattr(value, "__getitem__") and not isinstance(value, str | Mapping)
    )


def _collected(train: SampleSet, test: SampleSet, ctx: RunContext) -> Arrays:
    x_train, y_train = _stacked(train, ctx)
    x_test, y_test = _stacked(test, ctx)
    return Arrays(x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)


def _stacked(samples: SampleSet, ctx: RunContext) -> tuple[Array, Array]:
    inputs, labels = [], []
    for index in range(len(samples)):
        if index % _CANCEL_EVERY == 0:
            ctx.raise_if_cancelled()
        sample, label = samples[index]
        inputs.append(np.asarray(sample))
        labels.append(np.asarray(label))
    return np.stack(inputs), np.stack(labels)


def _described(result: object) -> str:
    length = f" of {len(result)}" if isinstance(result, tuple | list) else ""
    return f"a {type(result).__name__}{length}"
