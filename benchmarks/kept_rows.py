"""Rows of a table that are kept in a file, one JSON object a line: what is finished is not made again.

What the benchmarks over all architectures of torchvision share.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

import msgspec


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One network. ``failed`` says what went wrong, where something did."""

    name: str
    failed: str = ""


R = TypeVar("R", bound=Row)


class KeptRows(Generic[R]):
    """The finished rows of a file.

    Args:
        path: of the file; it need not be there.
        kind: of the rows.
    """

    def __init__(self, path: Path, kind: type[R]) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = path.read_bytes().splitlines() if path.is_file() else []
        rows = [msgspec.json.decode(line, type=kind) for line in lines]
        self._rows = {row.name: row for row in rows if not row.failed}

    def all(self, names: Iterable[str], make: Callable[[str], R]) -> Iterator[R]:
        """A row for every name; those that are missing are made, and kept unless they failed."""
        for name in names:
            row = self._rows.get(name) or make(name)
            if name not in self._rows and not row.failed:
                with self.path.open("ab") as file:
                    file.write(msgspec.json.encode(row) + b"\n")
            yield row


def print_row(row: Row, line: str, *, is_json: bool) -> None:
    """One row, as it is finished."""
    print(json.dumps(msgspec.to_builtins(row)) if is_json else line, flush=True)


def made_apart(script: str, arguments: list[str], name: str, kind: type[R], *, seconds: float) -> R:
    """A row that a process of its own prints as its last line: out of memory is a row too, and not the end.

    Args:
        script: the file that is run.
        arguments: its command line.
        name: of the row.
        kind: of the row.
        seconds: after which the process is ended.
    """
    try:
        done = subprocess.run(  # our own file
            [sys.executable, script, *arguments], capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return kind(name=name, failed=f"not finished in {seconds:.0f} s")
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [""])[-1]
        signal = f"ended by signal {-done.returncode}" if done.returncode < 0 else last
        return kind(name=name, failed=signal[:160])
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=kind)
