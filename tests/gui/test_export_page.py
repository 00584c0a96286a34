import msgspec
import pytest
from PySide6.QtCore import Qt

from engine.contract.errors import RunError
from engine.contract.methods import ExportFormat
from gui.pages.export import ExportPage
from tests.gui.builders import make_artifact, make_report, make_verification


@pytest.fixture
def page(qtbot) -> ExportPage:
    page = ExportPage()
    qtbot.addWidget(page)
    page.resize(1080, 760)
    page.set_report(make_report())
    page.show()
    return page


def test_that_without_a_run_nothing_can_be_written(qtbot):
    page = ExportPage()
    qtbot.addWidget(page)
    page.set_report(None)
    page.show()
    assert page._empty.isVisible()
    assert not page.cards[ExportFormat.ONNX_INT8].isVisible()


def test_that_every_format_has_a_card_with_its_help(page):
    assert list(page.cards) == list(ExportFormat)
    for kind, card in page.cards.items():
        assert card._help.text() == kind.sentence


def test_that_a_written_file_shows_its_verification(page):
    card = page.cards[ExportFormat.ONNX_INT8]
    assert card.badge.text() == "Verified"
    assert card.facts() == {
        "Size": "14.3 KB",
        "Accuracy": "96.9 %",
        "Agreement": "99.7 %",
        "Largest error": "0.00400",
        "Latency": "0.210 ms",
        "Operators": "4 integer, 0 float",
    }
    assert card.note() == "5.90× smaller than the original as float32 ONNX."


def test_that_a_format_without_a_file_offers_only_to_write_it(page, qtbot):
    card = page.cards[ExportFormat.STATE_DICT]
    assert not card.badge.isVisible()
    assert not card.reveal.isVisible()
    with qtbot.waitSignal(page.export_requested) as asked:
        qtbot.mouseClick(card.write, Qt.MouseButton.LeftButton)
    assert asked.args == [ExportFormat.STATE_DICT]


def test_that_while_one_is_written_no_other_can_be_asked_for(page):
    page.cards[ExportFormat.STATE_DICT].write.click()
    assert not any(card.write.isEnabled() for card in page.cards.values())
    page.add_artifact(make_artifact(ExportFormat.STATE_DICT))
    assert all(card.write.isEnabled() for card in page.cards.values())
    assert page.cards[ExportFormat.STATE_DICT].badge.isVisible()


def test_that_a_file_that_failed_says_why(page):
    page.add_artifact(make_artifact(ExportFormat.ONNX_FLOAT32, verified=False))
    card = page.cards[ExportFormat.ONNX_FLOAT32]
    assert card.badge.text() == "Not verified"
    assert "agreement 0.91 is below 0.99" in card.note()


def test_that_a_file_that_is_not_smaller_is_not_praised(page):
    bloated = msgspec.structs.replace(make_artifact(ExportFormat.ONNX_FLOAT32), size_bytes=200_000)
    page.add_artifact(bloated)
    assert page.cards[ExportFormat.ONNX_FLOAT32].note().startswith("Not smaller")


def test_that_a_pack_with_samples_is_not_compared_with_a_model(page):
    pack = msgspec.structs.replace(make_artifact(ExportFormat.CALIBRATION_PACK), size_bytes=200_000)
    page.add_artifact(pack)
    assert page.cards[ExportFormat.CALIBRATION_PACK].note() == ""


def test_that_an_error_is_told_and_frees_the_page(page):
    page.cards[ExportFormat.STATE_DICT].write.click()
    failed = RunError("export_failed", format="state_dict", reason="no space left on device")
    page.show_error(failed)
    assert page.banner.text() == failed.message
    assert page.cards[ExportFormat.STATE_DICT].write.isEnabled()


@pytest.mark.parametrize("signal", ["verify_requested", "reveal_requested"])
def test_that_a_file_is_asked_about_by_its_path(page, qtbot, signal):
    card = page.cards[ExportFormat.ONNX_INT8]
    button = card.verify if signal == "verify_requested" else card.reveal
    with qtbot.waitSignal(getattr(page, signal)) as asked:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked.args == ["artifacts/model-onnx-int8.onnx"]


@pytest.mark.parametrize("is_verified", [True, False])
def test_that_another_verification_is_told(page, is_verified):
    page.add_verification(
        "/runs/one/artifacts/model.onnx",
        make_verification(is_verified=is_verified, why="" if is_verified else "agreement 0.5 is below 0.99"),
    )
    expected = "opened and re-run once more" if is_verified else "agreement 0.5 is below 0.99"
    assert page.banner.text().startswith("model.onnx: ")
    assert expected in page.banner.text()


def test_that_the_whole_hash_stands_in_the_tool_tip(page):
    path = page.cards[ExportFormat.ONNX_INT8]._path
    assert "ab" * 32 in path.toolTip()
    assert "ab" * 32 not in path.text()
