"""Where the things of a run lie, and how they are written so that nothing is lost.

Every file but the two that grow (events, log) is written to a temporary name, flushed, fsynced and renamed.
"""

import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

import msgspec

from engine.contract.errors import RequestError
from engine.contract.events import Outcome, RunEvent, RunFinished
from engine.contract.record import Record
from engine.contract.report import Report

_ENCODER = msgspec.json.Encoder()
_EVENT_DECODER = msgspec.json.Decoder(RunEvent)


class RunState(StrEnum):
    """What a folder holds, read from its events."""

    EMPTY = "empty"
    INTERRUPTED = "interrupted"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"


class CheckpointEntry(Record, frozen=True, kw_only=True):
    """One checkpoint: ``events_offset`` is the length of events.jsonl when it was taken."""

    file: str
    sha256: str
    step: int
    stage_index: int
    events_offset: int
    accuracy: float | None = None


class Manifest(Record, frozen=True, kw_only=True):
    """The checkpoints that hold, newest last, and the best by validation accuracy."""

    checkpoints: tuple[CheckpointEntry, ...] = ()
    best: CheckpointEntry | None = None


class RunFolder:
    """The paths of a run and the reading of them; a folder that does not exist yet is fine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def recipe(self) -> Path:
        """What was asked."""
        return self.root / "recipe.toml"

    @property
    def source(self) -> Path:
        """Which file, its format and SHA-256."""
        return self.root / "source.json"

    @property
    def events(self) -> Path:
        """All events, appended."""
        return self.root / "events.jsonl"

    @property
    def log(self) -> Path:
        """The engine's log."""
        return self.root / "log.txt"

    @property
    def before(self) -> Path:
        """Statistics of the original."""
        return self.root / "before.json"

    @property
    def after(self) -> Path:
        """Statistics of the compressed model."""
        return self.root / "after.json"

    @property
    def report(self) -> Path:
        """Before against after, for programs."""
        return self.root / "report.json"

    @property
    def report_html(self) -> Path:
        """Before against after, for people."""
        return self.root / "report.html"

    @property
    def control(self) -> Path:
        """What a detached run is asked to do: pause, continue, cancel."""
        return self.root / "control.json"

    @property
    def checkpoints(self) -> Path:
        """The folder of checkpoints."""
        return self.root / "checkpoints"

    @property
    def manifest(self) -> Path:
        """Which checkpoints hold; written last."""
        return self.checkpoints / "manifest.json"

    @property
    def artifacts(self) -> Path:
        """The folder of exported files."""
        return self.root / "artifacts"

    @property
    def baseline(self) -> Path:
        """The original as float32 ONNX, which ratios are measured against."""
        return self.root / "baseline"

    @property
    def latencies(self) -> Path:
        """How long layers take by their widths; a run that goes on chooses by the same times."""
        return self.baseline / "latencies.json"

    def read_manifest(self) -> Manifest:
        """The manifest; an empty one where there is none or it is damaged."""
        try:
            return msgspec.json.decode(self.manifest.read_bytes(), type=Manifest)
        except (OSError, msgspec.MsgspecError):
            return Manifest()

    def read_report(self) -> Report:
        """The report.

        Raises:
            RequestError: there is none, or it cannot be read.
        """
        try:
            return msgspec.json.decode(self.report.read_bytes(), type=Report)
        except (OSError, msgspec.MsgspecError):
            raise RequestError("folder_no_run", path=self.root) from None

    def read_events(self) -> Iterator[RunEvent]:
        """All whole events; a torn last line is dropped."""
        try:
            lines = self.events.read_bytes().split(b"\n")[:-1]
        except OSError:
            return
        for line in lines:
            try:
                yield _EVENT_DECODER.decode(line)
            except msgspec.MsgspecError:
                return

    def state(self) -> RunState:
        """How the last attempt ended; without an end it was interrupted (or is still going on)."""
        last = self._last_event()
        if last is None:
            return RunState.INTERRUPTED if self.recipe.exists() else RunState.EMPTY
        if not isinstance(last, RunFinished):
            return RunState.INTERRUPTED
        return {
            Outcome.COMPLETED: RunState.COMPLETED,
            Outcome.CANCELLED: RunState.CANCELLED,
            Outcome.FAILED: RunState.FAILED,
        }[last.outcome]

    def _last_event(self) -> RunEvent | None:
        """Of the last whole line, read from the end: the events of a long run take seconds to read through."""
        try:
            with self.events.open("rb") as file:
                event: RunEvent = _EVENT_DECODER.decode(_last_whole_line(file))
        except (OSError, msgspec.MsgspecError):
            return None
        return event


def _last_whole_line(file: BinaryIO) -> bytes:
    size, block = file.seek(0, os.SEEK_END), 1 << 16
    while True:
        start = file.seek(max(0, size - block))
        data = file.read(size - start)
        end = data.rfind(b"\n")
        begin = data.rfind(b"\n", 0, max(end, 0))
        if begin >= 0 or start == 0:
            return data[begin + 1 : max(end, 0)]
        block *= 8


def check_folder_can_be_made(root: Path, *, is_resume: bool) -> None:
    """Refuses a folder that cannot be a new run's, before anything is written.

    Raises:
        RequestError: a parent is a file, the folder is not empty (without ``is_resume``), or nothing can be written.
    """
    for parent in (root, *root.parents):
        if parent.is_dir():
            break
        if parent.exists():
            raise RequestError("folder_parent_is_file", path=root, parent=parent)
    if not os.access(parent, os.W_OK):
        raise RequestError("folder_unwritable", path=root, reason="no permission")
    if root.is_dir() and any(root.iterdir()) and not is_resume:
        raise RequestError("folder_not_empty", path=root)


def write_atomically(path: Path, content: bytes) -> None:
    """Writes a whole file or none: temporary name, flush, fsync, rename; tried again where a scanner holds it."""
    write_parts_atomically(path, (content,))


def write_parts_atomically(path: Path, parts: Iterable[bytes]) -> None:
    """As :func:`write_atomically`, one part after the other: all together may be more than memory holds twice."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        replace_file(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def replace_file(source: Path, target: Path, tries: int = 5) -> None:
    """``os.replace``, tried again: on Windows virus scanners hold files for a moment."""
    for attempt in range(tries):
        try:
            source.replace(target)
            break
        except PermissionError:
            if attempt == tries - 1:
                raise
            time.sleep(0.05 * 2**attempt)
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Makes a rename last through a power cut, where the system can."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_record(path: Path, record: msgspec.Struct) -> None:
    """A record as indented JSON, atomically."""
    write_atomically(path, msgspec.json.format(_ENCODER.encode(record), indent=1) + b"\n")


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_checksums(folder: Path, files: Iterable[Path]) -> None:
    """Writes ``SHA256SUMS`` in the form that ``sha256sum -c`` reads."""
    lines = [f"{sha256_of(file)}  {file.name}\n" for file in sorted(files)]
    write_atomically(folder / "SHA256SUMS", "".join(lines).encode())
