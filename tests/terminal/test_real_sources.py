"""What a user types with texts, recordings and a question of sensitivity, on the real worker."""

import json
import signal
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile
import torch
from torch import nn

from engine.contract.methods import SensitivityKind
from engine.contract.run_folder import RunFolder
from engine.contract.stats import Inspection
from tests.terminal.test_real_engine import penjing, start

pytestmark = pytest.mark.slow

NETS = """
import torch
from torch import nn


class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(16, 8, padding_idx=0)
        self.gru = nn.GRU(8, 8, batch_first=True)
        self.classify = nn.Linear(8, 2)

    def forward(self, words):
        states, _ = self.gru(self.words(words))
        return self.classify(states.amax(1))


class Tones(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.classify = nn.Linear(4, 2)

    def forward(self, spectrum):
        return self.classify(torch.relu(self.conv(spectrum)).mean((2, 3)))


class Slow(nn.Sequential):
    def __init__(self):
        convs = [nn.Conv2d(3 if not at else 32, 32, 3, padding=1) for at in range(6)]
        super().__init__(*convs, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 4))
"""


def save(folder: Path, name: str) -> nn.Module:
    """The network ``name`` with weights of its own in NAME.pt, beside the file that defines it."""
    (folder / "nets.py").write_text(NETS)
    namespace: dict[str, type[nn.Module]] = {}
    exec(NETS, namespace)
    torch.manual_seed(0)
    model = namespace[name]().eval()
    torch.save(model.state_dict(), folder / f"{name}.pt")
    return model


def write_texts(folder: Path) -> None:
    for name, count in (("train", 24), ("test", 8)):
        lines = [("good day", "kind") if index % 2 else ("go away now", "rude") for index in range(count)]
        rows = "".join(f"{text},{label}\n" for text, label in lines)
        (folder / f"talk_{name}.csv").write_text(f"text,label\n{rows}")


def write_tones(folder: Path) -> None:
    times = np.arange(400) / 2000
    for label, hertz in (("low", 200), ("high", 700)):
        (folder / "tones" / label).mkdir(parents=True)
        for index in range(16):
            wave = np.sin(2 * np.pi * (hertz + 5 * index) * times)
            soundfile.write(folder / "tones" / label / f"{index}.wav", wave, 2000)


def test_that_a_text_model_is_inspected_with_its_table_and_measured_quickly(tmp_path: Path) -> None:
    model = save(tmp_path, "Words")
    write_texts(tmp_path)
    words = [
        "--architecture",
        f"{tmp_path / 'nets.py'}:Words",
        "--data",
        f"csv:{tmp_path / 'talk_train.csv'}",
    ]
    done = penjing(
        "inspect", str(tmp_path / "Words.pt"), *words, "--trust", "--sensitivity", "quick", "--json"
    )
    assert (done.returncode, done.stderr) == (0, "")
    found = msgspec.json.decode(done.stdout, type=Inspection)
    assert (found.source.input_shape, found.source.vocabulary) == ((64,), 7)
    # By hand: the words of train by frequency, then by alphabet, after padding and unknown.
    numbers = {"away": 2, "day": 3, "go": 4, "good": 5, "now": 6}
    texts = torch.zeros(2, 64, dtype=torch.int64)
    for row, text in enumerate(("good day", "go away now")):
        texts[row, : len(text.split())] = torch.tensor([numbers[word] for word in text.split()])
    kind, rude = model(texts).argmax(1).tolist()
    assert found.metrics.accuracy == ((kind == 0) + (rude == 1)) / 2
    assert found.sensitivity is not None
    assert (found.sensitivity.kind, found.sensitivity.layers) == (SensitivityKind.QUICK, {})
    for layer in found.layers:
        decibels = [score for _, score in sorted(layer.sensitivity.quantize, reverse=True)]
        assert decibels == sorted(decibels, reverse=True), layer.name
        assert [bits for bits, _ in layer.sensitivity.quantize] == [8, 6, 4, 3, 2], layer.name


def test_that_a_full_measurement_is_told_once_and_kept_for_the_next_time(tmp_path: Path) -> None:
    words = ("inspect", "sample", "--data", "sample", "--sensitivity", "full", "--samples", "40")
    first = penjing(*words)
    assert first.returncode == 0, first.stderr
    assert "Measuring sensitivity, 100 %" in first.stderr
    assert "Full sensitivity, on 40 validation samples" in " ".join(first.stdout.split())
    again = penjing(*words, "--json")
    assert (again.returncode, again.stderr) == (0, "")
    found = json.loads(again.stdout)
    assert (found["sensitivity"]["is_cached"], found["sensitivity"]["samples"]) == (True, 40)
    conv = found["layers"][0]["sensitivity"]
    assert [ratio for ratio, _ in conv["prune"]] == pytest.approx([0.1 * tenth for tenth in range(1, 10)])
    assert all(0 <= score <= 1 for _, score in [*conv["prune"], *conv["channels"], *conv["quantize"]])


def test_that_ctrl_c_ends_a_full_measurement_in_order(tmp_path: Path) -> None:
    save(tmp_path, "Slow")
    images = np.random.default_rng(0).integers(256, size=(2000, 16, 16, 3), dtype=np.uint8)
    labels = np.arange(2000) % 4
    np.savez(tmp_path / "d.npz", x_train=images, y_train=labels, x_test=images[:8], y_test=labels[:8])
    (tmp_path / "data.toml").write_text('[data]\nsource = "npz:d.npz"\nvalidation = 0.5\n')
    model = [
        "--architecture",
        f"{tmp_path / 'nets.py'}:Slow",
        "--data",
        str(tmp_path / "data.toml"),
        "--trust",
    ]
    measure = ["--sensitivity", "full", "--threads", "1"]
    with start("inspect", str(tmp_path / "Slow.pt"), *model, *measure) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("Measuring sensitivity, 10 %: ")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 4
    assert out == ""
    assert err.splitlines()[-1] == "penjing: Cancelled."


def test_that_recordings_are_learned_by_the_recipe_that_init_writes(tmp_path: Path) -> None:
    save(tmp_path, "Tones")
    write_tones(tmp_path)
    recipe = tmp_path / "tones.toml"
    (tmp_path / "data.toml").write_text(
        '[data]\nsource = "audio:tones"\nbatch_size = 8\n'
        "[data.audio]\nsample_rate = 2000\nseconds = 0.2\nbands = 8\nwindow_ms = 40\n"
    )
    model = [str(tmp_path / "Tones.pt"), "--architecture", f"{tmp_path / 'nets.py'}:Tones", "--trust"]
    done = penjing("init", *model, "--data", str(tmp_path / "data.toml"), "-o", str(recipe))
    assert done.returncode == 0, done.stderr
    assert "sample_rate = 2000" in recipe.read_text(encoding="utf-8")
    settings = ["--set", "recover.epochs=2", "--set", "quantize.calibration_samples=16"]
    done = penjing("run", str(recipe), "--out", str(tmp_path / "run"), *settings, "--trust", "--threads", "1")
    assert done.returncode == 0, done.stderr
    report = RunFolder(tmp_path / "run").read_report()
    assert report.after is not None
    assert report.after.parameters < report.before.parameters
    assert {artifact.verified for artifact in report.artifacts} == {True}
