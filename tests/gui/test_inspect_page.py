import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QTableView

from gui.models.layer_table import DETAIL_COLUMNS
from gui.pages.inspect import InspectPage
from gui.pages.inspect_layer import LayerPanel
from gui.widgets.buttons import SegmentedControl
from gui.widgets.cards import EmptyState, StatTile
from tests.gui.builders import BELL, make_inspection


@pytest.fixture
def page(qtbot) -> InspectPage:
    page = InspectPage()
    qtbot.addWidget(page)
    page.resize(1100, 760)
    page.show()
    return page


def segment(page: InspectPage, text: str) -> QPushButton:
    control = page.findChild(SegmentedControl)
    return next(button for button in control.findChildren(QPushButton) if button.text() == text)


def test_that_an_empty_page_leads_to_open(page, qtbot):
    assert page.findChild(EmptyState).isVisible()

    button = page.findChild(EmptyState).findChild(QPushButton)
    with qtbot.waitSignal(page.open_requested):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_that_the_sums_are_those_of_the_layers(page):
    inspection = make_inspection(3)

    page.set_inspection(inspection)

    values = [tile.value() for tile in page.findChildren(StatTile)]
    total = sum(layer.parameters for layer in inspection.layers)
    assert values[0] == f"{total / 1000:.1f} k"
    assert values[4] == "97.2 %"


def test_that_the_first_layer_is_shown_and_another_when_it_is_selected(page):
    page.set_inspection(make_inspection(3))
    panel, table = page.findChild(LayerPanel), page.findChild(QTableView)
    assert panel.shown_layer().name == "features.0.conv"

    table.selectRow(2)

    assert panel.shown_layer().name == "classifier"


def test_that_the_histogram_shows_counts_and_on_demand_their_logarithm(page, qtbot):
    page.set_inspection(make_inspection(1))
    plot = page.findChild(LayerPanel).plot
    assert plot.heights().tolist() == list(BELL)

    qtbot.mouseClick(segment(page, "Log"), Qt.MouseButton.LeftButton)

    np.testing.assert_allclose(plot.heights(), np.log10(1 + np.array(BELL)), rtol=1e-12)
    ticks = plot.getAxis("left")._tickLevels[0]
    assert [text for _, text in ticks] == ["0", "1", "10", "100"]


def test_that_a_search_narrows_the_table_and_says_how_many_are_left(page, qtbot):
    page.set_inspection(make_inspection(5))

    qtbot.keyClicks(page.findChild(QLineEdit), "classifier")

    assert page.findChild(QTableView).model().rowCount() == 1
    assert "1 layer" in [label.text() for label in page.findChildren(QLabel)]


def test_that_compress_is_offered_only_with_a_model(page, qtbot):
    button = next(button for button in page.findChildren(QPushButton) if button.text() == "Compress")
    assert not button.isVisible()

    page.set_inspection(make_inspection())

    with qtbot.waitSignal(page.compress_requested):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_that_a_closed_model_leaves_the_page_empty_again(page):
    page.set_inspection(make_inspection())

    page.set_inspection(None)

    assert page.findChild(EmptyState).isVisible()
    assert page.findChild(LayerPanel).shown_layer() is None


def test_that_a_narrow_table_keeps_its_numbers_and_leaves_out_what_the_details_say(page):
    page.set_inspection(make_inspection())
    page.resize(804, 640)
    assert page._table.isColumnHidden(DETAIL_COLUMNS[0])
    page.resize(1300, 800)
    assert not page._table.isColumnHidden(DETAIL_COLUMNS[0])
