from pathlib import Path

import msgspec
import pytest

from engine.contract.events import Outcome, RunEvent
from engine.contract.recipe_file import write_recipe
from engine.contract.run_folder import RunFolder
from gui.following import Following
from tests.gui.builders import make_events_story, make_recipe


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    write_recipe(make_recipe(), tmp_path / "recipe.toml")
    return RunFolder(tmp_path)


@pytest.fixture
def following(qapp) -> Following:
    return Following()


def append(folder: RunFolder, events: list[RunEvent], *, torn: bytes = b"") -> None:
    with folder.events.open("ab") as file:
        file.writelines(msgspec.json.encode(event) + b"\n" for event in events)
        file.write(torn)


def test_that_a_finished_run_is_read_once_and_not_followed(folder, following, qtbot):
    story = make_events_story(Outcome.COMPLETED)
    append(folder, story)

    assert following.start(folder.root) == story

    with qtbot.assertNotEmitted(following.events_arrived, wait=700):
        append(folder, story[:1])


def test_that_what_another_process_adds_is_told_until_the_run_ends(folder, following, qtbot):
    story = make_events_story(Outcome.CANCELLED)
    append(folder, story[:5])
    assert following.start(folder.root) == story[:5]

    with qtbot.waitSignal(following.grown) as heard:
        append(folder, story[5:10])
    assert heard.args == [story[:10]]
    with qtbot.waitSignals([following.events_arrived, following.ended]):
        append(folder, story[10:])

    assert not following.is_alive


def test_that_a_line_that_is_being_written_waits_for_its_end(folder, following, qtbot):
    story = make_events_story(None)
    line = msgspec.json.encode(story[1]) + b"\n"
    append(folder, story[:1], torn=line[:20])
    assert following.start(folder.root) == story[:1]

    with qtbot.waitSignal(following.grown) as heard:
        append(folder, [], torn=line[20:])

    assert heard.args == [story[:2]]
    following.stop()


def test_that_a_run_is_steered_by_a_file_in_its_folder(folder, following):
    following.start(folder.root)

    following.send("pause")

    assert msgspec.json.decode(folder.control.read_bytes()) == {"command": "pause"}
    following.stop()
