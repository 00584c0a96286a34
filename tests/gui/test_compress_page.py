import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from engine.contract.errors import RequestError
from engine.contract.fields import fields_of
from engine.contract.messages import Estimation
from engine.contract.methods import QuantizeMode, Strategy
from engine.contract.recipe import DistillSpec, ModelSpec, PruneSpec, RecoverSpec
from engine.contract.recipe_file import read_recipe, write_recipe
from gui.wizard.editors import can_edit
from gui.wizard.flow import Goal, Step
from gui.wizard.form import RecipeForm, limits_sentence
from gui.wizard.layer_model import DONE, PRUNE_FIELD, VALUE, LayerExceptionModel
from gui.wizard.page import CompressPage
from gui.wizard.presets import Preset
from tests.gui.builders import make_inspection, make_recipe


@pytest.fixture
def page(qtbot) -> CompressPage:
    page = CompressPage()
    qtbot.addWidget(page)
    page.set_inspection(make_inspection(layers=3))
    page.set_recipe(make_recipe())
    page.resize(1080, 760)
    page.show()
    return page


def make_estimation() -> Estimation:
    return Estimation(
        minutes=2.4,
        parameters_before=21_840,
        parameters_after=5_460,
        parameter_bytes_before=87_360,
        parameter_bytes_after=5_460,
        macs_before=480_000,
        macs_after=120_000,
        pruned_layers=3,
        locked_layers=1,
        quantized_layers=4,
        float_layers=0,
    )


def spec_of(record, name):
    return next(spec for spec in fields_of(record) if spec.name == name)


def test_that_without_a_model_the_page_offers_to_open_one(qtbot):
    page = CompressPage()
    qtbot.addWidget(page)
    page.show()
    assert not page.footer.next.isVisible()
    with qtbot.waitSignal(page.open_requested):
        page._empty._button.click()


def test_that_next_leads_through_all_steps_to_the_run(page, qtbot):
    seen = [page.step()]
    while page.footer.next.isVisible():
        qtbot.mouseClick(page.footer.next, Qt.MouseButton.LeftButton)
        seen.append(page.step())
    assert seen == list(Step)
    with qtbot.waitSignal(page.run_requested) as asked:
        qtbot.mouseClick(page.footer.run, Qt.MouseButton.LeftButton)
    assert asked.args == [make_recipe()]


def test_that_a_goal_takes_its_page_away(page, qtbot):
    qtbot.mouseClick(page.steps.page(Step.GOAL).goals[Goal.QUANTIZE], Qt.MouseButton.LeftButton)
    assert page.recipe().prune is None
    qtbot.mouseClick(page.footer.next, Qt.MouseButton.LeftButton)
    assert page.step() is Step.QUANTIZATION


def test_that_learning_from_the_original_is_switched_on_set_and_off_again(page, qtbot):
    card = page.steps.page(Step.RECOVERY).distill
    page.go_to(Step.RECOVERY)
    assert not card.form.isVisible()
    qtbot.mouseClick(card.switch, Qt.MouseButton.LeftButton)
    assert page.recipe().recover.distill == DistillSpec()
    assert card.form.isVisible()
    card.form.rows["weight"].editor.changed.emit(0.9)
    assert page.recipe().recover.distill == DistillSpec(weight=0.9)
    qtbot.mouseClick(card.switch, Qt.MouseButton.LeftButton)
    assert page.recipe().recover.distill is None
    assert not card.form.isVisible()


def test_that_a_preset_fills_in_the_recipe_and_shows_the_review(page, qtbot):
    qtbot.mouseClick(page.steps.page(Step.GOAL).presets[Preset.SAFE_INT8], Qt.MouseButton.LeftButton)
    assert page.step() is Step.REVIEW
    assert page.recipe().quantize.mode is QuantizeMode.POST_TRAINING
    assert page.recipe().prune is None
    page.tools.undo.click()
    assert page.recipe() == make_recipe()


def test_that_the_slider_sets_the_ratio(page):
    page.go_to(Step.PRUNING)
    page.steps.page(Step.PRUNING).form.rows["ratio"].editor.slider.setValue(30)
    assert page.recipe().prune.ratio == 0.3


