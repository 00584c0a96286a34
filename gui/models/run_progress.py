"""Where a run stands, folded from its events alone: stages, share done, time left. No widgets, no clock."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from engine.contract.events import (
    Continued,
    MetricsLogged,
    Outcome,
    Paused,
    PlannedStage,
    Progress,
    RunEvent,
    RunFinished,
    RunResumed,
    RunStarted,
    Stage,
    StageFinished,
    StageStarted,
)

TRAINING = {Stage.TRAIN, Stage.FINE_TUNE, Stage.PRUNE, Stage.QUANTIZE}
# Pruning may be spread over epochs too, or be a cut at once.
_WITH_EPOCHS = TRAINING - {Stage.PRUNE}
# A training step also goes backwards and updates weights, which costs about three forward passes.
_TRAINING_WEIGHT = 3


class StageState(StrEnum):
    """How far a stage is."""

    WAITING = "waiting"
    ACTIVE = "active"
    DONE = "done"
    STOPPED = "stopped"


class RunPhase(StrEnum):
    """How far the run is."""

    IDLE = "idle"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, kw_only=True)
class StageProgress:
    """One planned stage; times are the events' own, in seconds since the epoch."""

    stage: Stage
    steps: int
    step: int = 0
    state: StageState = StageState.WAITING
    started: float = 0.0
    latest: float = 0.0
    seconds: float = 0.0

    @property
    def weight(self) -> float:
        """How much of the whole bar this stage takes."""
        return max(1, self.steps) * (_TRAINING_WEIGHT if self.stage in TRAINING else 1)

    @property
    def share(self) -> float:
        """The done part, from 0 to 1."""
        if self.state is StageState.DONE:
            return 1.0
        return min(1.0, self.step / self.steps) if self.steps else 0.0

    @property
    def seconds_a_step(self) -> float | None:
        """Measured so far, None before the first step."""
        return (self.latest - self.started) / self.step if self.step and self.latest > self.started else None


@dataclass(frozen=True, kw_only=True)
class RunProgress:
    """The run page's facts, except for curves and log."""

    name: str = ""
    phase: RunPhase = RunPhase.IDLE
    stages: tuple[StageProgress, ...] = ()
    active: int | None = None
    finished: RunFinished | None = None
    values: dict[str, float] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """The done part of the whole run, from 0 to 1."""
        if self.phase is RunPhase.COMPLETED:
            return 1.0
        whole = sum(stage.weight for stage in self.stages)
        return sum(stage.share * stage.weight for stage in self.stages) / whole if whole else 0.0

    @property
    def seconds_left(self) -> float | None:
        """What the measured speeds promise; None while the active stage or a training to come has none."""
        if self.phase is not RunPhase.RUNNING or self.active is None:
            return None
        now = self.stages[self.active]
        if now.seconds_a_step is None:
            return None
        left = now.seconds_a_step * (now.steps - now.step)
        for stage in self.stages[self.active + 1 :]:
            seconds = self._seconds_expected(stage)
            if seconds is None:
                return None
            left += seconds
        return left

    @property
    def is_trained(self) -> bool:
        """Whether the plan, as far as it is known, has epochs of training, which draw curves."""
        return not self.stages or any(stage.stage in _WITH_EPOCHS for stage in self.stages)

    def _seconds_expected(self, stage: StageProgress) -> float | None:
        for known in self.stages:
            if known.stage is stage.stage and known.state is StageState.DONE:
                return known.seconds * stage.steps / max(1, known.steps)
        return None if stage.stage in TRAINING else 0.0

    def after(self, event: RunEvent) -> "RunProgress":
        """The progress once ``event`` has happened."""
        handler = _HANDLERS.get(type(event))
        return handler(self, event) if handler is not None else self

    def interrupted(self) -> "RunProgress":
        """The progress when no more events will come though no end was told."""
        return replace(self, phase=RunPhase.INTERRUPTED, stages=_stopped(self.stages))

    def _with_stage(self, index: int, **changes: object) -> "RunProgress":
        if not 0 <= index < len(self.stages):
            return self
        stages = list(self.stages)
        stages[index] = replace(stages[index], **changes)  # type: ignore[arg-type]
        return replace(self, stages=tuple(stages))


def _planned(stages: tuple[PlannedStage, ...]) -> tuple[StageProgress, ...]:
    return tuple(StageProgress(stage=stage.stage, steps=stage.steps) for stage in stages)


def _stopped(stages: tuple[StageProgress, ...]) -> tuple[StageProgress, ...]:
    return tuple(
        replace(stage, state=StageState.STOPPED) if stage.state is StageState.ACTIVE else stage
        for stage in stages
    )


def _run_started(now: RunProgress, event: RunStarted) -> RunProgress:
    return RunProgress(name=event.name or now.name, phase=RunPhase.RUNNING, stages=_planned(event.stages))


def _run_resumed(now: RunProgress, event: RunResumed) -> RunProgress:
    stages = _planned(event.stages) or now.stages
    return replace(now, name=event.name or now.name, phase=RunPhase.RUNNING, stages=stages, finished=None)


def _stage_started(now: RunProgress, event: StageStarted) -> RunProgress:
    earlier = tuple(
        replace(stage, state=StageState.DONE) if index < event.index else stage
        for index, stage in enumerate(now.stages)
    )
    begun = replace(now, stages=earlier, active=event.index)
    return begun._with_stage(
        event.index, state=StageState.ACTIVE, steps=event.steps, step=0, started=event.time, latest=event.time
    )


def _progressed(now: RunProgress, event: Progress) -> RunProgress:
    if now.active is None:
        return now
    return now._with_stage(now.active, step=event.step, latest=event.time)


def _stage_finished(now: RunProgress, event: StageFinished) -> RunProgress:
    if now.active is None:
        return now
    return now._with_stage(now.active, state=StageState.DONE, seconds=event.seconds)


def _metrics_logged(now: RunProgress, event: MetricsLogged) -> RunProgress:
    known = {name: value for name, value in event.values.items() if value is not None}
    return replace(now, values={**now.values, **known})


def _paused(now: RunProgress, event: Paused) -> RunProgress:
    return replace(now, phase=RunPhase.PAUSED)


def _continued(now: RunProgress, event: Continued) -> RunProgress:
    return replace(now, phase=RunPhase.RUNNING)


_PHASES = {
    Outcome.COMPLETED: RunPhase.COMPLETED,
    Outcome.CANCELLED: RunPhase.CANCELLED,
    Outcome.FAILED: RunPhase.FAILED,
}


def _run_finished(now: RunProgress, event: RunFinished) -> RunProgress:
    return replace(now, phase=_PHASES[event.outcome], stages=_stopped(now.stages), finished=event)


_HANDLERS: dict[type[Any], Callable[[RunProgress, Any], RunProgress]] = {
    RunStarted: _run_started,
    RunResumed: _run_resumed,
    StageStarted: _stage_started,
    Progress: _progressed,
    StageFinished: _stage_finished,
    MetricsLogged: _metrics_logged,
    Paused: _paused,
    Continued: _continued,
    RunFinished: _run_finished,
}
