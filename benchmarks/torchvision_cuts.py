"""Cuts half of the channels of every classification architecture of torchvision, and looks at what is left.

Run: ``.venv/bin/python benchmarks/torchvision_cuts.py [--json] [--only NAME] [--size N] [--no-onnx] [--out FILE]``.
Weights are random, batch-norm statistics too, and no parameter is all zero: a network that answers 0 or 10⁸ would
prove nothing. ``seconds`` are for finding the groups and for the cut, on one thread. ``masked`` is the largest
difference of the masked network to the cut one, ``onnx`` that of ONNX Runtime to torch, each ÷ the largest output.
``latency`` is the time of the cut network's file ÷ that of the whole one's, in ONNX Runtime, one thread, one sample.
Finished rows are kept in FILE and not made again.
"""

import argparse
import json
import tempfile
import time
from collections import Counter
from pathlib import Path

import msgspec
import torch
from torch import Tensor, nn
from torchvision import models

from engine.analysis.cost import total_macs
from engine.context import RunContext
from engine.contract.recipe import ModelSpec, PruneSpec, Recipe
from engine.export.onnx_file import INPUT_NAME, build_onnx, write_onnx
from engine.export.prepare import prepare_float
from engine.export.runtime import measure_latency, open_session
from engine.joint.compressed import CompressedModel
from engine.models.example import Example
from engine.models.graph import capture, layers_of
from engine.pruning.channels import map_channels