def test_that_a_value_beyond_its_limit_is_marked_with_the_limit_and_blocks_the_way(page, qtbot):
    page.go_to(Step.PRUNING)
    row = page.steps.page(Step.PRUNING).form.rows["ratio"]
    row.editor.box.setValue(150)
    assert row.error() == "Give a number from 0 % to below 100 %."
    assert row.editor.box.property("invalid") == "true"
    assert not page.footer.next.isEnabled()
    assert page.recipe().prune.ratio == 0.5
    row.editor.box.setValue(60)
    assert row.error() == ""
    assert page.footer.next.isEnabled()
    assert page.recipe().prune.ratio == 0.6


def test_that_a_contradiction_is_marked_with_what_it_contradicts(page):
    page.go_to(Step.RECOVERY)
    row = page.steps.page(Step.RECOVERY).recover.rows["epochs"]
    row.editor.box.setValue(0)
    assert "recover.epochs is 0" in row.error()


def test_that_arrows_stop_at_the_limits(qtbot):
    form = RecipeForm("prune", PruneSpec, ["ratio", "round_to"])
    qtbot.addWidget(form)
    form.show_values(PruneSpec(ratio=0.0, round_to=1))
    for name, low in (("ratio", 0), ("round_to", 1)):
        box = form.rows[name].editor.box
        box.stepBy(-5)
        assert box.value() == low


def test_that_an_open_limit_is_never_reached_by_arrows(qtbot):
    form = RecipeForm("prune", PruneSpec, ["ratio"])
    qtbot.addWidget(form)
    form.show_values(PruneSpec(ratio=0.995))
    box = form.rows["ratio"].editor.box
    box.stepBy(3)
    assert box.value() == 99.5


def test_that_showing_values_tells_of_no_edit(qtbot):
    form = RecipeForm("recover", RecoverSpec, ["epochs", "optimizer", "learning_rate"])
    qtbot.addWidget(form)
    with qtbot.assertNotEmitted(form.edited):
        form.show_values(RecoverSpec(epochs=33, learning_rate=0.25))


@pytest.mark.parametrize(
    ("record", "name", "sentence"),
    [
        (PruneSpec, "ratio", "Give a number from 0 % to below 100 %."),
        (PruneSpec, "round_to", "Give a number from 1 to 1,024."),
        (RecoverSpec, "learning_rate", "Give a number above 0, at most 100."),
        (RecoverSpec, "optimizer", ""),
    ],
)
def test_that_limits_are_said_as_the_contract_means_them(record, name, sentence):
    assert limits_sentence(spec_of(record, name)) == sentence


def test_that_every_field_on_the_pages_has_an_editor_of_its_kind(page):
    for form in (form for step in Step for form in page.steps.page(step).forms()):
        assert all(can_edit(row.spec) for row in form.rows.values())


def test_that_a_goal_of_multiplications_is_switched_on_and_takes_the_ratio_away(page, qtbot):
    page.go_to(Step.PRUNING)
    rows = page.steps.page(Step.PRUNING).form.rows
    assert not rows["target_macs"].editor.box.isEnabled()
    rows["target_macs"].editor.switch.click()
    assert page.recipe().prune.target_macs == 2.0
    rows["target_macs"].editor.box.setValue(3.5)
    assert page.recipe().prune.target_macs == 3.5
    assert not rows["ratio"].isEnabled()
    rows["target_macs"].editor.switch.click()
    assert page.recipe().prune.target_macs is None
    assert rows["ratio"].isEnabled()


def test_that_a_goal_beyond_its_limits_is_marked_at_its_row(page):
    page.go_to(Step.PRUNING)
    row = page.steps.page(Step.PRUNING).form.rows["target_macs"]
    row.editor.switch.click()
    row.editor.box.setValue(1.0)
    assert row.error() == "Give a number above 1, at most 1,000."
    assert page.recipe().prune.target_macs == 2.0


def test_that_what_only_suits_a_rounding_after_training_is_dimmed_during_it(page):
    page.go_to(Step.QUANTIZATION)
    rows = page.steps.page(Step.QUANTIZATION).form.rows
    rows["mode"].editor.changed.emit("aware")
    assert not rows["equalize"].isEnabled()
    assert not rows["rounding"].isEnabled()
    rows["mode"].editor.changed.emit("post_training")
    assert rows["equalize"].isEnabled()
    assert rows["rounding"].isEnabled()
    rows["equalize"].editor.box.click()
    assert page.recipe().quantize.equalize
    rows["equalize"].editor.box.click()
    assert not page.recipe().quantize.equalize


