"""The training loop: against plain PyTorch, stopped and gone on with, and what it refuses."""

import copy
import io
import math
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.context import Control, RunContext
from engine.contract.errors import RunCancelled, RunError
from engine.contract.events import MetricsLogged, Progress, RunEvent, Stage
from engine.contract.methods import LearningRateSchedule, Optimizer
from engine.contract.recipe import DataSpec, PruneSpec, QuantizeSpec, RecoverSpec
from engine.joint.compressed import CompressedModel
from engine.joint.schedule import Plan, move_to_step_, simultaneous_plan
from engine.pipeline.checkpoints import pack, structure_of, unpack_random, unpack_training_
from engine.pipeline.work import calibration_batches
from engine.training.batch_norm import recalibrate_batch_norms_
from engine.training.loop import Hooks, Training, steps_per_epoch, train_until
from tests.engine.export.jobs import make_data
from tests.engine.networks import Residual, compress, shake_

SHAPE = (3, 8, 8)
BATCH = 10
PER_EPOCH = 7  # of 64 samples; the last batch has 4
EPOCHS = 3


class WithDropout(nn.Module):
    """Draws from torch's own random state in every step."""

    def __init__(self) -> None:
        super().__init__()
        self.body = Residual()
        self.body.head = nn.Linear(8, 16)
        self.drop = nn.Dropout(0.3)
        self.last = nn.Linear(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.drop(F.relu(self.body(x))))


def make_training(model: nn.Module, spec: RecoverSpec | None = None, seed: int = 0) -> Training:
    return Training(
        model=model,
        data=make_data(SHAPE),
        data_spec=DataSpec(batch_size=BATCH),
        spec=spec or RecoverSpec(learning_rate=0.05),
        seed=seed,
        steps_per_epoch=PER_EPOCH,
        total_steps=PER_EPOCH * EPOCHS,
    )


def make_model(seed: int = 0) -> CompressedModel:
    torch.manual_seed(seed)
    return compress(shake_(WithDropout()), SHAPE, PruneSpec(ratio=0.5), QuantizeSpec())


def begin() -> tuple[CompressedModel, Training, Plan]:
    """A model with masks and calibrated quantizers, at the first step of a joint training."""
    model = make_model()
    model.attach_masks()
    model.attach_quantizers()
    model.calibrate([make_data(SHAPE).train.inputs])
    training = make_training(model.module)
    return model, training, simultaneous_plan(training.total_steps, QuantizeSpec())


def go_on(model: CompressedModel, training: Training, plan: Plan, end: int) -> None:
    hooks = Hooks(before_step=lambda step: move_to_step_(model, plan, training))
    train_until(training, end, Stage.TRAIN, hooks, RunContext())


def everything(training: Training) -> dict[str, Any]:
    states = [training.optimizer.state[p] for p in training.model.parameters()]
    return {
        **training.model.state_dict(),
        **{f"momentum {n}": s["momentum_buffer"] for n, s in enumerate(states)},
    }


# In the ramp (it ends at 13), in the middle of an epoch, at the end of one, at the cut, and behind it.
@pytest.mark.parametrize("stop", [1, 5, PER_EPOCH, 12, 13, 14, 18])
def test_that_a_resumed_training_gives_the_same_bits(stop: int) -> None:
    torch.manual_seed(1)
    model, training, plan = begin()
    start = torch.get_rng_state()
    go_on(model, training, plan, training.total_steps)
    wanted = everything(training)

    model, training, plan = begin()
    torch.set_rng_state(start)
    go_on(model, training, plan, stop)
    file = io.BytesIO()
    torch.save(pack(model, training, stage_index=2), file)
    file.seek(0)
    payload = torch.load(file, weights_only=True)
    torch.manual_seed(77)  # a new process draws other numbers

    model = make_model(seed=5)
    model.restore(structure_of(payload))
    model.module.load_state_dict(payload["model"])
    training = make_training(model.module)
    unpack_training_(training, payload)
    unpack_random(payload)
    go_on(model, training, plan, training.total_steps)
    found = everything(training)
    assert model.structure.is_cut
    assert found.keys() == wanted.keys()
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


