"""Whatever a page shows, it shows in the language of now, and whole."""

import re

import pytest
from PySide6.QtCore import QCoreApplication, QSize
from PySide6.QtWidgets import QWidget

from benchmarks.pictures import settle
from engine.contract.events import Outcome
from gui.pages.compare import ComparePage
from gui.pages.export import ExportPage
from gui.pages.run import RunPage
from gui.translation import Language, install_language
from gui.wizard.flow import Step
from gui.wizard.page import CompressPage
from tests.gui.builders import make_events_story, make_inspection, make_recipe, make_report
from tests.gui.looking import beyond_the_edge, clipped_texts, shown_texts

ENGLISH_WORDS = re.compile(r"[A-Za-z][a-z]+ [a-z]{2,}")
# The window may be 1000 × 640, of which the rail takes 196.
SMALLEST = QSize(804, 640)


def make_compress(step: Step) -> CompressPage:
    page = CompressPage()
    page.set_inspection(make_inspection())
    page.set_recipe(make_recipe())
    page.go_to(step)
    return page


def make_run(outcome: Outcome | None) -> RunPage:
    page = RunPage()
    page.begin("sample")
    page.add_events(make_events_story(outcome))
    page.set_resumable(outcome is None)
    return page


def make_compare(view: int) -> ComparePage:
    page = ComparePage()
    page.set_report(make_report())
    page.show_view(view)
    return page


def make_export() -> ExportPage:
    page = ExportPage()
    page.set_report(make_report())
    return page


PAGES = {
    **{f"compress-{step}": lambda step=step: make_compress(step) for step in Step},
    **{f"run-{outcome}": lambda outcome=outcome: make_run(outcome) for outcome in (*Outcome, None)},
    **{f"compare-{view}": lambda view=view: make_compare(view) for view in range(3)},
    "export": make_export,
    "compress-empty": CompressPage,
    "run-empty": RunPage,
    "compare-empty": ComparePage,
    "export-empty": ExportPage,
}


def texts_of(page: QWidget) -> list[str]:
    return [text for text, _, _ in shown_texts(page)]


@pytest.mark.parametrize("name", PAGES)
def test_that_a_page_changes_its_language_while_it_is_shown(qapp, qtbot, name):
    page = PAGES[name]()
    qtbot.addWidget(page)
    page.show()
    if isinstance(page, RunPage):
        qtbot.waitUntil(page.curves.is_drawn)
    english = texts_of(page)
    install_language(qapp, Language.CHINESE)
    QCoreApplication.processEvents()
    chinese = texts_of(page)
    left = {text for text in english if ENGLISH_WORDS.search(text)} & set(chinese)
    assert left == set()
    install_language(qapp, Language.ENGLISH)
    QCoreApplication.processEvents()
    assert texts_of(page) == english


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", PAGES)
def test_that_a_page_fits_into_the_smallest_window(qapp, qtbot, name, language):
    install_language(qapp, language)
    page = PAGES[name]()
    qtbot.addWidget(page)
    page.resize(SMALLEST)
    page.show()
    settle()
    assert page.size() == SMALLEST
    assert clipped_texts(page) + beyond_the_edge(page) == []
