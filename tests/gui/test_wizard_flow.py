import msgspec
import pytest

from engine.contract.errors import RequestError
from engine.contract.methods import (
    ExportFormat,
    Objective,
    PruneGranularity,
    PruneMethod,
    QuantizeMode,
    Scope,
    Strategy,
)
from engine.contract.recipe import (
    ExportSpec,
    JointSpec,
    LayerPruneSpec,
    ModelSpec,
    PruneSpec,
    QuantizeSpec,
    Recipe,
)
from engine.contract.recipe_file import check_consistency
from gui.wizard.flow import Goal, Step, WizardFlow
from gui.wizard.history import RecipeHistory
from gui.wizard.layer_ratios import companions_of
from gui.wizard.presets import Preset
from resources import presets_folder
from tests.gui.builders import make_inspection

MODEL = ModelSpec(file="sample")


def make_flow(**parts) -> WizardFlow:
    return WizardFlow.of(
        None, Recipe(model=MODEL, **{"prune": PruneSpec(), "quantize": QuantizeSpec(), **parts})
    )


def test_that_a_recipe_for_both_has_all_steps():
    assert make_flow().steps() == tuple(Step)


@pytest.mark.parametrize(("goal", "absent"), [(Goal.PRUNE, Step.QUANTIZATION), (Goal.QUANTIZE, Step.PRUNING)])
def test_that_a_goal_leaves_out_the_step_it_does_not_need(goal, absent):
    flow = make_flow().with_goal(goal)
    assert flow.goal is goal
    assert absent not in flow.steps()
    assert len(flow.steps()) == 4


def test_that_the_steps_lead_from_the_goal_to_the_review_and_back():
    flow = make_flow().with_goal(Goal.QUANTIZE)
    assert flow.step_after(Step.GOAL) is Step.QUANTIZATION
    assert flow.step_before(Step.QUANTIZATION) is Step.GOAL
    assert flow.step_before(Step.GOAL) is None
    assert flow.step_after(Step.REVIEW) is None


def test_that_pruning_only_writes_no_integers():
    assert make_flow().with_goal(Goal.PRUNE).recipe.export.formats == (ExportFormat.ONNX_FLOAT32,)


def test_that_quantizing_again_writes_integers_again():
    flow = make_flow().with_goal(Goal.PRUNE).with_goal(Goal.BOTH)
    assert flow.recipe.export.formats == (ExportFormat.ONNX_INT8,)


def test_that_together_brings_both_tables_and_training():
    flow = make_flow(prune=None).with_field("joint.strategy", "simultaneous")
    assert flow.goal is Goal.BOTH
    assert flow.recipe.quantize.mode is QuantizeMode.AWARE


@pytest.mark.parametrize(
    "change",
    [
        lambda flow: flow.with_goal(Goal.PRUNE),
        lambda flow: flow.with_goal(Goal.QUANTIZE),
        lambda flow: flow.with_field("quantize.mode", "post_training"),
    ],
)
def test_that_what_contradicts_together_ends_it(change):
    flow = make_flow(
        quantize=QuantizeSpec(mode=QuantizeMode.AWARE), joint=JointSpec(strategy=Strategy.SIMULTANEOUS)
    )
    assert change(flow).recipe.joint.strategy is Strategy.SEQUENTIAL


def test_that_quantization_during_training_brings_its_epochs():
    flow = make_flow().with_field("recover.epochs", 0).with_field("quantize.mode", "aware")
    assert flow.recipe.recover.epochs == 5
    assert flow.is_trained


def test_that_no_epochs_are_refused_while_quantization_needs_training():
    flow = make_flow(quantize=QuantizeSpec(mode=QuantizeMode.AWARE))
    with pytest.raises(RequestError) as caught:
        flow.with_field("recover.epochs", 0)
    assert caught.value.code == "recipe_no_epochs"


@pytest.mark.parametrize("value", [1.0, -0.1, "half", None])
def test_that_a_value_beyond_its_limits_is_refused_by_its_path(value):
    with pytest.raises(RequestError) as caught:
        make_flow().with_field("prune.ratio", value)
    assert caught.value.arguments["key"] == "prune.ratio"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("quantize.method", "codebook"),
        ("quantize.method", "float16"),
        ("quantize.granularity", "per_group"),
        ("quantize.weight_bits", 16),
        ("quantize.activation_bits", 0),
    ],
)
def test_that_where_weights_alone_are_rounded_the_file_of_integers_gives_way(path, value):
    before = make_flow(
        quantize=QuantizeSpec(activation_bits=4), export=ExportSpec(formats=(ExportFormat.ONNX_INT8,))
    )
    after = before.with_field(path, value).recipe
    assert after.quantize.value_bits == 0
    assert after.export.formats == (ExportFormat.ARCHIVE,)
    with pytest.raises(RequestError) as caught:
        before.with_field(path, value).with_field("export.formats", ["onnx-int8"])
    assert caught.value.code in ("recipe_int8_past_integers", "recipe_int8_without_activations")


def test_that_a_method_brings_its_bits_and_its_training():
    flow = make_flow(quantize=QuantizeSpec(weight_bits=4))
    assert flow.with_field("quantize.method", "sign").recipe.quantize.default_bits == 1
    eight = make_flow(quantize=QuantizeSpec(weight_bits=8))
    assert eight.with_field("quantize.method", "apot").recipe.quantize.weight_bits == 6
    assert flow.with_field("quantize.method", "lsq").recipe.quantize.mode is QuantizeMode.AWARE


def test_that_a_flow_is_never_changed():
    flow = make_flow()
    flow.with_field("prune.ratio", 0.9)
    assert flow.recipe.prune.ratio == 0.5