def test_that_the_share_of_values_is_asked_for_with_its_observer(page):
    page.go_to(Step.QUANTIZATION)
    rows = page.steps.page(Step.QUANTIZATION).form.rows
    assert not rows["percentile"].isEnabled()
    rows["observer"].editor.changed.emit("percentile")
    rows["percentile"].editor.box.setValue(99.9)
    assert page.recipe().quantize.percentile == 99.9


def test_that_the_size_of_groups_is_edited_where_groups_share_a_scale(page):
    page.go_to(Step.QUANTIZATION)
    rows = page.steps.page(Step.QUANTIZATION).form.rows
    assert not rows["group_size"].isEnabled()
    rows["granularity"].editor.changed.emit("per_group")
    assert rows["group_size"].isEnabled()
    assert not rows["activation_bits"].isEnabled()
    rows["group_size"].editor.box.setValue(64)
    assert page.recipe().quantize.group_size == 64


@pytest.mark.parametrize("method", ["codebook", "float16"])
def test_that_what_only_suits_numbers_on_a_grid_is_dimmed_for_others(page, method):
    page.go_to(Step.QUANTIZATION)
    rows = page.steps.page(Step.QUANTIZATION).form.rows
    names = ("activation_bits", "observer", "granularity", "group_size")
    rows["method"].editor.changed.emit(method)
    assert not any(rows[name].isEnabled() for name in names)
    assert rows["weight_bits"].isEnabled() is (method == "codebook")
    rows["method"].editor.changed.emit("uniform")
    assert all(rows[name].isEnabled() for name in names[:-1])


def test_that_the_size_of_blocks_is_edited_where_blocks_are_removed(page):
    page.go_to(Step.PRUNING)
    rows = page.steps.page(Step.PRUNING).form.rows
    assert not rows["block"].isEnabled()
    rows["granularity"].editor.changed.emit("block")
    assert rows["block"].isEnabled()
    rows["block"].editor.boxes[1].setValue(4)
    assert page.recipe().prune.block == (4, 4)


def test_that_undo_takes_back_an_edit_and_redo_makes_it_again(page, qtbot):
    page.go_to(Step.PRUNING)
    page.steps.page(Step.PRUNING).form.rows["round_to"].editor.box.setValue(16)
    qtbot.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert page.recipe().prune.round_to == 1
    assert page.steps.page(Step.PRUNING).form.rows["round_to"].editor.box.value() == 1
    page.tools.redo.click()
    assert page.recipe().prune.round_to == 16


def test_that_the_review_asks_for_an_estimate_once_a_recipe(page, qtbot):
    with qtbot.waitSignal(page.estimate_requested) as asked:
        page.go_to(Step.REVIEW)
    assert asked.args == [page.recipe()]
    page.go_to(Step.GOAL)
    with qtbot.assertNotEmitted(page.estimate_requested):
        page.go_to(Step.REVIEW)


def test_that_an_estimate_is_shown_as_before_and_after(page):
    page.go_to(Step.REVIEW)
    page.set_estimation(make_estimation())
    texts = [label.text() for row in page.steps.review().estimate._rows for label in row]
    assert "87.4 KB → 5.46 KB" in texts
    assert "16.0×" in texts
    assert "480 k → 120 k" in texts


def test_that_a_failed_estimate_says_why_and_is_asked_for_again(page, qtbot):
    page.go_to(Step.REVIEW)
    page.show_estimation_error(RequestError("busy"))
    assert page.steps.review().estimate._note.text() == RequestError("busy").message
    with qtbot.waitSignal(page.estimate_requested):
        page.go_to(Step.REVIEW)


def test_that_a_saved_recipe_is_read_back_equal(page, tmp_path):
    page.save_to(tmp_path / "recipe.toml")
    assert read_recipe(tmp_path / "recipe.toml") == page.recipe()
    assert str(tmp_path) in page.banner.text()


