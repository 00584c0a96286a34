"""One label out of several: loss, accuracy, and what a confusion matrix says."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from engine.context import RunContext
from engine.contract.stats import Metrics
from engine.data.splits import Data, Split

CONFUSION_CLASSES = 200
Confusion = tuple[tuple[int, ...], ...]


def evaluate(
    model: nn.Module,
    split: Split,
    data: Data,
    ctx: RunContext,
    *,
    batch_size: int = 256,
    on_batch: Callable[[int], None] | None = None,
) -> tuple[Metrics, Confusion]:
    """Runs a split through the model.

    Args:
        model: answers logits (N, classes); runs in evaluation mode, where it lies.
        split: may be empty: then nothing is known.
        data: how samples become inputs.
        ctx: stops between batches.
        batch_size: samples at once.
        on_batch: told the samples done so far, after each batch.

    Returns:
        The metrics, and the confusion matrix (rows: true class).
    """
    device = next((parameter.device for parameter in model.parameters()), torch.device("cpu"))
    parts = []
    with in_evaluation(model), torch.no_grad():
        for start in range(0, len(split), batch_size):
            ctx.raise_if_cancelled()
            parts.append(model(data.to_inputs(split.inputs[start : start + batch_size].to(device))))
            if on_batch is not None:
                on_batch(min(start + batch_size, len(split)))
    if not parts:
        return Metrics(), ()
    logits = torch.cat(parts)
    return metrics_of(logits, split.labels)


@contextmanager
def in_evaluation(model: nn.Module) -> Iterator[None]:
    """Puts a model into evaluation mode and gives each part its own mode back: some may be frozen in training."""
    modes = [(part, part.training) for part in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for part, is_training in modes:
            part.training = is_training


def metrics_of(logits: Tensor, labels: Tensor) -> tuple[Metrics, Confusion]:
    """Metrics of logits (N, classes) against labels (N,), and the confusion matrix.

    Precision, recall and F1 are means over all classes; where a class was never guessed (or never true) its share
    counts as 0. Above :data:`CONFUSION_CLASSES` the matrix is left out: it would be most of the report.
    """
    logits, labels = logits.double(), labels.to(logits.device)
    classes = logits.shape[1]
    guesses = logits.argmax(dim=1)
    confusion = torch.bincount(labels * classes + guesses, minlength=classes * classes).view(classes, classes)
    hits = confusion.diagonal().double()
    guessed, true = confusion.sum(dim=0).double(), confusion.sum(dim=1).double()
    metrics = Metrics(
        loss=_finite(nn.functional.cross_entropy(logits, labels)),
        accuracy=_finite(hits.sum() / len(labels)),
        precision=_finite(_share(hits, guessed).mean()),
        recall=_finite(_share(hits, true).mean()),
        f1=_finite(_share(2 * hits, guessed + true).mean()),
        top5=_top5(logits, labels) if classes > 5 else None,
    )
    rows = confusion.tolist() if classes <= CONFUSION_CLASSES else []
    return metrics, tuple(tuple(row) for row in rows)


def agreement_of(first: Tensor, second: Tensor) -> float:
    """The share of samples on which two answers (N, classes) have the same arg max."""
    return float((first.argmax(1) == second.argmax(1)).double().mean())


def distillation_loss(logits: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """``T² · KL(softmax(teacher / T) ‖ softmax(logits / T))``, the mean over samples (Hinton 2015, section 2.1).

    The factor T² keeps the size of the gradients, whatever the temperature.

    Args:
        logits: (N, classes), of the network that learns.
        teacher: (N, classes).
        temperature: T, above 0.
    """
    student = (logits / temperature).log_softmax(1)
    wanted = (teacher / temperature).log_softmax(1)
    return temperature**2 * nn.functional.kl_div(student, wanted, reduction="batchmean", log_target=True)


def predict(logits: Tensor) -> tuple[Tensor, Tensor]:
    """The likeliest class of each sample (N,), and its probability (N,)."""
    probabilities, classes = logits.double().softmax(1).max(1)
    return classes, probabilities


def _share(part: Tensor, whole: Tensor) -> Tensor:
    return part / whole.clamp(min=1)


def _top5(logits: Tensor, labels: Tensor) -> float:
    is_hit = (logits.topk(5, dim=1).indices == labels.unsqueeze(1)).any(dim=1)
    return float(is_hit.double().mean())


def _finite(value: Tensor) -> float | None:
    number = float(value)
    return number if torch.isfinite(value) else None
