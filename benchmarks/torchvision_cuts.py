"""Cuts half of the channels of every classification architecture of torchvision, and exports what is left.

Run: ``.venv/bin/python benchmarks/torchvision_cuts.py [--json] [--only NAME …] [--size N] [--no-onnx] [--limit S]
[--out FILE]``.
Weights are random, none nearly zero; batch norms measure images, and those of the cut network once more. A network
whose answers to different images lie nearer than 1e-3 of the largest fails, as it would prove nothing. ``seconds`` are
for finding the groups and for the cut, on one thread, and ``cpu`` those of the processor, which other programs on the
machine hardly change. ``masked`` is the largest difference of the masked network to the
cut one, ``onnx`` those of ONNX Runtime to torch, of the whole network and of the cut one, each ÷ the largest output.
Bytes are of the float32 files, with the data file where one would be larger than 2 GB. Milliseconds are the medians of
both files, alternating in one process, one thread, one sample.
Each network has a process of its own, which is ended after ``--limit`` seconds. Finished rows are kept in FILE and not
made again.
"""

import argparse
import gc
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import msgspec
import torch
from kept_rows import KeptRows, Row, made_apart, print_row
from onnxruntime import InferenceSession
from shaken import SMALLEST_SPREAD, recalibrate_, samples, shaken, spread
from torch import Tensor
from torchvision import models

from engine.analysis.cost import total_macs
from engine.contract.recipe import ModelSpec, PruneSpec, Recipe
from engine.export.onnx_file import INPUT_NAME, build_onnx, write_onnx
from engine.export.prepare import prepare_float
from engine.export.runtime import open_session
from engine.export.tensors_apart import size_of
from engine.export.verify import largest_error
from engine.joint.compressed import CompressedModel
from engine.models.example import Example
from engine.models.graph import capture, layers_of
from engine.pruning.channels import map_channels

HERE = Path(__file__).parent
FIXED_SIZES = {"inception_v3": 299, "vit_h_14": 224}
CHECKED_IMAGES, MEASURED_IMAGES = 2, 4
ROUNDS, LATENCY_SECONDS = 50, 20.0
ERROR_LIMIT = 1e-4


class Cut(Row, frozen=True, kw_only=True):
    """What one network lost; pairs are before and after."""

    size: int = 0
    seconds: float = 0.0
    cpu_seconds: float | None = None
    layers: int = 0
    locked: dict[str, int] = msgspec.field(default_factory=dict)
    macs: tuple[int, int] = (0, 0)
    parameters: tuple[int, int] = (0, 0)
    changed: float = 0.0
    masked: float = 0.0
    spread: float | None = None
    onnx: tuple[float, float] | None = None
    bytes: tuple[int, int] | None = None
    milliseconds: tuple[float, float] | None = None
    torch: str = str(torch.__version__)


@torch.no_grad()
def cut_one(name: str, *, size: int, is_exported: bool) -> Cut:
    """Masks, cuts and exports one network."""
    size = FIXED_SIZES.get(name, 224 if name.startswith(("vit", "maxvit")) else size)
    measured = samples(MEASURED_IMAGES, size)
    captured = capture(shaken(name, measured), Example((3, size, size)))
    model = CompressedModel(captured, Recipe(model=ModelSpec(file=name), prune=PruneSpec(ratio=0.5)))
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / which / "model.onnx" for which in ("whole", "cut")]
        images = measured[:CHECKED_IMAGES]
        whole, before = model.module(images), totals(model)
        if is_exported:
            export(model, paths[0])
        row = msgspec.structs.replace(cut_row(model, images, whole), name=name, size=size)
        recalibrate_(model.module, measured)
        answer, after = model.module(images), totals(model)
        row = msgspec.structs.replace(
            row,
            macs=(before[0], after[0]),
            parameters=(before[1], after[1]),
            spread=min(spread(whole), spread(answer)),
        )
        if is_exported:
            export(model, paths[1])
            del model, captured
            gc.collect()
            row = with_files(row, paths, images, [whole, answer])
    return checked(row)


def totals(model: CompressedModel) -> tuple[int, int]:
    """MACs and parameters."""
    return total_macs(model.captured) or 0, sum(p.numel() for p in model.module.parameters())


def cut_row(model: CompressedModel, images: Tensor, whole: Tensor) -> Cut:
    """The cut: how long it takes, groups found once more, and whether the masked network foretold it."""
    model.attach_masks()
    model.set_share(1.0)
    masked = model.module(images)
    begin, cpu_begin = time.perf_counter(), time.process_time()
    len(map_channels(model.captured).groups)
    model.cut()
    seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu_begin
    reasons = Counter(" ".join((r.code, *r.arguments.values())) for r in model.locked.values())
    return Cut(
        name="",
        seconds=round(seconds, 3),
        cpu_seconds=round(cpu, 3),
        layers=sum(1 for _ in layers_of(model.module)),
        locked=dict(reasons),
        changed=largest_error(masked, whole),
        masked=largest_error(model.module(images), masked),
    )


def export(model: CompressedModel, path: Path) -> None:
    """The network as it is now, as float32 ONNX."""
    path.parent.mkdir()
    write_onnx(build_onnx(prepare_float(model), model.captured.example), path)


