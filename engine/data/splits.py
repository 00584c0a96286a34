"""The three splits of a data set, in memory: read from where a recipe says, checked, and parted."""

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.methods import Augmentation, DataKind, InputKind, Task
from engine.contract.recipe import DataSpec
from engine.data.arrays import Arrays
from engine.data.checks import checked_split
from engine.data.choosing import limited, stratified
from engine.data.sources import SOURCES, kind_of
from engine.data.tokenizer import Tokenizer
from engine.models.example import Example
from engine.models.limits import within_limits


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
        class_names: one a class, in the order of the labels; numbers where neither recipe nor source names any.
        task: what a model does with them.
        kind: what one sample is.
        tokenizer: gives words back for their numbers, where texts were read.
    """

    train: Split
    validation: Split
    test: Split
    classes: int
    class_names: tuple[str, ...]
    mean: Tensor
    std: Tensor
    vocabulary: int | None = None
    task: Task = Task.CLASSIFICATION
    kind: InputKind = InputKind.VALUES
    tokenizer: Tokenizer | None = None

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


def load_data(spec: DataSpec, ctx: RunContext, *, seed: int) -> Data:
    """The splits that ``spec`` names; validation is taken from train, stratified, by ``seed``.

    Raises:
        RequestError: the source cannot be read or holds what no classifier learns from.
        TrustRequired: the source runs code that the user has not vouched for.
    """
    source = kind_of(spec.source)
    with within_limits(spec.source, ctx, is_trusted=True) as inner:
        arrays = SOURCES[source](spec, inner)
    whole, test = _checked(arrays, spec)
    kind = _input_kind(source, whole.inputs)
    if spec.augment is not Augmentation.NONE and (whole.inputs.dim() != 4 or kind is InputKind.AUDIO):
        raise RequestError("augment_needs_images", kind=spec.augment, found=tuple(whole.inputs.shape[1:]))
    train, validation = split_off(whole, spec.validation, seed=seed)
    names = spec.class_names + arrays.class_names[len(spec.class_names) :]
    classes = max(len(names), *(int(split.labels.max()) + 1 for split in (whole, test)))
    channels = whole.inputs.shape[1] if whole.inputs.dim() > 1 else 1
    return Data(
        train=train,
        validation=validation,
        test=test,
        classes=classes,
        class_names=names + tuple(str(label) for label in range(len(names), classes)),
        mean=_per_channel("mean", spec.mean or (0.0,), channels=channels),
        std=_per_channel("std", spec.std or (1.0,), channels=channels),
        vocabulary=_vocabulary(arrays, whole, test) if kind is InputKind.TEXT else None,
        task=spec.task,
        kind=kind,
        tokenizer=arrays.tokenizer,
    )


def _checked(arrays: Arrays, spec: DataSpec) -> tuple[Split, Split]:
    """The whole of train, and test, with at most as many samples as the recipe wants."""
    whole, test = (
        _limited(Split(*checked_split(name, samples, labels)), spec.limit)
        for name, samples, labels in (
            ("train", arrays.x_train, arrays.y_train),
            ("test", arrays.x_test, arrays.y_test),
        )
    )
    if test.inputs.shape[1:] != whole.inputs.shape[1:]:
        raise RequestError(
            "data_wrong_shape", found=tuple(test.inputs.shape[1:]), wanted=tuple(whole.inputs.shape[1:])
        )
    if test.inputs.dtype != whole.inputs.dtype:
        raise RequestError("data_types_differ", test=test.inputs.dtype, train=whole.inputs.dtype)
    return whole, test


def _limited(split: Split, limit: int | None) -> Split:
    if limit is None or len(split) <= limit:
        return split
    places = limited(split.labels, limit)
    return Split(split.inputs[places], split.labels[places])


def _input_kind(source: DataKind, inputs: Tensor) -> InputKind:
    """What one sample is: three axes, with one channel or the three of colours, are an image's."""
    if inputs.dtype == torch.int64:
        return InputKind.TEXT
    if source is DataKind.AUDIO:
        return InputKind.AUDIO
    is_image = inputs.dim() == 4 and inputs.shape[1] in (1, 3, 4)
    return InputKind.IMAGE if is_image else InputKind.VALUES


def _vocabulary(arrays: Arrays, whole: Split, test: Split) -> int:
    if arrays.tokenizer is not None:
        return arrays.tokenizer.size
    return max(int(split.inputs.max()) for split in (whole, test)) + 1


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
    is_validation[stratified(whole.labels, count, seed=seed)] = True
    parts = (~is_validation, is_validation)
    train, validation = (Split(whole.inputs[part], whole.labels[part]) for part in parts)
    return train, validation


def _per_channel(name: str, values: tuple[float, ...], *, channels: int) -> Tensor:
    if len(values) not in (1, channels):
        raise RequestError("normalisation_channels", name=name, found=len(values), channels=channels)
    return torch.tensor(values, dtype=torch.float32)
