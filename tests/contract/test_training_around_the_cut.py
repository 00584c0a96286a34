"""What goes with the cut of channels only is refused where channels are not cut."""

import pytest

from engine.contract.errors import RequestError
from engine.contract.methods import Correction, PruneGranularity
from engine.contract.recipe_file import recipe_from

RECIPE = {
    "model": {"file": "sample"},
    "joint": {"strategy": "sequential"},
    "export": {"formats": ["state_dict"]},
}


def test_that_a_correction_is_taken_where_channels_are_cut_at_one_moment() -> None:
    recipe = recipe_from({**RECIPE, "prune": {"correction": "least_squares"}})
    assert recipe.prune is not None
    assert recipe.prune.granularity is PruneGranularity.CHANNEL
    assert recipe.prune.correction is Correction.LEAST_SQUARES


@pytest.mark.parametrize(
    "tables",
    [
        {"prune": {"correction": "least_squares", "granularity": "weight"}},
        {
            "prune": {"correction": "least_squares"},
            "quantize": {"mode": "aware"},
            "joint": {"strategy": "simultaneous"},
        },
    ],
    ids=["weights", "simultaneous"],
)
def test_that_a_correction_is_refused_elsewhere(tables: dict[str, dict[str, str]]) -> None:
    with pytest.raises(RequestError) as caught:
        recipe_from({**RECIPE, **tables})
    assert caught.value.code == "recipe_correction"
    assert "least_squares" in caught.value.message


@pytest.mark.parametrize(
    "tables",
    [
        {"prune": {"sparse": "growing", "granularity": "weight"}},
        {"prune": {"sparse": "growing"}, "recover": {"epochs": 0}},
    ],
    ids=["weights", "no epochs"],
)
def test_that_sparse_training_is_refused_without_channels_or_training(
    tables: dict[str, dict[str, str | int]],
) -> None:
    with pytest.raises(RequestError) as caught:
        recipe_from({**RECIPE, **tables})
    assert caught.value.code == "recipe_sparse"
    assert "growing" in caught.value.message