def test_that_a_loaded_recipe_keeps_the_model_that_is_open(page, tmp_path):
    write_recipe(make_recipe(model=ModelSpec(file="/elsewhere.pt"), seed=7), tmp_path / "recipe.toml")
    page.load_from(tmp_path / "recipe.toml")
    assert page.recipe().seed == 7
    assert page.recipe().model == ModelSpec(file="sample")
    assert page.step() is Step.REVIEW


def test_that_a_wrong_recipe_is_told_and_changes_nothing(page, tmp_path):
    (tmp_path / "recipe.toml").write_text('[model]\nfile = "sample"\n[prune]\nratoi = 0.5\n')
    before = page.recipe()
    page.load_from(tmp_path / "recipe.toml")
    assert "prune.ratio" in page.banner.text()
    assert page.recipe() == before


def test_that_a_layer_is_given_its_own_ratio_and_follows_again(page):
    page.go_to(Step.PRUNING)
    model = page.steps.page(Step.PRUNING).layers.model
    cell = model.index(1, VALUE)
    assert model.data(cell) == "50 %"
    assert model.setData(cell, "25")
    assert page.recipe().prune.layers["features.1.conv"].ratio == 0.25
    assert model.data(cell) == "25 %"
    assert model.setData(cell, "")
    assert page.recipe().prune.layers == {}


def test_that_a_layer_is_left_alone_by_unchecking_it(page):
    page.go_to(Step.PRUNING)
    model = page.steps.page(Step.PRUNING).layers.model
    model.setData(model.index(0, DONE), Qt.CheckState.Unchecked.value, Qt.ItemDataRole.CheckStateRole)
    assert page.recipe().prune.layers["features.0.conv"].skip
    assert not model.flags(model.index(0, VALUE)) & Qt.ItemFlag.ItemIsEditable


@pytest.mark.parametrize("text", ["much", "150 %"])
def test_that_a_strange_ratio_of_a_layer_is_refused_with_a_reason(page, text):
    page.go_to(Step.PRUNING)
    table = page.steps.page(Step.PRUNING).layers
    table.model.setData(table.model.index(0, VALUE), text)
    assert table.error()
    assert page.recipe().prune.layers == {}


def test_that_a_locked_layer_says_why_and_cannot_be_edited(page):
    page.go_to(Step.PRUNING)
    model = page.steps.page(Step.PRUNING).layers.model
    cell = model.index(2, DONE)
    assert model.data(cell, Qt.ItemDataRole.ToolTipRole) == "it makes the model's output"
    assert not model.flags(cell) & Qt.ItemFlag.ItemIsUserCheckable


def test_that_the_layer_model_keeps_qts_rules(qtmodeltester):
    model = LayerExceptionModel(PRUNE_FIELD)
    model.show_layers(make_inspection(layers=3).layers, {"classifier": "it makes the model's output"}, {})
    model.show_exceptions({}, 0.5)
    qtmodeltester.check(model)


def test_that_a_recipe_set_from_outside_forgets_the_history(page):
    page.go_to(Step.PRUNING)
    page.steps.page(Step.PRUNING).form.rows["round_to"].editor.box.setValue(16)
    page.set_recipe(make_recipe(seed=3))
    assert not page.tools.undo.isEnabled()


def test_that_choosing_one_after_the_other_is_a_strategy(page):
    editor = page.steps.page(Step.GOAL).strategy.rows["strategy"].editor
    editor.box.setCurrentIndex(editor.box.findData("sequential"))
    assert page.recipe().joint.strategy is Strategy.SEQUENTIAL


def test_that_no_window_is_left_open_by_building_the_page(page):
    assert [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()] == [page]


def test_that_tab_leads_from_the_page_to_the_buttons_below_it(page, qtbot):
    page.go_to(Step.PRUNING)
    page.activateWindow()
    page.steps.page(Step.PRUNING).layers.view.setFocus()

    reached = []
    for _ in range(2):
        qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
        reached.append(page.focusWidget())

    assert reached == [page.footer.back, page.footer.next]


def test_that_enter_leads_through_the_wizard(page, qtbot):
    page.go_to(Step.GOAL)

    for _ in range(2):
        qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Return)

    assert page.step() is Step.QUANTIZATION
