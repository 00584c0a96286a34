import pytest

from engine.contract.events import (
    Continued,
    MetricsLogged,
    Outcome,
    Paused,
    PlannedStage,
    Progress,
    RunFinished,
    RunResumed,
    RunStarted,
    Stage,
    StageFinished,
    StageStarted,
)
from gui.models.run_progress import RunPhase, RunProgress, StageState

STAGES = (
    PlannedStage(stage=Stage.EVALUATE, title="Evaluate", steps=10),
    PlannedStage(stage=Stage.TRAIN, title="Train", steps=100),
    PlannedStage(stage=Stage.EVALUATE, title="Evaluate", steps=10),
)


def told(*events) -> RunProgress:
    progress = RunProgress()
    for event in events:
        progress = progress.after(event)
    return progress


def training(step: int):
    """A run whose evaluation took 2 s and whose training takes 0.1 s a step."""
    return (
        RunStarted(stages=STAGES, name="digits", time=100),
        StageStarted(stage=Stage.EVALUATE, steps=10, index=0, time=100),
        Progress(stage=Stage.EVALUATE, step=10, time=102),
        StageFinished(stage=Stage.EVALUATE, seconds=2, time=102),
        StageStarted(stage=Stage.TRAIN, steps=100, index=1, time=102),
        Progress(stage=Stage.TRAIN, step=step, time=102 + step * 0.1),
    )


def test_that_a_run_begins_with_all_stages_waiting():
    progress = told(RunStarted(stages=STAGES, name="digits"))
    assert progress.phase is RunPhase.RUNNING
    assert [stage.state for stage in progress.stages] == [StageState.WAITING] * 3
    assert progress.share == 0


def test_that_stages_are_done_active_and_waiting_in_turn():
    progress = told(*training(step=50))
    assert [stage.state for stage in progress.stages] == [
        StageState.DONE,
        StageState.ACTIVE,
        StageState.WAITING,
    ]
    assert progress.stages[1].share == 0.5


def test_that_a_training_step_weighs_three_evaluation_steps():
    assert told(*training(step=50)).share == pytest.approx((10 + 150) / (10 + 300 + 10))


def test_that_the_time_left_counts_this_training_and_the_evaluation_to_come():
    assert told(*training(step=40)).seconds_left == pytest.approx(60 * 0.1 + 2)


def test_that_no_time_is_promised_before_training_was_timed():
    assert told(*training(step=0)).seconds_left is None
    assert told(*training(step=0)[:3]).seconds_left is None


def test_that_a_paused_run_promises_no_time_and_goes_on():
    paused = told(*training(step=40), Paused())
    assert paused.phase is RunPhase.PAUSED
    assert paused.seconds_left is None
    assert paused.after(Continued()).phase is RunPhase.RUNNING


@pytest.mark.parametrize(
    ("outcome", "phase"),
    [
        (Outcome.COMPLETED, RunPhase.COMPLETED),
        (Outcome.CANCELLED, RunPhase.CANCELLED),
        (Outcome.FAILED, RunPhase.FAILED),
    ],
)
def test_that_each_outcome_is_told_apart(outcome, phase):
    progress = told(*training(step=40), RunFinished(outcome=outcome))
    assert progress.phase is phase
    assert progress.finished.outcome is outcome
    assert StageState.ACTIVE not in {stage.state for stage in progress.stages}


def test_that_a_completed_run_is_wholly_done():
    assert told(*training(step=100), RunFinished(outcome=Outcome.COMPLETED)).share == 1


def test_that_a_silent_end_is_an_interruption():
    progress = told(*training(step=40)).interrupted()
    assert progress.phase is RunPhase.INTERRUPTED
    assert progress.stages[1].state is StageState.STOPPED


def test_that_a_resumed_run_goes_on_where_its_stage_begins_again():
    progress = told(
        *training(step=40),
        RunResumed(step=40, stages=STAGES),
        StageStarted(stage=Stage.TRAIN, steps=100, index=1),
    )
    assert progress.phase is RunPhase.RUNNING
    assert progress.name == "digits"
    assert [stage.state for stage in progress.stages[:2]] == [StageState.DONE, StageState.ACTIVE]


def test_that_the_newest_known_values_are_kept():
    progress = told(
        MetricsLogged(stage=Stage.TRAIN, step=1, values={"loss": 2.0, "accuracy": 0.5}),
        MetricsLogged(stage=Stage.TRAIN, step=2, values={"loss": 1.0, "accuracy": None}),
    )
    assert progress.values == {"loss": 1.0, "accuracy": 0.5}