def test_that_a_training_is_plain_pytorch_when_nothing_stands_on_the_model() -> None:
    """The same batches through a loop written by hand: Nesterov momentum, cosine of the share of steps done."""
    torch.manual_seed(0)
    network = shake_(Residual())
    by_hand = copy.deepcopy(network).to(memory_format=torch.channels_last)
    training = make_training(network)
    batches: list[Tensor] = []
    network.register_forward_pre_hook(
        lambda module, args: batches.append(args[0]) if module.training else None
    )
    train_until(training, training.total_steps, Stage.TRAIN, Hooks(), RunContext())
    labels = {
        tuple(x.flatten().tolist()): y
        for x, y in zip(training.data.train.inputs, training.data.train.labels, strict=True)
    }
    optimizer = torch.optim.SGD(by_hand.parameters(), lr=0.05, momentum=0.9, nesterov=True)
    by_hand.train()
    for step, batch in enumerate(batches):
        for group in optimizer.param_groups:
            group["lr"] = 0.05 * 0.5 * (1 + math.cos(math.pi * step / 21))
        wanted = torch.stack([labels[tuple(x.flatten().tolist())] for x in batch])
        optimizer.zero_grad()
        F.cross_entropy(by_hand(batch), wanted).backward()
        optimizer.step()
    for name, tensor in by_hand.state_dict().items():
        assert torch.allclose(network.state_dict()[name], tensor, rtol=1e-4, atol=1e-5), name


def test_that_each_epoch_sees_each_sample_once_in_an_order_of_its_own() -> None:
    training = make_training(shake_(Residual()))
    seen: list[Tensor] = []
    training.model.register_forward_pre_hook(
        lambda module, args: seen.append(args[0]) if module.training else None
    )
    train_until(training, training.total_steps, Stage.TRAIN, Hooks(), RunContext())
    epochs = [torch.cat(seen[n * PER_EPOCH : (n + 1) * PER_EPOCH])[:, 0, 0, 0] for n in range(EPOCHS)]
    wanted = training.data.train.inputs[:, 0, 0, 0].sort().values
    assert all(torch.equal(epoch.sort().values, wanted) for epoch in epochs)
    assert not torch.equal(epochs[0], epochs[1])


@pytest.mark.parametrize(("samples", "sizes"), [(21, [10, 11]), (22, [10, 10, 2]), (11, [11]), (9, [9])])
def test_that_a_last_sample_does_not_stay_alone(samples: int, sizes: list[int]) -> None:
    """Torch refuses to train a batch norm on one value a channel."""
    data = make_data((6,), samples=samples)
    training = Training(
        model=nn.Sequential(nn.Linear(6, 5), nn.BatchNorm1d(5)),
        data=data,
        data_spec=DataSpec(batch_size=BATCH),
        spec=RecoverSpec(),
        seed=0,
        steps_per_epoch=steps_per_epoch(data, BATCH),
        total_steps=2 * steps_per_epoch(data, BATCH),
    )
    seen: list[int] = []
    training.model.register_forward_pre_hook(
        lambda module, args: seen.append(len(args[0])) if module.training else None
    )
    train_until(training, training.total_steps, Stage.TRAIN, Hooks(), RunContext())
    assert seen == sizes * 2


def test_that_a_batch_of_one_that_a_batch_norm_refuses_is_told_with_its_cure() -> None:
    training = make_training(nn.Sequential(nn.Linear(6, 5), nn.BatchNorm1d(5)))
    training.data, training.data_spec = make_data((6,)), DataSpec(batch_size=1)
    with pytest.raises(RunError, match=r"raise data\.batch_size \(now 1\)"):
        train_until(training, 1, Stage.TRAIN, Hooks(), RunContext())


@pytest.mark.parametrize("optimizer", Optimizer)
def test_that_the_seed_decides_and_nothing_else(optimizer: Optimizer) -> None:
    spec = RecoverSpec(optimizer=optimizer, learning_rate=0.01, schedule=LearningRateSchedule.CONSTANT)
    states = []
    for seed, noise in ((0, 1), (0, 2), (1, 1)):
        torch.manual_seed(9)
        network = shake_(Residual())
        torch.manual_seed(noise)
        training = make_training(network, spec, seed)
        train_until(training, training.total_steps, Stage.TRAIN, Hooks(), RunContext())
        states.append(network.state_dict())
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    assert not torch.equal(states[0]["head.weight"], states[2]["head.weight"])


