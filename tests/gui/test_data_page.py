import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QPushButton

from benchmarks.pictures import settle
from engine.contract.errors import RequestError, RunCancelled
from engine.contract.messages import Picture, SamplePreview
from engine.contract.methods import InputKind
from engine.contract.recipe import DataSpec
from gui.pages.data import DataPage
from gui.pages.data_samples import SampleCard
from gui.theme import LIGHT
from gui.widgets.class_bars import ClassBars, ClassCount
from gui.widgets.sample_view import SampleView, image_of
from tests.gui.data_builders import make_picture, make_summary, make_wave

DATA = DataSpec(source="torchvision:CIFAR10")


@pytest.fixture
def page(qtbot) -> DataPage:
    page = DataPage()
    qtbot.addWidget(page)
    page.resize(1084, 800)
    page.show()
    return page


def shown(page: DataPage) -> list[str]:
    return [label.text() for label in page.findChildren(QLabel) if label.isVisible() and label.text()]


def button(page: DataPage, text: str) -> QPushButton:
    return next(
        found for found in page.findChildren(QPushButton) if found.text() == text and found.isVisible()
    )


def cards_of(page: DataPage) -> list[SampleCard]:
    settle()
    return [card for card in page.findChildren(SampleCard) if card.isVisible()]


def drawn(sample: SamplePreview, qtbot) -> SampleView:
    view = SampleView(sample)
    qtbot.addWidget(view)
    view.resize(120, view.sizeHint().height())
    return view


def columns_of(view: SampleView, colour: str) -> set[int]:
    image = view.grab().toImage()
    return {
        x
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y) == QColor(colour)
    }


def test_that_the_page_asks_for_the_data_when_it_comes_in_front(qtbot):
    page = DataPage()
    qtbot.addWidget(page)

    with qtbot.waitSignal(page.load_requested):
        page.show()


def test_that_sizes_classes_and_the_shape_stand_on_top(page):
    page.set_data(DATA, has_model=False)
    page.set_summary(make_summary())

    assert {"4,500", "500", "1,000", "5", "3×32×32"} <= set(shown(page))
    assert page.findChild(ClassBars).lines()[:2] == ["cat: 1,400", "dog: 1,200"]


@pytest.mark.parametrize("kind", InputKind)
def test_that_ten_samples_are_shown_with_their_labels_and_what_the_model_says(page, kind):
    page.set_data(DATA, has_model=True)
    page.set_summary(make_summary(kind))

    cards = cards_of(page)
    texts = [[label.text() for label in card.findChildren(QLabel) if label.text()] for card in cards]
    assert len(cards) == 10
    assert texts[0] == ["cat", "cat · 99.5 %"]
    assert texts[3] == ["owl", "carp · 87.5 %"]
    assert "The model is right on 8 of 10" in shown(page)


def test_that_right_and_wrong_differ_in_colour_and_in_words(page):
    page.set_data(DATA, has_model=True)
    page.set_summary(make_summary())

    verdicts = {label.text(): label for label in page.findChildren(QLabel) if "·" in label.text()}
    assert verdicts["cat · 99.5 %"].property("tone") == "success"
    assert verdicts["carp · 87.5 %"].property("tone") == "danger"
    assert verdicts["carp · 87.5 %"].accessibleName() == "The model says carp, with 87.5 %."


def test_that_without_a_model_nothing_is_said_of_predictions(page):
    page.set_data(DATA, has_model=False)
    page.set_summary(make_summary(is_predicted=False))

    assert "Open a model to see its answers." in shown(page)
    assert not any("%" in text for text in shown(page))


def test_that_reading_can_be_cancelled_and_tried_again(page, qtbot):
    page.set_data(DATA, has_model=False)
    page.set_loading()
    with qtbot.waitSignal(page.cancel_requested):
        qtbot.mouseClick(button(page, "Cancel"), Qt.MouseButton.LeftButton)

    page.show_error(RunCancelled())
    with qtbot.waitSignal(page.again_requested):
        qtbot.mouseClick(button(page, "Read the data"), Qt.MouseButton.LeftButton)


def test_that_data_that_cannot_be_read_says_why_and_leads_to_where_it_is_chosen(page, qtbot):
    page.set_data(DATA, has_model=False)
    page.show_error(RequestError("data_no_folder", path="/d/flowers"))
    assert 'There is no folder "/d/flowers"; check the path.' in shown(page)

    with qtbot.waitSignal(page.choose_requested):
        qtbot.mouseClick(button(page, "Change the data"), Qt.MouseButton.LeftButton)


def test_that_samples_of_the_last_data_do_not_stay(page):
    page.set_data(DATA, has_model=False)
    page.set_summary(make_summary())
    page.set_summary(make_summary(InputKind.TEXT))

    cards = cards_of(page)
    assert len(cards) == 10
    assert all(card.view.image.isNull() for card in cards)


@pytest.mark.parametrize("channels", [1, 3])
def test_that_a_picture_has_the_pixels_that_it_was_sent(channels, qapp):
    # Rows of 5 pixels are not a multiple of four bytes, which images like to be padded to.
    pixels = bytes(range(5 * 3 * channels))
    image = image_of(Picture(width=5, height=3, channels=channels, pixels=pixels))

    for y in range(3):
        for x in range(5):
            place = (y * 5 + x) * channels
            wanted = pixels[place : place + channels] * (3 // channels)
            assert bytes(image.pixelColor(x, y).getRgb()[:3]) == wanted


def test_that_a_picture_with_too_few_pixels_is_not_read_beyond_its_end(qapp):
    assert image_of(Picture(width=100, height=100, channels=3, pixels=b"\0" * 10)).isNull()


def test_that_a_picture_keeps_its_proportions(qtbot):
    view = drawn(SamplePreview(label=0, picture=make_picture(20, 5)), qtbot)

    rows = {
        y for y in range(view.height()) if view.grab().toImage().pixelColor(119, y) == QColor(255, 255, 255)
    }
    assert len(rows) == pytest.approx(120 / 4, abs=2)


def test_that_a_wave_reaches_over_the_whole_width(qtbot):
    columns = columns_of(drawn(SamplePreview(label=0, wave=make_wave(120)), qtbot), LIGHT.accent)

    assert min(columns) <= 2
    assert max(columns) >= 117


def test_that_silence_and_no_values_are_drawn_without_a_fault(qtbot):
    silent = drawn(SamplePreview(label=0, wave=((0.0, 0.0),) * 50), qtbot)
    nothing = drawn(SamplePreview(label=0), qtbot)

    assert columns_of(silent, LIGHT.accent)
    assert not columns_of(nothing, LIGHT.accent)


def test_that_values_below_zero_hang_below_the_middle(qtbot):
    view = drawn(SamplePreview(label=0, values=(1.0, -1.0)), qtbot)
    image = view.grab().toImage()

    assert image.pixelColor(30, 15) == QColor(LIGHT.accent)
    assert image.pixelColor(90, 45) == QColor(LIGHT.accent)
    assert image.pixelColor(90, 15) != QColor(LIGHT.accent)


def test_that_a_thousand_classes_are_drawn_where_they_are_seen(qtbot):
    bars = ClassBars()
    qtbot.addWidget(bars)
    bars.set_counts([ClassCount(f"class {number}", number) for number in range(1000)])
    bars.resize(300, bars.sizeHint().height())

    image = bars.grab(bars.rect().adjusted(0, bars.height() - 24, 0, 0)).toImage()

    colours = {image.pixelColor(x, image.height() // 2).name() for x in range(image.width())}
    assert LIGHT.accent in colours
