"""A curve of density against error, as an SVG that a browser and a page of the documentation show."""

import math
from collections.abc import Mapping, Sequence

from engine.reporting.markup import Html, tag

WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 60, 52
# Told apart by people who see few colours (Okabe & Ito 2008), and on white and black.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#999999")
GREY = "#808080"
LEVELS = (1, 1.5, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100)
Points = Sequence[tuple[float, float]]


class _Axis:
    """A logarithmic axis from values to places."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        low, high = math.log(min(values)), math.log(max(values))
        room = max(high - low, 0.1) * 0.06
        self._low, self._high, self._start, self._end = low - room, high + room, start, end

    def place(self, value: float) -> float:
        """Where a value stands, in pixels."""
        part = (math.log(value) - self._low) / (self._high - self._low)
        return self._start + part * (self._end - self._start)

    def ticks(self) -> list[float]:
        """Round values within the axis."""
        every = [level * 10.0**power for power in range(-3, 2) for level in LEVELS[:-1]]
        return [value for value in every if self._low <= math.log(value) <= self._high]


def density_curve(curves: Mapping[str, Points], *, title: str, dense_error: float) -> str:
    """The picture's text.

    Args:
        curves: by criterion, (density, error) in percent.
        title: above it.
        dense_error: of the network before pruning, in percent: a dashed line.
    """
    points = [point for curve in curves.values() for point in curve]
    across = _Axis([density for density, _ in points], LEFT, WIDTH - RIGHT)
    upward = _Axis([dense_error, *(error for _, error in points)], HEIGHT - BOTTOM, TOP)
    parts = [
        tag("title", title),
        _text(title, LEFT - 40, 24, size=15),
        *_grid(across, upward),
        *_line_of_dense(upward, dense_error),
        *(
            _curve(name, curve, (across, upward), number)
            for number, (name, curve) in enumerate(curves.items())
        ),
    ]
    form = {"viewBox": f"0 0 {WIDTH} {HEIGHT}", "width": str(WIDTH), "height": str(HEIGHT)}
    return tag("svg", *parts, xmlns="http://www.w3.org/2000/svg", **form, **{"font-family": "sans-serif"})


def _text(words: str, x: float, y: float, *, size: int = 12, anchor: str = "start", fill: str = GREY) -> Html:
    places = {"x": f"{x:.1f}", "y": f"{y:.1f}", "font-size": str(size), "text-anchor": anchor, "fill": fill}
    return tag("text", words, **places)


def _line(start: tuple[float, float], end: tuple[float, float], **more: str) -> Html:
    places = {"x1": start[0], "y1": start[1], "x2": end[0], "y2": end[1]}
    return tag("line", **{name: f"{value:.1f}" for name, value in places.items()}, stroke=GREY, **more)


def _grid(across: _Axis, upward: _Axis) -> list[Html]:
    faint = {"stroke-opacity": "0.25"}
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = []
    for value in across.ticks():
        x = across.place(value)
        parts += [_line((x, TOP), (x, bottom), **faint), _text(f"{value:g}", x, bottom + 16, anchor="middle")]
    for value in upward.ticks():
        y = upward.place(value)
        parts += [_line((LEFT, y), (right, y), **faint), _text(f"{value:g}", LEFT - 8, y + 4, anchor="end")]
    middle = (LEFT + right) / 2
    parts.append(_text("parameters left, %", middle, bottom + 38, anchor="middle"))
    parts.append(_text("test error, %", LEFT - 40, TOP - 10))
    return parts


def _line_of_dense(upward: _Axis, error: float) -> list[Html]:
    y, right = upward.place(error), WIDTH - RIGHT
    dashes = {"stroke-dasharray": "6 4"}
    return [
        _line((LEFT, y), (right, y), **dashes),
        _text(f"dense {error:.2f}", right + 10, y + 4),
    ]


def _curve(name: str, points: Points, axes: tuple[_Axis, _Axis], number: int) -> Html:
    colour = COLOURS[number % len(COLOURS)]
    places = [(axes[0].place(density), axes[1].place(error)) for density, error in sorted(points)]
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    stroke = {"fill": "none", "stroke": colour, "stroke-width": "2"}
    dots = [tag("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r="3.5", fill=colour) for x, y in places]
    row = TOP + 14 + 20 * number
    key = _text(name, WIDTH - RIGHT + 26, row + 4, fill=colour)
    mark = tag("circle", cx=str(WIDTH - RIGHT + 15), cy=str(row), r="5", fill=colour)
    return tag("g", tag("polyline", points=joined, **stroke), *dots, mark, key)
