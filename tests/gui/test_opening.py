"""Opening from the first look to the data's preview, with the whole window and an engine that the test answers."""

from pathlib import Path

import pytest

from engine.contract.errors import RequestError, RunCancelled
from engine.contract.messages import DataSummary, Inspect, Look, Preview
from engine.contract.methods import SourceFormat
from engine.contract.recipe import DataSpec
from engine.contract.run_folder import RunFolder
from engine.contract.source import FileContents, ModelSource
from gui.engine_thread import EngineThread
from gui.jobs import Jobs
from gui.main_window import MainWindow
from gui.pages.open import OpenPage
from gui.session import OpenRequest
from gui.settings import Settings
from gui.widgets.rail import PageName
from resources import sample_recipe
from tests.gui.builders import make_inspection, make_recipe
from tests.gui.data_builders import make_contents, make_match, make_summary
from tests.gui.test_main_window import StillEngine, answer, shown_page

PATIENCE_MS = 120_000


@pytest.fixture
def engine(qapp) -> StillEngine:
    return StillEngine()


@pytest.fixture
def window(engine, qtbot) -> MainWindow:
    window = MainWindow(engine, Settings())
    qtbot.addWidget(window)
    window.show()
    return window


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "net.pt"
    path.write_bytes(b"weights")
    return path


def page_of(window: MainWindow) -> OpenPage:
    page = window.page(PageName.OPEN)
    assert isinstance(page, OpenPage)
    return page


def looks(engine: StillEngine) -> list[ModelSource]:
    return [job.source for job in engine.asked if isinstance(job, Look)]


def test_that_a_chosen_file_is_looked_at_and_what_was_found_is_shown(window, engine, file):
    window.desk.open_path(str(file))
    assert looks(engine) == [ModelSource(file=str(file))]

    answer(engine, make_contents(make_match()))

    assert page_of(window)._form.model.meter_text().startswith("122 of 122 keys fit")


def test_that_of_several_looks_that_are_wanted_meanwhile_the_last_one_is_done(window, engine, file):
    source = ModelSource(file=str(file))
    wanted = [ModelSource(file=str(file), architecture=f"timm:{name}") for name in "abc"]
    for one in (source, *wanted):
        window.desk.jobs.look(one)
    assert looks(engine) == [source]

    answer(engine, make_contents())
    answer(engine, make_contents())

    assert looks(engine) == [source, wanted[-1]]
    assert not window.desk.jobs.is_working


def test_that_opening_does_not_wait_for_a_look(window, engine, file):
    window.desk.open_path(str(file))
    look = engine.asked[-1]

    window.desk.open_request(OpenRequest(source=ModelSource(file=str(file))))

    assert isinstance(engine.asked[-1], Inspect)
    assert engine.asked[-2] == "withdraw"
    inspect = engine.asked[-1]
    engine.job_failed.emit(look, RunCancelled())
    assert page_of(window).error() == ""
    engine.job_failed.emit(inspect, RequestError("file_empty", path=file))
    assert looks(engine) == [ModelSource(file=str(file))] * 2


def test_that_a_cancelled_opening_leaves_the_form_as_it_was(window, engine, file):
    window.desk.open_path(str(file))
    answer(engine, make_contents(make_match()))
    page = page_of(window)
    page._form._open.click()
    inspect = engine.asked[-1]
    assert isinstance(inspect, Inspect)

    page.cancel_requested.emit()
    assert engine.asked[-1] == "withdraw"
    # An engine that does not obey is ended: that is no failure of the file.
    engine.job_failed.emit(inspect, RequestError("busy"))

    assert page.is_form_shown()
    assert page.error() == ""
    assert page._form.model.source().architecture == "torchvision:resnet18"
    assert window.desk.session.inspection is None


def test_that_a_model_that_opened_before_it_heard_of_the_cancel_is_not_shown(window, engine, file):
    window.desk.open_request(OpenRequest(source=ModelSource(file=str(file))))
    inspect = engine.asked[-1]
    window.desk.jobs.cancel_inspect()

    engine.job_finished.emit(inspect, make_inspection(file=str(file)))

    assert window.desk.session.inspection is None
    assert shown_page(window) is PageName.OPEN


def test_that_a_folder_of_hugging_face_is_a_model_and_a_run_stays_a_run(window, engine, tmp_path):
    model, run = tmp_path / "bert", RunFolder(tmp_path / "run")
    for folder in (model, run.root):
        folder.mkdir()
        (folder / "config.json").write_text("{}")
    run.recipe.write_text("schema = 1")
    run.events.write_text("")

    window.desk.open_path(str(model))
    assert looks(engine) == [ModelSource(file=str(model))]

    window.desk.open_path(str(run.root))
    assert shown_page(window) is PageName.RUN
    assert looks(engine) == [ModelSource(file=str(model))]


