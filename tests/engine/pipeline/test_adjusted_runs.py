"""Runs that round without training, and are made ready for it and adjusted behind it."""

from pathlib import Path

import pytest

from engine.contract.events import Progress, RunEvent, Stage, StageStarted
from engine.contract.methods import ExportFormat
from engine.contract.recipe import ExportSpec, QuantizeSpec, Recipe
from tests.engine.pipeline.runs import make_project, run, with_
from tests.engine.pipeline.test_corrected_runs import die_and_resume_until_done


def recipe_for(folder: Path, spec: QuantizeSpec) -> Recipe:
    return with_(
        make_project(folder), prune=None, quantize=spec, export=ExportSpec(formats=(ExportFormat.ONNX_INT8,))
    )


def test_that_a_run_equalizes_corrects_and_writes_what_it_measured(tmp_path: Path) -> None:
    """Dying and going on at each checkpoint gives the same weights; the file agrees with the network."""
    spec = QuantizeSpec(calibration_samples=32, weight_bits=4, equalize=True, correct_bias=True)
    recipe = recipe_for(tmp_path / "project", spec)
    events: list[RunEvent] = []
    whole = run(recipe, tmp_path / "whole", events.append)
    steps = [e.step for e in events if isinstance(e, Progress) and e.stage is Stage.ADJUST]
    assert steps == [1, 2, 3]
    order = [e.stage for e in events if isinstance(e, StageStarted)]
    assert order.index(Stage.ADJUST) == order.index(Stage.CALIBRATE) + 1
    assert whole.artifacts[0].verified and whole.artifacts[0].agreement == 1
    again, deaths = die_and_resume_until_done(recipe, tmp_path / "run")
    assert deaths >= 4
    assert again.weights_sha256 == whole.weights_sha256


SWITCHED = (
    QuantizeSpec(calibration_samples=32, equalize=True),
    QuantizeSpec(calibration_samples=32, correct_bias=True),
)


@pytest.mark.parametrize("spec", SWITCHED)
def test_that_each_switch_changes_the_network_by_itself(spec: QuantizeSpec, tmp_path: Path) -> None:
    recipe = with_(make_project(tmp_path / "project"), prune=None)
    plain = run(with_(recipe, quantize=QuantizeSpec(calibration_samples=32)), tmp_path / "plain")
    switched = run(with_(recipe, quantize=spec), tmp_path / "switched")
    assert plain.weights_sha256 != switched.weights_sha256
