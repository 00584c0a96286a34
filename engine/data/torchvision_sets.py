"""Data sets of torchvision by name, from files that lie here; fetched only where the recipe says so."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl

import numpy as np

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.library import library_folder
from engine.contract.recipe import DataSpec
from engine.data.arrays import Array, Arrays

_OPTIONS = ("root", "download")


class ImageSet(Protocol):
    """A data set of torchvision that holds all its images."""

    data: Any


@dataclass(frozen=True, kw_only=True)
class NamedSet:
    """How torchvision parts a data set.

    Attributes:
        train, test: what its constructor is told for each.
        labels: the attribute with the labels.
        options: what else may be said, with what it is where unsaid.
        is_channels_first: images are (N, C, H, W), not (N, H, W, C) or (N, H, W).
    """

    train: Mapping[str, object]
    test: Mapping[str, object]
    labels: str = "targets"
    options: tuple[tuple[str, str], ...] = ()
    is_channels_first: bool = False


_BY_FLAG = NamedSet(train={"train": True}, test={"train": False})
_BY_NAME = NamedSet(train={"split": "train"}, test={"split": "test"}, labels="labels", is_channels_first=True)

SETS: dict[str, NamedSet] = {
    "MNIST": _BY_FLAG,
    "FashionMNIST": _BY_FLAG,
    "KMNIST": _BY_FLAG,
    "QMNIST": _BY_FLAG,
    "EMNIST": NamedSet(train={"train": True}, test={"train": False}, options=(("split", "balanced"),)),
    "CIFAR10": _BY_FLAG,
    "CIFAR100": _BY_FLAG,
    "SVHN": _BY_NAME,
    "STL10": _BY_NAME,
    "USPS": _BY_FLAG,
}
"""What is known of each data set."""


def read_torchvision(spec: DataSpec, ctx: RunContext) -> Arrays:
    """``torchvision:NAME?root=DIR&download=true``, uint8 images.

    Raises:
        RequestError: there is no such data set, its files are not there, or they cannot be fetched.
    """
    name, options = parse(spec.source)
    root = Path(options.pop("root", "") or default_root())
    is_fetched = options.pop("download", "false").lower() == "true"
    entry = SETS[name]
    splits: list[ImageSet] = []
    for split in (entry.train, entry.test):
        ctx.raise_if_cancelled()
        arguments = {**dict(entry.options), **options, **split, "download": is_fetched}
        splits.append(_made(name, root, arguments))
    (x_train, y_train), (x_test, y_test) = (_arrays_of(split, entry) for split in splits)
    classes = tuple(map(str, getattr(splits[0], "classes", ())))
    return Arrays(x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test, class_names=classes)


def parse(source: str) -> tuple[str, dict[str, str]]:
    """The name and the options of ``torchvision:NAME?option=value``.

    >>> parse("torchvision:MNIST?root=data")
    ('MNIST', {'root': 'data'})

    Raises:
        RequestError: one of them is not known.
    """
    name, _, query = source.removeprefix("torchvision:").partition("?")
    if name not in SETS:
        nearest = difflib.get_close_matches(name, SETS, 1, 0)[0]
        raise RequestError("torchvision_unknown", name=name, nearest=f"torchvision:{nearest}")
    options = dict(parse_qsl(query, keep_blank_values=True))
    known = (*_OPTIONS, *(option for option, _ in SETS[name].options))
    for option in options:
        if option not in known:
            raise RequestError("torchvision_argument", name=name, argument=option, known=", ".join(known))
    return name, options


def default_root() -> Path:
    """Beside the runs library."""
    return library_folder().parent / "data"


def _made(name: str, root: Path, arguments: dict[str, object]) -> ImageSet:
    from torchvision import datasets

    build: Callable[..., ImageSet] = getattr(datasets, name)
    try:
        return build(root=str(root), **arguments)
    except ModuleNotFoundError as error:
        package = str(error.name)
        raise RequestError(
            "package_missing",
            what=f"torchvision:{name}",
            package=package,
            command=f"pip install {package}",
        ) from None
    except Exception as error:  # missing and damaged files and lost connections have no kind in common
        if arguments["download"]:
            raise RequestError("torchvision_not_fetched", name=name, path=root, reason=error) from None
        raise RequestError("torchvision_missing", name=name, path=root, reason=error) from None


def _arrays_of(split: ImageSet, entry: NamedSet) -> tuple[Array, Array]:
    images = np.asarray(split.data)
    labels = np.asarray(getattr(split, entry.labels)).astype(np.int64)
    # QMNIST tells the writer and six other things beside the digit.
    digits = labels if labels.ndim == 1 else labels[:, 0]
    return (images.transpose(0, 2, 3, 1) if entry.is_channels_first else images), digits
