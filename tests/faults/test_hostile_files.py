"""Files that attack or are broken, opened by the real worker with nobody's word."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import nn

from engine.client import EngineClient
from engine.contract.errors import PenjingError
from engine.contract.messages import Inspect, Job, Look
from engine.contract.source import ModelSource
from engine.contract.texts import TEXTS
from tests.faults.hostile.archives import ARCHIVES
from tests.faults.hostile.bombs import BOMBS
from tests.faults.hostile.others import FOLDERS, ONNX, PLACES, SAFETENSORS
from tests.faults.hostile.pickles import CALLS, SHAPES, Build, python
from tests.faults.hostile.zips import ZIPS

CORPUS: dict[str, Build] = {
    f"{family}: {name}": build
    for family, builds in {
        "call": CALLS,
        "pickle": SHAPES,
        "bomb": BOMBS,
        "zip": ZIPS,
        "safetensors": SAFETENSORS,
        "onnx": ONNX,
        "archive": ARCHIVES,
        "folder": FOLDERS,
        "place": PLACES,
    }.items()
    for name, build in builds.items()
}
LIMIT_S = 10.0
SURPRISES = ("worker_died", "worker_unresponsive", "internal", "out_of_memory")
"""What is told when nobody had thought of such a file."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="pipes, links and limits are Linux's")


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineClient]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PENJING_TRUSTED", str(tmp_path_factory.mktemp("word") / "trusted.json"))
        with EngineClient() as client:
            client.run_job(Inspect(id=1, source=ModelSource(file="sample")))
            yield client


def failure_of(worker: EngineClient, job: Job) -> PenjingError | None:
    """What the worker refused the job with; None where it did it."""
    try:
        worker.run_job(job)
    except PenjingError as error:
        return error
    return None


def test_that_the_corpus_is_large() -> None:
    assert len(CORPUS) >= 60


@pytest.mark.parametrize("name", CORPUS)
def test_that_a_hostile_file_runs_nothing_and_ends_in_one_line(
    worker: EngineClient, tmp_path: Path, name: str
) -> None:
    canary = tmp_path / "canary"
    source = ModelSource(file=str(CORPUS[name](tmp_path, canary)))
    for job in (Look(id=2, source=source), Inspect(id=3, source=source)):
        start = time.monotonic()
        error = failure_of(worker, job)
        assert time.monotonic() - start < LIMIT_S
        assert not canary.exists()
        assert worker.is_running
        if error is not None:
            assert error.code in TEXTS
            assert error.code not in SURPRISES, error.message
            assert error.message.isprintable()
            assert error.exit_status == 2


def test_that_modules_beside_a_model_are_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary, folder = tmp_path / "canary", tmp_path / "models"
    folder.mkdir()
    for name in ("torch", "numpy", "msgspec", "engine", "resources", "sitecustomize", "usercustomize", "os"):
        (folder / f"{name}.py").write_text(python(canary))
    torch.save(nn.Sequential(nn.Linear(4, 3)), folder / "model.pt")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(("", ".", str(folder))))
    with EngineClient() as client:
        inspection = client.run_job(Inspect(id=1, source=ModelSource(file=str(folder / "model.pt"))))
    assert [layer.name for layer in inspection.layers] == ["0"]
    assert not canary.exists()
