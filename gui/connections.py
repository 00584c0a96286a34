"""Builds each page when it is first shown, and connects it: what it shows, and where its wishes go.

Pages are imported here, inside their builders: what draws plots would keep the first page waiting.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, SignalInstance, Slot

from engine.contract.library import list_runs
from engine.contract.methods import PruneGranularity
from engine.contract.recipe import LayerQuantizeSpec
from engine.contract.stats import LayerSensitivity
from gui.background import Background
from gui.desk import Desk
from gui.widgets.page import Page
from gui.widgets.rail import PageName

_LISTED_RUNS = 8


class _Refresh(QObject):
    """Brings a page up to date when it is in front, or when it next comes there: seven pages at once would stall."""

    def __init__(self, page: Page, refresh: Callable[[], None], *changes: SignalInstance) -> None:
        super().__init__(page)
        self._page, self._refresh = page, refresh
        self._is_due = True
        page.shown.connect(self.bring_up_to_date)
        for changed in changes:
            changed.connect(self._on_changed)

    @Slot()
    def _on_changed(self) -> None:
        self._is_due = True
        if self._page.isVisible():
            self.bring_up_to_date()

    @Slot()
    def bring_up_to_date(self) -> None:
        """Shows what has changed since the last time."""
        if self._is_due:
            self._is_due = False
            self._refresh()


def _build_open(desk: Desk) -> Page:
    from gui.pages.open import OpenPage

    page = OpenPage()
    page.path_chosen.connect(desk.open_path)
    page.sample_requested.connect(desk.open_sample)
    page.open_requested.connect(desk.open_request)
    page.look_requested.connect(desk.jobs.look)
    page.preview_requested.connect(desk.preview_data)
    page.cancel_requested.connect(desk.jobs.cancel_inspect)
    desk.jobs.looked.connect(page.set_contents)
    desk.jobs.look_failed.connect(page.show_look_error)
    desk.jobs.inspect_failed.connect(lambda _error: page.look_again())
    desk.file_wanted.connect(page.choose_file)
    desk.form_wanted.connect(page.show_form)
    desk.refused.connect(page.show_error)
    desk.opening_changed.connect(page.set_busy)
    desk.recent_changed.connect(lambda: page.set_recent(desk.settings.recent()))
    desk.session.inspection_changed.connect(page.show_welcome)
    page.set_recent(desk.settings.recent())
    runs = Background(lambda: list_runs(limit=_LISTED_RUNS), page)
    runs.done.connect(lambda found: page.set_runs(found, desk.jobs.run_folder))
    page.shown.connect(runs.start)
    return page


def _build_inspect(desk: Desk) -> Page:
    from gui.pages.inspect import InspectPage

    page, session, measured = InspectPage(), desk.session, desk.sensitivity

    def show() -> None:
        has_data = session.opened is not None and session.opened.data is not None
        page.set_inspection(session.inspection, has_data=has_data)

    def show_sensitivity() -> None:
        prune = session.recipe.prune if session.recipe is not None else None
        granularity = prune.granularity if prune is not None else PruneGranularity.CHANNEL
        page.set_sensitivity(session.sensitivity, granularity)

    page.open_requested.connect(lambda: desk.page_wanted.emit(PageName.OPEN))
    page.compress_requested.connect(lambda: desk.page_wanted.emit(PageName.COMPRESS))
    page.data_requested.connect(desk.ask_for_data)
    page.form_requested.connect(desk.ask_for_data)
    page.measure_requested.connect(measured.measure)
    page.cancel_requested.connect(measured.cancel)
    page.take_requested.connect(desk.suggest)
    measured.progressed.connect(page.set_measurement)
    measured.failed.connect(page.show_error)
    desk.suggestions_taken.connect(page.show_taken)
    _Refresh(page, show, session.inspection_changed)
    changes = (session.inspection_changed, session.sensitivity_changed)
    _Refresh(page, show_sensitivity, *changes, session.recipe_changed, session.recipe_edited)
    return page


def _build_data(desk: Desk) -> Page:
    from gui.pages.data import DataPage

    page, shown = DataPage(), desk.data

    def show() -> None:
        page.set_data(shown.data, has_model=shown.model is not None)
        if shown.is_loading:
            page.set_loading()
        elif shown.error is not None:
            page.show_error(shown.error)
        elif shown.summary is not None:
            page.set_summary(shown.summary)

    page.load_requested.connect(shown.load)
    page.again_requested.connect(shown.load_again)
    page.cancel_requested.connect(shown.cancel)
    page.choose_requested.connect(desk.ask_for_data)
    _Refresh(page, show, shown.changed)
    return page


def _build_compress(desk: Desk) -> Page:
    from gui.wizard.page import CompressPage

    page, session = CompressPage(), desk.session

    def show() -> None:
        inspection = session.inspection
        page.set_inspection(None if inspection is None or inspection.bare_because else inspection)
        if session.recipe is not None:
            page.set_recipe(session.recipe)

    def suggest(measured: dict[str, LayerSensitivity]) -> None:
        refresh.bring_up_to_date()
        page.take_suggestions(measured)

    def make_exception(layer: str, exception: LayerQuantizeSpec) -> None:
        refresh.bring_up_to_date()
        page.make_exception(layer, exception)

    page.estimate_requested.connect(desk.jobs.estimate)
    page.recipe_edited.connect(session.keep_edited)
    page.suggestions_taken.connect(desk.suggestions_taken)
    desk.suggested.connect(suggest)
    desk.exception_wanted.connect(make_exception)
    page.run_requested.connect(desk.run.start)
    page.open_requested.connect(lambda: desk.page_wanted.emit(PageName.OPEN))
    desk.jobs.estimated.connect(page.set_estimation)
    desk.jobs.estimate_failed.connect(page.show_estimation_error)
    refresh = _Refresh(page, show, session.recipe_changed, session.inspection_changed)
    return page


def _build_run(desk: Desk) -> Page:
    from gui.pages.run import RunPage

    page = RunPage()
    page.pause_requested.connect(desk.run.pause)
    page.continue_requested.connect(desk.run.go_on)
    page.cancel_requested.connect(desk.run.cancel)
    page.resume_requested.connect(desk.run.resume)
    page.compress_requested.connect(lambda: desk.page_wanted.emit(PageName.COMPRESS))
    page.compare_requested.connect(lambda: desk.page_wanted.emit(PageName.COMPARE))
    desk.run.begun.connect(page.begin)
    desk.run.events_arrived.connect(page.add_events)
    desk.run.resumable_changed.connect(page.set_resumable)
    desk.run.refused.connect(page.show_error)
    return page


def _build_compare(desk: Desk) -> Page:
    from gui.pages.compare import ComparePage

    page, session = ComparePage(), desk.session
    page.folder_requested.connect(desk.run.reveal)
    page.exception_requested.connect(desk.except_layer)
    _Refresh(page, lambda: page.set_report(session.report), session.report_changed)
    return page


def _build_export(desk: Desk) -> Page:
    from gui.pages.export import ExportPage

    page, session, jobs = ExportPage(), desk.session, desk.jobs
    page.export_requested.connect(desk.run.export)
    page.verify_requested.connect(desk.run.verify)
    page.reveal_requested.connect(desk.run.reveal)
    jobs.export_begun.connect(page.set_busy)
    jobs.export_ended.connect(lambda: page.set_busy(None))
    jobs.exported.connect(page.add_artifact)
    jobs.verified.connect(page.add_verification)
    jobs.export_failed.connect(page.show_error)
    _Refresh(page, lambda: page.set_report(session.report), session.report_changed)
    return page


BUILDERS: dict[PageName, Callable[[Desk], Page]] = {
    PageName.OPEN: _build_open,
    PageName.INSPECT: _build_inspect,
    PageName.DATA: _build_data,
    PageName.COMPRESS: _build_compress,
    PageName.RUN: _build_run,
    PageName.COMPARE: _build_compare,
    PageName.EXPORT: _build_export,
}
