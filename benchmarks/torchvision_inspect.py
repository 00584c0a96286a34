"""Inspects every classification architecture of torchvision as a user would: a saved state_dict, through the worker.

Run: ``.venv/bin/python benchmarks/torchvision_inspect.py [--json] [--only NAME] [--guess] [--threads N] [--out FILE]``.
Each network is saved with fresh weights, all of them other than zero in the head too, inspected, and its file deleted.
``seconds`` are of the whole job in a worker whose imports are done, less those that the file's SHA-256 takes here right
after, with the same function on the same cached file. ``cpu`` is the same in processor seconds of all threads, which
other programs on the machine hardly change (Linux only). Finished rows are kept in FILE and not made again.

``--guess`` names no architecture: the worker has to find it by the shapes.
"""

import argparse
import os
import platform
import tempfile
import time
from pathlib import Path

import msgspec
import torch
from kept_rows import KeptRows, Row, print_row
from torch import nn
from torchvision import models

from engine.client import EngineClient
from engine.contract.errors import PenjingError
from engine.contract.messages import Inspect
from engine.contract.run_folder import sha256_of
from engine.contract.source import ModelSource
from engine.contract.stats import Inspection

HERE = Path(__file__).parent


class Inspected(Row, frozen=True, kw_only=True):
    """What one network took. ``failed`` is the engine's sentence where it was not opened."""

    architecture: str = "named"
    seconds: float = 0.0
    cpu_seconds: float | None = None
    sha256_seconds: float = 0.0
    layers: int = 0
    prunable: int = 0
    macs: int | None = None
    size_bytes: int = 0
    threads: int = 1
    torch: str = str(torch.__version__)
    python: str = platform.python_version()


def save_network(name: str, path: Path) -> None:
    """Fresh weights of an architecture, as its users save them."""
    torch.manual_seed(0)
    # Without a choice these two warn; the heads' few zeros are what vision transformers begin with.
    choice = {"init_weights": True} if name in ("googlenet", "inception_v3") else {}
    module = models.get_model(name, weights=None, **choice)
    for part in module.modules():
        if isinstance(part, nn.Linear) and not part.weight.any():
            nn.init.normal_(part.weight, std=0.02)
    torch.save(module.state_dict(), path)


def cpu_seconds_of_worker() -> float:
    """What the one process that this one has started has used so far; 0 where the system does not say."""
    try:
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        fields = Path(f"/proc/{children[0]}/stat").read_text().rpartition(")")[2].split()
    except (OSError, IndexError):
        return 0.0
    # The name in brackets is left out: user and system time are the 12th and 13th field behind it.
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def inspect_one(client: EngineClient, name: str, path: Path, options: argparse.Namespace) -> Inspected:
    """Saves, inspects and deletes one network."""
    save_network(name, path)
    source = ModelSource(file=str(path), architecture=None if options.guess else f"torchvision:{name}")
    row = Inspected(name=name, threads=options.threads, size_bytes=path.stat().st_size)
    begin, cpu_begin = time.perf_counter(), cpu_seconds_of_worker()
    try:
        job = Inspect(id=1, source=source, threads=options.threads)
        inspection: Inspection = client.run_job(job)
    except PenjingError as error:
        path.unlink()
        return msgspec.structs.replace(row, failed=error.message)
    whole, cpu = time.perf_counter() - begin, cpu_seconds_of_worker() - cpu_begin
    begin, cpu_begin = time.perf_counter(), time.process_time()
    sha256_of(path)
    sha256, sha256_cpu = time.perf_counter() - begin, time.process_time() - cpu_begin
    path.unlink()
    return msgspec.structs.replace(
        row,
        architecture="guessed" if inspection.source.is_guessed else "named",
        seconds=round(whole - sha256, 2),
        cpu_seconds=round(cpu - sha256_cpu, 2) if cpu else None,
        sha256_seconds=round(sha256, 2),
        layers=len(inspection.layers),
        prunable=sum(layer.prunable for layer in inspection.layers),
        macs=inspection.totals.macs,
    )


def line_of(row: Inspected) -> str:
    """A row of the table."""
    if row.failed:
        return f"| {row.name} | {row.failed} | | | | |"
    cpu = "" if row.cpu_seconds is None else f"{row.cpu_seconds:.2f}"
    return f"| {row.name} | {row.seconds:.2f} | {cpu} | {row.layers} | {row.prunable} | {row.architecture} |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    parser.add_argument("--only", default="", metavar="NAME")
    parser.add_argument("--guess", action="store_true", help="name no architecture")
    parser.add_argument("--threads", type=int, default=max((os.cpu_count() or 2) - 1, 1))
    parser.add_argument("--out", type=Path, metavar="FILE")
    options = parser.parse_args()
    kind = "guessed" if options.guess else "named"
    out = options.out or HERE / "results" / f"torchvision_inspect_{kind}.jsonl"
    names = [name for name in models.list_models(module=models) if options.only in name]
    if not options.json:
        print(f"torch {torch.__version__}, Python {platform.python_version()}, {options.threads} threads")
        print("| network | seconds | cpu | layers | prunable | architecture |")
        print("| --- | --- | --- | --- | --- | --- |")
    with EngineClient() as client, tempfile.TemporaryDirectory() as folder:
        client.wait_until_ready()
        inspect_one(client, "alexnet", Path(folder) / "first.pt", options)
        path = Path(folder) / "network.pt"
        for row in KeptRows(out, Inspected).all(names, lambda name: inspect_one(client, name, path, options)):
            print_row(row, line_of(row), is_json=options.json)


if __name__ == "__main__":
    main()
