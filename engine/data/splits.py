"""The three splits of a data set, in memory: read from where a recipe says, checked, and parted."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.methods import Augmentation, DataKind
from engine.contract.recipe import DataSpec
from engine.data.arrays import Arrays, read_npz
from engine.data.checks import checked_split
from engine.data.python import read_python
from engine.models.example import Example
from resources import sample_data


@dataclass(frozen=True)
class Split:
    """Samples and their labels.

    Attributes:
        inputs: uint8 images (N, C, H, W), int64 words (N, L), or float32 of any shape (N, …).
        labels: int64 (N,).
    """

    inputs: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, kw_only=True)
class Data:
    """All that a model is trained and measured on.

    Attributes:
        mean, std: float32, one value or one a channel; words are left alone.
        vocabulary: samples are word numbers in [0, vocabulary); None where they are not words.
        classes: as many as the labels or the names tell, whichever are more.
        class_names: one a class, in the order of the labels; numbers where the recipe names none.
    """

    train: Split
    validation: Split
    test: Split
    classes: int
    class_names: tuple[str, ...]
    mean: Tensor
    std: Tensor
    vocabulary: int | None = None

    @property
    def example(self) -> Example:
        """The form of one sample as the model takes it."""
        return Example(self.sample_shape, self.vocabulary)

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """The shape of one sample, channels first."""
        return tuple(self.train.inputs.shape[1:])

    def to_inputs(self, batch: Tensor) -> Tensor:
        """Samples as the model takes them.

        Words stay; others become float32, bytes scaled to [0, 1], then (x - mean) / std per channel.
        """
        if self.vocabulary is not None:
            return batch
        is_bytes = batch.dtype == torch.uint8
        scaled = batch.to(torch.float32).div_(255) if is_bytes else batch
        shape = (1, -1) + (1,) * (batch.dim() - 2)
        mean, std = (value.to(batch.device).view(shape) for value in (self.mean, self.std))
        return (scaled - mean).div_(std)


SOURCES: dict[DataKind, Callable[[str, RunContext], Arrays]] = {
    DataKind.SAMPLE: lambda text, ctx: read_npz(str(sample_data()), ctx),
    DataKind.NPZ: lambda text, ctx: read_npz(text.removeprefix("npz:"), ctx),
    DataKind.PYTHON: read_python,
}
"""What reads each kind of source."""


def kind_of(text: str) -> DataKind:
    """Which kind of source ``text`` names.

    >>> kind_of("npz:digits.npz").value
    'npz'

    Raises:
        RequestError: it names none.
    """
    if text == "sample":
        return DataKind.SAMPLE
    if text.startswith("npz:"):
        return DataKind.NPZ
    if ".py:" in text:
        return DataKind.PYTHON
    raise RequestError("data_scheme", text=text)


def load_data(spec: DataSpec, ctx: RunContext, *, seed: int) -> Data:
    """The splits that ``spec`` names; validation is taken from train, stratified, by ``seed``.

    Raises:
        RequestError: the source cannot be read or holds what no classifier learns from.
        TrustRequired: the source runs code that the user has not vouched for.
    """
    arrays = SOURCES[kind_of(spec.source)](spec.source, ctx)
    whole = Split(*checked_split("train", arrays.x_train, arrays.y_train))
    test = Split(*checked_split("test", arrays.x_test, arrays.y_test))
    if test.inputs.shape[1:] != whole.inputs.shape[1:]:
        raise RequestError(
            "data_wrong_shape", found=tuple(test.inputs.shape[1:]), wanted=tuple(whole.inputs.shape[1:])
        )
    if spec.augment is not Augmentation.NONE and whole.inputs.dim() != 4:
        raise RequestError("augment_needs_images", kind=spec.augment, found=tuple(whole.inputs.shape[1:]))
    train, validation = split_off(whole, spec.validation, seed=seed)
    classes = max(len(spec.class_names), *(int(part.labels.max()) + 1 for part in (whole, test)))
    channels = whole.inputs.shape[1] if whole.inputs.dim() > 1 else 1
    return Data(
        train=train,
        validation=validation,
        test=test,
        classes=classes,
        class_names=spec.class_names + tuple(str(label) for label in range(len(spec.class_names), classes)),
        mean=_per_channel("mean", spec.mean or (0.0,), channels=channels),
        std=_per_channel("std", spec.std or (1.0,), channels=channels),
    )


def split_off(whole: Split, share: float, *, seed: int) -> tuple[Split, Split]:
    """Parts ``whole`` into train and validation; each class gives its share, rounded so that the sum is right.

    Samples keep their order in both parts.

    Raises:
        RequestError: one of the two would be empty.
    """
    count = round(len(whole) * share)
    if share > 0 and not 0 < count < len(whole):
        raise RequestError("split_too_small", validation=share, samples=len(whole))
    is_validation = torch.zeros(len(whole), dtype=torch.bool)
    is_validation[_stratified(whole.labels, count, seed=seed)] = True
    parts = (~is_validation, is_validation)
    train, validation = (Split(whole.inputs[part], whole.labels[part]) for part in parts)
    return train, validation


def _stratified(labels: Tensor, count: int, *, seed: int) -> Tensor:
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


def _per_channel(name: str, values: tuple[float, ...], *, channels: int) -> Tensor:
    if len(values) not in (1, channels):
        raise RequestError("normalisation_channels", name=name, found=len(values), channels=channels)
    return torch.tensor(values, dtype=torch.float32)
