import msgspec
import numpy as np
import pytest
from PySide6.QtCore import Qt

from engine.contract.events import Outcome
from engine.contract.methods import ExportFormat
from engine.contract.recipe import DataSpec, LayerQuantizeSpec
from engine.contract.report import Ratios, Report
from engine.contract.stats import Histogram
from engine.contract.texts import TEXTS
from gui.pages.compare import ComparePage
from gui.pages.compare_rounding import RoundingView
from gui.plots.bars import BarPair, PairedBars
from gui.plots.confusion import ConfusionPlot
from gui.plots.overlay import HistogramOverlay
from gui.theme import current_theme
from tests.gui.builders import make_artifact, make_diagnosis, make_histogram, make_recipe, make_report


@pytest.fixture
def page(qtbot) -> ComparePage:
    page = ComparePage()
    qtbot.addWidget(page)
    page.resize(1080, 760)
    page.set_report(make_report(layers=3))
    page.show()
    return page


def rows_of(page: ComparePage) -> dict[str, tuple[str, ...]]:
    return {name: rest for name, *rest in page.summary.texts()}


def test_that_without_a_run_the_page_says_when_there_will_be_something(qtbot):
    page = ComparePage()
    qtbot.addWidget(page)
    page.set_report(None)
    page.show()
    assert page._empty.isVisible()
    assert not page.folder.isVisible()


def test_that_the_headlines_are_the_reports_ratios(page):
    assert [tile.value() for tile in page.tiles] == ["5.90×", "2.90×", "−0.5 pts", "2.00×", "2.00×"]


def test_that_what_is_not_known_is_a_dash_and_no_gain(page):
    page.set_report(msgspec.structs.replace(make_report(), ratios=Ratios()))
    assert {tile.value() for tile in page.tiles} == {"–"}
    assert {tile._value.property("tone") for tile in page.tiles} == {""}


def test_that_a_slower_file_is_not_coloured_as_a_gain(page):
    report = make_report()
    page.set_report(
        msgspec.structs.replace(report, ratios=msgspec.structs.replace(report.ratios, latency=0.8))
    )
    assert page.tiles[1].value() == "1.25×"
    assert page.tiles[1]._text.text() == "slower in ONNX Runtime"
    assert page.tiles[1]._value.property("tone") == "warning"


def test_that_the_table_shows_before_after_and_change(page):
    rows = rows_of(page)
    assert rows["ONNX file"] == ["84.6 KB", "14.3 KB", "5.90×"]
    assert rows["Parameters"] == ["13.9 k", "6.96 k", "2.00×"]
    assert rows["Accuracy"] == ["97.2 %", "96.7 %", "−0.5 pts"]


def test_that_the_latency_ratio_is_the_measured_one(page):
    assert rows_of(page)["Latency"][2] == "2.90×"


def test_that_rows_of_which_nothing_is_known_are_left_out(page):
    assert "Top 5" not in rows_of(page)


def test_that_an_archive_has_its_row_and_its_compression(page):
    archive = make_artifact(ExportFormat.ARCHIVE)
    page.set_report(
        msgspec.structs.replace(make_report(), artifacts=(archive,), ratios=Ratios(compression=10.0))
    )
    assert rows_of(page)["Archive"][-1].startswith("10")


def test_that_bars_show_bytes_and_then_macs(page, qtbot):
    report = make_report(layers=3)
    assert page.summary.bars.lines()[0] == "features.0.conv: 9.28 KB → 1.16 KB"
    qtbot.mouseClick(page.summary._what._group.button(1), Qt.MouseButton.LeftButton)
    assert len(page.summary.bars.lines()) == len(report.layers)
    assert page.summary.bars.lines()[0] == "features.0.conv: 1.82 M → 909 k"


def test_that_a_locked_layers_bar_says_why(page):
    assert page.summary.bars._pairs[-1].note.endswith("it makes the model's output")


