"""A run that was stopped, however it was stopped, and gone on with."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import torch

from engine.context import Control, RunContext
from engine.contract.errors import RequestError, RunCancelled, RunError
from engine.contract.events import (
    CheckpointSaved,
    MetricsLogged,
    Outcome,
    RunEvent,
    RunFinished,
    RunResumed,
    RunStarted,
    Stage,
    StageFinished,
    StageStarted,
    WarningRaised,
)
from engine.contract.methods import ExportFormat, PruneGranularity, QuantizeMode, Strategy
from engine.contract.recipe import JointSpec, PruneSpec, QuantizeSpec, Recipe, RecoverSpec
from engine.contract.recipe_file import write_recipe
from engine.contract.report import Report
from engine.contract.run_folder import RunFolder, RunState
from engine.pipeline.rereading import export_again
from tests.engine.pipeline.runs import make_project, run, with_

TOGETHER = JointSpec(strategy=Strategy.SIMULTANEOUS)
REGROWN = PruneSpec(granularity=PruneGranularity.WEIGHT, ratio=0.7, regrow=0.3)
ORDERS = {"sequential": {}, "simultaneous": {"joint": TOGETHER}, "regrown": {"prune": REGROWN}}


class Death(BaseException):
    """Ends a run as a kill does: nothing more is written."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    return make_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def whole(project: Recipe, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Report, int]]:
    """Of each order, a run that nobody stopped: its report, and how many checkpoints it saved."""
    found = {}
    for name, parts in ORDERS.items():
        saved: list[RunEvent] = []
        folder = tmp_path_factory.mktemp("whole") / name
        report = run(with_(project, **parts), folder, saved.append)
        found[name] = report, sum(isinstance(event, CheckpointSaved) for event in saved)
    return found


@pytest.mark.parametrize("order", ORDERS)
def test_that_a_run_that_died_at_any_checkpoint_gives_the_same_weights(
    order: str, project: Recipe, whole: dict[str, tuple[Report, int]], tmp_path: Path
) -> None:
    """The network has dropout, so every random state counts; one run dies at each of its checkpoints in turn."""
    recipe = with_(project, **ORDERS[order])
    report, checkpoints = whole[order]
    folder = RunFolder(tmp_path / "run")
    deaths = 0

    def die(event: RunEvent) -> None:
        if isinstance(event, CheckpointSaved):
            raise Death

    while True:
        try:
            found = run(recipe, folder.root, die, is_resume=deaths > 0)
        except Death:
            deaths += 1
            assert folder.state() is RunState.INTERRUPTED
            assert deaths <= checkpoints
        else:
            break
    assert deaths >= checkpoints - 1
    assert found.weights_sha256 == report.weights_sha256
    assert found.after.metrics == report.after.metrics


# What a run does as a process of its own, killed by itself when its third checkpoint is on the disk.
KILLED = """
import os, signal, sys
from pathlib import Path
from engine.contract.events import CheckpointSaved
from engine.contract.recipe_file import read_recipe
from tests.engine.pipeline.runs import run

saved = []

def listen(event):
    if isinstance(event, CheckpointSaved):
        saved.append(event)
        if len(saved) == 3:
            os.kill(os.getpid(), signal.SIGKILL)

run(read_recipe(Path(sys.argv[1])), Path(sys.argv[2]), listen)
"""


