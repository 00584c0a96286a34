"""Which samples are test, which are kept, and what number each label has: all decided before anything is decoded.

None of it depends on the recipe's seed: two runs on one source must be measured on the same test split.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.contract.errors import RequestError
from engine.contract.recipe import DataSpec

SEED = 0
Item = TypeVar("Item")


@dataclass(frozen=True)
class Labelled(Generic[Item]):
    """Items, such as files or sentences, and the label of each as it is written."""

    items: tuple[Item, ...]
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.items)

    def at(self, places: Sequence[int]) -> "Labelled[Item]":
        """Those at some places."""
        return Labelled(
            tuple(self.items[place] for place in places), tuple(self.labels[place] for place in places)
        )


@dataclass(frozen=True, kw_only=True)
class Chosen(Generic[Item]):
    """Both splits of a source; numbers of labels stand for ``class_names``."""

    train: tuple[Item, ...]
    y_train: NDArray[np.int64]
    test: tuple[Item, ...]
    y_test: NDArray[np.int64]
    class_names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.train) + len(self.test)


def part(
    train: Labelled[Item], test: Labelled[Item] | None, share: float
) -> tuple[Labelled[Item], Labelled[Item]]:
    """Train and test; where there is no test, each class gives ``share`` of itself.

    Raises:
        RequestError: one of the two would be empty.
    """
    if test is not None:
        return train, test
    count = round(len(train) * share)
    if not 0 < count < len(train):
        raise RequestError("test_too_small", test=share, samples=len(train))
    chosen = set(stratified(_codes(train.labels), count, seed=SEED).tolist())
    rest = [place for place in range(len(train)) if place not in chosen]
    return train.at(rest), train.at(sorted(chosen))


def choose(path: str, train: Labelled[Item], test: Labelled[Item], spec: DataSpec) -> Chosen[Item]:
    """At most ``spec.limit`` of each split, with numbers for labels.

    Raises:
        RequestError: ``spec.class_names`` names some of the labels, but not all.
    """
    names = _class_names(path, {*train.labels, *test.labels}, spec.class_names)
    numbers = {name: number for number, name in enumerate(names)}
    train, test = (_limited(split, spec.limit) for split in (train, test))
    y_train, y_test = (
        np.array([numbers[label] for label in split.labels], dtype=np.int64) for split in (train, test)
    )
    return Chosen(train=train.items, y_train=y_train, test=test.items, y_test=y_test, class_names=names)


def _limited(split: Labelled[Item], limit: int | None) -> Labelled[Item]:
    return split.at(limited(_codes(split.labels), limit).tolist())


def limited(labels: Tensor, limit: int | None) -> Tensor:
    """Places of at most ``limit`` samples, in order: the same ones each time, of each class about its share."""
    if limit is None or len(labels) <= limit:
        return torch.arange(len(labels))
    return stratified(labels, limit, seed=SEED).sort().values


def _codes(labels: Sequence[str]) -> Tensor:
    return torch.from_numpy(np.unique(np.array(labels), return_inverse=True)[1])


def _class_names(path: str, found: set[str], wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The labels in the order of their numbers: as the recipe has them, by value where all are numbers, else sorted.

    Numbers that begin with 0 stand for themselves, so that one that is absent moves no other.
    """
    known = found & set(wanted)
    if known == found:
        return wanted
    if known:
        missing = ", ".join(sorted(found - known)[:5])
        raise RequestError("data_class_names", path=path, found=", ".join(sorted(found)[:5]), missing=missing)
    if not all(label.isascii() and label.isdigit() and str(int(label)) == label for label in found):
        return tuple(sorted(found))
    numbers = sorted(map(int, found))
    # Thousands of empty classes are no count of classes but, say, post codes.
    if numbers[0] == 0 and numbers[-1] < 2 * len(numbers):
        return tuple(map(str, range(numbers[-1] + 1)))
    return tuple(map(str, numbers))


def stratified(labels: Tensor, count: int, *, seed: int) -> Tensor:
    """``count`` indices, of each class about its share.

    Each sample of a class of n, shuffled, gets the rank (i + u) / n with one random u a class; the ``count``
    smallest ranks are every class's share, and u decides fairly who gives the last ones.
    """
    generator = torch.Generator().manual_seed(seed)
    ranks = torch.empty(len(labels), dtype=torch.float64)
    for label in torch.unique(labels):
        members = (labels == label).nonzero().squeeze(1)
        order = torch.randperm(len(members), generator=generator)
        offset = torch.rand((), generator=generator, dtype=torch.float64)
        ranks[members[order]] = (torch.arange(len(members), dtype=torch.float64) + offset) / len(members)
    return ranks.argsort(stable=True)[:count]
