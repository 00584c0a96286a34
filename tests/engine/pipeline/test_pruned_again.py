"""What a run has written is opened by its own word, looked into, pruned again and rounded to integers."""

import contextlib
import io
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.cli import main
from engine.context import RunContext
from engine.contract.methods import ExportFormat, PruneGranularity, QuantizeMode
from engine.contract.recipe import (
    DataSpec,
    ExportSpec,
    ModelSpec,
    PruneSpec,
    QuantizeSpec,
    Recipe,
    RecoverSpec,
)
from engine.contract.source import ModelSource, PrunedFrom
from engine.models.opening import open_model
from tests.engine.pipeline.runs import run, with_

pytestmark = pytest.mark.slow

ORIGINAL = "torchvision:resnet18?num_classes=3"


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    """Half of the channels of a network of torchvision, trained for one step, written as weights."""
    file = tmp_path_factory.mktemp("data") / "data.npz"
    inputs = np.random.default_rng(0).normal(size=(24, 3, 32, 32)).astype("float32")
    labels = np.arange(24) % 3
    np.savez(file, x_train=inputs[:16], y_train=labels[:16], x_test=inputs[16:], y_test=labels[16:])
    return Recipe(
        threads=1,
        model=ModelSpec(file=ORIGINAL),
        data=DataSpec(source=f"npz:{file}", batch_size=8, validation=0.25),
        prune=PruneSpec(ratio=0.5),
        recover=RecoverSpec(epochs=1),
        export=ExportSpec(formats=(ExportFormat.STATE_DICT,)),
    )


@pytest.fixture(scope="module")
def pruned(recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "first"
    report = run(recipe, folder)
    assert report.artifacts[0].verified
    return folder / report.artifacts[0].path


def test_that_inspect_shows_the_layers_and_what_the_file_was(pruned: Path) -> None:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        assert main(["inspect", str(pruned), "--json"]) == 0
    found = json.loads(printed.getvalue())
    state = torch.load(pruned, weights_only=True)
    floats = {name for name, tensor in state.items() if tensor.is_floating_point()}
    counted = sum(state[name].numel() for name in floats if "running_" not in name)
    assert found["totals"]["parameters"] == counted < 4_000_000
    assert found["source"]["pruned_from"] == {"name": ORIGINAL, "parameters": 11_178_051}
    shapes = {layer["name"]: layer["shape"] for layer in found["layers"]}
    assert shapes["layer1.0.conv1"] == list(state["layer1.0.conv1.weight"].shape)


def test_that_a_second_run_takes_whole_blocks_and_rounds_what_is_left(
    recipe: Recipe, pruned: Path, tmp_path: Path
) -> None:
    second = with_(
        recipe,
        model=ModelSpec(file=str(pruned)),
        prune=PruneSpec(ratio=0.5, granularity=PruneGranularity.LAYER),
        quantize=QuantizeSpec(mode=QuantizeMode.POST_TRAINING, calibration_samples=16),
        export=ExportSpec(formats=(ExportFormat.STATE_DICT, ExportFormat.ONNX_INT8)),
    )
    report = run(second, tmp_path / "second")
    assert [artifact.verified for artifact in report.artifacts] == [True, True]
    file = tmp_path / "second" / report.artifacts[0].path
    again = open_model(ModelSource(file=str(file)), RunContext(), example=None)
    assert again.info.pruned_from == PrunedFrom(name=ORIGINAL, parameters=11_178_051)
    assert len(again.lineage.cuts) == 2
    assert again.captured.untraced_because is None
