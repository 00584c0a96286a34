import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Slot

from engine.client import EngineClient
from engine.contract.errors import PenjingError, RunCancelled
from engine.contract.events import (
    CheckpointSaved,
    MetricsLogged,
    Outcome,
    Paused,
    RunFinished,
    RunStarted,
    Stage,
)
from engine.contract.messages import Inspect, Run
from engine.contract.recipe_file import apply_settings, read_table, recipe_from
from engine.contract.report import Report
from engine.contract.run_folder import RunFolder, RunState
from engine.contract.source import ModelSource
from engine.contract.stats import Inspection
from gui.engine_thread import EngineThread
from resources import sample_recipe

PATIENCE_MS = 120_000


class Listener(QObject):
    """Notes what the engine says, and in which thread it is heard."""

    def __init__(self, engine: EngineThread) -> None:
        super().__init__()
        self.heard: list[object] = []
        self.threads: set[int] = set()
        engine.events_arrived.connect(self._on_events_arrived)
        engine.job_finished.connect(self._on_job_ended)
        engine.job_failed.connect(self._on_job_ended)

    @Slot(list)
    def _on_events_arrived(self, events: list[object]) -> None:
        self.threads.add(threading.get_ident())
        self.heard += events

    @Slot(object, object)
    def _on_job_ended(self, _job: object, value: object) -> None:
        self.threads.add(threading.get_ident())
        self.heard.append(value)


@pytest.fixture
def engine(qapp) -> Iterator[EngineThread]:
    engine = EngineThread()
    engine.start()
    yield engine
    engine.kill()
    assert engine.wait(10_000)


def has_trained(events: list[object]) -> bool:
    return any(isinstance(event, MetricsLogged) and event.stage is Stage.TRAIN for event in events)


def inspect_sample(engine: EngineThread) -> Inspect:
    return Inspect(id=engine.next_id(), source=ModelSource(file="sample"))


def run_sample(engine: EngineThread, folder: Path, *settings: str) -> Run:
    recipe = recipe_from(apply_settings(read_table(sample_recipe()), settings))
    return Run(id=engine.next_id(), recipe=recipe, folder=str(folder))


def test_that_jobs_are_answered_in_order_and_in_the_windows_thread(engine, qtbot):
    listener = Listener(engine)
    missing = Inspect(id=engine.next_id(), source=ModelSource(file="/nowhere/net.pt"))

    engine.submit(missing)
    engine.submit(inspect_sample(engine))
    qtbot.waitUntil(lambda: len(listener.heard) == 2, timeout=PATIENCE_MS)

    error, inspection = listener.heard
    assert isinstance(error, PenjingError)
    assert error.code == "file_missing"
    assert isinstance(inspection, Inspection)
    assert [layer.name for layer in inspection.layers] == ["conv1", "conv2", "fc1", "fc2"]
    assert listener.threads == {threading.get_ident()}


@pytest.mark.slow
def test_that_a_runs_events_come_before_its_report_and_none_is_lost(engine, qtbot, tmp_path):
    listener = Listener(engine)

    engine.submit(run_sample(engine, tmp_path / "run"))
    qtbot.waitUntil(lambda: any(isinstance(value, Report) for value in listener.heard), timeout=PATIENCE_MS)

    *events, report = listener.heard
    assert isinstance(report, Report)
    assert isinstance(events[0], RunStarted)
    assert isinstance(events[-1], RunFinished)
    assert events == list(RunFolder(tmp_path / "run").read_events())


@pytest.mark.slow
def test_that_a_cancelled_run_is_no_failure_and_keeps_its_best(engine, qtbot, tmp_path):
    listener, folder = Listener(engine), RunFolder(tmp_path / "run")
    engine.submit(run_sample(engine, folder.root, "recover.epochs=500"))
    qtbot.waitUntil(
        lambda: any(isinstance(event, MetricsLogged) for event in listener.heard), timeout=PATIENCE_MS
    )

    engine.cancel()
    qtbot.waitUntil(lambda: isinstance(listener.heard[-1], Report | PenjingError), timeout=PATIENCE_MS)

    assert isinstance(listener.heard[-1], Report | RunCancelled)
    assert folder.state() is RunState.CANCELLED
    assert folder.read_report().outcome == Outcome.CANCELLED


@pytest.mark.slow
def test_that_a_paused_run_has_saved_all_it_did(engine, qtbot, tmp_path):
    listener, folder = Listener(engine), RunFolder(tmp_path / "run")
    engine.submit(run_sample(engine, folder.root, "recover.epochs=500", "data.batch_size=4"))
    qtbot.waitUntil(lambda: has_trained(listener.heard), timeout=PATIENCE_MS)

    engine.pause()
    qtbot.waitUntil(lambda: isinstance(listener.heard[-1], Paused), timeout=PATIENCE_MS)

    assert isinstance(listener.heard[-2], CheckpointSaved)
    assert listener.heard[-2].step == folder.read_manifest().checkpoints[-1].step


def test_that_a_dead_engine_is_told_and_started_again(engine, qtbot):
    listener = Listener(engine)
    with qtbot.waitSignal(engine.engine_ready, timeout=PATIENCE_MS):
        pass
    with qtbot.waitSignals([engine.engine_died, engine.engine_ready], timeout=PATIENCE_MS):
        client: EngineClient = engine._client
        client.kill()

    engine.submit(inspect_sample(engine))
    qtbot.waitUntil(lambda: bool(listener.heard), timeout=PATIENCE_MS)

    assert isinstance(listener.heard[0], Inspection)


@pytest.mark.slow
def test_that_a_detached_run_goes_on_after_the_thread_has_ended(engine, qtbot, tmp_path):
    listener, folder = Listener(engine), RunFolder(tmp_path / "run")
    engine.submit(run_sample(engine, folder.root))
    qtbot.waitUntil(
        lambda: any(isinstance(event, RunStarted) for event in listener.heard), timeout=PATIENCE_MS
    )

    engine.detach()
    assert engine.wait(10_000)

    qtbot.waitUntil(lambda: folder.state() is RunState.COMPLETED, timeout=PATIENCE_MS)
    assert folder.read_report().outcome == Outcome.COMPLETED
