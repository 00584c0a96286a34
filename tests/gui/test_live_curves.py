"""The frame of live curves: what a line that has not moved yet stands in."""

import pytest

from gui.plots.curves import LiveCurves


def frame_of(plot: LiveCurves) -> list[float]:
    """The lowest and the highest value that are shown."""
    plot.redraw()
    # As the next paint would.
    plot.getViewBox().updateAutoRange()
    return plot.getViewBox().viewRange()[1]


@pytest.fixture
def shares(qtbot) -> LiveCurves:
    plot = LiveCurves(("accuracy",), str, most=1.0)
    qtbot.addWidget(plot)
    return plot


@pytest.mark.parametrize("count", [1, 2, 30])
def test_that_a_level_line_at_the_limit_stands_at_the_top_above_zero(shares, count):
    for step in range(count):
        shares.append("accuracy", step, 1.0)
    low, high = frame_of(shares)
    assert low == 0
    assert 1 < high < 1.1


def test_that_a_line_that_moves_is_followed(shares):
    for step, value in enumerate((0.97, 0.98, 0.99)):
        shares.append("accuracy", step, value)
    low, high = frame_of(shares)
    assert 0.96 < low < 0.97
    assert 0.99 < high < 1.0


def test_that_a_level_line_without_a_limit_stands_in_the_middle(qtbot):
    plot = LiveCurves(("loss",), str)
    qtbot.addWidget(plot)
    for step in range(5):
        plot.append("loss", step, 4.0)
    assert frame_of(plot) == [0, 8]
