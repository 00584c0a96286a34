import msgspec
import numpy as np
import pytest

from engine.contract.methods import SensitivityKind
from gui.models.sensitivity_grid import BORNE, COLUMNS, SensitivityGrid, Subject, borne_score
from tests.gui.builders import make_map

FULL, QUICK = SensitivityKind.FULL, SensitivityKind.QUICK


def grid_of(kind: SensitivityKind, layers: int = 3) -> SensitivityGrid:
    found = make_map(layers, kind=kind)
    return SensitivityGrid(tuple(found.layers), found)


def test_that_every_score_stands_in_the_column_of_its_setting():
    grid = grid_of(FULL)
    for row, name in enumerate(grid.names):
        layer = grid.found.layers[name]
        expected = {
            **{(Subject.WEIGHTS, ratio): score for ratio, score in layer.prune},
            **{(Subject.CHANNELS, ratio): score for ratio, score in layer.channels},
            **{(Subject.BITS, float(bits)): score for bits, score in layer.quantize},
        }
        shown = {cell: grid.score(row, column) for column, cell in enumerate(COLUMNS)}
        assert {cell: score for cell, score in shown.items() if score is not None} == expected


def test_that_a_locked_layers_channels_and_layers_to_come_are_empty():
    found = make_map(3)
    grid = SensitivityGrid((*found.layers, "to.come"), found)
    is_channels = np.array([subject is Subject.CHANNELS for subject, _ in COLUMNS])

    empty = np.isnan(grid.harms())

    assert empty[2][is_channels].all()
    assert not empty[2][~is_channels].any()
    assert empty[3].all()
    assert grid.text(3, 0) == ""


@pytest.mark.parametrize("kind", [FULL, QUICK])
def test_that_what_is_borne_is_calm_and_what_is_not_is_alarming(kind):
    grid = grid_of(kind)
    harms = grid.harms()
    for row in range(len(grid.names)):
        for column, (subject, _) in enumerate(COLUMNS):
            score = grid.score(row, column)
            if score is not None:
                is_borne = score >= borne_score(grid.found, subject) - 1e-12
                assert is_borne == (harms[row, column] <= BORNE + 1e-9)
    assert np.nanmin(harms) >= 0
    assert np.nanmax(harms) <= 1


def test_that_a_lost_point_a_twentieth_of_the_energy_and_twenty_decibels_look_alike():
    full, quick = make_map(2), make_map(2, kind=QUICK)
    name = next(iter(full.layers))
    lost = msgspec.structs.replace(full.layers[name], prune=((0.1, full.baseline - 0.01),))
    left = msgspec.structs.replace(quick.layers[name], prune=((0.1, 0.95),), quantize=((8, 20.0),))

    of_full = SensitivityGrid((name,), msgspec.structs.replace(full, layers={name: lost})).harms()
    of_quick = SensitivityGrid((name,), msgspec.structs.replace(quick, layers={name: left})).harms()

    eight_bits = COLUMNS.index((Subject.BITS, 8.0))
    np.testing.assert_allclose(
        [of_full[0, 0], of_quick[0, 0], of_quick[0, eight_bits]], [BORNE] * 3, atol=1e-9
    )


def test_that_exactly_the_suggested_cells_are_framed():
    grid = grid_of(FULL)
    suggestion = grid.found.layers[grid.names[1]].suggestion

    framed = {cell for column, cell in enumerate(COLUMNS) if grid.is_suggested(1, column)}

    assert framed == {
        (Subject.WEIGHTS, suggestion.weight_ratio),
        (Subject.CHANNELS, suggestion.channel_ratio),
        (Subject.BITS, float(suggestion.bits)),
    }


def test_that_cells_are_written_as_lost_points_percent_and_decibels():
    full, quick = grid_of(FULL), grid_of(QUICK)
    name = full.names[0]
    scores = ((0.1, 0.9719), (0.2, 0.962), (0.3, 0.772))
    layer = msgspec.structs.replace(full.found.layers[name], prune=scores)
    shown = SensitivityGrid((name,), msgspec.structs.replace(full.found, layers={name: layer}))

    assert [shown.text(0, column) for column in range(3)] == ["0", "−1.0", "−20"]
    eight_bits = COLUMNS.index((Subject.BITS, 8.0))
    assert quick.text(0, 0) == f"{100 * quick.score(0, 0):.0f}"
    assert quick.text(0, eight_bits) == f"{quick.score(0, eight_bits):.0f}"
