import msgspec
import pytest
from PySide6.QtCore import Qt

from engine.contract.errors import RunError
from engine.contract.events import (
    Continued,
    MetricsLogged,
    Outcome,
    Paused,
    PlannedStage,
    Progress,
    RunFinished,
    RunResumed,
    RunStarted,
    Stage,
    StageStarted,
    WarningRaised,
)
from gui.models.run_progress import RunPhase
from gui.pages.run import RunPage
from gui.pages.run_log import KEPT_LINES, RunLog
from tests.gui.builders import make_events_story, make_report


@pytest.fixture
def page(qtbot) -> RunPage:
    page = RunPage()
    qtbot.addWidget(page)
    page.resize(1080, 760)
    page.show()
    return page


def tell(page: RunPage, outcome: Outcome | None) -> None:
    page.begin("sample")
    page.add_events(make_events_story(outcome))


def test_that_before_any_run_the_page_says_where_to_begin(page, qtbot):
    assert page.phase() is RunPhase.IDLE
    assert not page.cancel.isVisible()
    with qtbot.waitSignal(page.compress_requested):
        page._empty._button.click()


def test_that_a_run_that_begins_waits_for_its_first_event(page):
    page.begin("digits")
    assert page.now.text() == "Starting…"
    assert page.bar.maximum() == 0
    assert page.cancel.isEnabled()
    assert not page.pause.isEnabled()


def test_that_a_run_under_way_shows_stage_share_and_time_left(page):
    tell(page, None)
    assert page.now.text() == "Train"
    assert page.stages.texts() == [("Evaluate", "0:01"), ("Train", "50 %"), ("Export and verify", "")]
    assert page.time.text() == "step 10 of 20   ·   0:12 so far   ·   about 0:10 left"
    assert page.share.text() == "52 %"


def test_that_the_curves_hold_every_point(page):
    tell(page, None)
    assert page.curves.loss.plot.length("train_loss") == 10
    assert page.curves.loss.plot.length("loss") == 2
    assert page.curves.accuracy.plot.last("accuracy") == pytest.approx(0.92)
    assert page.curves.weights.plot.last("parameter_bytes") == 75_000


def test_that_a_completed_run_tells_its_gains_and_leads_to_compare(page, qtbot):
    tell(page, Outcome.COMPLETED)
    assert (
        page.banner.text() == "Done: the file is 5.90× smaller, it runs 2.90× faster, accuracy −0.5 points."
    )
    assert page.share.text() == "100 %"
    assert not page.pause.isVisible()
    with qtbot.waitSignal(page.compare_requested):
        qtbot.mouseClick(page.compare, Qt.MouseButton.LeftButton)


def test_that_a_loss_is_not_worded_as_a_gain(page):
    page.begin("sample")
    report = make_report()
    slower = msgspec.structs.replace(report, ratios=msgspec.structs.replace(report.ratios, latency=0.8))
    page.add_events([RunFinished(outcome=Outcome.COMPLETED, result=slower)])
    assert "it runs 1.25× slower here" in page.banner.text()


def test_that_a_cancelled_run_says_that_the_best_is_kept(page):
    tell(page, Outcome.CANCELLED)
    assert page.phase() is RunPhase.CANCELLED
    assert page.banner.text() == "Cancelled. The best result so far is kept."
    assert page.compare.isVisible()


def test_that_a_run_cancelled_before_its_first_result_promises_none(page):
    page.add_events([RunFinished(outcome=Outcome.CANCELLED, result=None)])
    assert page.banner.text() == "Cancelled before there was a result. Resume goes on from here."


def test_that_a_failed_run_says_why_and_what_to_do(page):
    tell(page, Outcome.FAILED)
    assert page.phase() is RunPhase.FAILED
    assert "lower recover.learning_rate" in page.banner.text()
    assert not page.compare.isVisible()


def test_that_an_interrupted_run_offers_to_resume(page, qtbot):
    tell(page, None)
    page.set_resumable(True)
    assert page.phase() is RunPhase.INTERRUPTED
    assert "Resume goes on from its last checkpoint" in page.banner.text()
    with qtbot.waitSignal(page.resume_requested):
        qtbot.mouseClick(page.resume, Qt.MouseButton.LeftButton)


def test_that_a_resumed_run_goes_on_at_its_checkpoint(page):
    tell(page, None)
    page.set_resumable(True)
    resumed = RunResumed(step=8)
    page.add_events([resumed, StageStarted(stage=Stage.TRAIN, steps=20, index=1)])
    assert page.phase() is RunPhase.RUNNING
    assert page.curves.loss.plot.length("train_loss") == 8
    assert not page.resume.isVisible()
    assert not page.banner.isVisible()


def test_that_a_run_that_dies_without_an_event_says_why(page):
    page.begin("sample")
    died = RunError("worker_died", status=-9, log="/runs/sample/log.txt")
    page.show_error(died)
    assert page.banner.text() == died.message
    assert not page.cancel.isVisible()


