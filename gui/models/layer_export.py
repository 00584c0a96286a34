"""Layers as text for other programs: a CSV file, or cells between tabs for the clipboard.

A layer's name comes from a stranger's file, and spreadsheets compute what begins like a formula.
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence

from gui.models.layer_rows import LayerRow

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
Value = str | float | int | bool | None


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula.

    >>> harmless("=1+1")
    "'=1+1"
    """
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text


_FIELDS: dict[str, Callable[[LayerRow], Value]] = {
    "layer": lambda row: row.layer.name,
    "type": lambda row: row.layer.kind,
    "shape": lambda row: "x".join(map(str, row.layer.shape)),
    "parameters": lambda row: row.layer.parameters,
    "parameter_bytes": lambda row: row.layer.parameter_bytes,
    "size_share": lambda row: row.layer.size_share,
    "macs": lambda row: row.layer.macs,
    "sparsity": lambda row: row.layer.sparsity,
    "min": lambda row: row.layer.min,
    "max": lambda row: row.layer.max,
    "mean": lambda row: row.layer.mean,
    "std": lambda row: row.layer.std,
    "kurtosis": lambda row: row.layer.kurtosis,
    "channels": lambda row: row.layer.channels,
    "dead_channels": lambda row: row.layer.dead_channels,
    "group": lambda row: row.layer.group,
    "prunable": lambda row: row.layer.prunable,
    "locked_because": lambda row: row.layer.locked_because,
    "bears_weight_ratio": lambda row: row.sensitivity.suggestion.weight_ratio,
    "bears_channel_ratio": lambda row: row.sensitivity.suggestion.channel_ratio,
    "bears_bits": lambda row: row.sensitivity.suggestion.bits,
}
"""The columns of a file: their names are the contract's, the same in all languages."""


def csv_text(rows: Iterable[LayerRow]) -> str:
    """A table with a line for each layer; numbers in full, what is not known left empty."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_FIELDS)
    for row in rows:
        writer.writerow([_cell(read(row)) for read in _FIELDS.values()])
    return out.getvalue()


def _cell(value: Value) -> Value:
    return harmless(value) if isinstance(value, str) else value


def tabbed_text(lines: Iterable[Sequence[str]]) -> str:
    """Lines of cells as spreadsheets take them from the clipboard."""
    return "\n".join("\t".join(_one_cell(cell) for cell in line) for line in lines)


def _one_cell(text: str) -> str:
    """Without what would begin another cell or line."""
    return harmless(text).translate({ord(sign): " " for sign in "\t\r\n"})
