"""What `penjing inspect` is asked and what it shows; the engine is another test's."""

import io
from pathlib import Path

import msgspec
import pytest
from rich.console import Console
from rich.progress import Progress

from engine.cli import COMMANDS
from engine.contract.errors import RequestError
from engine.contract.events import LayerMeasured
from engine.contract.methods import AudioFeatures, SensitivityKind
from engine.contract.recipe import AudioSpec, DataSpec
from engine.contract.stats import Inspection, LayerSensitivity, LayerSuggestion, SensitivityMap
from engine.terminal.arguments import parse
from engine.terminal.inspect import data_of, source_of, with_sensitivity
from engine.terminal.inspect_tables import print_inspection
from engine.terminal.measuring import MeasuringBar, MeasuringLines
from tests.gui.builders import make_inspection

MEASURED = LayerSensitivity(
    prune=((0.5, 0.98), (0.9, 0.4)),
    channels=((0.5, 0.9),),
    quantize=((8, 0.982), (4, 0.975), (2, 0.1)),
    suggestion=LayerSuggestion(weight_ratio=0.5, bits=4),
)


def make_map(kind: SensitivityKind = SensitivityKind.FULL) -> SensitivityMap:
    return SensitivityMap(
        kind=kind, layers={"features.0.conv": MEASURED}, baseline=0.982, samples=1000, is_cached=True
    )


def printed(inspection: Inspection, *, width: int = 80) -> list[str]:
    console = Console(file=io.StringIO(), width=width, color_system=None, highlight=False, markup=False)
    print_inspection(console, inspection)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_that_the_layers_fit_eighty_columns_with_their_share_of_the_size() -> None:
    inspection = make_inspection()
    layer = msgspec.structs.replace(
        inspection.layers[0], name="layer4.1.conv2", shape=(512, 512, 3, 3), parameters=2_359_296,
        macs=115_605_504, size_share=0.2025, sparsity=0.5,
    )  # fmt: skip
    lines = printed(msgspec.structs.replace(inspection, layers=(layer,)))
    assert lines[2].split() == [
        "layer4.1.conv2", "Conv2d", "512×512×3×3", "2,359,296", "20.2", "%", "50.0", "%", "115.6", "M", "yes",
    ]  # fmt: skip
    assert max(map(len, lines)) <= 80


def test_that_zeros_have_a_column_only_where_there_are_some() -> None:
    inspection = make_inspection()
    assert "Zeros" in printed(inspection)[1]
    dense = [msgspec.structs.replace(layer, sparsity=0.0004) for layer in inspection.layers]
    lines = printed(msgspec.structs.replace(inspection, layers=tuple(dense)))
    assert lines[1].split() == ["Layer", "Kind", "Weight", "Parameters", "Size", "MACs", "Cut"]
    assert lines[2].split()[-3:] == ["1.8", "M", "yes"]


def test_that_each_reason_for_not_cutting_is_told_once_with_its_layers() -> None:
    inspection = make_inspection(4)
    locked = [
        msgspec.structs.replace(
            layer, prunable=False, locked_because="its input comes straight from the data"
        )
        for layer in inspection.layers[:2]
    ]
    lines = printed(msgspec.structs.replace(inspection, layers=(*locked, *inspection.layers[2:])), width=200)
    assert (
        "No channels to cut in features.0.conv, features.1.conv: its input comes straight from the data."
        in lines
    )
    assert "No channels to cut in classifier: it makes the model's output." in lines


def test_that_a_guess_and_the_weights_that_were_taken_are_told() -> None:
    inspection = make_inspection()
    source = msgspec.structs.replace(
        inspection.source, architecture="torchvision:resnet18", is_guessed=True, entry="model_ema"
    )
    first = printed(msgspec.structs.replace(inspection, source=source), width=200)[0]
    assert "torchvision:resnet18 (guessed)" in first
    assert "weights model_ema" in first


