import numpy as np

from gui.models.curve_buffer import CurveBuffer


def make_buffer(values) -> CurveBuffer:
    buffer = CurveBuffer()
    for step, value in enumerate(values):
        buffer.append(step, value)
    return buffer


def test_that_few_points_are_given_as_they_came():
    x, y = make_buffer([3.0, 1.0, 2.0]).points()
    assert x.tolist() == [0, 1, 2]
    assert y.tolist() == [3, 1, 2]


def test_that_a_buffer_grows_past_its_first_capacity():
    values = np.arange(10_000.0)
    buffer = make_buffer(values)
    assert len(buffer) == 10_000
    assert buffer.last == 9_999
    assert np.array_equal(buffer.points(limit=20_000)[1], values)


def test_that_many_points_are_thinned_to_the_limit():
    x, y = make_buffer(np.sin(np.arange(100_003) / 1000)).points(limit=5_000)
    assert 2_500 <= len(x) <= 5_002
    assert len(x) == len(y)
    assert np.all(np.diff(x) > 0)


def test_that_thinning_keeps_single_peaks():
    values = np.zeros(50_000)
    values[12_345], values[40_001] = 9.0, -7.0
    x, y = make_buffer(values).points(limit=1_000)
    assert y[x == 12_345].tolist() == [9.0]
    assert y[x == 40_001].tolist() == [-7.0]


def test_that_thinned_points_lie_on_the_curve():
    values = np.random.default_rng(0).normal(size=7_777)
    x, y = make_buffer(values).points(limit=500)
    assert np.array_equal(values[x.astype(int)], y)


def test_that_points_beyond_a_checkpoint_are_forgotten():
    buffer = make_buffer(range(100))
    buffer.cut_after(41)
    assert len(buffer) == 42
    assert buffer.last == 41


def test_that_a_cleared_buffer_has_no_points():
    buffer = make_buffer(range(5))
    buffer.clear()
    assert buffer.last is None
    assert len(buffer.points()[0]) == 0
