import time

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from gui.models.sensitivity_grid import COLUMNS, SensitivityGrid
from gui.plots.heat_colours import coloured, text_on
from gui.plots.heat_map import HeatMap
from gui.theme import DARK, LIGHT, Scheme, apply_theme
from tests.gui.builders import make_map


def shown(qtbot, layers: int) -> HeatMap:
    found = make_map(layers)
    heat = HeatMap(lambda row, column: f"{row} {column}")
    qtbot.addWidget(heat)
    heat.resize(900, 300)
    heat.show_grid(SensitivityGrid(tuple(found.layers), found))
    heat.show()
    return heat


def luminance(colour: QColor) -> float:
    """WCAG 2.1, relative luminance."""
    parts = [part / 255 for part in colour.getRgb()[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_that_there_is_one_pixel_a_cell_however_many_layers_there_are(qtbot):
    heat = shown(qtbot, 250)

    assert (heat.image().width(), heat.image().height()) == (len(COLUMNS), 250)


def test_that_a_new_map_of_250_layers_is_drawn_within_a_frame_of_its_timer(qtbot):
    heat, found = shown(qtbot, 250), make_map(250)
    grid = SensitivityGrid(tuple(found.layers), found)
    heat.grab()

    def seconds() -> float:
        start = time.thread_time()
        heat.show_grid(grid)
        heat.grab()
        return time.thread_time() - start

    assert min(seconds() for _ in range(3)) < 0.066


def test_that_a_click_chooses_a_row_and_ctrl_adds_one(qtbot):
    heat = shown(qtbot, 6)
    middle = heat.cell_rect(4, 3).center()
    with qtbot.waitSignal(heat.row_chosen) as chosen:
        qtbot.mouseClick(heat.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert chosen.args == [4, False]

    with qtbot.waitSignal(heat.row_chosen) as chosen:
        qtbot.mouseClick(
            heat.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, pos=middle
        )
    assert chosen.args == [4, True]


def test_that_every_cell_is_found_where_it_is_drawn_and_gaps_hold_none(qtbot):
    heat = shown(qtbot, 4)
    for row in range(4):
        for column in range(len(COLUMNS)):
            assert heat.cell_at(heat.cell_rect(row, column).center()) == (row, column)
    last_of_weights, first_of_channels = heat.cell_rect(0, 8), heat.cell_rect(0, 9)
    between = last_of_weights.center()
    between.setX((last_of_weights.right() + first_of_channels.left()) // 2)
    assert heat.cell_at(between) is None


def test_that_the_arrow_keys_go_through_the_layers_and_scroll_to_them(qtbot):
    heat = shown(qtbot, 40)
    heat.row_chosen.connect(lambda row, _: heat.set_chosen(frozenset({row})))

    for _ in range(30):
        qtbot.keyClick(heat, Qt.Key.Key_Down)

    place = heat.cell_rect(30, 0)
    assert heat.viewport().rect().contains(place)
    assert heat.cell_at(place.center()) == (30, 0)


def test_that_the_map_follows_the_theme(qtbot, qapp):
    heat = shown(qtbot, 3)
    light = heat.image().pixelColor(0, 0)

    apply_theme(qapp, Scheme.DARK)

    assert heat.image().pixelColor(0, 0) != light


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_that_numbers_are_readable_on_every_colour(theme):
    for red, green, blue in coloured(np.linspace(0, 1, 101), theme):
        below = QColor(int(red), int(green), int(blue))
        dark, bright = sorted((luminance(below), luminance(text_on(below))))
        assert (bright + 0.05) / (dark + 0.05) >= 4.0, below.name()
