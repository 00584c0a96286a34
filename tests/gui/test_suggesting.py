import msgspec
import pytest

from engine.contract.methods import PruneGranularity
from engine.contract.recipe import LayerPruneSpec, LayerQuantizeSpec, PruneSpec
from engine.contract.recipe_file import recipe_from
from engine.contract.stats import LayerSuggestion
from gui.wizard.flow import Goal, WizardFlow
from gui.wizard.page import CompressPage
from gui.wizard.suggesting import with_suggestions
from tests.gui.builders import make_inspection, make_recipe, make_sensitivity


def bearing(**suggestion: object):
    return msgspec.structs.replace(make_sensitivity(), suggestion=LayerSuggestion(**suggestion))


MEASURED = {
    "features.0.conv": bearing(weight_ratio=0.8, channel_ratio=0.2, bits=4),
    "features.1.conv": bearing(weight_ratio=0.6, channel_ratio=None, bits=None),
}


def flow(granularity: PruneGranularity = PruneGranularity.CHANNEL) -> WizardFlow:
    return WizardFlow.of(make_inspection(), make_recipe(prune=PruneSpec(granularity=granularity)))


def test_that_channels_and_bits_become_the_layers_exceptions():
    after, taken = with_suggestions(flow(), MEASURED)

    assert after.recipe.prune.layers == {
        "features.0.conv": LayerPruneSpec(ratio=0.2),
        "features.1.conv": LayerPruneSpec(skip=True),
    }
    assert after.recipe.quantize.layers == {
        "features.0.conv": LayerQuantizeSpec(weight_bits=4),
        "features.1.conv": LayerQuantizeSpec(skip=True),
    }
    assert taken.layers == tuple(MEASURED)
    assert (taken.ratios, taken.bits) == ((0.0, 0.2), (0, 4))


def test_that_a_recipe_that_removes_weights_takes_the_ratio_of_weights():
    after, _ = with_suggestions(flow(PruneGranularity.WEIGHT), MEASURED)

    assert [spec.ratio for spec in after.recipe.prune.layers.values()] == [0.8, 0.6]


def test_that_nothing_was_measured_of_whole_blocks():
    after, taken = with_suggestions(flow(PruneGranularity.LAYER), MEASURED)

    assert after.recipe.prune.layers == {}
    assert taken.ratios == ()


def test_that_what_was_not_measured_is_left_to_the_rest_of_the_recipe():
    locked = make_sensitivity(0.5, is_locked=True)

    after, taken = with_suggestions(flow(), {"classifier": locked})

    assert after.recipe.prune.layers == {}
    assert "classifier" in after.recipe.quantize.layers
    assert taken.ratios == ()


def test_that_a_recipe_that_only_prunes_takes_no_bits():
    after, taken = with_suggestions(flow().with_goal(Goal.PRUNE), MEASURED)

    assert after.recipe.quantize is None
    assert taken.bits == ()


def test_that_the_recipe_with_suggestions_is_valid_as_a_whole():
    after, _ = with_suggestions(flow(), MEASURED)

    assert recipe_from(msgspec.to_builtins(after.recipe)) == after.recipe


@pytest.fixture
def page(qtbot) -> CompressPage:
    page = CompressPage()
    qtbot.addWidget(page)
    page.set_inspection(make_inspection())
    page.set_recipe(make_recipe())
    page.show()
    return page


def test_that_suggestions_are_one_edit_that_the_wizard_undoes(page, qtbot):
    before = page.recipe()
    with qtbot.waitSignal(page.suggestions_taken) as told, qtbot.waitSignal(page.recipe_edited):
        page.take_suggestions(MEASURED)
    assert len(page.recipe().prune.layers) == 2
    (sentence,) = told.args
    assert sentence() == (
        "Taken into the recipe for 2 layers: 0 % – 20 % of the channels, float – 4 bits. Compress can undo it."
    )

    with qtbot.waitSignal(page.recipe_edited):
        page.tools.undo.click()

    assert page.recipe() == before


def test_that_two_takes_in_a_row_are_undone_one_by_one(page):
    first, second = ({name: layer} for name, layer in MEASURED.items())
    page.take_suggestions(first)
    page.take_suggestions(second)

    page.tools.undo.click()

    assert list(page.recipe().prune.layers) == ["features.0.conv"]
