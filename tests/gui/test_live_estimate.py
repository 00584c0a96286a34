import msgspec
import pytest

from engine.contract.errors import RequestError
from engine.contract.messages import Estimate, Estimation
from engine.contract.methods import PruneGranularity
from engine.contract.recipe import LayerPruneSpec, LayerQuantizeSpec, PruneSpec, QuantizeSpec
from engine.contract.stats import Inspection, LayerStats, Totals
from gui.figures import UNKNOWN
from gui.jobs import Jobs
from gui.wizard.estimating import REST_MS, Estimating
from gui.wizard.flow import Step, WizardFlow
from gui.wizard.layer_ratios import companions_of, share_of
from gui.wizard.page import CompressPage
from gui.wizard.quick_estimate import corrected, estimate_quickly, from_exact
from tests.gui.builders import make_inspection, make_layer, make_recipe, make_source
from tests.gui.test_main_window import StillEngine

PIXELS = 64


def make_convolution(name: str, shape: tuple[int, ...], **changes) -> LayerStats:
    """A convolution on 8 × 8 pixels with a bias."""
    outputs, *rest = shape
    weights = outputs * rest[0] * rest[1] * rest[2]
    fields = {
        "name": name,
        "shape": shape,
        "parameters": weights + outputs,
        "parameter_bytes": 4 * (weights + outputs),
        "macs": weights * PIXELS,
        "channels": outputs,
        "group": None,
    }
    return msgspec.structs.replace(make_layer(), **{**fields, **changes})


def make_linear(name: str, outputs: int, inputs: int, **changes) -> LayerStats:
    """The layer that makes the output; its channels cannot be cut."""
    parameters = outputs * inputs + outputs
    fields = {
        "name": name,
        "kind": "Linear",
        "shape": (outputs, inputs),
        "parameters": parameters,
        "parameter_bytes": 4 * parameters,
        "macs": outputs * inputs,
        "channels": outputs,
        "group": None,
        "prunable": False,
        "locked_because": "it makes the model's output",
    }
    return msgspec.structs.replace(make_layer(), **{**fields, **changes})


def inspect(*layers: LayerStats, outside: int = 0) -> Inspection:
    parameters = sum(layer.parameters for layer in layers) + outside
    totals = Totals(
        parameters=parameters,
        nonzero=parameters,
        parameter_bytes=4 * parameters,
        sparsity=0.0,
        macs=sum(layer.macs or 0 for layer in layers),
    )
    return Inspection(source=make_source(), layers=layers, totals=totals)


def make_chain() -> Inspection:
    """Two convolutions, 3 → 16 → 32 channels, flattened into 10 classes; a batch norm of 16 outside of the layers."""
    first, second = make_convolution("a", (16, 3, 3, 3)), make_convolution("b", (32, 16, 3, 3))
    return inspect(first, second, make_linear("c", 10, 32 * PIXELS), outside=2 * (16 + 32))


def make_exact(**changes) -> Estimation:
    fields = {
        "minutes": 2.0,
        "parameters_before": 1000,
        "parameters_after": 260,
        "parameter_bytes_before": 4000,
        "parameter_bytes_after": 1040,
        "macs_before": 9000,
        "macs_after": 2250,
        "pruned_layers": 2,
        "locked_layers": 1,
        "quantized_layers": 0,
        "float_layers": 0,
    }
    return Estimation(**{**fields, **changes})


def recipe_of(prune: PruneSpec | None, quantize: QuantizeSpec | None = None):
    return make_recipe(prune=prune, quantize=quantize)


def test_that_half_the_channels_leave_what_a_network_of_half_the_width_has():
    after = estimate_quickly(make_chain(), recipe_of(PruneSpec(ratio=0.5))).after

    halved = (8 * 3 * 9 + 8) + (16 * 8 * 9 + 16) + (10 * 16 * PIXELS + 10)
    norms = 96 * (8 + 16 + 10) / (16 + 32 + 10)
    assert after.parameters == pytest.approx(halved + norms)
    assert after.parameter_bytes == pytest.approx(4 * (halved + norms))
    assert after.macs == (8 * 3 * 9 + 16 * 8 * 9) * PIXELS + 10 * 16 * PIXELS


def test_that_kept_channels_are_rounded_as_the_engine_rounds():
    after = estimate_quickly(make_chain(), recipe_of(PruneSpec(ratio=0.3, round_to=16))).after
    # 16 stay 16; of 32, 22 would stay, and the nearest multiple is 16.
    assert after.macs == (16 * 3 * 9 + 16 * 16 * 9) * PIXELS + 10 * 16 * PIXELS