def test_that_a_model_of_a_library_is_opened_by_its_name(window, engine):
    window.desk.open_path("torchvision:resnet18")

    assert looks(engine) == [ModelSource(file="torchvision:resnet18")]
    assert page_of(window).is_form_shown()


def test_that_what_a_file_turned_out_to_be_is_remembered(window, engine, file):
    window.desk.open_request(OpenRequest(source=ModelSource(file=str(file))))

    answer(engine, make_inspection(file=str(file)))

    assert [recent.format for recent in Settings().recent()] == [SourceFormat.MODULE]


def test_that_the_chosen_set_of_weights_goes_into_the_recipe(window, engine, file):
    window.desk.open_request(OpenRequest(source=ModelSource(file=str(file), entry="model_ema")))

    answer(engine, make_inspection(file=str(file)))

    assert window.desk.session.recipe is not None
    assert window.desk.session.recipe.model.entry == "model_ema"


def test_that_data_is_previewed_before_a_model_is_open(window, engine):
    data = DataSpec(source="npz:/d/x.npz")

    window.desk.preview_data(data)
    assert shown_page(window) is PageName.DATA
    preview = engine.asked[-1]
    assert isinstance(preview, Preview)
    assert (preview.data, preview.source) == (data, None)
    answer(engine, make_summary(is_predicted=False))

    assert window.desk.data.summary == make_summary(is_predicted=False)


def test_that_the_data_of_an_open_model_is_read_with_it_once_its_page_is_in_front(window, engine, file):
    opened = OpenRequest(source=ModelSource(file=str(file)), data=DataSpec(source="npz:/d/x.npz"))
    window.desk.open_request(opened)
    answer(engine, make_inspection(file=str(file)))
    assert not any(isinstance(job, Preview) for job in engine.asked)

    window.show_page(PageName.DATA)
    previews = [job for job in engine.asked if isinstance(job, Preview)]
    answer(engine, make_summary())
    window.show_page(PageName.INSPECT)
    window.show_page(PageName.DATA)

    assert [(job.data, job.source) for job in previews] == [(opened.data, opened.source)]
    assert sum(isinstance(job, Preview) for job in engine.asked) == 1


def test_that_an_answer_about_other_data_is_not_shown(window, engine):
    window.desk.preview_data(DataSpec(source="npz:/d/a.npz"))
    first = engine.asked[-1]
    window.desk.preview_data(DataSpec(source="npz:/d/b.npz"))

    engine.job_finished.emit(first, make_summary())

    assert window.desk.data.summary is None
    assert window.desk.data.is_loading


def test_that_data_that_cannot_be_read_is_mended_in_the_form(window, engine, file):
    window.desk.open_path(str(file))
    answer(engine, make_contents(needs_architecture=False))
    form = page_of(window)._form
    form.data.set_data(DataSpec(source="npz:/d/x.npz"))
    form._on_data_preview_requested()
    engine.job_failed.emit(
        engine.asked[-1], RequestError("data_unreadable", path="/d/x.npz", reason="no zip")
    )

    window.desk.ask_for_data()

    assert shown_page(window) is PageName.OPEN
    assert "cannot be read as an npz file" in form.error()


def test_that_a_preview_during_a_run_is_refused_with_the_reason(window, engine):
    window.desk.jobs.start_run(make_recipe())

    window.desk.preview_data(DataSpec(source="sample"))

    assert window.desk.data.error is not None
    assert window.desk.data.error.code == "busy"
    window._is_leaving = True


def test_that_the_real_engine_looks_previews_and_drops_what_was_withdrawn(qapp, qtbot):
    engine = EngineThread()
    jobs, heard = Jobs(engine), []
    jobs.looked.connect(lambda _source, contents: heard.append(contents))
    jobs.previewed.connect(heard.append)
    jobs.inspect_failed.connect(heard.append)
    engine.start()
    sample = ModelSource(file="sample")

    jobs.look(ModelSource(file=str(sample_recipe().parent / "simplenet.pt")))
    jobs.preview(DataSpec(), sample)
    qtbot.waitUntil(lambda: len(heard) == 2, timeout=PATIENCE_MS)
    jobs.preview(DataSpec(), sample)
    jobs.inspect(OpenRequest(source=sample))
    jobs.cancel_inspect()
    qtbot.waitUntil(lambda: len(heard) == 4, timeout=PATIENCE_MS)
    engine.end()
    assert engine.wait(10_000)

    contents, summary = heard[:2]
    assert isinstance(contents, FileContents)
    assert contents.tensors == 8
    assert isinstance(summary, DataSummary)
    assert (summary.test, summary.classes, len(summary.samples)) == (360, 10, 10)
    assert all(sample.predicted is not None for sample in summary.samples)
    assert {type(value) for value in heard[2:]} == {DataSummary, RunCancelled}
