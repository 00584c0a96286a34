"""Wrong input, on the real command: one clear line, exit status 2, no traceback, and nothing written."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

import resources

SAMPLE_RECIPE = resources.sample_recipe().read_text(encoding="utf-8")
Prepare = Callable[[Path], list[str]]


def penjing(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "engine", *words],
        cwd=folder,
        env={**os.environ, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def paths_below(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def write_recipe(
    folder: Path, *, model: str = 'file = "sample"', data: str = 'source = "sample"', more: str = ""
) -> None:
    text = SAMPLE_RECIPE.replace('file = "sample"', model).replace('source = "sample"', data)
    (folder / "recipe.toml").write_text(text + more, encoding="utf-8")


def write_digits(folder: Path, *, shape: tuple[int, ...] = (28, 28), highest: int = 9) -> None:
    generator = np.random.default_rng(0)
    arrays = {}
    for split, count in (("train", 60), ("test", 30)):
        arrays[f"x_{split}"] = generator.integers(0, 256, (count, *shape), dtype=np.uint8)
        arrays[f"y_{split}"] = np.arange(count) % (highest + 1)
    np.savez(folder / "digits.npz", **arrays)


RUN = ["run", "recipe.toml", "--out", "out"]


def missing_file(folder: Path) -> list[str]:
    write_recipe(folder, model='file = "nowhere.pt"')
    return RUN


def text_named_pt(folder: Path) -> list[str]:
    (folder / "notes.pt").write_text("These are not weights.\n" * 20)
    write_recipe(folder, model='file = "notes.pt"')
    return RUN


def truncated_checkpoint(folder: Path) -> list[str]:
    whole = resources.sample_weights().read_bytes()
    (folder / "cut.pt").write_bytes(whole[: len(whole) // 2])
    write_recipe(folder, model='file = "cut.pt"\narchitecture = "torchvision:resnet18"')
    return RUN


def weights_that_do_not_fit(folder: Path) -> list[str]:
    torch.save({"conv1.weight": torch.zeros(64, 3, 7, 7), "head.bias": torch.zeros(3)}, folder / "other.pt")
    write_recipe(folder, model='file = "other.pt"\narchitecture = "torchvision:resnet18"')
    return RUN


def data_of_the_wrong_shape(folder: Path) -> list[str]:
    write_digits(folder, shape=(20, 20))
    write_recipe(folder, data='source = "npz:digits.npz"')
    return RUN


def labels_out_of_range(folder: Path) -> list[str]:
    write_digits(folder, highest=10)
    write_recipe(folder, data='source = "npz:digits.npz"')
    return RUN


def unknown_recipe_key(folder: Path) -> list[str]:
    write_recipe(folder, more="\n[prune.layers.conv1]\nration = 0.5\n")
    return RUN


def output_below_a_file(folder: Path) -> list[str]:
    (folder / "file").touch()
    write_recipe(folder)
    return ["run", "recipe.toml", "--out", "file/out"]


def unknown_layer(folder: Path) -> list[str]:
    write_recipe(folder, more="\n[prune.layers.conv9]\nskip = true\n")
    return RUN


def missing_data(folder: Path) -> list[str]:
    write_recipe(folder, data='source = "npz:nowhere.npz"')
    return RUN


def architecture_left_out(folder: Path) -> list[str]:
    torch.save({"weight": torch.zeros(3, 3)}, folder / "weights.pt")
    return ["init", "weights.pt"]


def code_that_nobody_vouched_for(folder: Path) -> list[str]:
    torch.save({"weight": torch.zeros(3, 3)}, folder / "weights.pt")
    (folder / "nets.py").write_text("open('ran', 'w')\n")
    return ["inspect", "weights.pt", "--architecture", "nets.py:Net"]


def folder_that_is_no_run(folder: Path) -> list[str]:
    return ["export", ".", "--format", "onnx-int8"]


def artifact_that_is_none(folder: Path) -> list[str]:
    (folder / "model.onnx").write_bytes(b"\x08\x07" * 50)
    return ["verify", "model.onnx"]


CASES: tuple[tuple[Prepare, tuple[str, ...]], ...] = (
    (missing_file, ("nowhere.pt", "check the path")),
    (text_named_pt, ("notes.pt", "no model that Penjing reads")),
    (truncated_checkpoint, ("cut.pt", "damaged or cut short")),
    (weights_that_do_not_fit, ("do not fit", "bn1.weight", "head.bias")),
    (data_of_the_wrong_shape, ("(1, 20, 20)", "shape")),
    (labels_out_of_range, ("from 0 to 10", "10 classes")),
    (unknown_recipe_key, ('prune.layers."conv1".ration', 'prune.layers."conv1".ratio"')),
    (output_below_a_file, ("file/out", "is a file")),
    (unknown_layer, ("conv9", "did you mean")),
    (missing_data, ("nowhere.npz",)),
    (architecture_left_out, ("weights only", "torchvision:resnet18")),
    (code_that_nobody_vouched_for, ("nets.py", "--trust")),
    (folder_that_is_no_run, ("There is no run",)),
    (artifact_that_is_none, ("model.onnx",)),
)


@pytest.mark.parametrize(("prepare", "words"), CASES, ids=lambda value: getattr(value, "__name__", ""))
def test_that_wrong_input_is_one_line_and_leaves_nothing(
    tmp_path: Path, prepare: Prepare, words: tuple[str, ...]
) -> None:
    command = prepare(tmp_path)
    before = paths_below(tmp_path)
    done = penjing(command, tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("penjing: ")
    assert "Traceback" not in done.stderr
    assert [word for word in words if word not in done.stderr] == [], done.stderr
    assert paths_below(tmp_path) == before


def test_that_debug_adds_the_traceback_and_keeps_the_line(tmp_path: Path) -> None:
    done = penjing(["run", "nowhere.toml", "--debug"], tmp_path)
    assert done.returncode == 2
    assert "Traceback" in done.stderr
    assert done.stderr.splitlines()[-1].startswith('penjing: There is no recipe "nowhere.toml"')
