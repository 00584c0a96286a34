"""What holds for every test: nothing of the user's is touched, and nothing is left running."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_PATIENCE_S = 5.0
_FOREIGN = ("tqdm_monitor",)
"""Threads of libraries that live as long as the process, by their design."""


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs and settings of a test lie in its own folder."""
    monkeypatch.setenv("PENJING_RUNS", str(tmp_path / "library"))
    monkeypatch.setenv("PENJING_TRUSTED", str(tmp_path / "trusted.json"))
    monkeypatch.setenv("PENJING_CONFIG", str(tmp_path / "config"))


@pytest.fixture(autouse=True)
def denormals_count() -> Iterator[None]:
    """The engine takes numbers next to zero for zero, in its process; here limits such as "above 0" need them."""
    yield
    if "torch" in sys.modules:
        sys.modules["torch"].set_flush_denormal(False)


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    """A thread or process that a test started and did not end fails it, by name."""
    threads, processes = set(threading.enumerate()), _children()
    yield
    end = time.monotonic() + _PATIENCE_S
    while (left := _left(threads, processes)) and time.monotonic() < end:
        threading.Event().wait(0.02)
    assert not left, f"left running: {', '.join(left)}; close the client, or join the thread, that started it"


def _left(threads: set[threading.Thread], processes: dict[int, str]) -> list[str]:
    # A Dummy stands for a thread that Qt or torch started: Python never sees it end.
    new = [thread for thread in threading.enumerate() if thread not in threads]
    started = [
        thread.name
        for thread in new
        if not isinstance(thread, threading._DummyThread) and thread.name not in _FOREIGN
    ]
    return started + [f"{name} ({pid})" for pid, name in _children().items() if pid not in processes]


def _children() -> dict[int, str]:
    """Living child processes, by id (Linux; elsewhere none are seen)."""
    if sys.platform != "linux":
        return {}
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().partition("(")[2].rpartition(")")
        except OSError:
            continue
        state, parent = rest.split()[:2]
        if int(parent) == os.getpid() and state != "Z":
            found[int(stat.parent.name)] = name
    return found
