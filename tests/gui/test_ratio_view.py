import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt

from engine.contract.recipe import LayerPruneSpec
from gui.wizard.flow import Step
from gui.wizard.layer_model import DONE, NAME, VALUE
from gui.wizard.layer_table import LayerTable
from gui.wizard.page import CompressPage
from gui.wizard.ratio_view import LAST, groove_in, next_step, percent_at, snapped
from tests.gui.builders import make_inspection, make_recipe

FIRST, SECOND, THIRD = (f"features.{index}.conv" for index in range(3))
LEFT, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def page(qtbot) -> CompressPage:
    """Five layers that stand alone, the last of them locked."""
    page = CompressPage()
    qtbot.addWidget(page)
    page.set_inspection(make_inspection(layers=5))
    page.set_recipe(make_recipe())
    page.resize(1084, 760)
    page.show()
    page.go_to(Step.PRUNING)
    return page


@pytest.fixture
def table(page) -> LayerTable:
    return page.steps.page(Step.PRUNING).layers


def couple(page: CompressPage, *numbers: int) -> None:
    """Puts these layers into one channel group."""
    inspection = make_inspection(layers=5)
    layers = tuple(
        msgspec.structs.replace(layer, group=7) if number in numbers else layer
        for number, layer in enumerate(inspection.layers)
    )
    page.set_inspection(msgspec.structs.replace(inspection, layers=layers))
    page.go_to(Step.PRUNING)


def place_of(table: LayerTable, row: int, percent: int) -> QPoint:
    groove = groove_in(table.view.visualRect(table.model.index(row, VALUE)))
    return QPoint(groove.left() + round(groove.width() * percent / LAST), groove.center().y())


def drag(qtbot, table: LayerTable, row: int, *percents: int) -> None:
    """Takes hold of a slider at the first place and lets it go at the last."""
    surface = table.view.viewport()
    qtbot.mousePress(surface, LEFT, pos=place_of(table, row, percents[0]))
    for percent in percents[1:]:
        qtbot.mouseMove(surface, place_of(table, row, percent))
    qtbot.mouseRelease(surface, LEFT, pos=place_of(table, row, percents[-1]))


def ratios(page: CompressPage) -> dict[str, float | None]:
    return {name: spec.ratio for name, spec in page.recipe().prune.layers.items()}


def test_that_a_slider_snaps_at_five_percent():
    assert [snapped(percent) for percent in (-20, 2.4, 2.6, 48, 120)] == [0, 0, 5, 50, 95]


@pytest.mark.parametrize(
    ("percent", "direction", "expected"),
    [(30, 1, 35), (30, -1, 25), (33, 1, 35), (33, -1, 30), (0, -1, 0), (95, 1, 95)],
)
def test_that_keys_go_to_the_next_step(percent, direction, expected):
    assert next_step(percent, direction) == expected


def test_that_every_step_can_be_reached_by_the_hand(table):
    cell = table.view.visualRect(table.model.index(0, VALUE))
    assert {percent_at(cell, x) for x in range(cell.left(), cell.right())} == set(range(0, 100, 5))


def test_that_dragging_a_slider_gives_the_layer_its_own_ratio(page, table, qtbot):
    drag(qtbot, table, 1, 50, 41, 22)
    assert ratios(page) == {SECOND: 0.2}
    assert table.model.data(table.model.index(1, VALUE)) == "20 %"
    assert table.model.data(table.model.index(0, VALUE)) == "50 %"


def test_that_a_drag_is_one_edit_for_undo(page, table, qtbot):
    drag(qtbot, table, 1, 50, 40, 30, 20, 10)
    page.tools.undo.click()
    assert ratios(page) == {}


def test_that_the_figures_follow_the_drag(page, table, qtbot):
    live = page.steps.page(Step.PRUNING).live
    before = live.macs.left.text()
    drag(qtbot, table, 2, 50, 90)
    assert live.macs.left.text() != before