def test_that_a_depthwise_convolution_follows_what_it_reads():
    depthwise = make_convolution("d", (16, 1, 3, 3), prunable=False)
    found = estimate_quickly(
        inspect(make_convolution("a", (16, 3, 3, 3)), depthwise), recipe_of(PruneSpec(ratio=0.5))
    )
    assert found.after.parameters == 8 * 27 + 8 + 8 * 9 + 8


def test_that_zeros_save_parameters_and_neither_bytes_nor_macs():
    chain = make_chain()
    prune = PruneSpec(ratio=0.5, granularity=PruneGranularity.WEIGHT, layers={"b": LayerPruneSpec(skip=True)})
    found = estimate_quickly(chain, recipe_of(prune))
    zeros = (16 * 3 * 9 + 10 * 32 * PIXELS) / 2
    assert found.after.parameters == chain.totals.parameters - zeros
    assert found.after.parameter_bytes == found.before.parameter_bytes
    assert found.after.macs == found.before.macs


def test_that_bits_shrink_weights_and_leave_biases():
    quantize = QuantizeSpec(
        weight_bits=8, layers={"a": LayerQuantizeSpec(skip=True), "b": LayerQuantizeSpec(weight_bits=4)}
    )
    found = estimate_quickly(make_chain(), recipe_of(None, quantize))
    floats = 4 * (16 * 3 * 9 + 16 + 32 + 10 + 96)
    assert found.after.parameter_bytes == floats + 32 * 16 * 9 / 2 + 10 * 32 * PIXELS
    assert found.after.parameters == found.before.parameters


def test_that_the_first_and_last_layer_count_the_bits_that_are_theirs():
    quantize = QuantizeSpec(weight_bits=2, first_last_bits=8, layers={"c": LayerQuantizeSpec(weight_bits=4)})
    found = estimate_quickly(make_chain(), recipe_of(None, quantize))
    floats = 4 * (16 + 32 + 10 + 96)
    assert found.after.parameter_bytes == floats + 16 * 3 * 9 + 32 * 16 * 9 / 4 + 10 * 32 * PIXELS / 2


def test_that_coupled_layers_take_the_most_cautious_ratio_named():
    layers = [make_convolution(name, (16, 16, 3, 3), group=3) for name in ("a", "b", "c")]
    prune = PruneSpec(ratio=0.5, layers={"a": LayerPruneSpec(ratio=0.7), "b": LayerPruneSpec(ratio=0.2)})
    companions = companions_of(layers, prune)
    assert companions["c"] == ("a", "b")
    assert {share_of(prune, layer.name, companions).ratio for layer in layers} == {0.2}
    held = msgspec.structs.replace(prune, layers={"b": LayerPruneSpec(skip=True)})
    assert share_of(held, "c", companions).is_held


def test_that_single_weights_move_alone():
    layers = [make_convolution(name, (16, 16, 3, 3), group=3) for name in ("a", "b")]
    assert companions_of(layers, PruneSpec(granularity=PruneGranularity.WEIGHT)) == {}


def test_that_an_exact_estimate_corrects_the_guess_for_a_recipe_like_it():
    then = estimate_quickly(make_chain(), recipe_of(PruneSpec(ratio=0.5)))
    now = estimate_quickly(make_chain(), recipe_of(PruneSpec(ratio=0.25)))
    exact = make_exact(parameters_after=round(then.after.parameters * 1.1))
    assert corrected(now, then, exact).after.parameters == pytest.approx(now.after.parameters * 1.1, rel=1e-3)
    assert corrected(then, then, exact).after.parameters == pytest.approx(exact.parameters_after)


def test_that_figures_become_exact_for_the_recipe_that_was_asked(qapp):
    estimating = Estimating()
    flow = WizardFlow.of(make_chain(), recipe_of(PruneSpec(ratio=0.5)))
    estimating.want_now(flow.recipe)
    assert not estimating.figures(flow).is_exact
    estimating.take(make_exact())
    assert estimating.figures(flow) == from_exact(make_exact())
    assert not estimating.figures(flow.with_field("prune.ratio", 0.4)).is_exact
    estimating.forget()
    assert not estimating.figures(flow).is_exact


