from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QPushButton, QWidget

from engine.contract.errors import RequestError
from engine.contract.library import RunEntry
from engine.contract.methods import SourceFormat
from engine.contract.recipe import DataSpec
from engine.contract.run_folder import RunState
from engine.contract.source import ModelSource
from gui.pages.open import OpenPage
from gui.pages.open_drop import DropZone
from gui.pages.open_form import OpenForm
from gui.pages.open_model import ModelCard
from gui.session import OpenRequest
from gui.translation import Language, install_language

REQUEST = OpenRequest(source=ModelSource(file="/models/net.pt"), data=DataSpec(source="npz:/d/x.npz"))


@pytest.fixture
def page(qtbot) -> OpenPage:
    page = OpenPage()
    qtbot.addWidget(page)
    page.resize(1100, 760)
    page.show()
    return page


def button(page: OpenPage, text: str) -> QPushButton:
    return next(
        found for found in page.findChildren(QPushButton) if found.text() == text and found.isVisible()
    )


def entry(page: OpenPage, name: str) -> QPushButton:
    return next(found for found in page.findChildren(QPushButton) if found.accessibleName() == name)


def dropped_on(zone: QWidget, urls: list[QUrl]) -> bool:
    """Drags and drops ``urls``; whether the zone took them."""
    mime = QMimeData()
    mime.setUrls(urls)
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(10, 10), copy, mime, left, none)
    enter.setAccepted(False)
    zone.dragEnterEvent(enter)
    if enter.isAccepted():
        zone.dropEvent(QDropEvent(QPointF(10, 10), copy, mime, left, none))
    return enter.isAccepted()


def test_that_a_dropped_file_is_asked_for_by_its_path(page, qtbot):
    with qtbot.waitSignal(page.path_chosen) as heard:
        assert dropped_on(page.findChild(DropZone), [QUrl.fromLocalFile("/models/net.pt")])

    assert Path(heard.args[0]) == Path("/models/net.pt")


def test_that_two_files_and_a_web_page_are_not_taken(page):
    zone = page.findChild(DropZone)

    assert not dropped_on(zone, [QUrl.fromLocalFile("/a.pt"), QUrl.fromLocalFile("/b.pt")])
    assert not dropped_on(zone, [QUrl("https://example.org/net.pt")])


def test_that_a_chosen_file_is_asked_for_and_a_closed_dialog_is_not(page, qtbot, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("/models/net.pt", ""))
    with qtbot.waitSignal(page.path_chosen) as heard:
        qtbot.mouseClick(button(page, "Choose a file…"), Qt.MouseButton.LeftButton)
    assert heard.args == ["/models/net.pt"]

    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    with qtbot.assertNotEmitted(page.path_chosen):
        qtbot.mouseClick(button(page, "Choose a file…"), Qt.MouseButton.LeftButton)


def test_that_the_sample_is_one_click_away(page, qtbot):
    with qtbot.waitSignal(page.sample_requested):
        qtbot.mouseClick(button(page, "Open the sample"), Qt.MouseButton.LeftButton)


def test_that_a_recent_model_is_opened_as_it_was_opened_last(page, qtbot):
    page.set_recent((REQUEST,))

    with qtbot.waitSignal(page.open_requested) as heard:
        qtbot.mouseClick(entry(page, "net.pt"), Qt.MouseButton.LeftButton)

    assert heard.args == [REQUEST]


def test_that_a_run_of_the_library_shows_its_state_and_is_opened(page, qtbot):
    run = RunEntry(
        folder="/runs/2026-11-24_digits", name="2026-11-24_digits", state=RunState.INTERRUPTED, changed=0
    )
    page.set_runs((run,))
    assert "Interrupted" in [label.text() for label in page.findChildren(QLabel)]

    with qtbot.waitSignal(page.path_chosen) as heard:
        qtbot.mouseClick(entry(page, run.name), Qt.MouseButton.LeftButton)

    assert heard.args == [run.folder]


def test_that_a_typed_path_or_name_is_asked_for(page, qtbot):
    line = page.findChild(DropZone).findChild(QLineEdit)
    qtbot.keyClicks(line, "torchvision:resnet18")

    with qtbot.waitSignal(page.path_chosen) as heard:
        qtbot.keyClick(line, Qt.Key.Key_Return)

    assert heard.args == ["torchvision:resnet18"]


def test_that_a_recent_model_says_what_it_is_and_with_which_data(page):
    opened = msgspec.structs.replace(REQUEST, format=SourceFormat.SAFETENSORS)

    page.set_recent((opened,))

    labels = [label.text() for label in entry(page, "net.pt").findChildren(QLabel)]
    assert "Safetensors  ·  x.npz" in labels


def test_that_an_error_of_the_engine_is_told_at_its_field(page):
    page.show_form(REQUEST)

    page.show_error(RequestError("architecture_missing", path="/models/net.pt", guesses="none"))

    assert page.error().startswith('"/models/net.pt" holds weights only')
    assert page.findChild(ModelCard).error() == page.error()


def test_that_an_error_of_no_field_is_told_over_the_form(page):
    page.show_form(REQUEST)

    page.show_error(RequestError("file_empty", path="/models/net.pt"))

    assert page.error().startswith('"/models/net.pt" is empty')
    assert page.findChild(OpenForm).error() == ""


def test_that_an_error_follows_the_language(page, qapp, qtbot):
    page.show_error(RequestError("file_empty", path="/models/net.pt"))

    install_language(qapp, Language.CHINESE)

    qtbot.waitUntil(lambda: page.title() == "打开")
    assert page.error() == "“/models/net.pt”是空文件；请重新保存模型。"


def test_that_an_opening_can_be_cancelled_by_the_keyboard_and_the_form_stays_filled(page, qtbot):
    page.show_form(REQUEST)
    form = page.findChild(OpenForm)

    page.set_busy(True)
    assert not form.data.isEnabled()
    with qtbot.waitSignal(page.cancel_requested):
        qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Space)
    page.set_busy(False)

    assert form.data.isEnabled()
    assert form.data.data() == REQUEST.data
    assert page.error() == ""


def test_that_nothing_can_be_dropped_while_a_file_is_read(page):
    page.show_form(REQUEST)
    page.set_busy(True)

    assert not dropped_on(page, [QUrl.fromLocalFile("/models/other.pt")])

    page.set_busy(False)
    assert dropped_on(page, [QUrl.fromLocalFile("/models/other.pt")])
