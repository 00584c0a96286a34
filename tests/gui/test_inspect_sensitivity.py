import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from engine.contract.errors import RequestError
from engine.contract.methods import PruneGranularity, SensitivityKind
from engine.contract.stats import LayerSensitivity
from gui.models.measurement import Measurement
from gui.models.sensitivity_grid import COLUMNS, Subject
from gui.pages.inspect import InspectPage
from gui.pages.inspect_sensitivity import SensitivityView
from tests.gui.builders import make_inspection, make_map

FULL, QUICK = SensitivityKind.FULL, SensitivityKind.QUICK
CHANNEL = PruneGranularity.CHANNEL


@pytest.fixture
def page(qtbot) -> InspectPage:
    page = InspectPage()
    qtbot.addWidget(page)
    page.resize(1100, 760)
    page.set_inspection(make_inspection(6), has_data=True)
    page.show_view(1)
    page.show()
    return page


@pytest.fixture
def view(page) -> SensitivityView:
    return page.sensitivity


def choose_kind(qtbot, view: SensitivityView, text: str) -> None:
    buttons = view.controls.kinds.findChildren(QPushButton)
    button = next(button for button in buttons if button.text() == text)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def click(qtbot, button: QPushButton) -> None:
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_that_a_measurement_is_asked_for_with_its_kind_and_samples(page, view, qtbot):
    with qtbot.waitSignal(page.measure_requested) as asked:
        click(qtbot, view.controls.measure)
    assert asked.args == [QUICK, 1000]

    choose_kind(qtbot, view, "Full")
    view.controls.samples.setValue(200)
    with qtbot.waitSignal(page.measure_requested) as asked:
        click(qtbot, view.controls.measure)
    assert asked.args == [FULL, 200]


def test_that_full_without_data_leads_to_the_data(page, view, qtbot):
    page.set_inspection(make_inspection(6), has_data=False)
    choose_kind(qtbot, view, "Full")
    assert not view.controls.measure.isEnabled()

    with qtbot.waitSignal(page.data_requested):
        click(qtbot, view.empty.findChild(QPushButton))


def test_that_cells_fill_while_layers_are_measured_and_it_can_be_stopped(page, view, qtbot):
    found = make_map(6)
    first = msgspec.structs.replace(found, layers=dict(list(found.layers.items())[:2]))

    page.set_measurement(Measurement(kind=FULL))
    page.set_sensitivity({FULL: first}, CHANNEL)
    page.set_measurement(Measurement(kind=FULL, step=1, steps=4, layers=frozenset(first.layers)))

    assert view.has_heat()
    assert view.controls.kind() is FULL
    assert view.controls.note() == "2 of 6 layers  ·  1000 samples  ·  accuracy 97.2 %"
    assert view.controls.bar.value() / view.controls.bar.maximum() == 0.25
    with qtbot.waitSignal(page.cancel_requested):
        click(qtbot, view.controls.cancel)


def test_that_a_measurement_that_was_stopped_keeps_what_it_found_and_says_so(page, view):
    found = make_map(6)
    page.set_measurement(Measurement(kind=FULL))
    page.set_sensitivity(
        {FULL: msgspec.structs.replace(found, layers=dict(list(found.layers.items())[:2]))}, CHANNEL
    )

    page.set_measurement(None)

    assert view.controls.note().startswith("Stopped  ·  2 of 6 layers")
    assert view.controls.measure.isVisible()


def test_that_scores_of_an_earlier_time_are_told_from_new_ones(page, view):
    page.set_sensitivity({QUICK: msgspec.structs.replace(make_map(6, kind=QUICK), is_cached=True)}, CHANNEL)

    assert view.controls.note() == "6 of 6 layers  ·  measured before"


def test_that_a_click_into_the_map_selects_the_layer_everywhere(page, view, qtbot):
    page.set_sensitivity({QUICK: make_map(6, kind=QUICK)}, CHANNEL)

    place = view.map.cell_rect(2, 4).center()
    qtbot.mouseClick(view.map.viewport(), Qt.MouseButton.LeftButton, pos=place)

    assert page.panel.shown_layer().name == "features.2.conv"
    assert [layer.name for layer in page.layers.view.layers()] == ["features.2.conv"]
    assert "60 % of the weights" in view.bears.words().replace("\u00a0", " ")


