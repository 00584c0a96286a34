import pytest

from engine.contract.errors import RequestError, RunCancelled
from engine.contract.events import LayerMeasured, Progress, Stage
from engine.contract.messages import Inspect, Sensitivity
from engine.contract.methods import SensitivityKind
from engine.contract.recipe import DataSpec
from engine.contract.source import ModelSource
from gui.jobs import Jobs
from gui.session import OpenRequest, Session
from gui.shown_sensitivity import ShownSensitivity
from gui.widgets.rail import PageName
from tests.gui.builders import make_inspection, make_map, make_recipe
from tests.gui.test_main_window import StillEngine, answer, window  # noqa: F401 - a fixture

FULL, QUICK = SensitivityKind.FULL, SensitivityKind.QUICK
OPENED = OpenRequest(source=ModelSource(file="sample"), data=DataSpec())


@pytest.fixture
def engine(qapp) -> StillEngine:
    return StillEngine()


@pytest.fixture
def session(qapp) -> Session:
    session = Session()
    session.set_inspection(OPENED, make_inspection(3))
    return session


@pytest.fixture
def shown(engine, session) -> ShownSensitivity:
    jobs = Jobs(engine, session)
    return ShownSensitivity(engine, session, jobs, session)


def measured(number: int, kind: SensitivityKind = FULL, samples: int = 1000) -> LayerMeasured:
    found = make_map(3, kind=kind)
    name, sensitivity = list(found.layers.items())[number]
    return LayerMeasured(
        layer=name,
        sensitivity=sensitivity,
        step=number + 1,
        steps=3,
        samples=samples,
        baseline=found.baseline,
    )


def test_that_the_open_model_is_measured_on_its_data(shown, engine):
    shown.measure(FULL, 200)

    job = engine.asked[-1]
    assert isinstance(job, Sensitivity)
    assert (job.source, job.data, job.kind, job.samples) == (OPENED.source, OPENED.data, FULL, 200)


def test_that_the_map_grows_as_layers_are_told_one_change_a_batch(shown, engine, session, qtbot):
    shown.measure(FULL, 1000)
    changes = []
    session.sensitivity_changed.connect(lambda: changes.append(session.sensitivity[FULL]))

    engine.events_arrived.emit([measured(0), Progress(stage=Stage.MEASURE, step=1), measured(1)])
    engine.events_arrived.emit([measured(2)])

    assert [len(found.layers) for found in changes] == [2, 3]
    assert changes[-1].layers == make_map(3).layers
    assert changes[-1].baseline == 0.972
    assert (shown.measurement.step, shown.measurement.steps) == (3, 3)


def test_that_the_engines_answer_takes_the_place_of_what_was_told(shown, engine, session):
    shown.measure(FULL, 1000)
    engine.events_arrived.emit([measured(0, samples=100)])

    engine.job_finished.emit(engine.asked[-1], make_map(3))

    assert session.sensitivity[FULL] == make_map(3)
    assert shown.measurement is None


def test_that_what_was_told_stands_when_it_is_stopped(shown, engine, session, qtbot):
    shown.measure(FULL, 1000)
    engine.events_arrived.emit([measured(0)])

    with qtbot.assertNotEmitted(shown.failed):
        shown.cancel()
        engine.job_failed.emit(engine.asked[0], RunCancelled())

    assert len(session.sensitivity[FULL].layers) == 1
    assert shown.measurement is None


def test_that_a_new_measurement_begins_with_an_empty_map(shown, engine, session):
    session.set_sensitivity(make_map(3))

    shown.measure(FULL, 50)
    engine.events_arrived.emit([measured(0, samples=50)])

    assert len(session.sensitivity[FULL].layers) == 1
    assert session.sensitivity[FULL].samples == 50


def test_that_a_failure_is_told(shown, engine, qtbot):
    shown.measure(FULL, 1000)

    with qtbot.waitSignal(shown.failed) as failed:
        engine.job_failed.emit(engine.asked[-1], RequestError("data_needed"))

    assert failed.args[0].code == "data_needed"
    assert shown.measurement is None


def test_that_another_model_begins_without_a_map(session):
    session.set_sensitivity(make_map(3))

    session.set_inspection(OPENED, make_inspection(2))

    assert session.sensitivity == {}


def test_that_opening_another_model_ends_the_measurement(window, engine):  # noqa: F811
    window.desk.open_sample()
    answer(engine, make_inspection())
    window.desk.sensitivity.measure(QUICK, 1)

    window.desk.open_sample()

    asked = [order if isinstance(order, str) else type(order) for order in engine.asked]
    assert asked == [Inspect, Sensitivity, "withdraw", Inspect]


def test_that_suggestions_reach_the_recipe_before_the_wizard_was_ever_shown(window, engine):  # noqa: F811
    window.desk.open_sample()
    answer(engine, make_inspection())
    window.desk.session.set_recipe(make_recipe(name="mine"))
    before = window.desk.session.recipe
    page = window.page(PageName.INSPECT)

    window.desk.suggest(make_map(3).layers)

    wizard = window.page(PageName.COMPRESS)
    assert wizard.recipe().name == "mine"
    assert set(wizard.recipe().quantize.layers) == set(make_map(3).layers)
    assert window.desk.session.recipe == wizard.recipe()
    assert "Taken into the recipe" in page.banner.text()
    wizard.tools.undo.click()
    assert window.desk.session.recipe == before
