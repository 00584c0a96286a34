"""Folders that cannot be written, from the start or in the middle of a run."""

import errno
import os
import sys
from pathlib import Path

import pytest

from engine.contract.errors import RequestError, RunError
from engine.contract.events import Outcome, RunEvent, RunFinished
from engine.contract.run_folder import RunFolder, RunState
from tests.engine.pipeline.runs import run, sample


class FullDisk:
    """A disk that takes ``room`` more files, and then none."""

    def __init__(self, room: int) -> None:
        self.room = room

    def sync(self, descriptor: int) -> None:
        self.room -= 1
        if self.room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has a folder in which not even root may write"
)
def test_that_a_place_where_not_even_root_may_write_is_refused() -> None:
    with pytest.raises(RequestError) as refused:
        run(sample(), Path("/proc/penjing/run"))
    assert refused.value.code == "folder_unwritable"


def test_that_a_disk_full_from_the_start_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", FullDisk(room=0).sync)
    with pytest.raises(RunError) as failure:
        run(sample(), tmp_path / "run")
    assert failure.value.code == "folder_unwritable"
    assert failure.value.arguments["path"] == str(tmp_path / "run")


def test_that_a_run_on_a_disk_that_becomes_full_says_so_and_goes_on_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = run(sample(), tmp_path / "whole").weights_sha256
    events: list[RunEvent] = []
    with monkeypatch.context() as patch, pytest.raises(RunError):
        patch.setattr(os, "fsync", FullDisk(room=20).sync)
        run(sample(), tmp_path / "run", events.append)
    finished = events[-1]
    assert isinstance(finished, RunFinished)
    assert (finished.outcome, finished.code) == (Outcome.FAILED, "folder_unwritable")
    folder = RunFolder(tmp_path / "run")
    assert folder.state() is RunState.FAILED
    assert folder.read_manifest().checkpoints
    assert not list(folder.root.rglob("*.tmp"))
    assert run(sample(), folder.root, is_resume=True).weights_sha256 == wanted
