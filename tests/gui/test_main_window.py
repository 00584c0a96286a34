from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QPushButton

from engine.contract.errors import TrustRequired
from engine.contract.events import Outcome, Paused
from engine.contract.messages import Inspect, Job, Question, Run
from engine.contract.recipe import DataSpec, LayerQuantizeSpec, ModelSpec
from engine.contract.recipe_file import write_recipe
from engine.contract.run_folder import RunFolder, write_record
from gui.dialogs.closing import ClosingDialog
from gui.dialogs.trust import TrustDialog
from gui.engine_thread import EngineThread
from gui.main_window import MainWindow
from gui.settings import Settings
from gui.theme import DARK, LIGHT, current_theme
from gui.translation import Language
from gui.widgets.rail import PageName
from gui.wizard.flow import Step
from tests.gui.builders import make_events_story, make_inspection, make_recipe, make_report
from tests.gui.test_following import append


class StillEngine(EngineThread):
    """An engine whose process is never started: what is asked of it is written down, and the test answers."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Job | str] = []

    def submit(self, job: Job) -> None:
        self.asked.append(job)

    def pause(self) -> None:
        self.asked.append("pause")

    def cancel(self) -> None:
        self.asked.append("cancel")

    def withdraw(self, job_id: int) -> None:
        self.asked.append("withdraw")

    def detach(self) -> None:
        self.asked.append("detach")

    def kill(self) -> None:
        self.asked.append("kill")

    def answer_trust(self, granted: bool) -> None:
        self.asked.append("trust" if granted else "refuse")


@pytest.fixture
def engine(qapp) -> StillEngine:
    return StillEngine()


@pytest.fixture
def window(engine, qtbot) -> MainWindow:
    window = MainWindow(engine, Settings())
    # At the end of a test the window closes without asking about a run that was begun.
    qtbot.addWidget(window, before_close_func=lambda window: setattr(window, "_is_leaving", True))
    window.show()
    return window


def shown_page(window: MainWindow) -> PageName:
    return next(name for name in PageName if window.page(name).isVisible())


def answer(engine: StillEngine, value: object) -> None:
    """The engine's answer to the last job."""
    engine.job_finished.emit(engine.asked[-1], value)


def start_run(window: MainWindow, engine: StillEngine) -> Run:
    window.desk.open_sample()
    answer(engine, make_inspection())
    window.desk.run.start(make_recipe())
    run = engine.asked[-1]
    assert isinstance(run, Run)
    return run


def test_that_the_sample_leads_from_open_to_inspect_with_its_recipe(window, engine):
    window.desk.open_sample()
    assert isinstance(engine.asked[-1], Inspect)

    answer(engine, make_inspection())

    assert shown_page(window) is PageName.INSPECT
    assert window.desk.session.recipe.prune.ratio == 0.5


def test_that_every_page_is_reached_by_the_keyboard(window, qtbot):
    for index, name in enumerate(PageName, start=1):
        qtbot.keyClick(window, getattr(Qt.Key, f"Key_{index}"), Qt.KeyboardModifier.ControlModifier)
        assert shown_page(window) is name


def test_that_a_file_is_chosen_by_the_keyboard_from_every_page(window, qtbot, monkeypatch, tmp_path):
    file = tmp_path / "net.pt"
    file.write_bytes(b"weights")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    window.show_page(PageName.COMPARE)

    qtbot.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)

    assert shown_page(window) is PageName.OPEN
    assert window.page(PageName.OPEN).is_form_shown()


def test_that_a_file_that_is_not_there_is_told_on_the_open_page(window, tmp_path):
    window.show_page(PageName.INSPECT)

    window.desk.open_path(str(tmp_path / "net.pt"))

    assert shown_page(window) is PageName.OPEN
    assert "net.pt" in window.page(PageName.OPEN).error()


def test_that_a_model_is_asked_about_and_remembered_once_it_is_open(window, engine, tmp_path):
    file = tmp_path / "net.pt"
    file.write_bytes(b"weights")

    window.desk.open_path(str(file))
    assert window.page(PageName.OPEN).is_form_shown()
    window.desk.open_request(window.desk.known_request(str(file)))
    answer(engine, make_inspection(file=str(file)))

    assert shown_page(window) is PageName.INSPECT
    assert [request.source.file for request in Settings().recent()] == [str(file)]
    assert file.name in window.windowTitle()


def test_that_a_recipe_opens_its_model_and_leads_to_compress(window, engine, tmp_path):
    write_recipe(make_recipe(name="mine"), tmp_path / "mine.toml")

    window.desk.open_path(str(tmp_path / "mine.toml"))
    answer(engine, make_inspection())

    assert window.desk.session.recipe.name == "mine"