HERE = Path(__file__).parent
FIXED_SIZES = {"inception_v3": 299, "vit_h_14": 224}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What one network lost. ``failed`` says what went wrong, where something did."""

    name: str
    size: int = 0
    seconds: float = 0.0
    layers: int = 0
    locked: dict[str, int] = {}
    macs: tuple[int, int] = (0, 0)
    parameters: tuple[int, int] = (0, 0)
    changed: float = 0.0
    masked: float = 0.0
    onnx: float | None = None
    latency: float | None = None
    failed: str = ""
    torch: str = str(torch.__version__)


@torch.no_grad()
def shaken(name: str) -> nn.Module:
    """An architecture with random weights and statistics, none of them all zero."""
    torch.manual_seed(0)
    choice = {"init_weights": True} if name in ("googlenet", "inception_v3") else {}
    module = models.get_model(name, weights=None, num_classes=10, **choice).eval()
    for part in module.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm):
            assert part.running_mean is not None and part.running_var is not None
            part.running_mean.normal_(0, 0.3)
            part.running_var.uniform_(0.5, 2)
            part.weight.uniform_(0.5, 1.5)
            part.bias.normal_(0, 0.3)
    for parameter in module.parameters():
        if not parameter.any():
            parameter.normal_(0, 0.1)
    assert isinstance(module, nn.Module)
    return module


def error_between(found: Tensor, wanted: Tensor) -> float:
    """The largest difference ÷ the largest output."""
    return float((found - wanted).abs().max() / wanted.abs().max())


def totals(model: CompressedModel) -> tuple[int, int]:
    """MACs and parameters."""
    parameters = sum(parameter.numel() for parameter in model.module.parameters())
    return total_macs(model.captured) or 0, parameters


def seconds_of_groups(model: CompressedModel) -> float:
    """How long the groups take, found once more."""
    begin = time.perf_counter()
    len(map_channels(model.captured).groups)
    return time.perf_counter() - begin


@torch.no_grad()
def cut_one(name: str, options: argparse.Namespace) -> Row:
    """Masks, cuts and exports one network."""
    size = FIXED_SIZES.get(name, 224 if name.startswith(("vit", "maxvit")) else options.size)
    example = Example((3, size, size))
    recipe = Recipe(model=ModelSpec(file=name), prune=PruneSpec(ratio=0.5))
    model = CompressedModel(capture(shaken(name), example), recipe)
    before, inputs = totals(model), torch.randn(2, 3, size, size)
    seconds = seconds_of_groups(model)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{which}.onnx" for which in ("whole", "cut")]
        if options.onnx:
            write_onnx(build_onnx(prepare_float(model), example), paths[0])
        whole = model.module(inputs)
        model.attach_masks()
        model.set_share(1.0)
        masked = model.module(inputs)
        begin = time.perf_counter()
        model.cut()
        seconds += time.perf_counter() - begin
        answer, after = model.module(inputs), totals(model)
        row = Row(
            name=name,
            size=size,
            seconds=round(seconds, 3),
            layers=sum(1 for _ in layers_of(model.module)),
            locked=dict(Counter(" ".join((r.code, *r.arguments.values())) for r in model.locked.values())),
            macs=(before[0], after[0]),
            parameters=(before[1], after[1]),
            changed=error_between(masked, whole),
            masked=error_between(answer, masked),
        )
        return with_files(row, model, inputs, paths) if options.onnx else row


def with_files(row: Row, model: CompressedModel, inputs: Tensor, paths: list[Path]) -> Row:
    """The row with what ONNX Runtime says of the files."""
    write_onnx(build_onnx(prepare_float(model), model.captured.example), paths[1])
    whole, cut = (open_session(path, threads=1) for path in paths)
    (found,) = cut.run(None, {INPUT_NAME: inputs.numpy()})
    times = measure_latency([whole, cut], inputs[:1].numpy(), RunContext(), threads=1)
    error = error_between(torch.from_numpy(found), model.module(inputs))
    return msgspec.structs.replace(row, onnx=error, latency=round(times[1].p50 / times[0].p50, 3))


def tried(name: str, options: argparse.Namespace) -> Row:
    """A row for every network, whatever happens to it."""
    try:
        return cut_one(name, options)
    except Exception as error:
        return Row(name=name, failed=f"{type(error).__name__}: {str(error)[:120]}")


def kept_rows(path: Path) -> dict[str, Row]:
    """Rows that are finished, by name."""
    if not path.is_file():
        return {}
    rows = (msgspec.json.decode(line, type=Row) for line in path.read_bytes().splitlines())
    return {row.name: row for row in rows if not row.failed}


def line_of(row: Row) -> str:
    """A row of the table."""
    if row.failed:
        return f"| {row.name} | {row.failed} | | | | | | | |"
    macs, parameters = (after / max(before, 1) for before, after in (row.macs, row.parameters))
    reasons = ", ".join(f"{reason} × {count}" for reason, count in row.locked.items())
    onnx = "" if row.onnx is None else f"{row.onnx:.0e}"
    latency = "" if row.latency is None else f"{row.latency:.2f}"
    return (
        f"| {row.name} | {row.seconds:.2f} | {macs:.2f} | {parameters:.2f} | {row.masked:.0e} | {onnx} | {latency} "
        f"| {sum(row.locked.values())} of {row.layers} | {reasons} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    parser.add_argument("--only", default="", metavar="NAME")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--no-onnx", dest="onnx", action="store_false", help="write no files")
    parser.add_argument("--out", type=Path, metavar="FILE")
    options = parser.parse_args()
    torch.set_num_threads(1)
    kind = "" if options.onnx else "_torch"
    out = options.out or HERE / "results" / f"torchvision_cuts_{options.size}{kind}.jsonl"
    out.parent.mkdir(parents=True, exist_ok=True)
    rows = kept_rows(out)
    if not options.json:
        print("| network | seconds | MACs | parameters | masked | onnx | latency | locked | reasons |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in models.list_models(module=models):
        if options.only not in name:
            continue
        row = rows.get(name) or tried(name, options)
        if name not in rows and not row.failed:
            with out.open("ab") as file:
                file.write(msgspec.json.encode(row) + b"\n")
        print(json.dumps(msgspec.to_builtins(row)) if options.json else line_of(row), flush=True)


if __name__ == "__main__":
    main()
