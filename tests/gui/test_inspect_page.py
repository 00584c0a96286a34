import csv

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QPushButton, QTableView, QWidget

from engine.contract.errors import RequestError
from engine.contract.stats import Inspection, LayerStats
from gui.models.layer_rows import Column
from gui.pages.inspect import InspectPage
from gui.pages.inspect_layer import LayerPanel
from gui.pages.inspect_tabs import ChannelsTab, OutputsTab, WeightsTab
from gui.widgets.buttons import SegmentedControl
from gui.widgets.cards import EmptyState, StatTile
from tests.gui.builders import BELL, make_inspection, make_output, make_ranges


@pytest.fixture
def page(qtbot) -> InspectPage:
    page = InspectPage()
    qtbot.addWidget(page)
    page.resize(1100, 760)
    page.show()
    return page


def segment(control: QWidget, text: str) -> QPushButton:
    return next(button for button in control.findChildren(QPushButton) if button.text() == text)


def choose(qtbot, control: SegmentedControl, text: str) -> None:
    qtbot.mouseClick(segment(control, text), Qt.MouseButton.LeftButton)


def with_layers(inspection: Inspection, *layers: LayerStats) -> Inspection:
    return msgspec.structs.replace(inspection, layers=layers)


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
    plot = page.panel.tab(WeightsTab).plot
    assert plot.heights().tolist() == list(BELL)

    choose(qtbot, page.panel.tab(WeightsTab).scale, "Log")

    np.testing.assert_allclose(plot.heights(), np.log10(1 + np.array(BELL)), rtol=1e-12)
    ticks = plot.getAxis("left")._tickLevels[0]
    assert [text for _, text in ticks] == ["0", "1", "10", "100"]


def test_that_a_search_narrows_the_table_and_says_how_many_are_left(page, qtbot):
    page.set_inspection(make_inspection(5))

    qtbot.keyClicks(page.layers.findChild(QLineEdit), "classifier")

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


def test_that_a_narrow_table_keeps_its_size_and_leaves_out_what_the_details_say(page):
    page.set_inspection(make_inspection())
    view = page.layers.view

    page.resize(804, 640)
    assert view.isColumnHidden(Column.SHAPE)
    assert not view.isColumnHidden(Column.SHARE)

    page.resize(1500, 800)
    assert not view.isColumnHidden(Column.SHAPE)


def test_that_a_column_that_was_asked_for_is_shown_however_narrow_it_is(page):
    page.set_inspection(make_inspection())
    view = page.layers.view
    assert view.isColumnHidden(Column.RANGE)

    view.want_column(Column.RANGE, True)
    page.resize(804, 640)
    assert not view.isColumnHidden(Column.RANGE)

    view.want_column(Column.SHARE, False)
    assert view.isColumnHidden(Column.SHARE)


def test_that_the_levels_of_few_bits_lie_between_the_ends_of_the_weights(page, qtbot):
    page.set_inspection(make_inspection(1))
    tab = page.panel.tab(WeightsTab)
    assert tab.plot.levels().tolist() == []

    choose(qtbot, tab.grid, "2 bit")
    assert tab.plot.levels().tolist() == [-0.75, 0.0, 0.75]

    choose(qtbot, tab.grid, "8 bit")
    np.testing.assert_allclose(tab.plot.levels(), np.arange(-127, 128) * 0.75 / 127, rtol=1e-12)


def test_that_a_layer_tells_its_moments_and_with_whom_it_is_coupled(page):
    inspection = make_inspection(3)
    first, second, last = inspection.layers
    coupled = msgspec.structs.replace(second, group=first.group)

    page.set_inspection(with_layers(inspection, first, coupled, last))

    facts = page.panel.tab(WeightsTab).facts.values()
    assert facts["Kurtosis"] == "3.20"
    assert facts["Range"] == "−0.750 … 0.750"
    assert facts["Coupled with"] == "features.1.conv"
    page.layers.view.selectRow(2)
    assert page.panel.tab(WeightsTab).facts.values()["Prunable"] == "it makes the model's output"


def test_that_the_channels_are_drawn_from_their_smallest_to_their_largest_weight(page):
    inspection = make_inspection(1)
    layer = msgspec.structs.replace(inspection.layers[0], ranges=make_ranges(4))

    page.set_inspection(with_layers(inspection, layer))

    tab = page.panel.tab(ChannelsTab)
    assert tab.plot.spans() == tuple(zip(layer.ranges.low, layer.ranges.high, strict=True))
    assert tab.facts.values()["Widest channel"] == "0.700"
    assert tab.facts.values()["Widest over middle"] == "1.2×"


