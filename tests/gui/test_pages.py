"""Whatever a page shows, it shows in the language of now, and whole."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QSize
from PySide6.QtWidgets import QWidget

from benchmarks.pictures import settle
from engine.contract.errors import PenjingError, RequestError, RunCancelled, RunError
from engine.contract.events import Continued, Outcome
from engine.contract.methods import DataKind, InputKind, PruneGranularity, SensitivityKind
from engine.contract.recipe import DataSpec
from engine.contract.source import ModelSource
from gui.models.measurement import Measurement
from gui.pages.compare import ComparePage
from gui.pages.data import DataPage
from gui.pages.export import ExportPage
from gui.pages.inspect import InspectPage
from gui.pages.open import OpenPage
from gui.pages.open_request import INPUT_SHAPE
from gui.pages.run import RunPage
from gui.session import OpenRequest
from gui.translation import Language, install_language
from gui.wizard.flow import Step
from gui.wizard.page import CompressPage
from tests.gui.builders import (
    make_events_story,
    make_inspection,
    make_map,
    make_recipe,
    make_report,
    make_verification,
)
from tests.gui.data_builders import make_contents, make_match, make_summary
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


def make_run_that_died() -> RunPage:
    page = make_run(None)
    page.show_error(RunError("worker_died", status=-9, log="/runs/sample/log.txt"))
    return page


def make_run_about_to_be_cancelled() -> RunPage:
    page = make_run(None)
    page.set_resumable(False)
    page.add_events([Continued()])
    page.cancel.click()
    return page


def make_review_without_estimate() -> CompressPage:
    page = make_compress(Step.REVIEW)
    page.show_estimation_error(RequestError("busy"))
    page.load_from(Path("/no/recipe.toml"))
    return page


def make_open_with_mistakes() -> OpenPage:
    page = OpenPage()
    page.show_form(OpenRequest(source=ModelSource(file="/models/net.pt")))
    page._form.model.show_error(INPUT_SHAPE, str)
    page._form.model._input_shape.set_text("three")
    page._form._open.click()
    page.show_error(RequestError("file_empty", path="/models/net.pt"))
    return page


def make_open_form() -> OpenPage:
    page = OpenPage()
    source = ModelSource(file="/models/net.pt")
    page.show_form(OpenRequest(source=source, data=DataSpec(source="torchvision:CIFAR10")))
    guesses = (make_match(), make_match("torchvision:resnet34", matched=80))
    page.set_contents(source, make_contents(*guesses, entries=("model_ema", "model"), wants=("nets.LeNet5",)))
    return page


def make_open_form_of(kind: DataKind | None) -> OpenPage:
    page = make_open_form()
    page._form.data.choose(kind)
    page._form.data._more_button.setChecked(True)
    return page


def make_open_busy() -> OpenPage:
    page = make_open_form()
    page.set_busy(True)
    return page


def make_data(kind: InputKind) -> DataPage:
    page = DataPage()
    page.set_data(DataSpec(source="npz:/d/x.npz"), has_model=True)
    page.set_summary(make_summary(kind))
    return page


def make_data_without_model() -> DataPage:
    page = DataPage()
    page.set_data(DataSpec(source="npz:/d/x.npz"), has_model=False)
    page.set_summary(make_summary(is_predicted=False))
    return page


def make_data_loading() -> DataPage:
    page = DataPage()
    page.set_data(DataSpec(source="npz:/d/x.npz"), has_model=False)
    page.set_loading()
    return page


def make_data_that_failed(error: PenjingError) -> DataPage:
    page = make_data_loading()
    page.show_error(error)
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


def make_export_that_failed() -> ExportPage:
    page = make_export()
    page.show_error(RunError("export_failed", format="state_dict", reason="28"))
    return page


def make_export_not_verified() -> ExportPage:
    page = make_export()
    broken = "the file is not the one that was verified (SHA-256 differs)"
    page.add_verification("artifacts/model.onnx", make_verification(is_verified=False, why=broken))
    return page


def make_inspect(*, view: int = 0, tab: int = 0, kind: SensitivityKind = SensitivityKind.FULL) -> InspectPage:
    page = InspectPage()
    page.set_inspection(make_inspection(4), has_data=True)
    page.set_sensitivity({kind: make_map(4, kind=kind)}, PruneGranularity.CHANNEL)
    page.sensitivity.show_kind(kind)
    page.show_view(view)
    page.panel.show_tab(tab)
    return page


def make_inspect_without_data() -> InspectPage:
    page = InspectPage()
    page.set_inspection(make_inspection(4))
    page.sensitivity.show_kind(SensitivityKind.FULL)
    page.show_view(1)
    return page


def make_inspect_while_measured() -> InspectPage:
    page = make_inspect(view=1)
    page.set_measurement(Measurement(kind=SensitivityKind.FULL, step=1, steps=4, layers=frozenset({"fc"})))
    page.layers.view.selectAll()
    page.show_error(RequestError("data_needed"))
    return page


PAGES = {
    **{f"inspect-tab-{tab}": lambda tab=tab: make_inspect(tab=tab) for tab in range(4)},
    **{f"inspect-{kind}": lambda kind=kind: make_inspect(view=1, kind=kind) for kind in SensitivityKind},
    "inspect-without-data": make_inspect_without_data,
    "inspect-while-measured": make_inspect_while_measured,
    "inspect-empty": InspectPage,
    **{f"compress-{step}": lambda step=step: make_compress(step) for step in Step},
    **{f"run-{outcome}": lambda outcome=outcome: make_run(outcome) for outcome in (*Outcome, None)},
    **{f"compare-{view}": lambda view=view: make_compare(view) for view in range(3)},
    "export": make_export,
    "export-failed": make_export_that_failed,
    "export-not-verified": make_export_not_verified,
    "run-died": make_run_that_died,
    "run-about-to-be-cancelled": make_run_about_to_be_cancelled,
    "compress-review-without-estimate": make_review_without_estimate,
    "open-with-mistakes": make_open_with_mistakes,
    "open-form": make_open_form,
    **{f"open-form-{kind}": lambda kind=kind: make_open_form_of(kind) for kind in (*DataKind, None)},
    "open-busy": make_open_busy,
    **{f"data-{kind}": lambda kind=kind: make_data(kind) for kind in InputKind},
    "data-without-model": make_data_without_model,
    "data-loading": make_data_loading,
    "data-missing": lambda: make_data_that_failed(RequestError("file_missing", path="/d/x.npz")),
    "data-cancelled": lambda: make_data_that_failed(RunCancelled()),
    "data-empty": DataPage,
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
