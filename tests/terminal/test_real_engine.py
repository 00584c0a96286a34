"""The commands with the real worker: what they print, what they write, and how they end."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from engine.contract.events import MetricsLogged, Outcome, RunEvent, RunFinished, RunStarted, StageFinished
from engine.contract.recipe_file import read_recipe
from engine.contract.recipe_paths import with_absolute_paths
from engine.contract.report import Verification
from engine.contract.run_folder import RunFolder, RunState
from engine.contract.stats import Inspection
from resources import sample_data, sample_recipe

pytestmark = pytest.mark.slow

SHORT = ["--set", "recover.epochs=2", "--threads", "1"]
# Long enough that it is still training when it is stopped.
LONG = ["--set", "recover.epochs=2000", "--threads", "1"]
_EVENT = msgspec.json.Decoder(RunEvent)


def start(*words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "engine", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A group of its own, so that a signal reaches it alone, as from a terminal in the foreground.
        start_new_session=True,
    )


def penjing(*words: str) -> subprocess.CompletedProcess[str]:
    process = start(*words)
    out, err = process.communicate(timeout=240)
    return subprocess.CompletedProcess(words, process.returncode, out, err)


def run_sample(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return penjing("run", str(sample_recipe()), "--out", str(folder), "--json", *more)


def events_until_training(process: "subprocess.Popen[str]") -> Iterator[RunEvent]:
    """What the run says, up to the first epoch's measurement: by then there is something to keep."""
    assert process.stdout is not None
    for line in process.stdout:
        event = _EVENT.decode(line)
        yield event
        if isinstance(event, MetricsLogged) and "accuracy" in event.values:
            return


def workers_of(process: "subprocess.Popen[str]") -> list[int]:
    stats = [(path.parent.name, path.read_text()) for path in Path("/proc").glob("[0-9]*/stat")]
    return [int(pid) for pid, text in stats if text.rpartition(")")[2].split()[1] == str(process.pid)]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunFolder, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("terminal") / "run"
    return RunFolder(folder), run_sample(folder, *SHORT)


@pytest.fixture(scope="module")
def run(finished: tuple[RunFolder, subprocess.CompletedProcess[str]]) -> RunFolder:
    return finished[0]


def test_that_a_run_tells_its_events_on_standard_output_and_nothing_else(
    finished: tuple[RunFolder, subprocess.CompletedProcess[str]],
) -> None:
    run, done = finished
    assert (done.returncode, done.stderr) == (0, "")
    events = [_EVENT.decode(line) for line in done.stdout.splitlines()]
    assert isinstance(events[0], RunStarted)
    assert len([event for event in events if isinstance(event, StageFinished)]) == len(events[0].stages)
    last = events[-1]
    assert isinstance(last, RunFinished)
    assert (last.outcome, last.result) == (Outcome.COMPLETED, run.read_report())
    assert events == list(run.read_events())


def test_that_the_folder_holds_the_recipe_that_was_asked_for(run: RunFolder) -> None:
    asked = with_absolute_paths(
        read_recipe(sample_recipe(), ["recover.epochs=2", "threads=1"]), sample_recipe().parent
    )
    assert read_recipe(run.recipe) == asked
    assert run.read_report().recipe == asked
    assert run.read_report().environment.threads == 1
    assert "Before and after" in run.report_html.read_text(encoding="utf-8")


def test_that_the_demo_keeps_its_promise_and_shows_a_table_and_the_reports_path(tmp_path: Path) -> None:
    done = penjing("demo", "--no-window", "--out", str(tmp_path / "demo"))
    report = RunFolder(tmp_path / "demo").read_report()
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == f"Report: {tmp_path / 'demo' / 'report.html'}"
    assert f"{report.ratios.file:.2f}×" in done.stdout
    assert "[1/5]" in done.stderr
    int8 = next(item for item in report.artifacts if item.format == "onnx-int8")
    assert (report.ratios.file or 0) >= 3
    assert (report.ratios.accuracy_change or 0) >= -0.015
    assert (int8.agreement or 0) >= 0.99
    assert int8.integer_operators >= 4  # two convolutions and two linear layers
    assert int8.verified


