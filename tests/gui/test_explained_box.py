import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStyleOptionViewItem

from engine.contract.fields import FieldKind, fields_of
from engine.contract.methods import PruneGranularity
from engine.contract.recipe import PruneSpec
from gui.wizard.editors import ChoiceEditor
from gui.wizard.explained_box import ExplainedBox
from gui.wizard.method_pages import PruningPage


@pytest.fixture
def editor(qtbot) -> ChoiceEditor:
    spec = next(spec for spec in fields_of(PruneSpec) if spec.name == "granularity")
    editor = ChoiceEditor(spec)
    qtbot.addWidget(editor)
    return editor


def test_that_a_choice_among_many_tells_each_sentence(editor):
    assert isinstance(editor.box, ExplainedBox)
    view = editor.box.view()
    option = QStyleOptionViewItem()
    option.font = view.font()
    one_line = view.fontMetrics().height()
    heights = [view.itemDelegate().sizeHint(option, view.model().index(row, 0)).height() for row in range(2)]
    assert min(heights) > 2 * one_line


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("chan", PruneGranularity.CHANNEL),
        ("archive", PruneGranularity.WEIGHT),
        ("qqq", PruneGranularity.WEIGHT),
    ],
)
def test_that_typing_finds_a_word_of_the_name_or_of_the_sentence(editor, qtbot, typed, found):
    view = editor.box.view()
    view.setCurrentIndex(view.model().index(0, 0))
    qtbot.keyClicks(view, typed)
    assert view.currentIndex().data(Qt.ItemDataRole.UserRole) == found


def test_that_every_plain_field_of_pruning_is_on_its_page(qtbot):
    page = PruningPage()
    qtbot.addWidget(page)
    plain = {spec.name for spec in fields_of(PruneSpec) if spec.kind is not FieldKind.TABLE}
    assert set(page.form.rows) == plain
