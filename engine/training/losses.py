"""What training lowers: the labels' loss, and how far the answers are from a teacher's where there is one."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.contract.methods import Precision
from engine.contract.recipe import DistillSpec
from engine.tasks.classification import in_evaluation
from engine.tasks.table import TaskMethods


@dataclass(frozen=True, kw_only=True)
class TrainingLoss:
    """The loss of a batch.

    Attributes:
        methods: of the task.
        distill: how much a teacher says; None where there is none.
        teacher: the uncompressed network, wherever ``distill`` is set; it is read, never changed.
        precision: in what numbers both networks compute; the loss itself is float32.
    """

    methods: TaskMethods
    distill: DistillSpec | None = None
    teacher: nn.Module | None = None
    precision: Precision = Precision.FLOAT32

    def __call__(self, model: nn.Module, inputs: Tensor, labels: Tensor) -> Tensor:
        """``(1 - w) · loss(answers, labels) + w · distance(answers, teacher's answers)`` (Hinton 2015)."""
        answers = self._answers(model, inputs)
        loss = self.methods.loss(answers, labels)
        if self.distill is None or self.teacher is None:
            return loss
        with torch.no_grad(), in_evaluation(self.teacher):
            wanted = self._answers(self.teacher, inputs)
        distance = self.methods.distillation(answers, wanted, self.distill.temperature)
        return (1 - self.distill.weight) * loss + self.distill.weight * distance

    def _answers(self, network: nn.Module, inputs: Tensor) -> Tensor:
        is_mixed = self.precision is Precision.BFLOAT16
        with torch.autocast(inputs.device.type, torch.bfloat16, enabled=is_mixed):
            answers = network(inputs)
        assert isinstance(answers, Tensor)
        return answers.float()
