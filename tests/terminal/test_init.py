"""`penjing init` writes a recipe that can be run as it stands."""

import shlex
from pathlib import Path

import msgspec
import pytest

from engine.cli import main
from engine.contract.methods import ExportFormat, PruneGranularity, SourceFormat
from engine.contract.recipe import AudioSpec, DataSpec, Recipe, TextSpec
from engine.contract.recipe_file import commented_recipe, read_recipe, recipe_from
from engine.contract.source import ModelSource, SourceInfo
from engine.contract.stats import Inspection
from engine.terminal.init import recipe_for
from resources import sample_recipe
from tests.gui.builders import make_inspection, make_layer


def test_that_the_sample_gets_the_samples_recipe(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "recipe.toml"
    assert main(["init", "sample", "-o", str(path)]) == 0
    assert read_recipe(path) == read_recipe(sample_recipe())
    assert f"penjing run {path}" in capsys.readouterr().err


def test_that_the_recipe_goes_into_the_working_directory_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "sample"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["recipe.toml"]


def test_that_a_folder_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "sample", "-o", str(tmp_path / "nowhere" / "r.toml")]) == 2
    assert "its folder does not exist" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def inspected(file: str, channels: int, *, locked: str | None = None):
    source = SourceInfo(file=file, format=SourceFormat.MODULE, sha256="0" * 64, size_bytes=1)
    layer = msgspec.structs.replace(make_layer(locked_because=locked), channels=channels)
    return msgspec.structs.replace(make_inspection(), source=source, layers=(layer,))


def first_recipe(inspection: Inspection, data: DataSpec | None = None) -> Recipe:
    return recipe_for(inspection, ModelSource(file=inspection.source.file), data=data)


def test_that_wide_networks_are_cut_with_care_and_at_fast_widths() -> None:
    prune = first_recipe(inspected("/m/resnet18.pt", 64)).prune
    assert prune is not None
    assert (prune.ratio, prune.round_to) == (0.3, 16)
    narrow = first_recipe(inspected("/m/lenet.pt", 6)).prune
    assert narrow is not None
    assert (narrow.ratio, narrow.round_to) == (0.5, 1)


def test_that_a_network_without_a_free_channel_is_only_quantized() -> None:
    recipe = first_recipe(inspected("/m/net.pt", 64, locked="it makes the model's output"))
    assert recipe.prune is None
    assert recipe.quantize is not None


def test_that_a_network_that_could_not_be_traced_gets_a_recipe_that_runs() -> None:
    inspection = inspected("/m/net.pt", 64, locked="the model could not be traced (if x.sum() > 0)")
    layer = msgspec.structs.replace(inspection.layers[0], locked_code="locked_untraced")
    recipe = first_recipe(msgspec.structs.replace(inspection, layers=(layer,)))
    assert recipe.prune is not None
    assert recipe.prune.granularity is PruneGranularity.WEIGHT
    assert recipe.quantize is None
    assert ExportFormat.ONNX_INT8 not in recipe.export.formats


def test_that_the_command_to_type_next_can_be_copied_where_names_have_spaces(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "my recipe.toml"
    assert main(["init", "sample", "-o", str(path)]) == 0
    _, _, command = capsys.readouterr().err.partition("then type: ")
    assert shlex.split(command) == ["penjing", "run", str(path)]


@pytest.mark.parametrize(
    ("file", "name"),
    [("/m/lenet 5.pt", "lenet 5"), ('/m/a:b"c.pt', "a-b-c"), ("/m/" + "x" * 200 + ".pt", "x" * 80)],
)
def test_that_the_recipe_is_named_after_the_file_and_valid(file: str, name: str) -> None:
    import tomllib

    recipe = first_recipe(inspected(file, 64), DataSpec(source="npz:/d.npz"))
    assert recipe.name == name
    assert recipe_from(tomllib.loads(commented_recipe(recipe))) == recipe


def test_that_what_was_typed_about_the_model_stands_in_the_recipe() -> None:
    inspection = inspected("/m/epoch9.ckpt", 64)
    guessed = msgspec.structs.replace(
        inspection.source, architecture="torchvision:resnet18", is_guessed=True, input_shape=(3, 64, 64)
    )
    inspection = msgspec.structs.replace(inspection, source=guessed)
    typed = ModelSource(file="/m/epoch9.ckpt", entry="model_ema", input_shape=(3, 64, 64))
    model = recipe_for(inspection, typed, data=None).model
    assert (model.architecture, model.entry, model.input_shape) == (
        "torchvision:resnet18",
        "model_ema",
        (3, 64, 64),
    )


@pytest.mark.parametrize(
    ("source", "table", "says"),
    [("csv:/d/train.csv", "data.text", TextSpec()), ("audio:/d/words", "data.audio", AudioSpec())],
)
def test_that_how_texts_and_recordings_are_read_is_spelled_out(
    source: str, table: str, says: TextSpec | AudioSpec
) -> None:
    import tomllib

    text = commented_recipe(first_recipe(inspected("/m/net.pt", 64), DataSpec(source=source)))
    assert f"[{table}]" in text
    assert "sample_rate = 16000" in text or "length = 64" in text
    data = recipe_from(tomllib.loads(text)).data
    assert says in (data.text, data.audio)
