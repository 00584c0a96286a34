"""Criteria within runs: what they look at is part of what a run can be stopped and gone on with."""

from pathlib import Path

import pytest

from engine.contract.events import CheckpointSaved, RunEvent
from engine.contract.methods import PruneGranularity, PruneMethod, QuantizeMode, Scope, Strategy
from engine.contract.recipe import JointSpec, PruneSpec, QuantizeSpec, Recipe, RecoverSpec
from tests.engine.pipeline.runs import make_project, run, with_


class Death(BaseException):
    """Ends a run as a kill does: nothing more is written."""


def weights_of(recipe: Recipe, folder: Path) -> str:
    return run(recipe, folder).weights_sha256


def weights_of_the_dead(recipe: Recipe, folder: Path) -> tuple[str, int]:
    """The run dies at each of its checkpoints in turn and goes on."""
    deaths = 0

    def die(event: RunEvent) -> None:
        if isinstance(event, CheckpointSaved):
            raise Death

    while True:
        try:
            return run(recipe, folder, die, is_resume=deaths > 0).weights_sha256, deaths
        except Death:
            deaths += 1


@pytest.mark.parametrize(
    ("method", "granularity", "strategy"),
    [
        (PruneMethod.MOVEMENT, PruneGranularity.WEIGHT, Strategy.SEQUENTIAL),
        (PruneMethod.MOVEMENT, PruneGranularity.CHANNEL, Strategy.SIMULTANEOUS),
        (PruneMethod.FISHER, PruneGranularity.CHANNEL, Strategy.SIMULTANEOUS),
    ],
)
def test_that_a_run_that_died_and_went_on_removes_the_same(
    method: PruneMethod, granularity: PruneGranularity, strategy: Strategy, tmp_path: Path
) -> None:
    """Movement is summed over the steps before each checkpoint: forgetting it would choose other weights."""
    recipe = with_(
        make_project(tmp_path / "project"),
        prune=PruneSpec(method=method, granularity=granularity, scope=Scope.GLOBAL),
        quantize=QuantizeSpec(mode=QuantizeMode.AWARE, calibration_samples=32),
        recover=RecoverSpec(epochs=4, learning_rate=0.02),
        joint=JointSpec(strategy=strategy),
    )
    found, deaths = weights_of_the_dead(recipe, tmp_path / "died")
    assert found == weights_of(recipe, tmp_path / "whole")
    assert deaths >= 4