def test_that_a_model_without_data_is_not_run_but_asked_for_its_data(window, engine, tmp_path):
    file = tmp_path / "net.pt"
    file.write_bytes(b"weights")
    window.desk.open_request(window.desk.known_request(str(file)))
    answer(engine, make_inspection(file=str(file)))

    window.desk.run.start(window.desk.session.recipe)

    assert not isinstance(engine.asked[-1], Run)
    assert shown_page(window) is PageName.OPEN
    assert window.page(PageName.OPEN).is_form_shown()


def test_that_a_recipe_may_bring_the_data_that_the_model_was_opened_without(window, engine, tmp_path):
    file = tmp_path / "net.pt"
    file.write_bytes(b"weights")
    window.desk.open_request(window.desk.known_request(str(file)))
    answer(engine, make_inspection(file=str(file)))
    recipe = make_recipe(model=ModelSpec(file=str(file)), data=DataSpec(source="npz:/d/x.npz"))

    window.desk.run.start(recipe)

    assert engine.asked[-1].recipe == recipe


def test_that_a_run_is_shown_from_its_first_event_to_its_report(window, engine):
    start_run(window, engine)
    assert shown_page(window) is PageName.RUN

    engine.events_arrived.emit(make_events_story(Outcome.COMPLETED))
    answer(engine, make_report())

    assert window.page(PageName.RUN).phase() == "completed"
    assert window.desk.session.report == make_report()


def test_that_the_demo_stays_with_what_came_of_it(window, engine):
    window.desk.start_demo()
    answer(engine, make_inspection())
    assert shown_page(window) is PageName.RUN

    answer(engine, make_report())

    assert shown_page(window) is PageName.COMPARE


def test_that_the_demo_runs_into_the_folder_that_was_named(window, engine, tmp_path):
    window.desk.start_demo(tmp_path / "bonsai")
    answer(engine, make_inspection())

    assert engine.asked[-1].folder == str(tmp_path / "bonsai")


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "run")
    folder.root.mkdir()
    write_recipe(make_recipe(), folder.recipe)
    return folder


def test_that_a_finished_run_is_opened_on_compare(window, folder):
    append(folder, make_events_story(Outcome.COMPLETED))
    write_record(folder.report, make_report())

    window.desk.open_path(str(folder.root))

    assert shown_page(window) is PageName.COMPARE
    assert window.desk.session.report == make_report()


def test_that_layers_that_rounding_hurts_are_spared_one_after_the_other(window, engine):
    start_run(window, engine)
    answer(engine, make_report())
    window.show_page(PageName.COMPARE)
    first, second = (layer.name for layer in make_report().layers[:2])
    window.page(PageName.COMPARE).exception_requested.emit(first, LayerQuantizeSpec(weight_bits=8))

    assert shown_page(window) is PageName.COMPRESS
    assert window.page(PageName.COMPRESS).step() is Step.QUANTIZATION
    window.page(PageName.COMPARE).exception_requested.emit(second, LayerQuantizeSpec(skip=True))

    recipe = window.page(PageName.COMPRESS).recipe()
    assert recipe == window.desk.session.recipe
    assert recipe.quantize is not None
    assert recipe.quantize.layers == {
        first: LayerQuantizeSpec(weight_bits=8),
        second: LayerQuantizeSpec(skip=True),
    }
    window.page(PageName.COMPRESS).tools.undo.click()
    assert window.desk.session.recipe.quantize.layers == {first: LayerQuantizeSpec(weight_bits=8)}


def test_that_sparing_a_layer_of_a_run_of_the_past_opens_its_model_first(window, engine, folder):
    append(folder, make_events_story(Outcome.COMPLETED))
    write_record(folder.report, make_report())
    window.desk.open_path(str(folder.root))
    window.desk.except_layer("conv", LayerQuantizeSpec(skip=True))
    assert isinstance(engine.asked[-1], Inspect)
    answer(engine, make_inspection())

    recipe = window.desk.session.recipe
    assert recipe is not None and recipe.quantize is not None
    assert recipe.quantize.layers == {"conv": LayerQuantizeSpec(skip=True)}


def test_that_an_interrupted_run_is_opened_on_run_and_can_go_on(window, engine, folder):
    append(folder, make_events_story(None))

    window.desk.open_path(str(folder.root))
    assert shown_page(window) is PageName.RUN
    assert window.page(PageName.RUN).phase() == "interrupted"
    window.desk.run.resume()

    run = engine.asked[-1]
    assert isinstance(run, Run)
    assert run.resume
    assert Path(run.folder) == folder.root


