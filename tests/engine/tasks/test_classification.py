import math

import numpy as np
import pytest
import torch
from torch import nn

from engine.context import Control, RunContext
from engine.contract.errors import RunCancelled
from engine.contract.methods import Task
from engine.contract.recipe_file import read_recipe
from engine.contract.source import ModelSource
from engine.data.splits import Data, Split, load_data
from engine.models.opening import open_model
from engine.tasks.classification import agreement_of, evaluate, metrics_of, predict
from engine.tasks.table import TASKS
from resources import sample_recipe


def make_data(samples: int = 50, *, classes: int = 7) -> Data:
    generator = torch.Generator().manual_seed(5)
    inputs = torch.randn(samples, 4, generator=generator)
    split = Split(inputs, torch.randint(classes, (samples,), generator=generator))
    empty = Split(inputs[:0], split.labels[:0])
    return Data(
        train=split,
        validation=empty,
        test=split,
        classes=classes,
        class_names=tuple(map(str, range(classes))),
        mean=torch.tensor([0.5]),
        std=torch.tensor([2.0]),
    )


def by_hand(logits: np.ndarray, labels: np.ndarray, classes: int) -> dict[str, float]:
    """The definitions, one class at a time, in numpy."""
    guesses = logits.argmax(1)
    shares = {"precision": [], "recall": [], "f1": []}
    for label in range(classes):
        hits = int(((guesses == label) & (labels == label)).sum())
        guessed, true = int((guesses == label).sum()), int((labels == label).sum())
        precision, recall = hits / guessed if guessed else 0.0, hits / true if true else 0.0
        shares["precision"].append(precision)
        shares["recall"].append(recall)
        shares["f1"].append(2 * precision * recall / (precision + recall) if precision + recall else 0.0)
    exponents = np.exp(logits - logits.max(1, keepdims=True))
    chances = exponents[np.arange(len(labels)), labels] / exponents.sum(1)
    top5 = np.mean([label in row.argsort()[::-1][:5] for row, label in zip(logits, labels, strict=True)])
    means = {name: float(np.mean(values)) for name, values in shares.items()}
    return {
        "loss": float(-np.log(chances).mean()),
        "accuracy": float((guesses == labels).mean()),
        "top5": top5,
        **means,
    }


def test_that_every_task_has_its_line() -> None:
    assert set(TASKS) == set(Task)


@pytest.mark.parametrize("seed", range(5))
def test_that_metrics_follow_their_definitions(seed: int) -> None:
    dice = np.random.default_rng(seed)
    # A class that is never true, and one that is never guessed.
    logits, labels = dice.normal(size=(90, 8)), dice.integers(0, 7, 90)
    logits[:, 2] = -9
    metrics, confusion = metrics_of(torch.from_numpy(logits), torch.from_numpy(labels))
    for name, wanted in by_hand(logits, labels, 8).items():
        assert getattr(metrics, name) == pytest.approx(wanted, abs=1e-12), name
    counted = np.zeros((8, 8), dtype=int)
    np.add.at(counted, (labels, logits.argmax(1)), 1)
    assert np.array_equal(np.array(confusion), counted)


def test_that_rows_of_the_confusion_are_the_true_class() -> None:
    logits = torch.tensor([[0.0, 5.0], [0.0, 5.0], [5.0, 0.0]])
    metrics, confusion = metrics_of(logits, torch.tensor([0, 1, 0]))
    assert confusion == ((1, 1), (0, 1))
    assert metrics.accuracy == pytest.approx(2 / 3)


@pytest.mark.parametrize(("classes", "has_top5"), [(5, False), (6, True)])
def test_that_top5_is_told_only_where_it_can_be_missed(classes: int, has_top5: bool) -> None:
    metrics, _ = metrics_of(torch.randn(9, classes), torch.zeros(9, dtype=torch.int64))
    assert (metrics.top5 is not None) == has_top5


def test_that_a_loss_that_is_not_finite_is_not_known() -> None:
    metrics, _ = metrics_of(torch.full((2, 3), math.nan), torch.tensor([0, 1]))
    assert metrics.loss is None


@pytest.mark.parametrize("batch_size", [1, 7, 50, 64])
def test_that_evaluation_in_batches_equals_one_pass_over_normalised_inputs(batch_size: int) -> None:
    data, model, done = make_data(), nn.Linear(4, 7), []
    metrics, confusion = evaluate(
        model, data.test, data, RunContext(), batch_size=batch_size, on_batch=done.append
    )
    logits = model((data.test.inputs - 0.5) / 2).detach().double().numpy()
    wanted = by_hand(logits, data.test.labels.numpy(), 7)
    for name, value in wanted.items():
        assert getattr(metrics, name) == pytest.approx(value, abs=1e-6), name
    assert sum(map(sum, confusion)) == 50
    assert done == [min(end, 50) for end in range(batch_size, 50 + batch_size, batch_size)]


@pytest.mark.parametrize("is_training", [True, False])
def test_that_evaluation_changes_nothing_of_the_model(is_training: bool) -> None:
    data, model = make_data(), nn.Sequential(nn.Linear(4, 7), nn.BatchNorm1d(7), nn.Dropout())
    model.train(is_training)
    model[2].eval()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    first, again = (evaluate(model, data.test, data, RunContext()) for _ in range(2))
    assert [part.training for part in model] == [is_training, is_training, False]
    assert model.training == is_training
    assert first == again
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_that_an_empty_split_tells_nothing() -> None:
    data = make_data()
    metrics, confusion = evaluate(nn.Linear(4, 7), data.validation, data, RunContext())
    assert (metrics.loss, metrics.accuracy, confusion) == (None, None, ())


def test_that_evaluation_stops_at_the_next_batch_when_cancelled() -> None:
    data, model, control, done = make_data(), nn.Linear(4, 7).train(), Control(), []

    def cancel_after_two(count: int) -> None:
        done.append(count)
        if len(done) == 2:
            control.cancel()

    with pytest.raises(RunCancelled):
        evaluate(model, data.test, data, RunContext(control=control), batch_size=5, on_batch=cancel_after_two)
    assert done == [5, 10]
    assert model.training


def test_that_the_sample_is_well_trained() -> None:
    recipe = read_recipe(sample_recipe())
    data = load_data(recipe.data, RunContext(), seed=recipe.seed)
    model = open_model(ModelSource(file="sample"), RunContext(), example=data.example)
    metrics, _ = evaluate(model.module, data.test, data, RunContext())
    assert metrics.accuracy is not None
    assert metrics.accuracy >= 0.98


def test_that_agreement_is_the_share_of_equal_guesses() -> None:
    first = torch.tensor([[0.0, 1.0], [2.0, 1.0], [0.0, 9.0], [0.0, 1.0]])
    assert agreement_of(first, torch.tensor([[3.0, 4.0], [0.0, 1.0], [0.0, 1.0], [0.0, 1.0]])) == 0.75


def test_that_a_prediction_is_the_likeliest_class_with_its_probability() -> None:
    logits = torch.tensor([[0.0, math.log(3.0)], [math.log(9.0), 0.0]])
    classes, probabilities = predict(logits)
    assert classes.tolist() == [1, 0]
    assert probabilities.tolist() == pytest.approx([0.75, 0.9])
