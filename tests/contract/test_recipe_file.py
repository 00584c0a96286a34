"""Recipes are read strictly, told apart precisely, and come back as they were written."""

import tomllib
from pathlib import Path

import msgspec
import pytest

from engine.contract.errors import RequestError
from engine.contract.methods import (
    Augmentation,
    ExportFormat,
    Optimizer,
    PruneGranularity,
    QuantizeMode,
    Schedule,
    Scope,
    Strategy,
)
from engine.contract.recipe import (
    DataSpec,
    ExportSpec,
    JointSpec,
    LayerPruneSpec,
    LayerQuantizeSpec,
    ModelSpec,
    PruneSpec,
    QuantizeSpec,
    Recipe,
    RecoverSpec,
)
from engine.contract.recipe_file import (
    apply_settings,
    commented_recipe,
    read_recipe,
    recipe_from,
    recipe_text,
    write_recipe,
)

SMALL = {"model": {"file": "net.pt"}, "prune": {}, "export": {"formats": ["state_dict"]}}

FULL = Recipe(
    name="every key",
    seed=7,
    threads=2,
    model=ModelSpec(file="a.pt", architecture="nets.py:Net", input_shape=(3, 8, 8)),
    data=DataSpec(
        source="npz:d.npz",
        batch_size=32,
        mean=(0.1, 0.2, 0.3),
        std=(0.4,),
        augment=Augmentation.FLIP_CROP,
        validation=0.2,
        class_names=("cat", 'a "quoted" dog', "猫"),
    ),
    prune=PruneSpec(
        granularity=PruneGranularity.WEIGHT,
        scope=Scope.GLOBAL,
        ratio=0.9,
        round_to=8,
        schedule=Schedule.ONE_SHOT,
        layers={"layer1.0.conv1": LayerPruneSpec(ratio=0.5), "fc": LayerPruneSpec(skip=True)},
    ),
    quantize=QuantizeSpec(
        mode=QuantizeMode.AWARE, weight_bits=4, layers={"conv1": LayerQuantizeSpec(weight_bits=8)}
    ),
    recover=RecoverSpec(epochs=3, optimizer=Optimizer.ADAM, learning_rate=0.001, weight_decay=1e-4),
    joint=JointSpec(strategy=Strategy.SIMULTANEOUS),
    export=ExportSpec(formats=(ExportFormat.ONNX_INT8, ExportFormat.STATE_DICT)),
)


def refusal(table: dict[str, object]) -> RequestError:
    with pytest.raises(RequestError) as caught:
        recipe_from(table)
    return caught.value


def test_that_a_recipe_with_every_key_comes_back_as_it_was_written(tmp_path: Path) -> None:
    write_recipe(FULL, tmp_path / "recipe.toml")
    assert read_recipe(tmp_path / "recipe.toml") == FULL


def test_that_defaults_are_not_written() -> None:
    recipe = Recipe(model=ModelSpec(file="sample"), prune=PruneSpec())
    tables = tomllib.loads(recipe_text(recipe))
    said = {name: value for name, value in tables.items() if value != {}}
    assert said == {"schema": 1, "model": {"file": "sample"}}
    assert "prune" in tables
    assert "quantize" not in tables


def test_that_the_commented_recipe_says_the_same_as_the_record() -> None:
    layerless = msgspec.structs.replace(
        FULL,
        prune=msgspec.structs.replace(FULL.prune, layers={}),
        quantize=msgspec.structs.replace(FULL.quantize, layers={}),
    )
    assert recipe_from(tomllib.loads(commented_recipe(layerless))) == layerless


def test_that_the_commented_recipe_explains_each_key_on_its_line() -> None:
    lines = commented_recipe(FULL).splitlines()
    keys = [line for line in lines if " = " in line.partition("#")[0]]
    assert keys
    assert all(line.partition("  # ")[2] for line in keys)


def test_that_lists_are_written_as_people_write_them_and_empty_ones_as_a_comment() -> None:
    text = commented_recipe(FULL)
    assert 'formats = ["onnx-int8", "state_dict"]' in text
    assert "mean = [0.1, 0.2, 0.3]" in text
    bare = Recipe(model=ModelSpec(file="sample"), prune=PruneSpec())
    assert "# class_names = …" in commented_recipe(bare)


