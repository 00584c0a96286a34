"""A run's folder tells how the run ended, and no write leaves half a file."""

import hashlib
import os
import subprocess
from pathlib import Path

import msgspec
import pytest

from engine.contract.errors import RequestError
from engine.contract.events import Outcome, RunEvent, RunFinished, RunResumed
from engine.contract.run_folder import (
    CheckpointEntry,
    Manifest,
    RunFolder,
    RunState,
    check_folder_can_be_made,
    replace_file,
    sha256_of,
    write_atomically,
    write_checksums,
    write_record,
)
from tests.gui.builders import make_events_story, make_report


def write_events(folder: RunFolder, events: list[RunEvent], tail: bytes = b"") -> None:
    folder.root.mkdir(parents=True, exist_ok=True)
    folder.recipe.touch()
    folder.events.write_bytes(b"".join(msgspec.json.encode(event) + b"\n" for event in events) + tail)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path / "run")


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.COMPLETED, RunState.COMPLETED),
        (Outcome.CANCELLED, RunState.CANCELLED),
        (Outcome.FAILED, RunState.FAILED),
        (None, RunState.INTERRUPTED),
    ],
)
def test_that_the_last_event_tells_how_a_run_ended(
    folder: RunFolder, outcome: Outcome | None, state: RunState
) -> None:
    write_events(folder, make_events_story(outcome))
    assert folder.state() is state


def test_that_a_folder_without_a_recipe_is_empty_and_with_one_interrupted(folder: RunFolder) -> None:
    assert folder.state() is RunState.EMPTY
    folder.root.mkdir()
    folder.recipe.touch()
    assert folder.state() is RunState.INTERRUPTED


def test_that_a_torn_last_line_is_dropped(folder: RunFolder) -> None:
    story = make_events_story(None)
    write_events(folder, story, tail=msgspec.json.encode(story[-1])[:20])
    assert list(folder.read_events()) == story


def test_that_a_torn_end_reads_as_interrupted(folder: RunFolder) -> None:
    story = make_events_story(None)
    write_events(folder, story, tail=msgspec.json.encode(RunFinished(outcome=Outcome.COMPLETED))[:-1])
    assert folder.state() is RunState.INTERRUPTED


def test_that_reading_stops_at_a_damaged_line(folder: RunFolder) -> None:
    story = make_events_story(None)
    write_events(folder, story[:2], tail=b"\x00\x00\n" + msgspec.json.encode(story[2]) + b"\n")
    assert list(folder.read_events()) == story[:2]


def test_that_a_resumed_run_ends_as_its_last_attempt_did(folder: RunFolder) -> None:
    resumed = RunResumed(step=10, name="sample")
    write_events(folder, [*make_events_story(None), resumed, RunFinished(outcome=Outcome.COMPLETED)])
    assert folder.state() is RunState.COMPLETED
    write_events(folder, [*make_events_story(Outcome.CANCELLED), resumed])
    assert folder.state() is RunState.INTERRUPTED


@pytest.mark.parametrize("length", [10, 65_000, 66_000, 700_000])
def test_that_the_last_event_is_found_however_long_it_is(folder: RunFolder, length: int) -> None:
    write_events(
        folder, [*make_events_story(None), RunFinished(outcome=Outcome.FAILED, message="x" * length)]
    )
    assert folder.state() is RunState.FAILED


def test_that_a_report_comes_back_as_it_was_written(folder: RunFolder) -> None:
    folder.root.mkdir()
    write_record(folder.report, make_report())
    assert folder.read_report() == make_report()


@pytest.mark.parametrize("content", [None, b"", b'{"schema": 1}', b"\x00" * 100])
def test_that_a_missing_or_damaged_report_is_told(folder: RunFolder, content: bytes | None) -> None:
    folder.root.mkdir()
    if content is not None:
        folder.report.write_bytes(content)
    with pytest.raises(RequestError) as caught:
        folder.read_report()
    assert caught.value.code == "folder_no_run"


def test_that_a_damaged_manifest_reads_as_an_empty_one(folder: RunFolder) -> None:
    folder.checkpoints.mkdir(parents=True)
    entry = CheckpointEntry(file="a.pt", sha256="00", step=3, stage_index=1, events_offset=120)
    write_record(folder.manifest, Manifest(checkpoints=(entry,), best=entry))
    assert folder.read_manifest().best == entry
    folder.manifest.write_bytes(folder.manifest.read_bytes()[:-10])
    assert folder.read_manifest() == Manifest()


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_that_a_death_before_the_rename_leaves_the_old_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "report.json"
    write_atomically(path, b"old")

    def die(*_: object) -> None:
        raise OSError("the power went")

    monkeypatch.setattr(*{"fsync": (os, "fsync", die), "replace": (Path, "replace", die)}[step])
    with pytest.raises(OSError, match="the power went"):
        write_atomically(path, b"new and longer")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]


def test_that_a_file_held_by_a_scanner_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "new", tmp_path / "file"
    source.write_bytes(b"new")
    replace, tries = Path.replace, []

    def held_twice(self: Path, to: Path) -> Path:
        tries.append(to)
        if len(tries) < 3:
            raise PermissionError("in use")
        return replace(self, to)

    monkeypatch.setattr(Path, "replace", held_twice)
    replace_file(source, target)
    assert (target.read_bytes(), len(tries)) == (b"new", 3)


def test_that_a_file_held_for_good_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def held(*_: object) -> None:
        raise PermissionError("in use")

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(PermissionError):
        replace_file(tmp_path / "new", tmp_path / "file", tries=2)


def test_that_checksums_are_what_sha256sum_reads(tmp_path: Path) -> None:
    names = ["b.onnx", "a.pt"]
    for name in names:
        (tmp_path / name).write_bytes(name.encode() * 1000)
    write_checksums(tmp_path, [tmp_path / name for name in names])
    done = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "a.pt: OK\nb.onnx: OK\n")


def test_that_a_hash_is_that_of_the_whole_file(tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    (tmp_path / "f").write_bytes(content)
    assert sha256_of(tmp_path / "f") == hashlib.sha256(content).hexdigest()


def test_that_a_new_folder_may_be_made_and_is_not_made_by_asking(tmp_path: Path) -> None:
    check_folder_can_be_made(tmp_path / "a" / "b", is_resume=False)
    check_folder_can_be_made(tmp_path, is_resume=False)
    assert list(tmp_path.iterdir()) == []


def test_that_a_folder_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for root in (tmp_path / "file", tmp_path / "file" / "run"):
        with pytest.raises(RequestError) as caught:
            check_folder_can_be_made(root, is_resume=False)
        assert caught.value.code == "folder_parent_is_file"


def test_that_a_folder_with_something_in_it_is_only_for_resuming(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    check_folder_can_be_made(tmp_path, is_resume=True)
    with pytest.raises(RequestError) as caught:
        check_folder_can_be_made(tmp_path, is_resume=False)
    assert caught.value.code == "folder_not_empty"


def test_that_a_folder_without_permission_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # root may write anywhere, so the system's answer is given here.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(RequestError) as caught:
        check_folder_can_be_made(tmp_path / "run", is_resume=False)
    assert caught.value.code == "folder_unwritable"
