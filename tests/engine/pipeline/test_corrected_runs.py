"""Runs whose cut is prepared by training, or made up for without any."""

from pathlib import Path

import pytest
import torch

from engine.contract.events import CheckpointSaved, MetricsLogged, RunEvent
from engine.contract.methods import Correction, Schedule, SparseTraining
from engine.contract.recipe import PruneSpec, Recipe, RecoverSpec
from engine.contract.report import Report
from engine.contract.run_folder import RunFolder
from tests.engine.pipeline.runs import make_project, run, sample, with_

UNTRAINED = (
    "recover.epochs=0",
    'prune.schedule="one_shot"',
    'joint.strategy="sequential"',
    'quantize.mode="post_training"',
)


def test_that_the_sample_keeps_its_accuracy_without_training_where_its_layers_are_solved_anew(
    tmp_path: Path,
) -> None:
    """Half of its channels go; without the correction 51 % are left (measured once), of 99.4 %."""
    report = run(sample(*UNTRAINED, 'prune.correction="least_squares"'), tmp_path / "run")
    assert report.before.metrics.accuracy is not None and report.after.metrics.accuracy is not None
    assert report.after.parameters < 0.5 * report.before.parameters
    assert report.after.metrics.accuracy > report.before.metrics.accuracy - 0.02


class Death(BaseException):
    """Ends a run as a kill does: nothing more is written."""


def die_at_checkpoint(event: RunEvent) -> None:
    if isinstance(event, CheckpointSaved):
        raise Death


def die_and_resume_until_done(recipe: Recipe, folder: Path) -> tuple[Report, int]:
    """The report of a run that dies at each of its checkpoints in turn, and how often it died."""
    deaths = 0
    while True:
        try:
            return run(recipe, folder, die_at_checkpoint, is_resume=deaths > 0), deaths
        except Death:
            deaths += 1


@pytest.mark.parametrize("sparse", [SparseTraining.GROUP_LASSO, SparseTraining.GROWING])
def test_that_a_run_that_died_in_its_sparse_training_gives_the_same_weights(
    sparse: SparseTraining, tmp_path: Path
) -> None:
    """Two of its checkpoints lie in the ramp, before the cut and the correction behind it."""
    spec = PruneSpec(
        schedule=Schedule.ONE_SHOT, sparse=sparse, sparse_strength=0.3, correction=Correction.LEAST_SQUARES
    )
    recovery = RecoverSpec(epochs=4, learning_rate=0.02)
    recipe = with_(make_project(tmp_path / "project"), prune=spec, quantize=None, recover=recovery)
    events: list[RunEvent] = []
    whole = run(recipe, tmp_path / "whole", events.append)
    again, deaths = die_and_resume_until_done(recipe, tmp_path / "run")
    assert deaths >= 6
    assert again.weights_sha256 == whole.weights_sha256
    sparsities = [
        e.values["sparsity"] for e in events if isinstance(e, MetricsLogged) and "sparsity" in e.values
    ]
    assert sparsities == pytest.approx([0, 0, 0.5, 0.5]), "nothing is masked until the cut"


def test_that_the_channels_a_penalty_grew_on_are_those_that_are_cut(tmp_path: Path) -> None:
    """Even where the penalty was too weak to make them the smallest."""
    spec = PruneSpec(sparse=SparseTraining.GROWING, sparse_strength=1e-6)
    recovery = RecoverSpec(epochs=2, learning_rate=0.5)
    recipe = with_(make_project(tmp_path / "project"), prune=spec, quantize=None, recover=recovery)
    run(recipe, tmp_path / "run")
    folder = RunFolder(tmp_path / "run")
    newest = folder.checkpoints / folder.read_manifest().checkpoints[-1].file
    structure = torch.load(newest, weights_only=True)["structure"]
    assert structure["is_cut"]
    assert structure["removed"] == structure["condemned"] != ()