def test_that_a_loss_that_is_not_finite_stops_the_run_with_its_cure() -> None:
    training = make_training(shake_(Residual()), RecoverSpec(learning_rate=99.0))
    with torch.no_grad():
        training.model.get_parameter("head.bias").fill_(float("inf"))
    with pytest.raises(RunError, match=r"lower recover\.learning_rate \(now 99\.0\)"):
        train_until(training, training.total_steps, Stage.TRAIN, Hooks(), RunContext())


def test_that_a_cancelled_training_stands_between_two_steps() -> None:
    control = Control()
    training = make_training(shake_(Residual()))
    hooks = Hooks(after_step=lambda: control.cancel() if training.step == 4 else None)
    with pytest.raises(RunCancelled):
        train_until(training, training.total_steps, Stage.TRAIN, hooks, RunContext(control=control))
    assert training.step == 4


def test_that_only_eligible_epochs_can_be_the_best_and_only_better_ones_are() -> None:
    training = make_training(shake_(Residual()))
    best: list[tuple[int, bool]] = []
    accuracies: dict[int, tuple[float, float]] = {}

    def listen(event: RunEvent) -> None:
        if isinstance(event, MetricsLogged) and "accuracy" in event.values:
            accuracies[event.step] = (event.values["accuracy"] or 0, -(event.values["loss"] or 0))

    hooks = Hooks(
        is_eligible=lambda step: step > PER_EPOCH,
        after_epoch=lambda is_best: best.append((training.step, is_best)),
    )
    train_until(training, training.total_steps, Stage.TRAIN, hooks, RunContext(emit=listen))
    assert [step for step, _ in best] == [7, 14, 21]
    assert best[:2] == [(7, False), (14, True)]
    assert best[2][1] == (accuracies[21] > accuracies[14])
    assert training.best.accuracy == max(accuracies[14], accuracies[21])[0]


def test_that_steps_told_never_go_back_and_end_at_the_end() -> None:
    events: list[RunEvent] = []
    training = make_training(shake_(Residual()))
    train_until(training, training.total_steps, Stage.TRAIN, Hooks(), RunContext(emit=events.append))
    steps = [event.step for event in events if isinstance(event, Progress)]
    assert steps == sorted(steps) and steps[-1] == training.total_steps
    logged = [event for event in events if isinstance(event, MetricsLogged)]
    assert [event.step for event in logged if "accuracy" in event.values] == [7, 14, 21]
    assert all(event.values["train_loss"] for event in logged if "train_loss" in event.values)


def test_that_progress_counts_from_where_the_stage_began_also_when_it_is_gone_on_with() -> None:
    training = make_training(Residual())
    training.step = 4
    told: list[int] = []

    def listen(event: RunEvent) -> None:
        if isinstance(event, Progress):
            told.append(event.step)

    for end in (9, 12, training.total_steps):
        train_until(training, end, Stage.FINE_TUNE, Hooks(), RunContext(emit=listen), begin=4)
    assert told == sorted(told)
    assert told[0] == 1
    assert told[-1] == training.total_steps - 4


def test_that_batch_norms_are_measured_anew_where_one_sample_more_than_a_batch_is_there() -> None:
    norm = nn.BatchNorm1d(6)
    batches = calibration_batches(make_data((6,), samples=65), 512, seed=0)
    recalibrate_batch_norms_(norm, batches)
    assert sorted(len(batch) for batch in batches) == [32, 33]
    assert norm.num_batches_tracked == 2


def test_that_batch_norms_measured_anew_hold_the_average_over_batches() -> None:
    torch.manual_seed(0)
    norm = nn.BatchNorm2d(4, momentum=0.2)
    batches = [torch.randn(8, 4, 3, 3) * n + n for n in (1, 2, 3)]
    recalibrate_batch_norms_(nn.Sequential(norm), batches)
    means = torch.stack([batch.mean((0, 2, 3)) for batch in batches]).mean(0)
    variances = torch.stack([batch.transpose(0, 1).flatten(1).var(1) for batch in batches]).mean(0)
    assert norm.running_mean is not None and torch.allclose(norm.running_mean, means, rtol=1e-5)
    assert norm.running_var is not None and torch.allclose(norm.running_var, variances, rtol=1e-5)
    assert (norm.momentum, norm.training) == (0.2, False)