def test_that_arrow_keys_move_all_selected_layers_in_one_edit(page, table, qtbot):
    qtbot.mouseClick(
        table.view.viewport(), LEFT, pos=table.view.visualRect(table.model.index(0, NAME)).center()
    )
    qtbot.keyClick(table.view, Qt.Key.Key_Down, SHIFT)
    qtbot.keyClick(table.view, Qt.Key.Key_Right)
    assert ratios(page) == {FIRST: 0.55, SECOND: 0.55}
    page.tools.undo.click()
    assert ratios(page) == {}


def test_that_a_drag_on_one_of_several_selected_layers_sets_them_all(page, table, qtbot):
    table.view.selectAll()
    drag(qtbot, table, 1, 50, 30)
    assert ratios(page) == dict.fromkeys((FIRST, SECOND, THIRD, "features.3.conv"), 0.3)


def test_that_a_click_on_the_lock_leaves_the_layer_as_it_is_and_a_second_frees_it(page, table, qtbot):
    lock = table.view.visualRect(table.model.index(0, DONE)).center()
    qtbot.mouseClick(table.view.viewport(), LEFT, pos=lock)
    assert page.recipe().prune.layers == {FIRST: LayerPruneSpec(skip=True)}
    drag(qtbot, table, 0, 50, 10)
    assert page.recipe().prune.layers == {FIRST: LayerPruneSpec(skip=True)}
    qtbot.mouseClick(table.view.viewport(), LEFT, pos=lock)
    assert page.recipe().prune.layers == {}


def test_that_space_locks_and_delete_follows_the_rest_again(page, table, qtbot):
    table.view.selectRow(2)
    qtbot.keyClick(table.view, Qt.Key.Key_Space)
    assert page.recipe().prune.layers[THIRD].skip
    qtbot.keyClick(table.view, Qt.Key.Key_Delete)
    assert page.recipe().prune.layers == {}


def test_that_the_reset_button_is_for_the_selection_or_for_all(page, table, qtbot):
    assert not table.reset.isEnabled()
    for row in (0, 1):
        drag(qtbot, table, row, 50, 20)
    table.view.selectRow(0)
    assert table.reset.text() == "Reset"
    table.reset.click()
    assert ratios(page) == {SECOND: 0.2}
    table.view.clearSelection()
    assert table.reset.text() == "Reset all"
    table.reset.click()
    assert ratios(page) == {}


def test_that_coupled_layers_move_together_and_say_so(page, table, qtbot):
    couple(page, 0, 2)
    drag(qtbot, table, 0, 50, 20)
    assert [table.model.data(table.model.index(row, VALUE)) for row in range(3)] == ["20 %", "50 %", "20 %"]
    assert table._group_note.text() == f"{FIRST} moves with {THIRD}."
    drag(qtbot, table, 2, 20, 60)
    # The newest edit speaks for the group: nothing is left that would hold it back.
    assert ratios(page) == {THIRD: 0.6}


def test_that_a_lock_holds_the_whole_group(page, table, qtbot):
    couple(page, 0, 2)
    table.view.selectRow(2)
    qtbot.keyClick(table.view, Qt.Key.Key_Space)
    assert table.model.is_held(0)
    table.view.selectRow(0)
    qtbot.keyClick(table.view, Qt.Key.Key_Space)
    assert page.recipe().prune.layers == {}


def test_that_a_layer_that_cannot_be_cut_has_no_slider(page, table, qtbot):
    last = table.model.rowCount() - 1
    drag(qtbot, table, last, 50, 10)
    qtbot.keyClick(table.view, Qt.Key.Key_Right)
    qtbot.keyClick(table.view, Qt.Key.Key_Space)
    assert page.recipe().prune.layers == {}
    assert table.model.data(table.model.index(last, VALUE)) == "–"


def test_that_a_number_between_the_steps_can_be_typed(page, table, qtbot):
    table.view.selectRow(1)
    table.view.setFocus()
    qtbot.keyClick(table.view, Qt.Key.Key_F2)
    editor = table.view.indexWidget(table.model.index(1, VALUE))
    editor.setText("33")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: ratios(page) == {SECOND: 0.33})
