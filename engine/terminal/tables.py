"""Tables for people: before and after, runs side by side, a file that was verified."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.contract.report import Artifact, Report, Verification
from engine.reporting.figures import (
    count_text,
    milliseconds_text,
    share_text,
    size_text,
    visible,
)
from engine.reporting.rounding import ROUNDING_HEADS, rounding_rows
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


def print_before_after(console: Console, report: Report) -> None:
    """What a run changed."""
    rows = [[row.label, row.before, row.after, row.change] for row in headline_rows(report)]
    print_table(console, ["", "Before", "After", ""], rows)
    rounded = rounding_rows(report.layers)
    if rounded:
        console.print()
        console.print("Answers of layers against those without rounding, the worst first")
        print_table(console, ROUNDING_HEADS, rounded, left=(0, 7))


def print_artifacts(console: Console, artifacts: Sequence[Artifact]) -> None:
    """What was written, and whether it held."""
    rows = [[item.paths, size_text(item.size_bytes), _verdict(item), item.why] for item in artifacts]
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