def test_that_a_layer_that_the_filter_hides_can_be_chosen_in_the_map(page, view, qtbot):
    page.set_sensitivity({QUICK: make_map(6, kind=QUICK)}, CHANNEL)
    page.layers._search.setText("classifier")

    place = view.map.cell_rect(1, 4).center()
    qtbot.mouseClick(view.map.viewport(), Qt.MouseButton.LeftButton, pos=place)

    assert page.panel.shown_layer().name == "features.1.conv"


def test_that_the_curves_are_the_scores_of_the_chosen_layer(page, view):
    found = make_map(6)
    page.set_sensitivity({FULL: found}, CHANNEL)
    page.sensitivity.controls.set_kind(FULL)
    view.set_maps({FULL: found})

    page._on_sensitivity_layer_chosen("features.3.conv", False)

    layer = found.layers["features.3.conv"]
    assert view.bears.pruning.points(0) == layer.prune
    assert view.bears.pruning.points(1) == layer.channels
    assert [score for _, score in view.bears.bits.points(0)] == [score for _, score in layer.quantize]


def test_that_the_map_says_each_cell_in_full(page, view):
    found = make_map(6)
    view.controls.set_kind(FULL)
    view.set_maps({FULL: found})
    column = COLUMNS.index((Subject.CHANNELS, 0.5))
    score = dict(found.layers["features.1.conv"].channels)[0.5]

    name, what, how = view._tip(1, column).split("\n")

    assert (name, what) == ("features.1.conv", "50 % of the channels removed")
    assert how == f"Accuracy {100 * score:.1f} % ({100 * (score - 0.972):+.2f} points)".replace("-", "−")
    assert view._tip(5, column).endswith("not measured")


def test_that_the_chosen_and_all_layers_are_taken_with_what_was_measured(page, view, qtbot):
    found = make_map(6)
    view.controls.set_kind(FULL)
    page.set_sensitivity({FULL: found}, CHANNEL)
    page._on_sensitivity_layer_chosen("features.1.conv", False)
    page._on_sensitivity_layer_chosen("features.2.conv", True)

    with qtbot.waitSignal(page.take_requested) as taken:
        click(qtbot, view.bears.take)
    names = ("features.2.conv", "features.1.conv")
    assert taken.args == [{name: found.layers[name] for name in names}]

    with qtbot.waitSignal(page.take_requested) as taken:
        click(qtbot, view.bears.take_all)
    assert taken.args == [found.layers]


def test_that_the_weights_alone_do_not_say_that_a_layer_bears_nothing(page, view, qtbot):
    found = make_map(6, kind=QUICK)
    page.set_sensitivity({QUICK: found}, CHANNEL)

    with qtbot.waitSignal(page.take_requested) as taken:
        click(qtbot, view.bears.take_all)

    expected = {name: LayerSensitivity(suggestion=layer.suggestion) for name, layer in found.layers.items()}
    assert taken.args == [expected]


def test_that_accuracy_counts_more_than_weights_alone_where_both_were_measured(page):
    full = make_map(6)
    page.set_sensitivity({QUICK: make_map(6, kind=QUICK), FULL: full}, CHANNEL)

    row = page.layers.rows()[2]

    assert row.sensitivity == full.layers["features.2.conv"]


def test_that_an_error_is_told_and_gone_with_the_next_measurement(page, view, qtbot):
    page.show_error(RequestError("data_needed"))
    assert page.banner.isVisible()

    click(qtbot, view.controls.measure)

    assert not page.banner.isVisible()


def test_that_a_map_that_scrolls_stays_where_it_is_while_cells_fill(qtbot, page, view):
    page.set_inspection(make_inspection(60), has_data=True)
    found = make_map(60, kind=QUICK)
    page.set_sensitivity({QUICK: found}, CHANNEL)
    bar = view.map.verticalScrollBar()
    bar.setValue(bar.maximum())

    page.set_sensitivity({QUICK: msgspec.structs.replace(found, is_cached=True)}, CHANNEL)

    assert bar.value() == bar.maximum() > 0
