"""Tables for people: what is inside a model, before and after, runs side by side."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.contract.report import Artifact, Report, Verification
from engine.contract.stats import Inspection, LayerStats
from engine.reporting.figures import (
    count_text,
    milliseconds_text,
    number_text,
    shape_text,
    share_text,
    size_text,
    visible,
)
from engine.reporting.rows import headline_rows, side_by_side_rows


def print_table(
    console: Console, heads: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[int] = (0,)
) -> None:
    """Prints a table; columns in ``left`` are set to the left, figures to the right."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for index, head in enumerate(heads):
        is_left = index in left
        table.add_column(head, justify="left" if is_left else "right", no_wrap=not is_left, overflow="fold")
    for row in rows:
        table.add_row(*(Text(visible(cell)) for cell in row))
    console.print(table)


def print_inspection(console: Console, inspection: Inspection) -> None:
    """All layers, their sums, and how well the model does where data was given."""
    source, totals, metrics = inspection.source, inspection.totals, inspection.metrics
    console.print(Text(visible(f"{source.file} · {source.format.label} · {size_text(source.size_bytes)}")))
    heads = ["Layer", "Kind", "Weight", "Parameters", "Zeros", "Bytes", "MACs", "Channels can be cut"]
    rows = [_layer_cells(layer) for layer in inspection.layers]
    sums = [
        f"{len(inspection.layers)} layers",
        "",
        "",
        count_text(totals.parameters),
        share_text(totals.sparsity),
        size_text(totals.parameter_bytes),
        count_text(totals.macs),
        "",
    ]
    print_table(console, heads, [*rows, sums], left=(0, 1, 7))
    if metrics.accuracy is not None:
        console.print(
            f"Test split: accuracy {share_text(metrics.accuracy)}, loss {number_text(metrics.loss)}"
        )


def _layer_cells(layer: LayerStats) -> list[str]:
    return [
        layer.name,
        layer.kind,
        shape_text(layer.shape),
        count_text(layer.parameters),
        share_text(layer.sparsity),
        size_text(layer.parameter_bytes),
        count_text(layer.macs),
        "yes" if layer.prunable else f"no: {layer.locked_because or 'unknown'}",
    ]


def print_before_after(console: Console, report: Report) -> None:
    """What a run changed."""
    rows = [[row.label, row.before, row.after, row.change] for row in headline_rows(report)]
    print_table(console, ["", "Before", "After", ""], rows)


def print_artifacts(console: Console, artifacts: Sequence[Artifact]) -> None:
    """What was written, and whether it held."""
    rows = [[item.path, size_text(item.size_bytes), _verdict(item), item.why] for item in artifacts]
    print_table(console, ["File", "Size", "", "Verdict"], rows, left=(0, 2, 3))


def _verdict(item: Artifact | Verification) -> str:
    return "verified" if item.verified else "NOT VERIFIED"


def print_side_by_side(console: Console, reports: Sequence[tuple[str, Report]]) -> None:
    """Several runs, one column each."""
    rows = side_by_side_rows([report for _, report in reports])
    print_table(console, ["", *(name for name, _ in reports)], rows)


def print_verification(console: Console, path: str, found: Verification) -> None:
    """What re-running one file showed."""
    latency = found.latency_ms
    facts = (
        ("File", path),
        ("Format", found.format),
        ("Size", f"{size_text(found.size_bytes)} ({count_text(found.size_bytes)} bytes)"),
        ("SHA-256", found.sha256),
        ("Accuracy", share_text(found.accuracy)),
        ("Latency", milliseconds_text(None if latency is None else latency.p50)),
        ("Operators", f"{found.integer_operators} integer, {found.float_operators} float"),
        ("Verdict", f"{_verdict(found)}: {found.why}"),
    )
    print_table(console, ["", ""], facts, left=(0, 1))
