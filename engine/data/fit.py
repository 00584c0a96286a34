"""Whether a model and its data belong together."""

from torch import nn

from engine.contract.errors import RequestError
from engine.data.splits import Data, Split
from engine.models.opening import LoadedModel
from engine.models.words import vocabulary_of


def check_data_fits(data: Data, model: LoadedModel) -> None:
    """Compares samples, labels and class names with what the model takes and answers.

    Raises:
        RequestError: the shapes differ, there are words that the model does not know, or more classes than it answers.
    """
    check_shape(data, model.example.shape)
    check_vocabulary(data, model.module)
    for name in ("train", "validation", "test"):
        check_labels(name, getattr(data, name), classes=model.output_classes)
    if data.classes > model.output_classes:
        raise RequestError("data_more_classes", found=data.classes, wanted=model.output_classes)


def check_vocabulary(data: Data, module: nn.Module) -> None:
    """Compares word numbers with the embedding that a model begins with.

    Raises:
        RequestError: there are more words than the model knows.
    """
    known = vocabulary_of(module)
    if data.vocabulary is not None and known is not None and data.vocabulary > known:
        raise RequestError("data_vocabulary", found=data.vocabulary, wanted=known)


def check_shape(data: Data, wanted: tuple[int, ...]) -> None:
    """Compares the shape of one sample with what a model takes.

    Raises:
        RequestError: they differ.
    """
    if data.sample_shape != wanted:
        raise RequestError("data_wrong_shape", found=data.sample_shape, wanted=wanted)


def check_labels(name: str, split: Split, *, classes: int) -> None:
    """Compares the labels of one split with the classes that a model answers.

    Raises:
        RequestError: a label is none of them.
    """
    if len(split) == 0:
        return
    low, high = int(split.labels.min()), int(split.labels.max())
    if low < 0 or high >= classes:
        raise RequestError(
            "labels_out_of_range", split=name, low=low, high=high, classes=classes, last=classes - 1
        )