def test_that_a_run_of_another_process_is_followed_and_cancelled_by_its_folder(window, engine, folder, qtbot):
    story = make_events_story(Outcome.CANCELLED)
    append(folder, story[:5])
    window.desk.open_path(str(folder.root))

    append(folder, story[5:9])
    qtbot.waitUntil(lambda: window.page(PageName.RUN).phase() == "running")
    window.desk.run.cancel()
    assert "cancel" in folder.control.read_text()
    append(folder, story[9:])

    qtbot.waitUntil(lambda: window.page(PageName.RUN).phase() == "cancelled")
    assert "cancel" not in engine.asked


def test_that_during_a_run_nothing_else_is_begun(window, engine):
    run = start_run(window, engine)

    window.desk.open_sample()
    assert shown_page(window) is PageName.OPEN
    assert (
        window.page(PageName.OPEN).error() == "The engine is busy with another job; wait for it or cancel it."
    )

    window.desk.run.start(make_recipe(name="another"))
    assert shown_page(window) is PageName.RUN
    assert engine.asked[-1] is run


def test_that_a_run_of_the_past_is_not_mixed_with_the_one_that_goes_on(window, engine, folder):
    run = start_run(window, engine)
    append(folder, make_events_story(Outcome.CANCELLED))

    window.desk.open_path(str(folder.root))
    engine.events_arrived.emit(make_events_story(None))
    window.desk.run.cancel()
    assert window.page(PageName.RUN).phase() == "cancelled"
    assert "cancel" not in engine.asked

    engine.job_finished.emit(run, make_report())
    assert window.desk.session.report is None


def test_that_a_question_is_put_and_its_answer_sent(window, engine, qtbot):
    engine.question_asked.emit(Question(id=1, path="/models/net.pt", wants=("nets.LeNet5",)))

    window.findChild(TrustDialog).accept()

    assert engine.asked == ["trust"]


def test_that_a_refusal_is_told_without_an_option_of_the_terminal(window, engine):
    window.desk.open_sample()

    engine.job_failed.emit(
        engine.asked[-1], TrustRequired("trust_required", path="/models/net.pt", wants="os.system")
    )

    assert window.page(PageName.OPEN).error() == '"/models/net.pt" was not opened, as you do not trust it.'


def test_that_closing_without_a_run_asks_nothing(window):
    assert window.close()


def test_that_closing_during_a_run_asks_and_may_be_taken_back(window, engine):
    start_run(window, engine)

    assert not window.close()
    window.findChild(ClosingDialog).reject()

    assert window.isVisible()
    assert engine.asked[-1] not in ("detach", "kill", "cancel")


def close_by(window: MainWindow, text: str) -> None:
    window.close()
    buttons = window.findChild(ClosingDialog).findChildren(QPushButton)
    next(button for button in buttons if button.text() == text).click()


def test_that_a_run_may_go_on_in_the_background(window, engine):
    start_run(window, engine)

    close_by(window, "Keep running in the background")

    assert engine.asked[-1] == "detach"
    assert not window.isVisible()


def test_that_a_run_is_paused_before_its_process_ends(window, engine):
    start_run(window, engine)
    close_by(window, "Pause and save")
    assert engine.asked[-1] == "pause"
    assert window.isVisible()

    engine.events_arrived.emit([Paused()])

    assert engine.asked[-1] == "kill"
    assert not window.isVisible()


def test_that_a_cancelled_run_has_written_its_best_before_the_window_closes(window, engine):
    run = start_run(window, engine)
    close_by(window, "Cancel the run")
    assert engine.asked[-1] == "cancel"
    assert window.isVisible()

    engine.job_finished.emit(run, make_report(outcome=Outcome.CANCELLED))

    assert not window.isVisible()


def test_that_language_and_theme_are_switched_and_remembered(window, qtbot):
    window.show_page(PageName.INSPECT)
    window.set_language(Language.CHINESE)
    qtbot.waitUntil(lambda: window.page(PageName.INSPECT).title() == "检视")
    window._on_rail_theme_clicked()

    assert current_theme() is DARK
    assert (Settings().language(), Settings().scheme()) == ("zh", "dark")
    window._on_rail_theme_clicked()
    assert current_theme() is LIGHT


def test_that_the_window_comes_back_where_it_was(window, engine, qtbot):
    window.resize(1000, 700)
    window.close()

    again = MainWindow(engine, Settings())
    qtbot.addWidget(again)

    assert (again.width(), again.height()) == (1000, 700)