@pytest.mark.parametrize(
    ("table", "code", "arguments"),
    [
        ({**SMALL, "prunee": {}}, "recipe_unknown_key", {"key": "prunee", "nearest": "prune"}),
        (
            {**SMALL, "prune": {"ration": 0.5}},
            "recipe_unknown_key",
            {"key": "prune.ration", "nearest": "prune.ratio"},
        ),
        (
            {**SMALL, "prune": {"layers": {"conv1": {"rato": 0.5}}}},
            "recipe_unknown_key",
            {"key": 'prune.layers."conv1".rato', "nearest": 'prune.layers."conv1".ratio'},
        ),
        ({**SMALL, "model": {}}, "recipe_missing_key", {"key": "model.file"}),
        ({"prune": {}}, "recipe_missing_key", {"key": "model"}),
        ({**SMALL, "schema": 2}, "recipe_schema", {"found": "2", "wanted": "1"}),
        ({"model": {"file": "x"}}, "recipe_nothing_to_do", {}),
        (
            {**SMALL, "quantize": {"mode": "aware"}, "recover": {"epochs": 0}},
            "recipe_no_epochs",
            {},
        ),
        (
            {**SMALL, "prune": {"granularity": "block", "target_macs": 2.0}},
            "recipe_target_of_weights",
            {"granularity": "block"},
        ),
        (
            {**SMALL, "prune": {"objective": "latency"}},
            "recipe_latency",
            {"granularity": "channel", "scope": "layer"},
        ),
        (
            {**SMALL, "prune": {"objective": "latency", "scope": "global", "granularity": "unit"}},
            "recipe_latency",
            {"granularity": "unit", "scope": "global"},
        ),
        (
            {
                **SMALL,
                "prune": {"objective": "latency", "scope": "global"},
                "export": {"formats": ["state_dict"]},
            },
            "recipe_latency_file",
            {},
        ),
        ({**SMALL, "prune": {"target_latency": 1.5}}, "recipe_target_latency", {"objective": "importance"}),
        (
            {
                **SMALL,
                "prune": {
                    "objective": "latency",
                    "scope": "global",
                    "target_latency": 1.5,
                    "target_macs": 2.0,
                },
            },
            "recipe_two_targets",
            {},
        ),
        ({**SMALL, "prune": {"regrow": 0.3}}, "recipe_regrow", {"granularity": "channel"}),
        ({**SMALL, "prune": {"pattern": "4:4"}}, "recipe_pattern", {"pattern": "4:4", "limit": "32"}),
        ({**SMALL, "prune": {"pattern": "2:40"}}, "recipe_pattern", {"pattern": "2:40", "limit": "32"}),
        (
            {**SMALL, "prune": {"method": "apoz", "granularity": "weight"}},
            "recipe_method_of_channels",
            {"method": "apoz", "granularity": "weight"},
        ),
        (
            {**SMALL, "prune": {"method": "movement", "schedule": "one_shot"}},
            "recipe_movement_needs_training",
            {"method": "movement"},
        ),
        (
            {**SMALL, "prune": {"method": "movement"}, "recover": {"epochs": 0}},
            "recipe_movement_needs_training",
            {"method": "movement"},
        ),
        (
            {**SMALL, "prune": {"method": "apoz", "granularity": "layer"}},
            "recipe_method_of_blocks",
            {"method": "apoz"},
        ),
        (
            {**SMALL, "prune": {"granularity": "layer", "round_to": 16}},
            "recipe_blocks_whole",
            {"field": "prune.round_to"},
        ),
        (
            {**SMALL, "prune": {"granularity": "layer", "layers": {"conv1": {"ratio": 0.3}}}},
            "recipe_blocks_whole",
            {"field": 'prune.layers."conv1".ratio'},
        ),
        (
            {**SMALL, "prune": {"granularity": "layer", "regrow": 0.3}},
            "recipe_regrow",
            {"granularity": "layer"},
        ),
        ({**SMALL, "joint": {"strategy": "simultaneous"}}, "recipe_strategy_needs_both", {}),
        ({**SMALL, "export": {"formats": ["onnx-int8"]}}, "recipe_int8_without_quantize", {}),
        (
            {**SMALL, "quantize": {"mode": "aware", "equalize": True}},
            "recipe_post_training_only",
            {"setting": "equalize", "mode": "aware"},
        ),
        (
            {**SMALL, "quantize": {"mode": "aware", "rounding": "adaround"}},
            "recipe_post_training_only",
            {"setting": "rounding", "mode": "aware"},
        ),
        (
            {**SMALL, "quantize": {"method": "apot", "weight_bits": 4, "rounding": "adaround"}},
            "recipe_adaround_uniform",
            {"method": "apot"},
        ),
    ],
)
def test_that_a_wrong_recipe_is_refused_by_name(
    table: dict[str, object], code: str, arguments: dict[str, str]
) -> None:
    error = refusal(table)
    assert (error.code, error.arguments, error.exit_status) == (code, arguments, 2)


