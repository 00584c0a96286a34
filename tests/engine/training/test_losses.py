"""What training lowers: a teacher's share against the formula, and mixed precision near to single precision."""

import numpy as np
import pytest
import torch
from torch import nn

from engine.contract.methods import Precision, Task
from engine.contract.recipe import DistillSpec
from engine.tasks.table import TASKS
from engine.training.losses import TrainingLoss

METHODS = TASKS[Task.CLASSIFICATION]
INPUTS = torch.randn(6, 8, generator=torch.Generator().manual_seed(0))
LABELS = torch.tensor([0, 1, 2, 3, 4, 0])


def network(seed: int) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 5))


def softmax(values: np.ndarray) -> np.ndarray:
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(("temperature", "weight"), [(1.0, 1.0), (4.0, 0.5), (2.5, 0.0)])
def test_that_the_loss_is_the_formula_of_the_paper(temperature: float, weight: float) -> None:
    student, teacher = network(1).eval(), network(2)
    spec = DistillSpec(temperature=temperature, weight=weight)
    loss = TrainingLoss(methods=METHODS, distill=spec, teacher=teacher)(student, INPUTS, LABELS)

    answers = student(INPUTS).double().detach().numpy()
    wanted = teacher.eval()(INPUTS).double().detach().numpy()
    soft, target = softmax(answers / temperature), softmax(wanted / temperature)
    distance = temperature**2 * (target * np.log(target / soft)).sum(axis=1).mean()
    hard = -np.log(softmax(answers)[np.arange(6), LABELS.numpy()]).mean()
    assert float(loss.detach()) == pytest.approx((1 - weight) * hard + weight * distance, rel=1e-5)


def test_that_the_teacher_learns_nothing_and_keeps_its_mode() -> None:
    student, teacher = network(1), network(2)
    before = {name: tensor.clone() for name, tensor in teacher.state_dict().items()}
    teacher.train()
    loss = TrainingLoss(methods=METHODS, distill=DistillSpec(), teacher=teacher)(student, INPUTS, LABELS)
    loss.backward()  # type: ignore[no-untyped-call]
    assert teacher.training
    assert all(parameter.grad is None for parameter in teacher.parameters())
    assert all(torch.equal(tensor, before[name]) for name, tensor in teacher.state_dict().items())
    assert all(parameter.grad is not None for parameter in student.parameters())


def test_that_a_student_that_answers_like_its_teacher_has_nothing_to_learn() -> None:
    loss = TrainingLoss(methods=METHODS, distill=DistillSpec(weight=1.0), teacher=network(1))
    assert float(loss(network(1).eval(), INPUTS, LABELS).detach()) == pytest.approx(0.0, abs=1e-6)


def test_that_mixed_precision_rounds_and_is_near() -> None:
    model = network(1).eval()
    exact = TrainingLoss(methods=METHODS)(model, INPUTS, LABELS)
    mixed = TrainingLoss(methods=METHODS, precision=Precision.BFLOAT16)(model, INPUTS, LABELS)
    assert mixed.dtype == torch.float32
    assert mixed != exact
    assert float(mixed.detach()) == pytest.approx(float(exact.detach()), rel=0.02)