@pytest.mark.parametrize("preset", Preset)
def test_that_each_preset_is_a_consistent_recipe_for_the_same_model(preset):
    recipe = make_flow().with_preset(preset).recipe
    check_consistency(recipe)
    assert recipe.model == MODEL


def test_that_each_file_of_presets_has_its_card():
    assert {path.stem for path in presets_folder().glob("*.toml")} == {preset.value for preset in Preset}


def test_that_presets_are_as_different_as_their_names():
    by_name = {preset: make_flow().with_preset(preset).recipe for preset in Preset}
    ratios = [by_name[preset].prune.ratio for preset in (Preset.GENTLE, Preset.BALANCED, Preset.SMALL)]
    assert ratios == sorted(set(ratios))
    assert by_name[Preset.FAST_HERE].prune.round_to == 16
    assert by_name[Preset.ZEROS].prune.granularity is PruneGranularity.WEIGHT
    assert by_name[Preset.ZEROS].quantize is None


def test_that_a_preset_forgets_exceptions_and_keeps_how_the_user_trains():
    flow = make_flow().with_field("recover.learning_rate", 0.003).with_layers("prune", {"a": {"skip": True}})
    recipe = flow.with_preset(Preset.BALANCED).recipe
    assert recipe.prune.layers == {}
    assert recipe.recover.learning_rate == 0.003
    assert recipe.recover.epochs == 10


def test_that_an_exception_of_a_layer_is_set_and_removed():
    flow = make_flow().with_layers("prune", {"layer1.0.conv1": {"ratio": 0.25}})
    assert flow.recipe.prune.layers["layer1.0.conv1"].ratio == 0.25
    assert flow.with_layers("prune", {"layer1.0.conv1": None}).recipe.prune.layers == {}


def test_that_layers_whose_channels_cannot_be_cut_are_locked_only_for_channels():
    inspection = make_inspection(layers=3)
    flow = WizardFlow.of(inspection, make_flow().recipe)
    assert len(flow.layers()) == 3
    assert [layer.name for layer in flow.locked_layers(Step.PRUNING)] == ["classifier"]
    assert flow.locked_layers(Step.QUANTIZATION) == ()
    by_weight = flow.with_field("prune.granularity", PruneGranularity.WEIGHT.value)
    assert by_weight.locked_layers(Step.PRUNING) == ()


def test_that_blocks_leave_behind_what_only_channels_have():
    prune = PruneSpec(
        method=PruneMethod.APOZ,
        round_to=16,
        minimum=2,
        layers={
            "a": LayerPruneSpec(ratio=0.2),
            "b": LayerPruneSpec(skip=True),
            "c": LayerPruneSpec(ratio=0.0),
        },
    )
    flow = make_flow(prune=prune).with_field("prune.granularity", PruneGranularity.LAYER.value)
    held = LayerPruneSpec(skip=True)
    assert flow.recipe.prune == PruneSpec(granularity=PruneGranularity.LAYER, layers={"b": held, "c": held})
    with pytest.raises(RequestError) as caught:
        flow.with_layers("prune", {"a": {"ratio": 0.2}})
    assert caught.value.code == "recipe_blocks_whole"
    assert flow.with_layers("prune", {"a": {"ratio": 0.0}}).recipe.prune.layers["a"] == held


def test_that_layers_outside_of_blocks_are_locked_for_blocks():
    inspection = make_inspection(layers=3)
    first, second, last = inspection.layers
    layers = (msgspec.structs.replace(first, block=0), second, msgspec.structs.replace(last, block=0))
    flow = WizardFlow.of(
        msgspec.structs.replace(inspection, layers=layers),
        make_flow(prune=PruneSpec(granularity=PruneGranularity.LAYER)).recipe,
    )
    assert flow.locked_layers(Step.PRUNING) == (second,)
    assert companions_of(layers, flow.recipe.prune) == {first.name: (last.name,), last.name: (first.name,)}


def make_recipes(count: int) -> list[Recipe]:
    return [Recipe(model=MODEL, seed=seed) for seed in range(count)]


def test_that_undo_and_redo_walk_the_edits():
    first, second, third = make_recipes(3)
    history = RecipeHistory(first).with_edit(second, "seed").with_edit(third, "name")
    assert history.undone().present == second
    assert history.undone().undone().present == first
    assert history.undone().undone().redone().present == second


def test_that_the_steps_of_a_slider_are_one_edit():
    recipes = make_recipes(5)
    history = RecipeHistory(recipes[0])
    for recipe in recipes[1:]:
        history = history.with_edit(recipe, "prune.ratio")
    assert history.undone().present == recipes[0]


def test_that_an_edit_after_undo_forgets_what_was_undone():
    first, second, third = make_recipes(3)
    history = RecipeHistory(first).with_edit(second, "seed").undone().with_edit(third, "seed")
    assert history.redone().present == third
    assert history.future == ()


def test_that_undo_ends_at_the_first_recipe():
    history = RecipeHistory(make_recipes(1)[0])
    assert history.undone() == history
    assert history.redone() == history


def test_that_measured_time_brings_what_it_compares():
    flow = make_flow(prune=PruneSpec(granularity=PruneGranularity.WEIGHT))
    prune = flow.with_field("prune.objective", "latency").recipe.prune
    assert (prune.granularity, prune.scope) == (PruneGranularity.CHANNEL, Scope.GLOBAL)


@pytest.mark.parametrize(("field", "value"), [("scope", "layer"), ("granularity", "weight")])
def test_that_a_newer_choice_ends_measured_time_and_its_goal(field, value):
    flow = make_flow().with_field("prune.objective", "latency").with_field("prune.target_latency", 2.0)
    prune = flow.with_field(f"prune.{field}", value).recipe.prune
    assert (prune.objective, prune.target_latency) == (Objective.IMPORTANCE, None)