def test_that_an_unknown_key_without_a_near_one_lists_what_is_known() -> None:
    error = refusal({**SMALL, "joint": {"zzz": 1}})
    assert (error.code, error.arguments) == (
        "recipe_unknown_key_alone",
        {"key": "joint.zzz", "known": "strategy"},
    )


def test_that_an_unquoted_layer_name_gets_its_own_advice() -> None:
    table = tomllib.loads('[model]\nfile = "x"\n[prune.layers.layer1.0.conv1]\nratio = 0.5')
    error = refusal(table)
    assert error.code == "recipe_unquoted_layer"
    assert error.arguments["table"] == "prune.layers"
    assert error.arguments["layer"].startswith("layer1.0")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("prune.ratio", 1.0),
        ("prune.ratio", -0.1),
        ("prune.round_to", 0),
        ("prune.schedule", "sudden"),
        ("quantize.weight_bits", 1),
        ("quantize.weight_bits", 17),
        ("quantize.group_size", 1),
        ("quantize.calibration_samples", 0),
        ("recover.epochs", -1),
        ("recover.learning_rate", 0.0),
        ("data.batch_size", 0),
        ("data.validation", 1.0),
        ("data.std", [0.0]),
        ("model.input_shape", [0]),
        ("export.formats", ["tflite"]),
        ("seed", -1),
        ("name", "a/b"),
        ("device", "tpu"),
        ("threads", "two"),
    ],
)
def test_that_a_value_out_of_its_limits_is_refused_with_its_full_path(key: str, value: object) -> None:
    table: dict[str, object] = {**SMALL, "quantize": {}}
    target = table
    *parents, name = key.split(".")
    for parent in parents:
        target[parent] = dict(target.get(parent) or {})
        target = target[parent]
    target[name] = value
    error = refusal(table)
    assert error.code == "recipe_invalid"
    assert error.arguments["key"].startswith(key)


def test_that_a_setting_replaces_one_value_and_keeps_the_rest() -> None:
    table = {"prune": {"ratio": 0.5, "round_to": 16}, "seed": 1}
    changed = apply_settings(table, ["prune.ratio=0.3", 'joint.strategy = "sequential"', "seed=2"])
    assert changed == {
        "prune": {"ratio": 0.3, "round_to": 16},
        "seed": 2,
        "joint": {"strategy": "sequential"},
    }
    assert table == {"prune": {"ratio": 0.5, "round_to": 16}, "seed": 1}


def test_that_a_setting_can_name_a_quoted_layer() -> None:
    changed = apply_settings(SMALL, ['prune.layers."layer1.0.conv1".skip=true'])
    prune = recipe_from(changed).prune
    assert prune is not None
    assert prune.layers == {"layer1.0.conv1": LayerPruneSpec(skip=True)}


@pytest.mark.parametrize("text", ["prune.ratio", "prune.ratio=high", "=1", "prune.ratio=0.5 0.6"])
def test_that_a_setting_that_is_no_toml_is_refused(text: str) -> None:
    with pytest.raises(RequestError) as caught:
        apply_settings(SMALL, [text])
    assert caught.value.code == "set_invalid"
    assert text in caught.value.message


def test_that_a_setting_is_checked_like_the_file(tmp_path: Path) -> None:
    write_recipe(FULL, tmp_path / "recipe.toml")
    with pytest.raises(RequestError, match=r"prune\.ratio") as caught:
        read_recipe(tmp_path / "recipe.toml", ["prune.ratio=1.5"])
    assert caught.value.code == "recipe_invalid"


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "recipe_missing"), (b"[model\n", "recipe_not_toml"), (b"\xff\xfe\x00", "recipe_not_toml")],
)
def test_that_a_file_that_is_no_recipe_is_refused(tmp_path: Path, content: bytes | None, code: str) -> None:
    path = tmp_path / "recipe.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RequestError) as caught:
        read_recipe(path)
    assert caught.value.code == code
    assert str(path) in caught.value.message


def test_that_an_unknown_choice_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text('[model]\nfile = "sample"\n[prune]\nobjective = "speed"\n', encoding="utf-8")
    with pytest.raises(RequestError, match="choose one of: importance, size, macs"):
        read_recipe(path)
