"""The real command, stopped by Ctrl-C or by a kill behind the cut, and gone on with to the same weights."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.contract.run_folder import RunFolder, RunState
from resources import sample_recipe

EPOCHS = 6
# Channels are cut when 60 % of the steps are done.
BEHIND_THE_CUT = 4
SHORT = ["--set", f"recover.epochs={EPOCHS}", "--set", 'export.formats=["onnx-int8"]', "--threads", "1"]
pytestmark = pytest.mark.slow


def start(folder: Path, *more: str) -> "subprocess.Popen[str]":
    words = ["run", str(sample_recipe()), "--out", str(folder), "--json", *SHORT, *more]
    return subprocess.Popen(
        [sys.executable, "-m", "engine", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(folder: Path, *more: str) -> RunFolder:
    with start(folder, *more) as process:
        _, err = process.communicate(timeout=240)
    assert process.returncode == 0, err
    return RunFolder(folder)


def wait_for_epochs(process: "subprocess.Popen[str]", count: int) -> None:
    """Reads events until the validation split was measured so often."""
    assert process.stdout is not None
    for event in map(json.loads, process.stdout):
        count -= event["type"] == "MetricsLogged" and "accuracy" in event["values"]
        if count == 0:
            return


def workers_of(process: "subprocess.Popen[str]") -> Iterator[int]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        if stat.read_text().rpartition(")")[2].split()[1] == str(process.pid):
            yield int(stat.parent.name)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """The run that nobody stopped."""
    return finish(tmp_path_factory.mktemp("whole") / "run")


def test_that_ctrl_c_ends_with_four_and_resume_with_the_same_weights(
    whole: RunFolder, tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path / "run")
    with start(folder.root) as process:
        wait_for_epochs(process, BEHIND_THE_CUT)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=120)
    assert process.returncode == 4
    assert "Traceback" not in err
    assert folder.state() is RunState.CANCELLED
    assert folder.read_report().outcome == "cancelled"
    finish(folder.root, "--resume")
    assert folder.state() is RunState.COMPLETED
    assert folder.read_report().weights_sha256 == whole.read_report().weights_sha256


def test_that_a_worker_killed_behind_the_cut_is_resumed_to_the_same_weights(
    whole: RunFolder, tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path / "run")
    with start(folder.root) as process:
        wait_for_epochs(process, BEHIND_THE_CUT)
        for worker in workers_of(process):
            os.kill(worker, signal.SIGKILL)
        process.communicate(timeout=120)
    assert process.returncode == 3
    assert folder.state() is RunState.INTERRUPTED
    finish(folder.root, "--resume")
    assert folder.read_report().weights_sha256 == whole.read_report().weights_sha256
