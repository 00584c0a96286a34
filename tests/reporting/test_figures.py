"""Figures read as people write them."""

from collections.abc import Callable

import pytest

from engine.reporting.figures import (
    count_text,
    milliseconds_text,
    number_text,
    points_text,
    ratio_text,
    seconds_text,
    shape_text,
    share_text,
    size_text,
    visible,
)


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        (size_text, 999, "999 bytes"),
        (size_text, 1000, "1.0 KB"),
        (size_text, 46_800_000, "46.8 MB"),
        (size_text, 5 * 10**12, "5000.0 GB"),
        (count_text, 21840, "21,840"),
        (share_text, 0.9833, "98.33 %"),
        (number_text, 0.000123456, "0.0001235"),
        (milliseconds_text, 0.30512, "0.305 ms"),
        (ratio_text, 3.4166, "3.42×"),
        (points_text, -0.0028, "−0.28 pt"),
        (points_text, 0.005, "+0.50 pt"),
        (seconds_text, 8.44, "8.4 s"),
        (seconds_text, 125.2, "2 min 05 s"),
        (shape_text, (10, 1, 5, 5), "10 × 1 × 5 × 5"),
    ],
)
def test_that_a_figure_reads_as_people_write_it(
    text: Callable[[object], str], value: object, expected: str
) -> None:
    assert text(value) == expected


@pytest.mark.parametrize(
    "text", [size_text, count_text, share_text, number_text, milliseconds_text, ratio_text, points_text]
)
def test_that_what_is_not_known_is_a_dash(text: Callable[[None], str]) -> None:
    assert text(None) == "–"


def test_that_what_acts_unseen_is_spelled_out() -> None:
    assert visible("a\x1b[31mb\u202ec\x00") == "a\\u001b[31mb\\u202ec\\u0000"
    assert visible("层 1 × é\n") == "层 1 × é\n"