def test_that_each_view_is_reached_by_its_segment(page, qtbot):
    for index, view in enumerate((page.summary, page.weights, page.rounding, page.confusion)):
        qtbot.mouseClick(page.view._group.button(index), Qt.MouseButton.LeftButton)
        assert view.isVisible()


def test_that_choosing_a_layer_shows_its_weights_before_and_after(page):
    page.weights.layer.setCurrentIndex(1)
    before, after = page.weights.plot._histograms
    assert before == make_report().before.layers[1].histogram
    assert after is not None
    assert "32×16×3×3 → 16×16×3×3" in page.weights.note()
    assert "SQNR 38.2 dB" in page.weights.note()


def test_that_a_layer_that_went_with_its_block_has_neither_bits_nor_zeros(page):
    report = make_report()
    gone = msgspec.structs.replace(
        report.layers[1], shape_after=(), why_code="layer_gone", why=TEXTS["layer_gone"]
    )
    page.set_report(msgspec.structs.replace(report, layers=(report.layers[0], gone)))
    page.weights.layer.setCurrentIndex(1)
    assert page.weights.note() == f"32×16×3×3 → –   ·   {TEXTS['layer_gone']}"


def test_that_overlaid_histograms_are_shares_that_sum_to_one(qtbot):
    plot = HistogramOverlay()
    qtbot.addWidget(plot)
    plot.show_histograms(make_histogram(), None)
    assert plot.heights(make_histogram()).sum() == pytest.approx(1.0)


def test_that_bins_of_another_width_are_drawn_at_their_density(qtbot):
    plot = HistogramOverlay()
    qtbot.addWidget(plot)
    wide = Histogram(edges=(0.0, 1.0, 2.0), counts=(50, 50))
    fine = Histogram(edges=(0.0, 0.5, 1.0, 1.5, 2.0), counts=(25, 25, 25, 25))
    plot.show_histograms(wide, fine)
    assert np.allclose(plot.heights(wide), 0.5)
    assert np.allclose(plot.heights(fine), 0.5)


def test_that_the_logarithmic_axis_has_a_floor(qtbot):
    plot = HistogramOverlay()
    qtbot.addWidget(plot)
    histogram = Histogram(edges=(0.0, 1.0, 2.0), counts=(0, 100))
    plot.show_histograms(histogram, None)
    plot.set_logarithmic(True)
    assert plot.heights(histogram).tolist() == [-4.0, 0.0]


def test_that_a_cell_of_the_confusion_says_its_classes_count_and_share(qtbot):
    plot = ConfusionPlot()
    qtbot.addWidget(plot)
    plot.resize(300, 300)
    plot.show_matrix(((8, 2), (0, 5)), ("cat", "dog"))
    assert plot.share(0, 1) == 0.2
    left, side, cell = plot._geometry()
    assert plot.text_at(left + 1.5 * cell, 0.5 * cell) == "cat → dog: 2 (20.0 %)"
    assert plot.text_at(left + side + 1, 5) == ""


def test_that_classes_without_names_are_numbered(page):
    assert page.confusion.before._names == ("0", "1", "2")


def test_that_class_names_of_the_recipe_are_shown(page):
    data = DataSpec(class_names=("zero", "one", "two"))
    page.set_report(msgspec.structs.replace(make_report(), recipe=make_recipe(data=data)))
    assert page.confusion.after._names == ("zero", "one", "two")


def test_that_a_thousand_classes_are_summed_up_in_squares(qtbot):
    plot = ConfusionPlot()
    qtbot.addWidget(plot)
    plot.show_matrix(tuple(tuple(3 * int(row == column) for column in range(1000)) for row in range(1000)))
    image = plot._drawn_image()
    assert plot.classes_a_square() == 10
    assert image.width() == image.height() == 100
    assert image.pixelColor(50, 50).name() == current_theme().accent
    assert image.pixelColor(50, 51).name() == current_theme().raised


