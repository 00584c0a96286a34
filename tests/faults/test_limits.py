"""A file that takes too long or too much is told of, and the next one opens."""

import os
import sys
import time
from pathlib import Path

import pytest
import torch
from pytestqt.qtbot import QtBot
from torch import nn

from engine.client import EngineClient
from engine.contract.errors import PenjingError, RunCancelled
from engine.contract.messages import Inspect
from engine.contract.source import ModelSource
from engine.contract.stats import Inspection
from engine.models.limits import limits_for
from gui.engine_thread import EngineThread

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of memory are Linux's")
GIB = 2**30
PATIENCE_MS = 120_000


def saved(folder: Path, *layers: nn.Module) -> ModelSource:
    torch.save(nn.Sequential(*layers), folder / "model.pt")
    return ModelSource(file=str(folder / "model.pt"))


def endless(folder: Path) -> ModelSource:
    """A network that takes minutes to be traced: one layer, called ninety thousand times."""
    return saved(folder, *[nn.Linear(4, 4)] * 90_000)


def test_that_a_file_that_takes_too_long_ends_its_process_only_and_the_next_job_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setenv("PENJING_OPEN_SECONDS", "2")
    small = tmp_path / "small"
    small.mkdir()
    thread, failed, done, died = EngineThread(), [], [], []
    thread.job_failed.connect(lambda job, error: failed.append(error))
    thread.job_finished.connect(lambda job, value: done.append(value))
    thread.engine_died.connect(died.append)
    thread.start()
    try:
        thread.submit(Inspect(id=1, source=endless(tmp_path)))
        thread.submit(Inspect(id=2, source=saved(small, nn.Linear(4, 4))))
        qtbot.waitUntil(lambda: bool(done or len(failed) > 1), timeout=PATIENCE_MS)
    finally:
        thread.end()
        assert thread.wait(20_000)
    assert [error.code for error in failed] == ["opening_too_slow"]
    assert failed[0].arguments["limit"] == "2"
    assert isinstance(done[0], Inspection)
    assert died == []


def test_that_memory_beyond_the_cap_is_refused_and_the_worker_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENJING_OPEN_BYTES", str(GIB))
    large = saved(tmp_path, nn.Linear(4, 4), nn.Unflatten(1, (1, 2, 2)), nn.Upsample(scale_factor=20_000))
    with EngineClient() as client:
        with pytest.raises(PenjingError) as caught:
            client.run_job(Inspect(id=1, source=large))
        assert caught.value.code == "opening_too_large"
        assert caught.value.arguments["limit"] == "1.0 GiB"
        assert isinstance(client.run_job(Inspect(id=2, source=saved(tmp_path, nn.Linear(4, 4)))), Inspection)


def test_that_opening_can_be_cancelled(tmp_path: Path) -> None:
    source = endless(tmp_path)
    with EngineClient() as client:
        client.run_job(Inspect(id=1, source=ModelSource(file="sample")))
        start = time.monotonic()
        with pytest.raises(RunCancelled):
            client.run_job(Inspect(id=2, source=source), is_cancelled=lambda: time.monotonic() - start > 0.5)
        assert time.monotonic() - start < 5


def test_that_limits_grow_with_the_file_and_stay_within_what_is_free() -> None:
    small, large, trusted = limits_for(1000), limits_for(10 * GIB), limits_for(1000, is_trusted=True)
    free = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert 10 <= small.seconds < 60
    assert large.seconds > small.seconds + 300
    assert trusted.seconds >= 600
    assert 0 < small.size_bytes <= large.size_bytes <= trusted.size_bytes < free


def test_that_the_environment_goes_before_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENJING_OPEN_SECONDS", "7.5")
    monkeypatch.setenv("PENJING_OPEN_BYTES", "12345")
    limits = limits_for(10 * GIB)
    assert (limits.seconds, limits.size_bytes) == (7.5, 12345)