def test_that_pause_waits_for_the_run_to_obey_and_then_continues(page, qtbot):
    tell(page, None)
    with qtbot.waitSignal(page.pause_requested):
        page.pause.click()
    assert page.pause.text() == "Pausing…"
    assert not page.pause.isEnabled()
    page.add_events([Paused()])
    assert page.pause.text() == "Continue"
    assert page.now.text() == "Paused"
    with qtbot.waitSignal(page.continue_requested):
        page.pause.click()
    page.add_events([Continued()])
    assert page.pause.text() == "Pause"


def test_that_cancel_asks_first_and_says_that_the_best_is_kept(page, qtbot):
    tell(page, None)
    with qtbot.assertNotEmitted(page.cancel_requested):
        page.cancel.click()
    assert "The best result so far is kept" in page.banner.text()
    with qtbot.waitSignal(page.cancel_requested):
        page.banner._button.click()
    assert page.cancel.text() == "Cancelling…"
    assert not page.cancel.isEnabled()


def test_that_a_new_run_forgets_the_one_before(page):
    tell(page, Outcome.COMPLETED)
    page.begin("second")
    assert page.curves.loss.plot.length("train_loss") == 0
    assert page.log.toPlainText() == ""
    assert not page.banner.isVisible()


def test_that_a_closed_banner_stays_closed_while_events_come(page):
    tell(page, None)
    page.banner.hide()
    page.add_events([Progress(stage=Stage.TRAIN, step=11, time=1013.0)])
    assert not page.banner.isVisible()


def test_that_the_log_tells_epochs_and_not_steps(page):
    tell(page, Outcome.COMPLETED)
    lines = page.log.toPlainText().splitlines()
    assert len([line for line in lines if "Step " in line]) == 4
    assert lines[0].endswith('The run "sample" begins')
    assert lines[-1].endswith("Completed")


def test_that_a_warning_is_logged_with_its_sentence(page):
    page.begin("sample")
    message = "Resumed from step 4."
    page.add_events([WarningRaised(code="note_resumed", arguments={"step": "4"}, message=message)])
    assert page.log.toPlainText().endswith(message)


def test_that_the_log_is_capped(qtbot):
    log = RunLog()
    qtbot.addWidget(log)
    log.add_events([Paused(time=second) for second in range(3 * KEPT_LINES)])
    log.retranslate()
    assert log.document().blockCount() == KEPT_LINES


def test_that_plots_are_drawn_in_turn_until_all_is_seen(page, qtbot):
    tell(page, None)
    assert not page.curves.is_drawn()
    qtbot.waitUntil(page.curves.is_drawn)
    assert page.curves.loss._labels["loss"].text() == "validation 0.130"
    assert len(page.curves.weights.plot._lines["parameter_bytes"].xData) == 10


def test_that_a_long_run_draws_few_points(page, qtbot):
    page.begin("sample")
    events = [
        MetricsLogged(stage=Stage.TRAIN, step=step, values={"train_loss": 1.0 / (step + 1)})
        for step in range(20_000)
    ]
    page.add_events(events)
    qtbot.waitUntil(page.curves.is_drawn)
    drawn = page.curves.loss.plot._lines["train_loss"].xData
    assert page.curves.loss.plot.length("train_loss") == 20_000
    assert 1_000 < len(drawn) <= 5_000


def test_that_values_that_are_not_known_leave_a_gap(page):
    page.begin("sample")
    page.add_events([MetricsLogged(stage=Stage.TRAIN, step=1, values={"loss": None, "accuracy": 0.5})])
    assert page.curves.loss.plot.length("loss") == 0
    assert page.curves.accuracy.plot.length("accuracy") == 1


def test_that_a_plot_with_one_point_begins_at_zero(page, qtbot):
    page.begin("sample")
    page.add_events([MetricsLogged(stage=Stage.TRAIN, step=1, values={"train_loss": 0.5})])
    qtbot.waitUntil(page.curves.is_drawn)
    (left, right), (low, high) = page.curves.loss.plot.viewRange()
    assert (left, low) == (0, 0)
    assert right >= 1
    assert high == pytest.approx(1.0)


def test_that_a_run_without_training_gives_the_room_of_its_curves_to_the_log(page):
    stages = (
        PlannedStage(stage=Stage.EVALUATE, title="Evaluate", steps=3),
        PlannedStage(stage=Stage.CALIBRATE, title="Calibrate", steps=2),
    )
    page.begin("safe")
    assert page.curves.isVisible()
    page.add_events([RunStarted(stages=stages, name="safe", time=1.0)])
    assert not page.curves.isVisible()

    page.add_events([MetricsLogged(stage=Stage.PRUNE, step=1, values={"train_loss": 1.0}, time=2.0)])
    assert page.curves.isVisible()
