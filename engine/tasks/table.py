"""What each task needs: one record of functions, so that whoever trains or measures need not know which task it is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor, nn

from engine.context import RunContext
from engine.contract.methods import Task
from engine.contract.stats import Metrics
from engine.data.splits import Data, Split
from engine.tasks import classification

Confusion = tuple[tuple[int, ...], ...]


class Evaluate(Protocol):
    """How a model is measured on a split."""

    def __call__(
        self,
        model: nn.Module,
        split: Split,
        data: Data,
        ctx: RunContext,
        *,
        batch_size: int = ...,
        on_batch: Callable[[int], None] | None = ...,
    ) -> tuple[Metrics, Confusion]:
        """The metrics, and the confusion matrix where the task has one; ``on_batch`` is told the samples done."""
        ...


@dataclass(frozen=True, kw_only=True)
class TaskMethods:
    """The functions of one task.

    Attributes:
        loss: of answers and labels, as training lowers it.
        distillation: how far answers are from a teacher's, at a temperature.
        evaluate: metrics of a model on a split.
        measure: metrics of answers that are there already, and their labels.
        agreement: the share of samples on which two answers say the same.
        predict: what answers say of each sample, and how sure they are of it.
    """

    loss: Callable[[Tensor, Tensor], Tensor]
    distillation: Callable[[Tensor, Tensor, float], Tensor]
    evaluate: Evaluate
    measure: Callable[[Tensor, Tensor], tuple[Metrics, Confusion]]
    agreement: Callable[[Tensor, Tensor], float]
    predict: Callable[[Tensor], tuple[Tensor, Tensor]]


TASKS: dict[Task, TaskMethods] = {
    Task.CLASSIFICATION: TaskMethods(
        loss=nn.functional.cross_entropy,
        distillation=classification.distillation_loss,
        evaluate=classification.evaluate,
        measure=classification.metrics_of,
        agreement=classification.agreement_of,
        predict=classification.predict,
    ),
}
"""The functions of each task."""


def methods_of(data: Data) -> TaskMethods:
    """The functions of the task that data is for."""
    return TASKS[data.task]