@pytest.mark.parametrize("classes", [1, 2, 10, 65, 200])
def test_that_a_confusion_of_any_size_is_drawn(qtbot, classes):
    plot = ConfusionPlot()
    qtbot.addWidget(plot)
    plot.resize(400, 400)
    plot.show_matrix(tuple(tuple(int(row == column) for column in range(classes)) for row in range(classes)))
    assert not plot.grab().isNull()


def test_that_bars_are_drawn_to_one_scale(qtbot):
    bars = PairedBars(str)
    qtbot.addWidget(bars)
    bars.show_pairs([BarPair("a", 100, 50), BarPair("b", 0, 0)], str)
    bars.resize(400, bars.sizeHint().height())
    image = bars.grab().toImage()
    row = [image.pixelColor(x, 15) for x in range(image.width())]
    painted_before = sum(colour == row[110] for colour in row)
    row = [image.pixelColor(x, 25) for x in range(image.width())]
    painted_after = sum(colour == row[110] for colour in row)
    assert painted_before == pytest.approx(2 * painted_after, abs=4)


def test_that_a_cancelled_runs_report_says_so(page):
    page.set_report(make_report(outcome=Outcome.CANCELLED))
    assert "cancelled" in page._subtitle.text()


def test_that_the_folder_is_asked_for(page, qtbot):
    with qtbot.waitSignal(page.folder_requested):
        qtbot.mouseClick(page.folder, Qt.MouseButton.LeftButton)


def test_that_another_report_takes_the_place_of_the_first(page):
    page.set_report(make_report(layers=5))
    assert page.weights.layer.count() == 5
    page.set_report(make_report(layers=2))
    assert page.weights.layer.count() == 2
    assert len(page.summary.bars.lines()) == 2


def rounded_report() -> Report:
    """Three layers: one of 8 bits, one of 4 that errs most, one that was not rounded."""
    report = make_report(layers=3)
    found = (make_diagnosis(36.0), make_diagnosis(14.25, is_guilty=True), None)
    layers = [
        msgspec.structs.replace(layer, diagnosis=one, weight_bits=bits)
        for layer, one, bits in zip(report.layers, found, (8, 4, 32), strict=True)
    ]
    return msgspec.structs.replace(report, layers=tuple(layers))


def test_that_rounded_layers_stand_with_their_figures_and_the_guilty_is_marked(page):
    page.set_report(rounded_report())
    page.show_view(2)
    view = page.rounding
    assert [row[0] for row in view.texts()] == [layer.name for layer in rounded_report().layers[:2]]
    assert [row[2:] for row in view.texts()] == [
        ("8 / 8", "36.0 dB", "33.0 dB", "0.9980"),
        ("4 / 8", "14.2 dB", "11.2 dB", "0.9980"),
    ]
    assert [row.mark.isVisible() for row in view._rows] == [False, True]
    assert [view.buttons(place)[0].isVisible() for place in (0, 1)] == [False, True]


def test_that_a_click_asks_to_spare_the_layer(page, qtbot):
    page.set_report(rounded_report())
    page.show_view(2)
    name = rounded_report().layers[1].name
    wishes = (LayerQuantizeSpec(weight_bits=8), LayerQuantizeSpec(skip=True))
    for button, wish in zip(page.rounding.buttons(1), wishes, strict=True):
        with qtbot.waitSignal(page.exception_requested) as asked:
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert asked.args == [name, wish]


def test_that_a_run_that_rounds_nothing_says_so(qtbot):
    view = RoundingView()
    qtbot.addWidget(view)
    view.show()
    view.show_report(rounded_report())
    assert not view._nothing.isVisible()
    view.show_report(make_report())
    assert view._nothing.isVisible()
    assert view.texts() == []


def test_that_a_run_without_matrices_says_so(page):
    report = make_report()
    bare = {
        side: msgspec.structs.replace(getattr(report, side), confusion=()) for side in ("before", "after")
    }
    page.set_report(msgspec.structs.replace(report, **bare))
    page.show_view(3)

    assert page.confusion._nothing.isVisible()
    assert not page.confusion.before.isVisible()

    page.set_report(report)
    assert not page.confusion._nothing.isVisible()
