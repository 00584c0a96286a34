"""The worker's protocol: one JSON object a line, tagged by ``type``.

A job's ``id`` is repeated by all its answers. Jobs run one at a time; Pause, Continue, Cancel, Detach and Shutdown
are obeyed at any time, between batches and layers.
"""

import msgspec

from engine.contract.events import RunEvent
from engine.contract.methods import Device, ExportFormat, InputKind, SensitivityKind
from engine.contract.recipe import DataSpec, Recipe
from engine.contract.record import Record
from engine.contract.report import Artifact, Report, Verification
from engine.contract.source import FileContents, ModelSource
from engine.contract.stats import Inspection, SensitivityMap

PROTOCOL = 1


class _Request(Record, frozen=True, kw_only=True, tag_field="type"):
    id: int


class _Job(_Request, frozen=True, kw_only=True):
    """``trust`` vouches for files beforehand; ``threads`` and ``device`` count where no recipe says them."""

    trust: bool = False
    threads: int = 0
    device: Device = Device.CPU


class Inspect(_Job, frozen=True, kw_only=True, tag="Inspect"):
    """What is inside? Answered by :class:`Inspection`; metrics only with ``data``."""

    source: ModelSource
    data: DataSpec | None = None


class Look(_Job, frozen=True, kw_only=True, tag="Look"):
    """What is this file, and which architecture fits it? Runs nothing of it. Answered by :class:`FileContents`."""

    source: ModelSource


class Preview(_Job, frozen=True, kw_only=True, tag="Preview"):
    """What does the data hold? Answered by :class:`DataSummary`; with ``source``, what that model says of it."""

    data: DataSpec
    source: ModelSource | None = None


class Sensitivity(_Job, frozen=True, kw_only=True, tag="Sensitivity"):
    """How much does each layer bear? Answered by :class:`SensitivityMap`; full needs ``data``.

    Layers are told by :class:`LayerMeasured` as they come; ``samples`` of the validation split are measured.
    """

    source: ModelSource
    kind: SensitivityKind = SensitivityKind.QUICK
    data: DataSpec | None = None
    samples: int = 1000


class Estimate(_Job, frozen=True, kw_only=True, tag="Estimate"):
    """What would this recipe cost and give? Answered by :class:`Estimation`."""

    recipe: Recipe


class Run(_Job, frozen=True, kw_only=True, tag="Run"):
    """Carry out a recipe into ``folder`` (absolute); paths in the recipe are absolute. Answered by :class:`Report`."""

    recipe: Recipe
    folder: str
    resume: bool = False


class Export(_Job, frozen=True, kw_only=True, tag="Export"):
    """Write one more artifact from a run's folder; into ``output`` where given. Answered by :class:`Artifact`."""

    folder: str
    format: ExportFormat
    output: str | None = None


class Verify(_Job, frozen=True, kw_only=True, tag="Verify"):
    """Re-open a file and re-run it. Answered by :class:`Verification`."""

    path: str
    data: DataSpec | None = None


class Trust(_Request, frozen=True, kw_only=True, tag="Trust"):
    """The user's word on the :class:`Question` of job ``id``."""

    granted: bool


class Pause(_Request, frozen=True, kw_only=True, tag="Pause"):
    """Hold the job at the next batch or layer."""


class Continue(_Request, frozen=True, kw_only=True, tag="Continue"):
    """Go on."""


class Cancel(_Request, frozen=True, kw_only=True, tag="Cancel"):
    """Stop in order, keeping the best so far."""


class Detach(_Request, frozen=True, kw_only=True, tag="Detach"):
    """Go on without a listener: the end of input no longer cancels."""


class Shutdown(_Request, frozen=True, kw_only=True, tag="Shutdown"):
    """Cancel in order and end the process."""


Job = Inspect | Look | Preview | Sensitivity | Estimate | Run | Export | Verify
Request = Job | Trust | Pause | Continue | Cancel | Detach | Shutdown


