"""The runs library: where new runs go, and what is there."""

import os
from pathlib import Path

import msgspec
import pytest

from engine.contract.events import Outcome
from engine.contract.library import library_folder, list_runs, new_run_folder
from engine.contract.run_folder import RunFolder, RunState
from tests.gui.builders import make_events_story


def make_run(library: Path, name: str, *, outcome: Outcome | None, changed: int) -> Path:
    folder = RunFolder(library / name)
    folder.root.mkdir(parents=True)
    folder.recipe.write_text("schema = 1\n")
    lines = b"".join(msgspec.json.encode(event) + b"\n" for event in make_events_story(outcome))
    folder.events.write_bytes(lines)
    for path in (folder.recipe, folder.events):
        os.utime(path, (changed, changed))
    return folder.root


def test_that_the_library_is_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENJING_RUNS", str(tmp_path / "elsewhere"))
    assert library_folder() == tmp_path / "elsewhere"
    monkeypatch.delenv("PENJING_RUNS")
    assert library_folder().parts[-2:] == ("penjing", "runs")


def test_that_a_new_run_never_meets_an_old_one(tmp_path: Path) -> None:
    first = new_run_folder("lenet 5/joint", tmp_path)
    assert first.name.endswith("_lenet-5-joint")
    assert not first.exists()
    first.mkdir()
    second = new_run_folder("lenet 5/joint", tmp_path)
    second.mkdir()
    third = new_run_folder("lenet 5/joint", tmp_path)
    assert (second.name, third.name) == (f"{first.name}-2", f"{first.name}-3")


def test_that_a_name_in_chinese_stays_readable(tmp_path: Path) -> None:
    assert new_run_folder("盆景", tmp_path).name.endswith("_盆景")


def test_that_runs_come_newest_first_with_their_state(tmp_path: Path) -> None:
    make_run(tmp_path, "old", outcome=Outcome.COMPLETED, changed=1000)
    make_run(tmp_path, "new", outcome=None, changed=3000)
    make_run(tmp_path, "middle", outcome=Outcome.CANCELLED, changed=2000)
    (tmp_path / "holiday pictures").mkdir()
    (tmp_path / "note.txt").touch()
    found = [(run.name, run.state, run.changed) for run in list_runs(tmp_path)]
    assert found == [
        ("new", RunState.INTERRUPTED, 3000),
        ("middle", RunState.CANCELLED, 2000),
        ("old", RunState.COMPLETED, 1000),
    ]
    assert [run.name for run in list_runs(tmp_path, limit=1)] == ["new"]


def test_that_a_library_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert list_runs(tmp_path / "nowhere") == ()
