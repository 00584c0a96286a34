"""`penjing compare` reads runs from their folders; no engine is started."""

import json
from pathlib import Path

import msgspec
import pytest

from engine.cli import main
from engine.contract.events import Outcome, Stage, StageFinished, WarningRaised
from engine.contract.report import Report
from engine.contract.run_folder import RunFolder, write_record
from engine.reporting.rounding import GUILTY
from engine.terminal.results import tell_notes
from engine.terminal.run import exit_status_of
from tests.gui.builders import make_artifact, make_diagnosis, make_events_story, make_report


def make_run(folder: Path, report: Report) -> str:
    folder.mkdir(parents=True)
    write_record(RunFolder(folder).report, report)
    return str(folder)


@pytest.fixture
def run(tmp_path: Path) -> str:
    return make_run(tmp_path / "first", make_report())


@pytest.fixture
def other(tmp_path: Path) -> str:
    return make_run(tmp_path / "second", make_report(5))


def test_that_one_run_is_shown_before_and_after(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", run]) == 0
    shown = capsys.readouterr().out
    line = next(line for line in shown.splitlines() if line.startswith("Accuracy"))
    assert line.split() == ["Accuracy", "(test)", "97.20", "%", "96.70", "%", "−0.50", "pt"]


def test_that_the_layer_that_rounding_hurts_stands_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = make_report()
    found = (make_diagnosis(36.0), make_diagnosis(14.25, is_guilty=True), None)
    layers = tuple(
        msgspec.structs.replace(layer, diagnosis=one) for layer, one in zip(report.layers, found, strict=True)
    )
    folder = make_run(tmp_path / "rounded", msgspec.structs.replace(report, layers=layers))
    assert main(["compare", folder]) == 0
    shown = capsys.readouterr().out
    lines = shown.partition("the worst first")[2].splitlines()[2:]
    assert [line.split()[0] for line in lines] == [layers[1].name, layers[0].name]
    assert "14.2 dB" in lines[0] and "11.2 dB" in lines[0]
    assert [GUILTY in line for line in lines] == [True, False]


def test_that_several_runs_stand_side_by_side(
    run: str, other: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", run, other]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["first", "second"]
    assert next(line for line in lines if line.startswith("Parameters")).split() == [
        "Parameters",
        "6,960",
        "17,400",
    ]


def test_that_json_of_one_run_is_its_report_and_of_several_a_list(
    run: str, other: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", run, "--json"]) == 0
    assert msgspec.json.decode(capsys.readouterr().out, type=Report) == make_report()
    assert main(["compare", run, other, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [report["ratios"]["file"] for report in shown["runs"]] == [5.9, 5.9]


def test_that_a_page_is_written_where_it_is_asked_for(run: str, other: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert main(["compare", run, "--html", str(page)]) == 0
    assert "Before and after" in page.read_text(encoding="utf-8")
    assert main(["compare", run, other, "--html", str(page)]) == 0
    assert "Runs side by side" in page.read_text(encoding="utf-8")


def test_that_a_page_that_cannot_be_written_is_one_line(
    run: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", run, "--html", str(tmp_path / "nowhere" / "page.html")]) == 2
    assert "cannot be written (No such file or directory)" in capsys.readouterr().err


def test_that_an_interrupted_run_is_told_to_be_resumed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run").mkdir()
    RunFolder(tmp_path / "run").recipe.touch()
    assert main(["compare", str(tmp_path / "run")]) == 2
    assert "was interrupted; resume it" in capsys.readouterr().err


def test_that_a_failed_run_tells_why_it_failed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.root.mkdir()
    folder.recipe.touch()
    folder.events.write_bytes(
        b"".join(msgspec.json.encode(event) + b"\n" for event in make_events_story(Outcome.FAILED))
    )
    assert main(["compare", str(folder.root)]) == 2
    assert capsys.readouterr().err == (
        "penjing: The run failed: The loss became nan at step 10; lower recover.learning_rate (now 5.0).\n"
    )


@pytest.mark.parametrize(
    ("report", "status", "said"),
    [
        (make_report(), 0, ""),
        (make_report(outcome=Outcome.CANCELLED), 4, "Cancelled"),
        (
            msgspec.structs.replace(
                make_report(), artifacts=(make_artifact(), make_artifact(verified=False))
            ),
            5,
            "failed its verification: agreement 0.91 is below 0.99",
        ),
    ],
)
def test_that_the_exit_status_says_how_the_run_ended(
    report: Report, status: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_status_of(report, tmp_path) == status
    assert said in capsys.readouterr().err


def test_that_what_a_file_does_not_gain_is_one_line_beside_the_table(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tell_notes(WarningRaised(code="note_format_no_gain", message="pt2 is not\nsmaller.", arguments={}))
    tell_notes(StageFinished(stage=Stage.EXPORT, seconds=1.0))
    assert capsys.readouterr() == ("", "Note: pt2 is not smaller.\n")


def test_that_an_existing_file_is_never_written_over(
    run: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "recipe.toml"
    kept.write_text("mine")
    assert main(["init", "sample", "-o", str(kept)]) == 2
    assert main(["export", run, "--format", "onnx-int8", "-o", str(kept)]) == 2
    assert capsys.readouterr().err.count("There is already a file") == 2
    assert kept.read_text() == "mine"