def test_that_a_killed_process_leaves_a_run_that_resumes_to_the_same_weights(
    project: Recipe, whole: dict[str, tuple[Report, int]], tmp_path: Path
) -> None:
    recipe, folder = tmp_path / "recipe.toml", RunFolder(tmp_path / "run")
    write_recipe(with_(project, **ORDERS["simultaneous"]), recipe)
    command = [sys.executable, "-c", KILLED, str(recipe), str(folder.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr
    assert folder.state() is RunState.INTERRUPTED
    events: list[RunEvent] = []
    report = run(with_(project, **ORDERS["simultaneous"]), folder.root, events.append, is_resume=True)
    assert report.weights_sha256 == whole["simultaneous"][0].weights_sha256
    assert isinstance(events[0], RunResumed) and events[0].step == 5
    assert folder.state() is RunState.COMPLETED


def test_that_a_resumed_file_of_events_reads_as_one_run(project: Recipe, tmp_path: Path) -> None:
    """It is cut back to the checkpoint, so nothing is told twice, and a torn last line is gone."""
    folder = RunFolder(tmp_path / "run")

    def die(event: RunEvent) -> None:
        if isinstance(event, StageStarted) and event.stage is Stage.FINE_TUNE:
            raise Death

    with pytest.raises(Death):
        run(project, folder.root, die)
    with folder.events.open("ab") as file:
        file.write(b'{"type":"Progress","sta')
    run(project, folder.root, is_resume=True)
    events = list(folder.read_events())
    assert [event for event in events if isinstance(event, RunStarted | RunResumed | RunFinished)] == [
        events[0], next(e for e in events if isinstance(e, RunResumed)), events[-1],
    ]  # fmt: skip
    stages = [event.stage for event in events if isinstance(event, StageFinished)]
    assert stages == [
        Stage.EVALUATE, Stage.PRUNE, Stage.FINE_TUNE, Stage.CALIBRATE, Stage.QUANTIZE, Stage.MEASURE, Stage.EXPORT,
    ]  # fmt: skip
    logged = [event.step for event in events if isinstance(event, MetricsLogged)]
    assert logged == sorted(logged)


def cancel_at(project: Recipe, folder: Path, *, accuracies: int) -> RunFinished:
    """Cancels a run when it has measured its validation split so often; returns its last event."""
    control, seen = Control(), list[RunEvent]()

    def listen(event: RunEvent) -> None:
        seen.append(event)
        if sum(isinstance(e, MetricsLogged) and "accuracy" in e.values for e in seen) == accuracies:
            control.cancel()

    with pytest.raises(RunCancelled):
        run(project, folder, listen, control=control)
    last = seen[-1]
    assert isinstance(last, RunFinished)
    return last


def test_that_a_cancelled_run_keeps_its_best_and_can_be_gone_on_with(
    project: Recipe, whole: dict[str, tuple[Report, int]], tmp_path: Path
) -> None:
    recipe, folder = with_(project, **ORDERS["simultaneous"]), RunFolder(tmp_path / "run")
    last = cancel_at(recipe, folder.root, accuracies=3)
    assert (last.outcome, last.code, last.result) == (Outcome.CANCELLED, "cancelled", folder.read_report())
    assert folder.state() is RunState.CANCELLED
    assert last.result is not None and last.result.outcome == "cancelled"
    best = folder.read_manifest().best
    assert best is not None and best.step == 15, "the first epoch behind the ramp"
    assert last.result.after.parameters < last.result.before.parameters
    assert last.result.after.metrics.accuracy is not None
    assert folder.report_html.is_file()
    report = run(recipe, folder.root, is_resume=True)
    assert report.weights_sha256 == whole["simultaneous"][0].weights_sha256
    assert folder.state() is RunState.COMPLETED


@pytest.mark.parametrize("name", ExportFormat)
def test_that_every_format_can_be_written_from_a_run_cancelled_before_its_quantizers_came(
    name: ExportFormat, project: Recipe, tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path / "run")
    cancel_at(project, folder.root, accuracies=2)
    ctx = RunContext(ask=lambda path, wants: True)
    artifact = export_again(folder.root, name, ctx, output=None)
    path = folder.root / artifact.path
    assert artifact.verified, artifact.why
    assert artifact.size_bytes == path.stat().st_size
    assert artifact in folder.read_report().artifacts
    assert f"{artifact.sha256}  {path.name}" in (folder.artifacts / "SHA256SUMS").read_text()


def test_that_a_run_cancelled_before_its_first_checkpoint_has_nothing_to_keep(
    project: Recipe, tmp_path: Path
) -> None:
    control, seen = Control(), list[RunEvent]()

    def listen(event: RunEvent) -> None:
        seen.append(event)
        control.cancel()

    with pytest.raises(RunCancelled):
        run(project, tmp_path / "run", listen, control=control)
    last = seen[-1]
    assert isinstance(last, RunFinished) and (last.outcome, last.result) == (Outcome.CANCELLED, None)
    assert run(project, tmp_path / "run", is_resume=True).outcome == "completed"


def test_that_a_cancelled_run_that_cannot_write_its_report_says_that_it_failed(
    project: Recipe, tmp_path: Path
) -> None:
    """Every attempt ends with exactly one RunFinished, whatever goes wrong at its end."""
    folder, control, seen = RunFolder(tmp_path / "run"), Control(), list[RunEvent]()

    def listen(event: RunEvent) -> None:
        seen.append(event)
        if isinstance(event, CheckpointSaved) and not control.is_cancelled:
            folder.report.mkdir()
            control.cancel()

    with pytest.raises(RunError, match="unforeseen"):
        run(project, folder.root, listen, control=control)
    (last,) = (event for event in seen if isinstance(event, RunFinished))
    assert (last, last.outcome, last.code) == (seen[-1], Outcome.FAILED, "internal")
    assert folder.state() is RunState.FAILED
    folder.report.rmdir()
    assert run(project, folder.root, is_resume=True).outcome == "completed"


def interrupted(project: Recipe, folder: RunFolder, checkpoints: int) -> None:
    """A run that died when it had saved so many checkpoints."""
    saved: list[RunEvent] = []

    def die(event: RunEvent) -> None:
        saved.extend([event] if isinstance(event, CheckpointSaved) else [])
        if len(saved) == checkpoints:
            raise Death

    with pytest.raises(Death):
        run(project, folder.root, die)


@pytest.mark.parametrize("damage", ["flipped", "cut", "gone"])
def test_that_a_damaged_checkpoint_gives_way_to_the_one_before_it(
    damage: str, project: Recipe, whole: dict[str, tuple[Report, int]], tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path / "run")
    interrupted(project, folder, 7)
    older, newest = folder.read_manifest().checkpoints
    path = folder.checkpoints / newest.file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    {
        "flipped": lambda: path.write_bytes(content),
        "cut": lambda: path.write_bytes(content[:1000]),
        "gone": path.unlink,
    }[damage]()
    events: list[RunEvent] = []
    report = run(project, folder.root, events.append, is_resume=True)
    resumed = events[0]
    assert isinstance(resumed, RunResumed) and resumed.step == older.step < newest.step
    warnings = [event for event in events if isinstance(event, WarningRaised)]
    assert any(event.code == "checkpoint_damaged" and newest.file in event.message for event in warnings)
    assert report.weights_sha256 == whole["sequential"][0].weights_sha256


def test_that_a_run_whose_checkpoints_are_all_lost_begins_again(
    project: Recipe, whole: dict[str, tuple[Report, int]], tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path / "run")
    interrupted(project, folder, 4)
    for path in folder.checkpoints.glob("*.pt"):
        path.write_bytes(b"")
    events: list[RunEvent] = []
    report = run(project, folder.root, events.append, is_resume=True)
    assert isinstance(events[0], RunStarted)
    assert report.weights_sha256 == whole["sequential"][0].weights_sha256


def test_that_another_model_file_is_refused(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    folder = RunFolder(tmp_path / "run")
    interrupted(project, folder, 2)
    before = {path: path.read_bytes() for path in folder.root.rglob("*") if path.is_file()}
    weights = torch.load(project.model.file, weights_only=True)
    torch.save({name: tensor + 1 for name, tensor in weights.items()}, project.model.file)
    with pytest.raises(RequestError, match="not the one this run began with"):
        run(project, folder.root, is_resume=True)
    assert {path: path.read_bytes() for path in folder.root.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("seed", {"seed": 1}),
        ("prune", {"prune": PruneSpec(ratio=0.4)}),
        ("quantize", {"quantize": QuantizeSpec(mode=QuantizeMode.POST_TRAINING)}),
        ("recover", {"recover": RecoverSpec(epochs=5)}),
    ],
)
def test_that_another_recipe_is_refused_and_named(
    key: str, parts: dict[str, object], project: Recipe, tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.root.mkdir()
    write_recipe(project, folder.recipe)
    with pytest.raises(RequestError, match=f"another recipe \\({key} differs\\)"):
        run(with_(project, **parts), folder.root, is_resume=True)
    assert [path.name for path in folder.root.iterdir()] == ["recipe.toml"]


def test_that_the_name_of_a_recipe_may_change(project: Recipe, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    interrupted(project, folder, 3)
    report = run(msgspec.structs.replace(project, name="renamed"), folder.root, is_resume=True)
    assert report.outcome == "completed"
