import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QListWidget, QPushButton

from engine.contract.messages import Question
from gui.dialogs.closing import Closing, ClosingDialog
from gui.dialogs.trust import TrustDialog
from tests.gui.looking import clipped_texts

QUESTION = Question(id=1, path="/models/net.pt", wants=("nets.LeNet5", "os.system"))


def button(dialog: QDialog, text: str) -> QPushButton:
    return next(found for found in dialog.findChildren(QPushButton) if found.text() == text)


@pytest.fixture
def trust(qtbot) -> TrustDialog:
    dialog = TrustDialog(QUESTION)
    qtbot.addWidget(dialog)
    dialog.open()
    return dialog


def test_that_the_question_names_the_file_and_all_that_it_wants(trust):
    wanted = trust.findChild(QListWidget)

    assert [wanted.item(row).text() for row in range(wanted.count())] == ["nets.LeNet5", "os.system"]
    assert any("net.pt" in label.text() for label in trust.findChildren(QLabel))


def test_that_trust_is_given_only_by_the_button_that_says_so(trust, qtbot):
    with qtbot.waitSignal(trust.finished) as heard:
        qtbot.mouseClick(button(trust, "I trust this file"), Qt.MouseButton.LeftButton)

    assert heard.args == [QDialog.DialogCode.Accepted]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_that_a_key_pressed_in_passing_refuses(trust, qtbot, key):
    with qtbot.waitSignal(trust.finished) as heard:
        qtbot.keyClick(trust, key)

    assert heard.args == [QDialog.DialogCode.Rejected]


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("Keep running in the background", Closing.BACKGROUND),
        ("Pause and save", Closing.PAUSE),
        ("Cancel the run", Closing.CANCEL),
        ("Go back", Closing.STAY),
    ],
)
def test_that_each_way_to_close_is_what_its_button_says(qtbot, text, choice):
    dialog = ClosingDialog("digits")
    qtbot.addWidget(dialog)
    dialog.open()

    with qtbot.waitSignal(dialog.finished):
        qtbot.mouseClick(button(dialog, text), Qt.MouseButton.LeftButton)

    assert dialog.choice is choice


def test_that_escape_stays(qtbot):
    dialog = ClosingDialog("digits")
    qtbot.addWidget(dialog)
    dialog.open()

    with qtbot.waitSignal(dialog.finished):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)

    assert dialog.choice is Closing.STAY


def test_that_a_long_name_is_cut_inside_and_nothing_lies_over_the_buttons(qtbot):
    wants = ("nets.LeNet5", "os.system", "builtins.eval")
    dialog = TrustDialog(Question(id=1, path=f"/models/{'long_' * 20}name.pt", wants=wants))
    qtbot.addWidget(dialog)
    dialog.open()

    assert clipped_texts(dialog) == []
    wanted, trust = dialog.findChild(QListWidget), button(dialog, "I trust this file")
    assert wanted.geometry().bottom() < trust.geometry().top()
