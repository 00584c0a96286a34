"""Reads tables of texts: CSV as people have it, with any of the usual delimiters, with or without titles."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from engine.contract.errors import RequestError
from engine.contract.recipe import TextSpec
from engine.data.choosing import Labelled

_DELIMITERS = ",;\t|"
_TRIED_ROWS = 50
_LONGEST_CELL = 2**24


@dataclass(frozen=True)
class Table:
    """Rows of cells, each with its line in the file; all rows have as many."""

    path: Path
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    @property
    def titles(self) -> tuple[str, ...]:
        """The first row."""
        return self.rows[0][1]


def read_table(path: Path) -> Table:
    """Reads a CSV file in UTF-8, or UTF-16 with its mark; empty lines are passed over.

    Raises:
        RequestError: it is none, or its rows differ in length.
    """
    text = _read_text(path)
    delimiter = find_delimiter(text)
    # A text of a chapter's length is still one cell.
    csv.field_size_limit(_LONGEST_CELL)
    try:
        rows = tuple(_rows(text, delimiter))
    except csv.Error as error:
        raise RequestError("csv_unreadable", path=path, reason=error) from None
    if not rows:
        raise RequestError("file_empty", path=path)
    _check_widths(path, rows, delimiter)
    return Table(path, rows)


def _read_text(path: Path) -> str:
    if path.is_dir():
        raise RequestError("file_is_folder", path=path)
    if not path.is_file():
        raise RequestError("file_missing", path=path)
    content = path.read_bytes()
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise RequestError("csv_unreadable", path=path, reason=error) from None


def _rows(text: str, delimiter: str) -> list[tuple[int, tuple[str, ...]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    return [(reader.line_num, tuple(row)) for row in reader if any(cell.strip() for cell in row)]


def find_delimiter(text: str) -> str:
    r"""The delimiter that parts the first rows into equally many columns, and most of them; a comma where none does.

    >>> find_delimiter("text;label\nwell, well;0\n")
    ';'
    """
    head = "".join(text.splitlines(keepends=True)[:_TRIED_ROWS])
    return max(_DELIMITERS, key=lambda delimiter: _fitness(head, delimiter))


def _fitness(head: str, delimiter: str) -> tuple[bool, int]:
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    widths = {len(row) for row in reader if row}
    return (len(widths) == 1 and widths != {1}, min(widths, default=0))


def _check_widths(path: Path, rows: tuple[tuple[int, tuple[str, ...]], ...], delimiter: str) -> None:
    wanted = len(rows[0][1])
    if wanted < 2:
        raise RequestError("csv_one_column", path=path)
    for line, cells in rows:
        if len(cells) != wanted:
            raise RequestError(
                "csv_ragged", path=path, line=line, found=len(cells), wanted=wanted, delimiter=delimiter
            )


def texts_of(table: Table, spec: TextSpec) -> Labelled[str]:
    """The texts and their labels; the first and the last column where the recipe names none.

    Raises:
        RequestError: a column that the recipe names is not there.
    """
    text = _column(table, spec.text_column, 0)
    label = _column(table, spec.label_column, len(table.titles) - 1)
    cells = [row for _, row in table.rows]
    if spec.text_column or spec.label_column or _has_titles(cells, label):
        cells = cells[1:]
    return Labelled(tuple(row[text] for row in cells), tuple(row[label].strip() for row in cells))


def _column(table: Table, name: str, default: int) -> int:
    if not name:
        return default
    titles = [title.strip().lower() for title in table.titles]
    if name.strip().lower() not in titles:
        raise RequestError("csv_no_column", path=table.path, name=name, found=", ".join(table.titles))
    return titles.index(name.strip().lower())


def _has_titles(cells: list[tuple[str, ...]], label: int) -> bool:
    """A first row whose label no other row has is one of titles: a class of one sample teaches nothing."""
    return all(row[label] != cells[0][label] for row in cells[1:])