def test_that_what_was_measured_comes_to_its_layer_and_is_kept_once() -> None:
    found = with_sensitivity(make_inspection(), make_map())
    assert found.layers[0].sensitivity == MEASURED
    assert found.layers[1].sensitivity == LayerSensitivity()
    assert found.sensitivity == msgspec.structs.replace(make_map(), layers={})


def test_that_the_sensitivity_says_what_each_layer_bears_and_where_it_breaks() -> None:
    lines = printed(with_sensitivity(make_inspection(), make_map()))
    head = next(index for index, line in enumerate(lines) if line.endswith("8 bit   4 bit   2 bit"))
    assert lines[head + 1].split() == [
        "features.0.conv", "−50", "%", "–", "4", "98.2", "%", "97.5", "%", "10.0", "%",
    ]  # fmt: skip
    said = " ".join(" ".join(lines[:head]).split())
    assert "Full sensitivity, measured before, on 1,000 validation samples" in said
    assert "within one point of the 98.2 % accuracy" in said
    assert max(map(len, lines)) <= 80


def test_that_quick_scores_are_decibels() -> None:
    lines = printed(with_sensitivity(make_inspection(), make_map(SensitivityKind.QUICK)))
    assert any("20 dB" in line for line in lines)
    assert lines[-1].split()[-3:] == ["1.0", "1.0", "0.1"]


def measured(step: int, samples: int = 256) -> LayerMeasured:
    return LayerMeasured(
        layer="conv1", sensitivity=MEASURED, step=step, steps=40, samples=samples, baseline=0.98
    )


def test_that_a_bar_follows_the_measurement() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=120, color_system=None)
    bars = Progress(console=console, auto_refresh=False)
    bar = MeasuringBar(bars)
    bar.tell(measured(10))
    task = bars.tasks[0]
    assert (task.completed, task.total) == (10, 40)
    assert task.fields["facts"] == "conv1 · 256 samples · baseline 98.00 %"


def test_that_a_log_gets_a_line_for_each_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    lines = MeasuringLines()
    for step in range(1, 41):
        lines.tell(measured(step))
    shown = capsys.readouterr().err.splitlines()
    assert len(shown) == 10
    assert shown[0] == "Measuring sensitivity, 10 %: conv1 · 256 samples · baseline 98.00 %"


def test_that_a_quick_measurement_fills_no_log(capsys: pytest.CaptureFixture[str]) -> None:
    lines = MeasuringLines()
    for step in range(1, 41):
        lines.tell(measured(step, samples=0))
    assert capsys.readouterr().err == ""


def test_that_data_of_a_recipe_is_read_as_it_says_and_from_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "speech").mkdir()
    (tmp_path / "speech" / "words.toml").write_text(
        '[data]\nsource = "npz:words.npz"\nmean = [-4.5]\n[data.audio]\nfeatures = "waveform"\nsample_rate = 8000\n'
        "[model]\nanything = true\n"
    )
    monkeypatch.chdir(tmp_path)
    found = data_of(parse(["inspect", "m.pt", "--data", "speech/words.toml"], COMMANDS))
    assert found == DataSpec(
        source=f"npz:{tmp_path / 'speech' / 'words.npz'}",
        mean=(-4.5,),
        audio=AudioSpec(features=AudioFeatures.WAVEFORM, sample_rate=8000),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("seed = 1\n", "The recipe lacks data"),
        ("[data]\nmeen = [1]\n", 'did you mean "data.mean"'),
        ("[data.audio]\nsample_rate = 1\n", "data.audio.sample_rate"),
        ("[data", "is not valid TOML"),
    ],
)
def test_that_data_of_a_wrong_recipe_is_one_line(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "r.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RequestError, match=said):
        data_of(parse(["inspect", "m.pt", "--data", "r.toml"], COMMANDS))


def test_that_shape_and_entry_reach_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["inspect", "net.pt", "--entry", "model_ema", "--input-shape", "3, 32,32"]
    source = source_of(parse(words, COMMANDS))
    assert (source.file, source.entry, source.input_shape) == (
        str(tmp_path / "net.pt"),
        "model_ema",
        (3, 32, 32),
    )
