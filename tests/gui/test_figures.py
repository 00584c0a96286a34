import doctest

import pytest

from gui import figures


def test_that_the_examples_in_the_docstrings_hold():
    result = doctest.testmod(figures)

    assert result.attempted >= 8
    assert result.failed == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.00 KB"),
        (14_336, "14.3 KB"),
        (46_757_000, "46.8 MB"),
        (2.5e9, "2.50 GB"),
    ],
)
def test_that_a_length_has_three_digits_and_a_unit(value, text):
    assert figures.bytes_text(value) == text


@pytest.mark.parametrize(
    "tell", [figures.count_text, figures.bytes_text, figures.percent_text, figures.ratio_text]
)
def test_that_what_is_not_known_is_a_dash(tell):
    assert tell(None) == "–"


@pytest.mark.parametrize(("change", "text"), [(0.0, "+0.0"), (0.0123, "+1.2"), (-0.0052, "−0.5")])
def test_that_a_change_of_accuracy_carries_its_sign(change, text):
    assert figures.points_text(change) == text