def test_that_outputs_are_shown_where_they_were_measured_and_else_how_to_measure_them(page):
    inspection = make_inspection(2)
    first, second = inspection.layers
    page.set_inspection(with_layers(inspection, msgspec.structs.replace(first, output=make_output()), second))
    tab = page.panel.tab(OutputsTab)
    assert tab.facts.values()["Zeros"] == "10.0 %"
    assert tab.stack.currentWidget() is not tab.hint

    page.layers.view.selectRow(1)

    assert tab.stack.currentWidget() is tab.hint
    assert "data" in tab.hint.text()


def test_that_the_sums_of_selected_layers_are_told(page):
    inspection = make_inspection(3)
    page.set_inspection(inspection)
    assert page.layers.sums() == "3 layers"

    page.layers.view.selectAll()

    total = sum(layer.parameters for layer in inspection.layers)
    assert (
        page.layers.sums() == f"3 layers selected  ·  {total / 1000:.1f} k parameters  ·  24.0 % of the size"
    )


def test_that_selected_rows_are_copied_below_their_titles(page, qtbot):
    page.set_inspection(make_inspection(3))
    page.resize(1500, 760)
    view = page.layers.view
    view.want_column(Column.BEARS, False)
    view.selectRow(1)

    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)

    head, row = QGuiApplication.clipboard().text().split("\n")
    assert head.split("\t")[:3] == ["Layer", "Type", "Shape"]
    assert "Bears" not in head.split("\t")
    assert row.split("\t")[:3] == ["features.1.conv", "Conv2d", "32×16×3×3"]


def test_that_the_filtered_table_is_saved_as_it_is_sorted(page, qtbot, monkeypatch, tmp_path):
    file = tmp_path / "layers.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    page.set_inspection(make_inspection(4))
    qtbot.keyClicks(page.layers.findChild(QLineEdit), "conv")
    page.layers.view.sortByColumn(Column.PARAMETERS, Qt.SortOrder.DescendingOrder)

    button = next(b for b in page.findChildren(QPushButton) if b.text() == "Save as CSV…")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["layer"] for row in rows] == ["features.2.conv", "features.1.conv", "features.0.conv"]
    assert rows[0]["min"] == "-0.75"
    assert page.banner.isVisible()


def test_that_a_table_that_cannot_be_saved_is_told(page, tmp_path):
    page.set_inspection(make_inspection())

    page.save_csv(tmp_path / "missing" / "layers.csv")

    assert "could not be saved" in page.banner.text()


def test_that_the_filter_offers_what_the_model_has_and_says_how_much_is_chosen(page):
    page.set_inspection(make_inspection(4))
    menu = page.layers._filter.menu()
    menu.aboutToShow.emit()
    actions = {action.text(): action for action in menu.actions()}
    assert {"Prunable only", "Locked only", "Conv2d", "Linear"} <= actions.keys()

    actions["Linear"].trigger()

    assert [row.layer.name for row in page.layers.rows()] == ["classifier"]
    assert page.layers._filter.text() == "Filter (1)"


def test_that_a_tab_that_is_built_late_shows_the_layer_of_now(page, qtbot):
    page.set_inspection(make_inspection(3))
    page.layers.view.selectRow(1)

    choose(qtbot, page.panel.parts, "Channels")

    assert page.panel.tab(ChannelsTab).facts.values()["Channels"] == "32"
    while page.prepare():
        pass
    assert page.panel.tab(OutputsTab).layer == page.panel.shown_layer()


def test_that_bare_tensors_say_why_and_lead_to_the_form(page, qtbot):
    error = RequestError("architecture_missing", path="/models/net.pt", guesses="none")
    inspection = msgspec.structs.replace(
        make_inspection(2, file="/models/net.pt"),
        bare_because=error.message,
        bare_code=error.code,
        bare_arguments=error.arguments,
    )

    page.set_inspection(inspection)

    assert page.bare.isVisible()
    assert error.message in [label.text() for label in page.bare.findChildren(QLabel)]
    assert not page.views.isVisible()
    with qtbot.waitSignal(page.form_requested):
        qtbot.mouseClick(segment(page.bare, "Say more about the model"), Qt.MouseButton.LeftButton)
    page.set_inspection(make_inspection(2))
    assert not page.bare.isVisible()
    assert page.views.isVisible()
