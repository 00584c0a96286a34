"""Runs that learn from the uncompressed network, and in mixed precision."""

from pathlib import Path

import pytest

from engine.contract.events import CheckpointSaved, RunEvent
from engine.contract.methods import Precision, QuantizeMode
from engine.contract.recipe import DistillSpec, PruneSpec, QuantizeSpec, Recipe, RecoverSpec
from tests.engine.pipeline.runs import make_project, run, with_

PRUNED = PruneSpec(ratio=0.5)
ROUNDED = QuantizeSpec(mode=QuantizeMode.AWARE)


class Death(BaseException):
    """Ends a run as a kill does: nothing more is written."""


def die(event: RunEvent) -> None:
    if isinstance(event, CheckpointSaved):
        raise Death


def recipe_of(folder: Path, recover: RecoverSpec) -> Recipe:
    return with_(make_project(folder), prune=PRUNED, quantize=None, recover=recover)


@pytest.mark.parametrize("precision", Precision)
def test_that_a_run_with_a_teacher_that_died_gives_the_same_weights(
    precision: Precision, tmp_path: Path
) -> None:
    """The teacher is opened anew on each attempt; no random number may be drawn by that."""
    spec = RecoverSpec(epochs=2, learning_rate=0.02, distill=DistillSpec(), precision=precision)
    recipe = recipe_of(tmp_path / "project", spec)
    whole = run(recipe, tmp_path / "whole").weights_sha256
    deaths = 0
    while True:
        try:
            again = run(recipe, tmp_path / "run", die, is_resume=deaths > 0)
        except Death:
            deaths += 1
        else:
            break
    assert deaths >= 3
    assert again.weights_sha256 == whole


def test_that_teacher_and_precision_change_what_is_learnt(tmp_path: Path) -> None:
    plain = RecoverSpec(epochs=1, learning_rate=0.02)
    others = (
        RecoverSpec(epochs=1, learning_rate=0.02, distill=DistillSpec()),
        RecoverSpec(epochs=1, learning_rate=0.02, precision=Precision.BFLOAT16),
    )
    found = {
        run(recipe_of(tmp_path / f"project{n}", spec), tmp_path / f"run{n}").weights_sha256
        for n, spec in enumerate((plain, *others))
    }
    assert len(found) == 3


def test_that_training_with_rounding_stays_in_single_precision(tmp_path: Path) -> None:
    """Where nothing is pruned, all training is with rounding."""
    found = []
    for precision in Precision:
        spec = RecoverSpec(epochs=1, learning_rate=0.02, precision=precision)
        recipe = with_(make_project(tmp_path / precision), prune=None, quantize=ROUNDED, recover=spec)
        found.append(run(recipe, tmp_path / f"run-{precision}").weights_sha256)
    assert found[0] == found[1]