@pytest.fixture
def page(qtbot) -> CompressPage:
    page = CompressPage()
    qtbot.addWidget(page)
    page.set_inspection(make_inspection(layers=3))
    page.set_recipe(make_recipe())
    page.show()
    page.go_to(Step.PRUNING)
    return page


def test_that_the_figures_follow_the_slider_and_the_engine_is_asked_once_the_hand_rests(page, qtbot):
    live = page.steps.page(Step.PRUNING).live
    asked, seen = [], set()
    page.estimate_requested.connect(asked.append)
    for ratio in (20, 40, 60, 80):
        page.steps.page(Step.PRUNING).form.rows["ratio"].editor.slider.setValue(ratio)
        seen.add(live.parameters.left.text())
    assert len(seen) == 4
    assert all(text.startswith("≈ ") for text in seen)
    assert asked == []
    qtbot.waitUntil(lambda: asked != [], timeout=8 * REST_MS)
    assert [recipe.prune.ratio for recipe in asked] == [0.8]


def test_that_the_engines_figures_replace_the_guess(page, qtbot):
    with qtbot.waitSignal(page.estimate_requested, timeout=8 * REST_MS):
        page.steps.page(Step.PRUNING).form.rows["ratio"].editor.slider.setValue(70)
    live = page.steps.page(Step.PRUNING).live
    guessed = live.note()
    page.set_estimation(make_exact())
    assert live.parameters.left.text() == "260"
    assert live.parameters.gain.text() == "3.85×"
    assert live.note() != guessed


def test_that_a_failed_estimate_keeps_the_guess_and_says_why(page):
    live = page.steps.page(Step.PRUNING).live
    page.show_estimation_error(RequestError("busy"))
    assert live.parameters.left.text().startswith("≈ ")
    assert RequestError("busy").message in live.note()


def test_that_an_estimate_that_is_overtaken_is_withdrawn_and_not_told(qapp):
    engine = StillEngine()
    jobs, heard = Jobs(engine), []
    jobs.estimated.connect(heard.append)
    jobs.estimate_failed.connect(heard.append)
    jobs.estimate(make_recipe(seed=1))
    jobs.estimate(make_recipe(seed=2))
    first, second = (job for job in engine.asked if isinstance(job, Estimate))
    assert "withdraw" in engine.asked
    engine.job_finished.emit(first, make_exact(minutes=1.0))
    engine.job_finished.emit(second, make_exact(minutes=9.0))
    assert heard == [make_exact(minutes=9.0)]


def test_that_a_pattern_says_the_share_by_itself():
    chain = make_chain()
    prune = PruneSpec(ratio=0.9, granularity=PruneGranularity.N_M, pattern="1:4")
    zeros = (16 * 3 * 9 + 32 * 16 * 9 + 10 * 32 * PIXELS) * 3 / 4
    assert estimate_quickly(chain, recipe_of(prune)).after.parameters == chain.totals.parameters - zeros


def test_that_blocks_wait_for_the_engine_that_alone_knows_which_go(page, qtbot):
    blocks = PruneSpec(granularity=PruneGranularity.LAYER)
    page.set_recipe(make_recipe(prune=blocks))
    live = page.steps.page(Step.PRUNING).live
    assert live.parameters.left.text() == UNKNOWN
    assert live.parameters.gain.text() == ""
    with qtbot.waitSignal(page.estimate_requested, timeout=8 * REST_MS):
        page.steps.page(Step.PRUNING).form.rows["ratio"].editor.slider.setValue(70)
    waiting = live.note()
    page.set_estimation(make_exact())
    assert live.parameters.left.text() == "260"
    assert live.note() != waiting
    page.steps.page(Step.PRUNING).form.rows["ratio"].editor.slider.setValue(30)
    assert (live.parameters.left.text(), live.note()) == (UNKNOWN, waiting)
    page.show_estimation_error(RequestError("busy"))
    assert live.note() == RequestError("busy").message


def test_that_what_is_exact_of_some_blocks_says_nothing_of_others():
    blocks = recipe_of(PruneSpec(granularity=PruneGranularity.LAYER))
    guess = estimate_quickly(make_chain(), blocks)
    assert corrected(guess, guess, make_exact()).after is None


@pytest.mark.parametrize("goal", [{"target_macs": 2.0}, {"target_latency": 1.5}])
def test_that_what_a_goal_leaves_is_not_guessed_from_the_ratio(goal):
    assert estimate_quickly(make_chain(), recipe_of(PruneSpec(ratio=0.5, **goal))).after is None
