"""Networks that the trace or the exporter does not take as they come: recurrent, attending, branching."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from engine.context import RunContext
from engine.contract.errors import RunError
from engine.contract.events import (
    CheckpointSaved,
    MetricsLogged,
    RunEvent,
    RunFinished,
    Stage,
    StageStarted,
    WarningRaised,
)
from engine.contract.methods import ExportFormat, PruneGranularity
from engine.contract.recipe import DataSpec, ExportSpec, ModelSpec, PruneSpec, Recipe, RecoverSpec
from engine.contract.source import ModelSource
from engine.models.architectures import build_architecture
from engine.pipeline.inspecting import inspect_model
from engine.pipeline.verifying import verify_file
from tests.engine.pipeline.runs import NET, make_project, run, with_

NETS = """
import torch
from torch import nn

class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 16, batch_first=True)
        self.head = nn.Linear(16, 3)

    def forward(self, x):
        return self.head(self.lstm(x)[0][:, -1])

class Attending(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(12)
        self.layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        return self.head(self.layer(self.norm(x)).mean(1))

class Decoding(Attending):
    def __init__(self):
        super().__init__()
        self.layer = nn.TransformerDecoderLayer(8, 2, 16, batch_first=True)

    def forward(self, x):
        x = self.norm(x)
        return self.head(self.layer(x, x).mean(1))

class DecodingDeeply(Decoding):
    def __init__(self):
        super().__init__()
        self.head = nn.Sequential(nn.Linear(8, 9), nn.Linear(9, 3))

class Counting(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(8, 16)
        self.head = nn.Linear(16, 3)

    def forward(self, x):
        assert len(x) > 0
        return self.head(torch.relu(self.hidden(x)).mean(1))

class CountingAndAttending(Attending):
    def forward(self, x):
        assert len(x) > 0
        return super().forward(x)

class Branching(Counting):
    def forward(self, x):
        x = self.hidden(x) if x.sum() > 0 else self.hidden(-x)
        return self.head(torch.relu(x).mean(1))
"""
BOTH = (ExportFormat.ONNX_FLOAT32, ExportFormat.STATE_DICT)


def make_recipe(folder: Path, name: str, *formats: ExportFormat) -> Recipe:
    """Writes network, weights and sequences of 12 × 8; returns a recipe that prunes single weights for one epoch."""
    (folder / "nets.py").write_text(NETS)
    torch.manual_seed(0)
    architecture = f"{folder / 'nets.py'}:{name}"
    network = build_architecture(architecture, RunContext(ask=lambda path, wants: True))
    torch.save(network.state_dict(), folder / "weights.pt")
    generator = np.random.default_rng(0)
    labels = np.arange(48) % 3
    inputs = (generator.normal(size=(48, 12, 8)) + labels[:, None, None]).astype(np.float32)
    np.savez(
        folder / "data.npz",
        x_train=inputs[:32],
        y_train=labels[:32],
        x_test=inputs[32:],
        y_test=labels[32:],
    )
    return Recipe(
        threads=1,
        model=ModelSpec(file=str(folder / "weights.pt"), architecture=architecture),
        data=DataSpec(source=f"npz:{folder / 'data.npz'}", batch_size=16, validation=0.25),
        prune=PruneSpec(granularity=PruneGranularity.WEIGHT, ratio=0.8),
        recover=RecoverSpec(epochs=1),
        export=ExportSpec(formats=formats),
    )


def test_that_all_matrices_and_biases_of_a_recurrent_layer_are_counted(tmp_path: Path) -> None:
    """By hand: four gates of 16, from 8 inputs and from 16 states, with two biases each."""
    recipe = make_recipe(tmp_path, "Recurrent")
    source = ModelSource(file=recipe.model.file, architecture=recipe.model.architecture, input_shape=(12, 8))
    inspection = inspect_model(source, None, RunContext(ask=lambda path, wants: True))
    lstm, head = inspection.layers
    assert (lstm.kind, lstm.parameters) == ("LSTM", 4 * 16 * (8 + 16 + 2))
    assert lstm.parameters + head.parameters == inspection.totals.parameters
    assert lstm.parameter_bytes == 4 * lstm.parameters


@pytest.mark.parametrize("name", ["Recurrent", "Attending", "Counting"])
def test_that_single_weights_are_pruned_and_both_files_hold(name: str, tmp_path: Path) -> None:
    events: list[RunEvent] = []
    recipe = make_recipe(tmp_path, name, *BOTH)
    report = run(recipe, tmp_path / "run", events.append)
    assert [artifact.why for artifact in report.artifacts if not artifact.verified] == []
    head = next(layer for layer in report.after.layers if layer.name == "head")
    assert head.sparsity == pytest.approx(0.8, abs=0.02)
    codes = {event.code for event in events if isinstance(event, WarningRaised)}
    assert "note_slower" not in codes, "that is said of int8 files only"
    for artifact in report.artifacts:
        again = verify_file(tmp_path / "run" / artifact.path, None, RunContext(), threads=1)
        assert again.verified, again.why


@pytest.mark.parametrize(("name", "batch"), [("Counting", 0), ("CountingAndAttending", 1)])
def test_that_a_batch_that_is_asked_for_stays_open_where_the_network_can_be_followed(
    name: str, batch: int, tmp_path: Path
) -> None:
    """In a file, an open size is 0; others run one sample a time."""
    report = run(make_recipe(tmp_path, name, ExportFormat.ONNX_FLOAT32), tmp_path / "run")
    model = onnx.load(str(tmp_path / "run" / report.artifacts[0].path))
    shape = [dim.dim_value for dim in model.graph.input[0].type.tensor_type.shape.dim]
    assert shape == [batch, 12, 8]


def test_that_weights_without_a_loader_fit_the_class_they_were_trained_with(tmp_path: Path) -> None:
    recipe = make_recipe(tmp_path, "Decoding", ExportFormat.STATE_DICT)
    report = run(recipe, tmp_path / "run")
    weights = torch.load(tmp_path / "run" / report.artifacts[0].path, weights_only=True)
    assert recipe.model.architecture is not None
    network = build_architecture(recipe.model.architecture, RunContext(ask=lambda path, wants: True))
    network.load_state_dict(weights)
    assert torch.equal(network.get_parameter("head.weight"), weights["head.weight"])


def test_that_what_cannot_be_written_is_told_before_the_training(tmp_path: Path) -> None:
    events: list[RunEvent] = []
    with pytest.raises(RunError, match="cannot be written as onnx") as failure:
        run(make_recipe(tmp_path, "Branching", *BOTH), tmp_path / "run", events.append)
    assert failure.value.code == "export_failed"
    assert "Next steps" not in failure.value.message, "the exporter's advice is not the user's"
    assert [event.stage for event in events if isinstance(event, StageStarted)] == [Stage.EVALUATE]
    assert not any(isinstance(event, MetricsLogged) for event in events)


def test_that_a_network_without_an_onnx_file_still_gives_its_weights(tmp_path: Path) -> None:
    events: list[RunEvent] = []
    report = run(make_recipe(tmp_path, "Branching", ExportFormat.STATE_DICT), tmp_path / "run", events.append)
    assert report.artifacts[0].verified
    assert (report.ratios.file, report.ratios.latency) == (None, None)
    assert [event.code for event in events if isinstance(event, WarningRaised)][-1] == "export_failed"
    assert isinstance(events[-1], RunFinished)


def test_that_widths_that_no_class_has_are_refused_before_the_training(tmp_path: Path) -> None:
    """The channels of the layer before the head could go, but nothing could load what is left of the rest."""
    recipe = make_recipe(tmp_path, "DecodingDeeply", ExportFormat.STATE_DICT)
    events: list[RunEvent] = []
    with pytest.raises(RunError, match="no short form"):
        run(with_(recipe, prune=PruneSpec(ratio=0.5)), tmp_path / "run", events.append)
    assert [event.stage for event in events if isinstance(event, StageStarted)] == [Stage.EVALUATE]


def test_that_a_followed_network_is_cut_resumed_and_written_in_integers(tmp_path: Path) -> None:
    """Torch.fx cannot trace it; each start makes the graph anew, and the checkpoint has to fit it."""
    recipe = make_project(tmp_path / "project")
    net = tmp_path / "project" / "net.py"
    net.write_text(NET.replace("x = nn", "assert len(x) > 0\n        x = nn"))
    recipe = with_(
        recipe, recover=RecoverSpec(epochs=2), export=ExportSpec(formats=(ExportFormat.ONNX_INT8,))
    )
    whole = run(recipe, tmp_path / "whole")
    saved: list[RunEvent] = []

    def die(event: RunEvent) -> None:
        saved.extend([event] if isinstance(event, CheckpointSaved) else [])
        if len(saved) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(recipe, tmp_path / "run", die)
    report = run(recipe, tmp_path / "run", is_resume=True)
    assert report.weights_sha256 == whole.weights_sha256
    assert [artifact.why for artifact in report.artifacts if not artifact.verified] == []
    assert verify_file(tmp_path / "run" / report.artifacts[0].path, None, RunContext(), threads=1).verified
    conv = next(layer for layer in report.after.layers if layer.name == "conv")
    assert conv.shape[0] < 8
    integers = onnx.load(str(tmp_path / "run" / report.artifacts[0].path)).graph.initializer
    assert onnx.TensorProto.INT8 in {tensor.data_type for tensor in integers}
