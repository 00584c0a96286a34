"""Runs whose files measure ranges as they run."""

from pathlib import Path

import pytest
import torch

from engine.contract.errors import RequestError
from engine.contract.events import RunEvent, Stage, StageStarted, WarningRaised
from engine.contract.methods import ExportFormat, QuantizeMode
from engine.contract.recipe import ExportSpec, ModelSpec, QuantizeSpec, Recipe
from engine.contract.recipe_file import check_consistency
from engine.contract.run_folder import RunFolder
from tests.engine.networks import shake_
from tests.engine.pipeline.runs import make_project, run, with_
from tests.engine.pipeline.test_corrected_runs import die_and_resume_until_done

DYNAMIC = QuantizeSpec(mode=QuantizeMode.DYNAMIC)
NET = """
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 12, batch_first=True, bidirectional=True)
        self.head = nn.Linear(24, 3)

    def forward(self, x):
        return self.head(self.lstm(x.squeeze(1))[0].amax(1))
"""

WORDS_NET = """
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.TransformerEncoderLayer(8, 2, 16, activation="gelu", batch_first=True, norm_first=True)
        self.gru = nn.GRU(8, 6, batch_first=True)
        self.head = nn.Linear(6, 3)

    def forward(self, x):
        return self.head(self.gru(self.encoder(x.squeeze(1)))[0].amax(1))
"""


def recipe_for(folder: Path) -> Recipe:
    """The project's images as sequences of rows."""
    recipe = make_project(folder)
    (folder / "net.py").write_text(NET, encoding="utf-8")
    names: dict[str, type[torch.nn.Module]] = {}
    exec(compile(NET, "net.py", "exec"), names)
    torch.manual_seed(0)
    torch.save(shake_(names["Net"]()).state_dict(), folder / "weights.pt")
    formats = (ExportFormat.ONNX_INT8, ExportFormat.ARCHIVE, ExportFormat.STATE_DICT)
    return with_(recipe, prune=None, quantize=DYNAMIC, export=ExportSpec(formats=formats))


def test_that_a_run_rounds_weights_without_calibrating_and_writes_verified_files(tmp_path: Path) -> None:
    recipe, events = recipe_for(tmp_path / "project"), list[RunEvent]()
    report = run(recipe, tmp_path / "run", events.append)
    stages = [event.stage for event in events if isinstance(event, StageStarted)]
    assert stages == [Stage.EVALUATE, Stage.ROUND, Stage.MEASURE, Stage.EXPORT]
    assert [artifact.why for artifact in report.artifacts if not artifact.verified] == []
    assert {layer.name: (layer.weight_bits, layer.activation_bits) for layer in report.layers} == {
        "lstm": (8, 8),
        "head": (8, 8),
    }
    assert all(layer.sqnr_db is not None and layer.sqnr_db > 30 for layer in report.layers)
    matrices, biases = 2 * 48 * (8 + 12) + 24 * 3, 2 * 2 * 48 + 3
    assert report.after is not None and report.after.parameter_bytes == matrices + 4 * biases
    int8 = report.artifacts[0]
    assert (int8.integer_operators, int8.float_operators) == (2, 0)
    before = RunFolder(tmp_path / "run").baseline / "original-float32.onnx"
    assert int8.size_bytes < before.stat().st_size / 2


def test_that_a_run_that_dies_and_goes_on_rounds_the_same_weights(tmp_path: Path) -> None:
    recipe = with_(recipe_for(tmp_path / "project"), export=ExportSpec(formats=(ExportFormat.ONNX_INT8,)))
    whole = run(recipe, tmp_path / "whole")
    again, deaths = die_and_resume_until_done(recipe, tmp_path / "run")
    assert deaths >= 2
    assert again.weights_sha256 == whole.weights_sha256


def test_that_what_computes_in_floats_is_told_by_name(tmp_path: Path) -> None:
    """A Transformer and a GRU on words: attention is of integers but for its softmax, the GRU's are only stored."""
    recipe = recipe_for(tmp_path / "project")
    (tmp_path / "project" / "net.py").write_text(WORDS_NET, encoding="utf-8")
    names: dict[str, type[torch.nn.Module]] = {}
    exec(compile(WORDS_NET, "net.py", "exec"), names)
    torch.save(names["Net"]().state_dict(), tmp_path / "project" / "weights.pt")
    notes: dict[str, str] = {}

    def listen(event: RunEvent) -> None:
        if isinstance(event, WarningRaised):
            notes[event.code] = event.message

    report = run(
        with_(recipe, export=ExportSpec(formats=(ExportFormat.ONNX_INT8,))), tmp_path / "run", listen
    )
    assert report.artifacts[0].verified, report.artifacts[0].why
    assert notes["note_floats_between"].endswith("LayerNorm, softmax, GELU")
    assert notes["note_stored_only"].endswith(": gru")


def test_that_files_that_measure_ranges_as_they_run_have_values_of_8_bits() -> None:
    recipe = Recipe(
        model=ModelSpec(file="sample"), quantize=QuantizeSpec(mode=QuantizeMode.DYNAMIC, activation_bits=4)
    )
    with pytest.raises(RequestError, match="activation_bits"):
        check_consistency(recipe)
