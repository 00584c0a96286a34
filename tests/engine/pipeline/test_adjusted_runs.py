"""Runs that round without training, and are made ready for it and adjusted behind it."""

from pathlib import Path

import pytest

from engine.contract.events import Progress, RunEvent, Stage, StageStarted
from engine.contract.methods import ExportFormat, Rounding
from engine.contract.recipe import ExportSpec, QuantizeSpec, Recipe
from engine.joint.adaround import PARTS
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


def test_that_chosen_levels_are_what_files_hold_and_survive_a_death(tmp_path: Path) -> None:
    """Parts of layers are counted, then biases; integers and archive agree with the network, bit for bit."""
    spec = QuantizeSpec(calibration_samples=32, weight_bits=3, rounding=Rounding.ADAROUND, correct_bias=True)
    formats = (ExportFormat.ONNX_INT8, ExportFormat.ARCHIVE)
    recipe = with_(recipe_for(tmp_path / "project", spec), export=ExportSpec(formats=formats))
    events: list[RunEvent] = []
    whole = run(recipe, tmp_path / "whole", events.append)
    steps = [e.step for e in events if isinstance(e, Progress) and e.stage is Stage.ADJUST]
    assert steps == list(range(1, 3 * PARTS + 4))
    assert all(artifact.verified for artifact in whole.artifacts)
    assert whole.artifacts[0].agreement == 1
    assert all(layer.diagnosis is not None for layer in whole.layers)
    again, _ = die_and_resume_until_done(recipe, tmp_path / "run")
    assert again.layers == whole.layers
    nearest = run(
        with_(recipe, quantize=QuantizeSpec(calibration_samples=32, weight_bits=3)), tmp_path / "plain"
    )
    hashes = [[artifact.sha256 for artifact in report.artifacts] for report in (whole, again, nearest)]
    assert hashes[0] == hashes[1] != hashes[2]


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
