"""Whether a model and its data belong together."""

from engine.contract.errors import RequestError
from engine.data.splits import Data, Split
from engine.models.opening import LoadedModel


def check_data_fits(data: Data, model: LoadedModel) -> None:
    """Compares sample shapes and labels with what the model takes and answers.

    Raises:
        RequestError: the shapes differ, or a label is none of the model's classes.
    """
    check_shape(data, model.example.shape)
    for name in ("train", "validation", "test"):
        check_labels(name, getattr(data, name), classes=model.output_classes)


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
