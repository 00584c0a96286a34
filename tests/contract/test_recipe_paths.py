"""A recipe's paths count from its folder; words stay words."""

import os
from pathlib import Path

import msgspec
import pytest

from engine.contract.recipe import DataSpec, ModelSpec, PruneSpec, Recipe, TextSpec
from engine.contract.recipe_paths import (
    absolute_architecture,
    absolute_data,
    absolute_model,
    with_absolute_paths,
    with_relative_paths,
)

HERE = Path("/home/ada/project")


def recipe_of(file: str, architecture: str | None, source: str) -> Recipe:
    return Recipe(
        model=ModelSpec(file=file, architecture=architecture), data=DataSpec(source=source), prune=PruneSpec()
    )


@pytest.mark.parametrize(
    ("written", "absolute"),
    [
        ("sample", "sample"),
        ("net.pt", "/home/ada/project/net.pt"),
        ("/data/net.pt", "/data/net.pt"),
        ("torchvision:resnet18", "torchvision:resnet18"),
        ("timm:resnet10t", "timm:resnet10t"),
    ],
)
def test_that_a_model_file_counts_from_the_folder(written: str, absolute: str) -> None:
    assert absolute_model(written, HERE) == absolute


@pytest.mark.parametrize(
    ("written", "absolute"),
    [
        ("torchvision:resnet18?num_classes=10", "torchvision:resnet18?num_classes=10"),
        ("timm:vit_tiny", "timm:vit_tiny"),
        ("nets.py:LeNet5", "/home/ada/project/nets.py:LeNet5"),
        ("models/nets.py:make", "/home/ada/project/models/nets.py:make"),
        ("/opt/nets.py:make", "/opt/nets.py:make"),
    ],
)
def test_that_an_architecture_file_counts_from_the_folder(written: str, absolute: str) -> None:
    assert absolute_architecture(written, HERE) == absolute


@pytest.mark.parametrize(
    ("written", "absolute"),
    [
        ("sample", "sample"),
        ("npz:mnist.npz", "npz:/home/ada/project/mnist.npz"),
        ("npz:/data/a:b.npz", "npz:/data/a:b.npz"),
        ("load.py:splits", "/home/ada/project/load.py:splits"),
        ("npz:arrays", "npz:/home/ada/project/arrays"),
        ("folder:images", "folder:/home/ada/project/images"),
        ("csv:sub/texts.csv", "csv:/home/ada/project/sub/texts.csv"),
        ("audio:/data/words", "audio:/data/words"),
        ("torchvision:MNIST", "torchvision:MNIST"),
        ("torchvision:MNIST?download=true", "torchvision:MNIST?download=true"),
        (
            "torchvision:MNIST?root=data sets&download=true",
            "torchvision:MNIST?root=/home/ada/project/data+sets&download=true",
        ),
    ],
)
def test_that_a_data_file_counts_from_the_folder(written: str, absolute: str) -> None:
    assert absolute_data(written, HERE) == absolute


@pytest.mark.skipif(os.name != "nt", reason="drives are Windows' own")
def test_that_the_colon_of_a_drive_parts_nothing() -> None:
    assert absolute_architecture(r"C:\nets.py:Net", HERE) == r"C:\nets.py:Net"


def test_that_only_paths_change() -> None:
    recipe = recipe_of("net.pt", "nets.py:Net", "npz:d.npz")
    absolute = with_absolute_paths(recipe, HERE)
    expected = recipe_of(
        "/home/ada/project/net.pt", "/home/ada/project/nets.py:Net", "npz:/home/ada/project/d.npz"
    )
    assert absolute == expected


def test_that_relative_paths_undo_absolute_ones() -> None:
    recipe = recipe_of("net.pt", "sub/nets.py:Net", "npz:d.npz")
    assert with_relative_paths(with_absolute_paths(recipe, HERE), HERE) == recipe


@pytest.mark.parametrize(
    "source", ["torchvision:MNIST?root=data&split=a", "folder:images", "csv:texts.csv", "audio:words"]
)
def test_that_relative_sources_come_back_as_they_were(source: str) -> None:
    recipe = recipe_of("net.pt", None, source)
    assert with_relative_paths(with_absolute_paths(recipe, HERE), HERE) == recipe


def test_that_the_tokenizer_counts_from_the_folder() -> None:
    text = TextSpec(tokenizer="vocab.txt")
    recipe = msgspec.structs.replace(
        recipe_of("net.pt", None, "csv:d.csv"), data=DataSpec(source="csv:d.csv", text=text)
    )
    absolute = with_absolute_paths(recipe, HERE)
    assert absolute.data.text == TextSpec(tokenizer="/home/ada/project/vocab.txt")
    assert with_relative_paths(absolute, HERE) == recipe


def test_that_paths_outside_the_folder_stay_absolute() -> None:
    recipe = recipe_of("/data/net.pt", None, "sample")
    assert with_relative_paths(recipe, HERE) == recipe


def test_that_the_folder_may_itself_be_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    changed = with_absolute_paths(recipe_of("net.pt", None, "sample"), Path("sub"))
    assert msgspec.to_builtins(changed)["model"]["file"] == str(tmp_path / "sub" / "net.pt")
