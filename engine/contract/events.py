"""What happens during a run, as it happens: the stream alone is enough to redraw the run page.

An attempt begins with :class:`RunStarted` or :class:`RunResumed` and ends with exactly one :class:`RunFinished`,
unless the process died; within an attempt ``step`` never goes back.
"""

from enum import StrEnum

import msgspec

from engine.contract.record import Record
from engine.contract.report import Report
from engine.contract.stats import LayerSensitivity, LayerStats, ModelStats


class Outcome(StrEnum):
    """How a run ended. Cancelled is not an error: the best result so far is kept."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Stage(StrEnum):
    """The stages of a run."""

    EVALUATE = "evaluate"
    TIME = "time"
    PRUNE = "prune"
    CALIBRATE = "calibrate"
    ROUND = "round"
    ADJUST = "adjust"
    TRAIN = "train"
    FINE_TUNE = "fine_tune"
    QUANTIZE = "quantize"
    MEASURE = "measure"
    EXPORT = "export"


class _Event(Record, frozen=True, kw_only=True, tag_field="type"):
    """``time`` is seconds since the epoch; it is left out of comparisons of runs."""

    time: float = 0.0


class PlannedStage(Record, frozen=True, kw_only=True):
    """One stage to come: ``steps`` are training steps, batches or layers, whatever the stage counts."""

    stage: Stage
    title: str
    steps: int


class RunStarted(_Event, frozen=True, kw_only=True, tag="RunStarted"):
    """A new run begins with these stages."""

    stages: tuple[PlannedStage, ...]
    name: str = ""


class RunResumed(_Event, frozen=True, kw_only=True, tag="RunResumed"):
    """An interrupted run goes on; ``step`` counts over the whole run."""

    step: int
    stages: tuple[PlannedStage, ...] = ()
    name: str = ""


class StageStarted(_Event, frozen=True, kw_only=True, tag="StageStarted"):
    """A stage begins; ``index`` is its place among the planned stages."""

    stage: Stage
    steps: int
    index: int = 0


class Progress(_Event, frozen=True, kw_only=True, tag="Progress"):
    """``step`` of the stage's steps are done."""

    stage: Stage
    step: int


class MetricsLogged(_Event, frozen=True, kw_only=True, tag="MetricsLogged"):
    """Values at one step, by name.

    Names: ``train_loss``, ``loss``, ``accuracy`` (of validation), ``learning_rate``, ``sparsity`` (share of what the
    recipe's granularity removes), ``parameter_bytes``, ``test_accuracy`` and ``test_loss``. ``step`` counts training
    steps over the whole run.
    """

    stage: Stage
    step: int
    values: dict[str, float | None]


class LayerChanged(_Event, frozen=True, kw_only=True, tag="LayerChanged"):
    """A layer was cut, masked or quantized."""

    layer: str
    stats: LayerStats


class LayerMeasured(_Event, frozen=True, kw_only=True, tag="LayerMeasured"):
    """The sensitivity of one layer, after ``samples`` validation samples; a later event for it replaces this one.

    ``step`` of ``steps`` of the whole measurement are done; ``baseline`` is the unchanged model's metric so far.
    """

    layer: str
    sensitivity: LayerSensitivity
    step: int
    steps: int
    samples: int = 0
    baseline: float | None = None


class CheckpointSaved(_Event, frozen=True, kw_only=True, tag="CheckpointSaved"):
    """A checkpoint lies at ``path``, relative to the run's folder."""

    path: str
    step: int = 0


class Paused(_Event, frozen=True, kw_only=True, tag="Paused"):
    """The run waits for Continue."""


class Continued(_Event, frozen=True, kw_only=True, tag="Continued"):
    """The run goes on."""


class WarningRaised(_Event, frozen=True, kw_only=True, tag="WarningRaised"):
    """Something the user should know; ``code`` and ``arguments`` are of :data:`engine.contract.texts.TEXTS`."""

    code: str
    message: str
    arguments: dict[str, str] = msgspec.field(default_factory=dict)


class StageFinished(_Event, frozen=True, kw_only=True, tag="StageFinished"):
    """A stage ended; ``stats`` where it measured the model."""

    stage: Stage
    stats: ModelStats | None = None
    seconds: float = 0.0


class RunFinished(_Event, frozen=True, kw_only=True, tag="RunFinished"):
    """The end of an attempt. ``message`` says why where it failed."""

    outcome: Outcome
    message: str = ""
    code: str = ""
    arguments: dict[str, str] = msgspec.field(default_factory=dict)
    result: Report | None = None


RunEvent = (
    RunStarted
    | RunResumed
    | StageStarted
    | Progress
    | MetricsLogged
    | LayerChanged
    | LayerMeasured
    | CheckpointSaved
    | Paused
    | Continued
    | WarningRaised
    | StageFinished
    | RunFinished
)