class Picture(Record, frozen=True, kw_only=True):
    """A small image: rows of bytes, one (grey) or three (RGB) a pixel."""

    width: int
    height: int
    channels: int
    pixels: bytes


class SamplePreview(Record, frozen=True, kw_only=True):
    """One sample as a person sees it.

    Attributes:
        label: its class.
        picture: of an image, or the spectrum of a log-mel sound (time to the right, low bands below).
        text: the words that the model reads.
        wave: of a waveform, (lowest, highest) of each of at most 200 spans.
        values: the first 32 of other numbers.
        predicted: the class that the model says, with its probability; None without a model.
    """

    label: int
    picture: Picture | None = None
    text: str = ""
    wave: tuple[tuple[float, float], ...] = ()
    values: tuple[float, ...] = ()
    predicted: int | None = None
    probability: float | None = None


class DataSummary(Record, frozen=True, kw_only=True):
    """What a data source holds. Counts are of all splits together; ``samples`` are ten of the test split."""

    sample_shape: tuple[int, ...]
    train: int
    validation: int
    test: int
    classes: int
    class_counts: tuple[int, ...]
    kind: InputKind = InputKind.VALUES
    class_names: tuple[str, ...] = ()
    samples: tuple[SamplePreview, ...] = ()
    vocabulary: int | None = None


class Estimation(Record, frozen=True, kw_only=True):
    """What a recipe would cost and give: computed, not measured.

    ``parameter_bytes`` and ``macs`` follow from the shapes after the cut; ``minutes`` from a few timed batches.
    """

    minutes: float
    parameters_before: int
    parameters_after: int
    parameter_bytes_before: int
    parameter_bytes_after: int
    macs_before: int | None
    macs_after: int | None
    pruned_layers: int
    locked_layers: int
    quantized_layers: int
    float_layers: int


class _Answer(Record, frozen=True, kw_only=True, tag_field="type"):
    pass


class Ready(_Answer, frozen=True, kw_only=True, tag="Ready"):
    """The worker listens."""

    protocol: int
    versions: dict[str, str]


class Event(_Answer, frozen=True, kw_only=True, tag="Event"):
    """Something happened in job ``id``."""

    id: int
    event: RunEvent


class Question(_Answer, frozen=True, kw_only=True, tag="Question"):
    """The file ``path`` wants to run or import ``wants``; the job waits for :class:`Trust`.

    ``sha256`` is of the content that the word will be remembered for; empty where it is not remembered.
    """

    id: int
    path: str
    wants: tuple[str, ...]
    sha256: str = ""


class Result(_Answer, frozen=True, kw_only=True, tag="Result"):
    """The end of a job that went well; ``value`` is the record that the job's request names, as raw JSON."""

    id: int
    value: msgspec.Raw


class Failed(_Answer, frozen=True, kw_only=True, tag="Failed"):
    """The end of a job that did not; ``is_last`` where the worker could only stop it by ending itself."""

    id: int
    code: str
    message: str
    exit_status: int
    is_last: bool = False
    arguments: dict[str, str] = msgspec.field(default_factory=dict)


class Busy(_Answer, frozen=True, kw_only=True, tag="Busy"):
    """Another job is under way; this one was not taken."""

    id: int


class Heartbeat(_Answer, frozen=True, kw_only=True, tag="Heartbeat"):
    """The process lives; sent every second."""


Answer = Ready | Event | Question | Result | Failed | Busy | Heartbeat
JobValue = (
    Inspection | FileContents | DataSummary | SensitivityMap | Estimation | Report | Artifact | Verification
)

VALUE_TYPES: dict[type[Job], type[Record]] = {
    Inspect: Inspection,
    Look: FileContents,
    Preview: DataSummary,
    Sensitivity: SensitivityMap,
    Estimate: Estimation,
    Run: Report,
    Export: Artifact,
    Verify: Verification,
}
"""What record answers each job."""
