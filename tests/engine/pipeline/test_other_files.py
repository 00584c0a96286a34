"""Runs that write more than ONNX and PyTorch weights: each file is verified, and says where it gains nothing."""

from pathlib import Path

import pytest

from engine.context import RunContext
from engine.contract.events import RunEvent, WarningRaised
from engine.contract.methods import ExportFormat
from engine.contract.recipe import ExportSpec
from engine.contract.report import Artifact
from engine.pipeline.gains import tell_what_holds_floats
from engine.pipeline.rereading import export_again
from engine.pipeline.verifying import verify_file
from tests.engine.pipeline.runs import make_project, run, with_

FORMATS = (
    ExportFormat.ONNX_INT4,
    ExportFormat.SAFETENSORS,
    ExportFormat.PT2,
    ExportFormat.CALIBRATION_PACK,
)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[RunEvent]]:
    folder, events = tmp_path_factory.mktemp("project"), list[RunEvent]()
    recipe = with_(make_project(folder), export=ExportSpec(formats=FORMATS))
    run(recipe, folder / "run", events.append)
    return folder / "run", events


def test_that_each_file_is_verified_and_the_one_that_onnx_runtime_runs_is_timed(
    finished: tuple[Path, list[RunEvent]],
) -> None:
    report = finished[1][-1].result
    assert [(item.format, item.verified) for item in report.artifacts] == [(name, True) for name in FORMATS]
    assert [item.latency_ms is not None for item in report.artifacts] == [True, False, False, False]
    sums = (finished[0] / "artifacts" / "SHA256SUMS").read_text()
    assert all(f"{item.sha256}  {Path(item.path).name}" in sums for item in report.artifacts)


def test_that_what_stays_in_floats_and_what_gains_nothing_is_said(
    finished: tuple[Path, list[RunEvent]],
) -> None:
    """A program weighs 20 KB before it holds a single weight; the network has 8 KB of them."""
    notes = {event.code: event.arguments for event in finished[1] if isinstance(event, WarningRaised)}
    assert notes["note_four_bits"]["count"] == "1"
    assert notes["note_format_no_gain"] == {"format": "pt2"}


@pytest.mark.parametrize("name", FORMATS)
def test_that_a_file_is_the_same_when_it_is_verified_again(
    name: ExportFormat, finished: tuple[Path, list[RunEvent]]
) -> None:
    (artifact,) = (item for item in finished[1][-1].result.artifacts if item.format is name)
    path = finished[0] / artifact.path
    again = verify_file(path, None, RunContext(), threads=1)
    assert (again.format, again.verified, again.sha256) == (name.value, True, artifact.sha256)


def test_that_a_file_written_later_says_too_that_it_gains_nothing(
    finished: tuple[Path, list[RunEvent]], tmp_path: Path
) -> None:
    events: list[RunEvent] = []
    ctx = RunContext(emit=events.append, ask=lambda path, wants: True)
    artifact = export_again(finished[0], ExportFormat.PT2, ctx, output=tmp_path / "again.pt2")
    assert artifact.verified
    assert ("note_format_no_gain", {"format": "pt2"}) in [
        (event.code, event.arguments) for event in events if isinstance(event, WarningRaised)
    ]


def test_that_a_large_archive_is_not_said_to_hold_floats() -> None:
    """Its tables, and what stays float, weigh in a small network."""
    told: list[RunEvent] = []
    written = [
        Artifact(
            path=name.value, format=name, size_bytes=4000, sha256="", verified=True, why="", runtime="numpy"
        )
        for name in (ExportFormat.ARCHIVE, ExportFormat.STATE_DICT)
    ]
    tell_what_holds_floats(RunContext(emit=told.append), written, parameter_bytes=1000)
    (warning,) = told
    assert isinstance(warning, WarningRaised)
    assert warning.arguments == {"wanted": "1,000", "files": "state_dict (4,000 bytes)"}
