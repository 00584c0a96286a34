"""A run that is paused, cancelled, looked at and resumed, all from the window and on the real engine."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from benchmarks.pictures import close_window, open_window
from engine.contract.methods import ExportFormat
from gui.app import make_application
from gui.main_window import MainWindow
from gui.models.run_progress import RunPhase
from gui.pages.export import ExportPage
from gui.pages.run import RunPage
from gui.widgets.rail import PageName

PATIENCE_MS = 120_000


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    instance = QApplication.instance()
    return instance if isinstance(instance, QApplication) else make_application()


@pytest.fixture
def window(qapp) -> Iterator[MainWindow]:
    window = open_window()
    yield window
    close_window(window)


def wait(qtbot, is_true) -> None:
    qtbot.waitUntil(is_true, timeout=PATIENCE_MS)


@pytest.mark.slow
def test_that_a_cancelled_run_is_compared_exported_and_resumed(window, qtbot):
    session, page = window.desk.session, window.page(PageName.RUN)
    assert isinstance(page, RunPage)
    window.desk.open_sample()
    wait(qtbot, lambda: session.recipe is not None)
    window.desk.run.start(session.recipe)

    wait(qtbot, lambda: page.progress().share > 0.3)
    page.pause.click()
    wait(qtbot, lambda: page.phase() is RunPhase.PAUSED)
    page.pause.click()
    wait(qtbot, lambda: page.phase() is RunPhase.RUNNING)

    page.cancel.click()
    page.banner.acted.emit()
    wait(qtbot, lambda: page.phase() is RunPhase.CANCELLED)
    wait(qtbot, lambda: session.report is not None)
    assert session.report.outcome == "cancelled"

    export = window.page(PageName.EXPORT)
    assert isinstance(export, ExportPage)
    card = export.cards[ExportFormat.ONNX_INT8]
    card.write.click()
    wait(qtbot, lambda: card.artifact() is not None)
    assert card.artifact().verified

    seen_before = page.curves.loss.plot.length("loss")
    page.resume.click()
    wait(qtbot, lambda: page.phase() is RunPhase.COMPLETED)
    wait(qtbot, lambda: session.report is not None and session.report.outcome == "completed")
    assert page.curves.loss.plot.length("loss") > seen_before > 0