def with_files(row: Cut, paths: Sequence[Path], images: Tensor, answers: Sequence[Tensor]) -> Cut:
    """The row with what ONNX Runtime says of both files."""
    sessions = [open_session(path, threads=1) for path in paths]
    found = [torch.from_numpy(session.run(None, {INPUT_NAME: images.numpy()})[0]) for session in sessions]
    whole, cut = (largest_error(*pair) for pair in zip(found, answers, strict=True))
    return msgspec.structs.replace(
        row,
        onnx=(whole, cut),
        bytes=(size_of(paths[0]), size_of(paths[1])),
        milliseconds=alternate(sessions, images[:1]),
    )


def alternate(sessions: Sequence[InferenceSession], image: Tensor) -> tuple[float, float]:
    """Medians of both in milliseconds: 50 rounds, or as many as 20 seconds allow, and three at least."""
    times: list[list[float]] = [[] for _ in sessions]
    begin = time.perf_counter()
    while len(times[0]) < ROUNDS and (len(times[0]) < 3 or time.perf_counter() - begin < LATENCY_SECONDS):
        for session, measured in zip(sessions, times, strict=True):
            start = time.perf_counter()
            session.run(None, {INPUT_NAME: image.numpy()})
            measured.append((time.perf_counter() - start) * 1000)
    return median(times[0]), median(times[1])


def checked(row: Cut) -> Cut:
    """The row, failed where it proves nothing or the runtime answers something else."""
    if row.spread is None or not row.spread >= SMALLEST_SPREAD:
        return msgspec.structs.replace(row, failed=f"answers differ by {row.spread:.0e} only")
    if row.onnx is not None and not max(row.onnx) <= ERROR_LIMIT:
        return msgspec.structs.replace(row, failed=f"ONNX Runtime differs by {max(row.onnx):.0e}")
    return row


def tried(name: str, options: argparse.Namespace) -> Cut:
    """A row for every network, whatever happens to it."""
    torch.set_num_threads(1)
    try:
        return cut_one(name, size=options.size, is_exported=options.onnx)
    except Exception as error:
        return Cut(name=name, failed=f"{type(error).__name__}: {str(error)[:120]}")


HEADS = (
    "network", "seconds", "cpu", "GMACs", "M parameters", "MB", "masked", "onnx whole, cut", "ms", "latency", "locked",
    "reasons",
)  # fmt: skip


def line_of(row: Cut) -> str:
    """A row of the table."""
    if row.failed:
        return f"| {row.name} | {row.failed} |" + " |" * (len(HEADS) - 2)
    reasons = ", ".join(f"{reason} × {count}" for reason, count in row.locked.items())
    latency = "" if row.milliseconds is None else f"{row.milliseconds[1] / row.milliseconds[0]:.2f}"
    cells = (
        row.name,
        f"{row.seconds:.2f}",
        "" if row.cpu_seconds is None else f"{row.cpu_seconds:.2f}",
        pair_text(row.macs, 1e9, "{:.2f}"),
        pair_text(row.parameters, 1e6, "{:.1f}"),
        pair_text(row.bytes, 1e6, "{:.1f}"),
        f"{row.masked:.0e}",
        "" if row.onnx is None else f"{row.onnx[0]:.0e}, {row.onnx[1]:.0e}",
        pair_text(row.milliseconds, 1, "{:.1f}"),
        latency,
        f"{sum(row.locked.values())} of {row.layers}",
        reasons,
    )
    return f"| {' | '.join(cells)} |"


def pair_text(pair: Sequence[float] | None, unit: float, form: str) -> str:
    """Before → after in a unit; empty where there is nothing."""
    return "" if pair is None else " → ".join(form.format(value / unit) for value in pair)


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    parser.add_argument(
        "--only", nargs="+", default=[""], metavar="NAME", help="names that hold one of these"
    )
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--onnx", action=argparse.BooleanOptionalAction, default=True, help="write files")
    parser.add_argument("--limit", type=float, default=1800, metavar="S", help="seconds a network may take")
    parser.add_argument("--out", type=Path, metavar="FILE")
    parser.add_argument("--here", metavar="NAME", help="one network, in this process, as JSON")
    return parser.parse_args()


def main() -> None:
    options = parsed()
    if options.here:
        print(msgspec.json.encode(tried(options.here, options)).decode())
        return
    kind = "" if options.onnx else "_torch"
    out = options.out or HERE / "results" / f"torchvision_cuts_{options.size}{kind}.jsonl"
    passed_on = ["--size", str(options.size), "--onnx" if options.onnx else "--no-onnx"]
    begin = time.perf_counter()
    if not options.json:
        print(f"| {' | '.join(HEADS)} |\n|{' --- |' * len(HEADS)}")
    names = [name for name in models.list_models(module=models) if any(part in name for part in options.only)]
    rows = list_of_rows(KeptRows(out, Cut), names, passed_on, options)
    failed = sum(bool(row.failed) for row in rows)
    print(f"{len(rows)} networks, {failed} failed, {time.perf_counter() - begin:.0f} s", file=sys.stderr)


def list_of_rows(
    kept: KeptRows[Cut], names: list[str], passed_on: list[str], options: argparse.Namespace
) -> list[Cut]:
    """All rows, printed as they come."""

    def make(name: str) -> Cut:
        return made_apart(__file__, ["--here", name, *passed_on], name, Cut, seconds=options.limit)

    rows = []
    for row in kept.all(names, make):
        print_row(row, line_of(row), is_json=options.json)
        rows.append(row)
    return rows


if __name__ == "__main__":
    main()
