"""The terminal is told a run's story, event by event, and shows it."""

import io
import json

import pytest
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from engine.contract.events import Outcome, RunResumed, WarningRaised
from engine.terminal.progress import LiveBars, PlainLines, facts_text, told_as_json, told_to_people
from tests.gui.builders import make_events_story


@pytest.fixture
def bars() -> Progress:
    console = Console(file=io.StringIO(), force_terminal=True, width=200, color_system=None)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[facts]}"))
    return Progress(*columns, console=console, auto_refresh=False)


def test_that_every_planned_stage_has_a_bar_before_it_begins(bars: Progress) -> None:
    live = LiveBars(bars)
    assert [task.description for task in bars.tasks] == ["Starting the engine"]
    live.tell(make_events_story()[0])
    assert [(task.description, task.total, task.started) for task in bars.tasks] == [
        ("Evaluate", 3, False),
        ("Train", 20, False),
        ("Export", 1, False),
    ]


def test_that_a_bar_moves_with_its_stage_and_names_the_latest_figures(bars: Progress) -> None:
    live = LiveBars(bars)
    for event in make_events_story(None):
        live.tell(event)
    evaluate, train, export = bars.tasks
    assert (evaluate.completed, train.completed, export.started) == (3, 10, False)
    assert train.fields["facts"] == "loss 0.12 · accuracy 92.00 %"
    assert evaluate.fields["facts"] == "0.8 s · loss 0.11 · accuracy 97.20 %"


def test_that_all_bars_are_full_at_the_end(bars: Progress) -> None:
    live = LiveBars(bars)
    for event in make_events_story():
        live.tell(event)
    assert all(task.finished for task in bars.tasks)


def test_that_a_note_stands_above_the_bars(bars: Progress) -> None:
    live = LiveBars(bars)
    live.tell(WarningRaised(code="note_slower", message="The int8 file is \x1b[2J slower.", arguments={}))
    file = bars.console.file
    assert isinstance(file, io.StringIO)
    assert "Note: The int8 file is \\u001b[2J slower." in file.getvalue()


def test_that_a_resumed_run_without_a_plan_is_told_too(
    bars: Progress, capsys: pytest.CaptureFixture[str]
) -> None:
    story = [RunResumed(step=40), *make_events_story()[1:]]
    live, lines = LiveBars(bars), PlainLines()
    for event in story:
        live.tell(event)
        lines.tell(event)
    assert bars.tasks == []
    assert "train done · 20.0 s" in capsys.readouterr().err


def test_that_a_log_gets_one_line_for_what_matters(capsys: pytest.CaptureFixture[str]) -> None:
    with told_to_people() as tell:
        for event in make_events_story():
            tell(event)
    assert capsys.readouterr().err.splitlines() == [
        "[1/3] Evaluate …",
        "[1/3] Evaluate done · 0.8 s · loss 0.11 · accuracy 97.20 %",
        "[2/3] Train …",
        "[2/3] Train, step 5: loss 0.26 · accuracy 84.00 % · pruned 20.83 %",
        "[2/3] Train, step 10: loss 0.13 · accuracy 92.00 % · pruned 41.67 %",
        "[2/3] Train, step 15: loss 0.08667 · accuracy 94.67 % · pruned 50.00 %",
        "[2/3] Train, step 20: loss 0.065 · accuracy 96.00 % · pruned 50.00 %",
        "[2/3] Train done · 20.0 s",
        "[3/3] Export …",
        "[3/3] Export done · 2.0 s",
    ]


def test_that_programs_get_every_event_as_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    story = make_events_story(Outcome.FAILED)
    with told_as_json() as tell:
        for event in story:
            tell(event)
    shown = capsys.readouterr()
    lines = [json.loads(line) for line in shown.out.splitlines()]
    assert [line["type"] for line in lines] == [type(event).__name__ for event in story]
    assert lines[-1]["outcome"] == "failed"
    assert shown.err == ""


def test_that_an_unknown_figure_is_a_dash() -> None:
    assert facts_text({"loss": None, "other": 1.0}, ("loss", "accuracy")) == "loss –"
