"""The runs library: where new runs go by default, and which runs are there."""

import os
import re
import time
from pathlib import Path

import platformdirs

from engine.contract.record import Record
from engine.contract.run_folder import RunFolder, RunState


class RunEntry(Record, frozen=True, kw_only=True):
    """A run in the library; ``changed`` is seconds since the epoch."""

    folder: str
    name: str
    state: RunState
    changed: float


def library_folder() -> Path:
    """``PENJING_RUNS``, or the user's data folder of this platform."""
    named = os.environ.get("PENJING_RUNS")
    return Path(named) if named else Path(platformdirs.user_data_dir("penjing", appauthor=False)) / "runs"


def new_run_folder(name: str, library: Path | None = None) -> Path:
    """A folder ``DATE_NAME`` that does not exist yet (and is not made here)."""
    safe = re.sub(r"[^\w.-]+", "-", name)
    stem = f"{time.strftime('%Y-%m-%d')}_{safe}"
    root = library if library is not None else library_folder()
    folder, number = root / stem, 2
    while folder.exists():
        folder, number = root / f"{stem}-{number}", number + 1
    return folder


def list_runs(library: Path | None = None, limit: int = 50) -> tuple[RunEntry, ...]:
    """The newest runs, newest first; folders that hold no run are passed over."""
    root = library if library is not None else library_folder()
    if not root.is_dir():
        return ()
    found = []
    for path in root.iterdir():
        folder = RunFolder(path)
        if folder.recipe.is_file():
            changed = max(
                folder.recipe.stat().st_mtime, folder.events.stat().st_mtime if folder.events.exists() else 0
            )
            found.append((changed, path))
    newest = sorted(found, reverse=True)[:limit]
    return tuple(
        RunEntry(folder=str(path), name=path.name, state=RunFolder(path).state(), changed=changed)
        for changed, path in newest
    )