def test_that_inspect_tells_layers_sums_and_accuracy_as_one_object() -> None:
    done = penjing("inspect", "sample", "--data", "sample", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found = msgspec.json.decode(done.stdout, type=Inspection)
    assert [(layer.name, layer.shape) for layer in found.layers] == [
        ("conv1", (10, 1, 5, 5)),
        ("conv2", (20, 10, 5, 5)),
        ("fc1", (50, 320)),
        ("fc2", (10, 50)),
    ]
    # By hand: a convolution's positions × weights, a linear layer's weights.
    assert found.totals.macs == 24 * 24 * 250 + 8 * 8 * 5000 + 16_000 + 500
    assert found.totals.parameters == 21_840
    assert (found.metrics.accuracy or 0) > 0.98


def test_that_a_written_file_is_verified_again_with_the_same_hash_and_size(run: RunFolder) -> None:
    for artifact in run.read_report().artifacts:
        if not artifact.path.endswith(".onnx"):
            continue
        done = penjing("verify", str(run.root / artifact.path), "--data", "sample", "--json")
        assert (done.returncode, done.stderr) == (0, "")
        found = msgspec.json.decode(done.stdout, type=Verification)
        assert (found.size_bytes, found.sha256) == (artifact.size_bytes, artifact.sha256)
        assert found.accuracy == pytest.approx(artifact.accuracy)
        assert found.verified


def test_that_other_data_is_normalised_as_the_run_was_trained(run: RunFolder, tmp_path: Path) -> None:
    shutil.copyfile(sample_data(), tmp_path / "digits.npz")
    artifact = next(item for item in run.read_report().artifacts if item.format == "onnx-int8")
    done = penjing(
        "verify", str(run.root / artifact.path), "--data", f"npz:{tmp_path / 'digits.npz'}", "--json"
    )
    assert done.returncode == 0, done.stderr
    assert msgspec.json.decode(done.stdout, type=Verification).accuracy == pytest.approx(artifact.accuracy)


def test_that_one_more_file_can_be_exported_and_holds(run: RunFolder, tmp_path: Path) -> None:
    target = tmp_path / "again.onnx"
    done = penjing("export", str(run.root), "--format", "onnx-int8", "-o", str(target))
    assert done.returncode == 0, done.stderr
    assert "verified" in done.stdout
    first = next(item for item in run.read_report().artifacts if item.format == "onnx-int8")
    assert target.stat().st_size == first.size_bytes


def test_that_a_folder_with_a_run_is_refused_without_resume(run: RunFolder) -> None:
    before = sorted(run.root.rglob("*"))
    done = run_sample(run.root, *SHORT)
    assert done.returncode == 2
    assert "add --resume" in done.stderr
    assert sorted(run.root.rglob("*")) == before


def test_that_ctrl_c_cancels_in_order_and_says_where_the_best_lies(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    with start("run", str(sample_recipe()), "--out", str(folder.root), "--json", *LONG) as process:
        list(events_until_training(process))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 4
    assert [line.partition(":")[0] for line in err.splitlines()] == ["penjing", "penjing"]
    assert err.splitlines()[-1] == f'penjing: Cancelled; the best result so far is kept in "{folder.root}".'
    last = json.loads(out.splitlines()[-1])
    assert (last["type"], last["outcome"]) == ("RunFinished", "cancelled")
    assert folder.state() is RunState.CANCELLED
    assert folder.read_report().outcome == Outcome.CANCELLED
    assert folder.read_manifest().checkpoints


def test_that_a_second_ctrl_c_ends_it_at_once_and_leaves_no_process(tmp_path: Path) -> None:
    with start("run", str(sample_recipe()), "--out", str(tmp_path / "run"), "--json", *LONG) as process:
        list(events_until_training(process))
        workers = workers_of(process)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 4
    assert "Traceback" not in err
    assert len(workers) == 1
    with pytest.raises(ProcessLookupError):
        os.kill(workers[0], 0)


def test_that_a_killed_engine_is_told_and_its_run_resumes_to_the_same_bits(
    run: RunFolder, tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path / "run")
    with start("run", str(sample_recipe()), "--out", str(folder.root), "--json", *SHORT) as process:
        list(events_until_training(process))
        for worker in workers_of(process):
            os.kill(worker, signal.SIGKILL)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert err.count("\n") == 1
    assert "Resume goes on from the last checkpoint" in err
    assert folder.state() is RunState.INTERRUPTED
    done = run_sample(folder.root, "--resume", *SHORT)
    assert done.returncode == 0, done.stderr
    assert folder.read_report().weights_sha256 == run.read_report().weights_sha256


def test_that_a_run_that_diverges_fails_with_its_cure(tmp_path: Path) -> None:
    settings = ["recover.learning_rate=100", 'recover.optimizer="sgd"', "recover.epochs=2"]
    done = run_sample(tmp_path / "run", *(word for text in settings for word in ("--set", text)))
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "lower recover.learning_rate (now 100.0)" in done.stderr
    last = json.loads(done.stdout.splitlines()[-1])
    assert (last["type"], last["outcome"], last["code"]) == ("RunFinished", "failed", "loss_not_finite")
    assert RunFolder(tmp_path / "run").state() is RunState.FAILED


def test_that_a_file_that_was_changed_ends_with_five(run: RunFolder, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(run.root, copy)
    artifact = next(item for item in run.read_report().artifacts if item.format == "onnx-int8")
    float32 = next(item for item in run.read_report().artifacts if item.format == "onnx-float32")
    shutil.copyfile(run.root / float32.path, copy / artifact.path)
    done = penjing("verify", str(copy / artifact.path), "--json")
    assert done.returncode == 5
    assert not msgspec.json.decode(done.stdout, type=Verification).verified
    assert done.stderr.startswith(
        f'penjing: "{copy / artifact.path}" was written but failed its verification'
    )
    assert done.stderr.count("\n") == 1
