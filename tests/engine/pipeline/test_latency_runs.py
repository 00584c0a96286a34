"""Runs that choose channels by measured time: what is kept, told and resumed."""

from pathlib import Path

import msgspec
import pytest

from engine.context import RunContext
from engine.contract.events import CheckpointSaved, Progress, RunEvent, Stage, StageFinished, WarningRaised
from engine.contract.methods import ExportFormat, Objective, QuantizeMode, Schedule, Scope
from engine.contract.recipe import ExportSpec, PruneSpec, QuantizeSpec, Recipe, RecoverSpec
from engine.contract.run_folder import RunFolder
from engine.joint.latency.table import LatencyTable
from engine.pipeline.estimating import estimate
from tests.engine.pipeline.runs import make_project, run, with_

BY_TIME = PruneSpec(objective=Objective.LATENCY, scope=Scope.GLOBAL, schedule=Schedule.ONE_SHOT)


class Death(BaseException):
    """Ends a run as a kill does: nothing more is written."""


def project(folder: Path, *formats: ExportFormat, **prune: object) -> Recipe:
    return with_(
        make_project(folder),
        prune=msgspec.structs.replace(BY_TIME, **prune),
        quantize=QuantizeSpec(mode=QuantizeMode.POST_TRAINING, calibration_samples=32),
        recover=RecoverSpec(epochs=2, learning_rate=0.02),
        export=ExportSpec(formats=formats),
    )


@pytest.mark.parametrize("kind", [ExportFormat.ONNX_INT8, ExportFormat.ONNX_FLOAT32])
def test_that_a_run_times_its_layers_first_and_its_file_last(kind: ExportFormat, tmp_path: Path) -> None:
    events: list[RunEvent] = []
    recipe = project(tmp_path / "project", kind, ratio=0.5)
    report = run(recipe, tmp_path / "run", events.append)
    assert report.after.parameters < report.before.parameters
    stages = [event.stage for event in events if isinstance(event, StageFinished)]
    assert stages[:3] == [Stage.EVALUATE, Stage.TIME, Stage.PRUNE]
    assert [e.step for e in events if isinstance(e, Progress) and e.stage is Stage.TIME] == [1, 2, 3]
    table = msgspec.json.decode(RunFolder(tmp_path / "run").latencies.read_bytes(), type=LatencyTable)
    assert set(table.layers) == {"conv", "hidden", "head"}
    assert table.is_integer is (kind is ExportFormat.ONNX_INT8)
    assert table.whole_ms is not None and table.whole_ms > 0
    told = [
        event.arguments
        for event in events
        if isinstance(event, WarningRaised) and event.code == "note_latency"
    ]
    assert [arguments["format"] for arguments in told] == [kind.label]


def test_that_a_goal_that_no_cut_reaches_is_told(tmp_path: Path) -> None:
    events: list[RunEvent] = []
    run(
        project(tmp_path / "project", ExportFormat.ONNX_FLOAT32, target_latency=50.0),
        tmp_path / "run",
        events.append,
    )
    missed = [e for e in events if isinstance(e, WarningRaised) and e.code == "note_latency_missed"]
    assert [event.arguments["wanted"] for event in missed] == ["50"]


def let_only_hidden_pay(folder: RunFolder) -> None:
    """Writes other times: the layer ``hidden`` takes longer with each output, all else takes what it takes."""
    table = msgspec.json.decode(folder.latencies.read_bytes(), type=LatencyTable)
    layers = {}
    for name, layer in table.layers.items():
        price = 100.0 if name == "hidden" else 0.0
        rows = tuple(tuple(1 + price * output for _ in layer.inputs) for output in layer.outputs)
        layers[name] = msgspec.structs.replace(layer, milliseconds=rows)
    folder.latencies.write_bytes(msgspec.json.encode(msgspec.structs.replace(table, layers=layers)))


def test_that_a_resumed_run_chooses_by_the_times_that_it_began_with(tmp_path: Path) -> None:
    """Times are never the same twice; here they are changed by hand in between."""
    recipe = project(tmp_path / "project", ExportFormat.ONNX_FLOAT32, ratio=0.5)
    folder = RunFolder(tmp_path / "run")
    saved = []

    def die_once_timed(event: RunEvent) -> None:
        if isinstance(event, CheckpointSaved):
            saved.append(event)
            if len(saved) == 2:
                raise Death

    with pytest.raises(Death):
        run(recipe, folder.root, die_once_timed)
    let_only_hidden_pay(folder)
    events: list[RunEvent] = []
    report = run(recipe, folder.root, events.append, is_resume=True)
    assert Stage.TIME not in [event.stage for event in events if isinstance(event, StageFinished)]
    shapes = {layer.name: (layer.shape_before[0], layer.shape_after[0]) for layer in report.layers}
    assert shapes["conv"] == (8, 8), "it saves nothing by these times"
    assert shapes["hidden"][1] <= 3


def test_that_an_estimate_times_the_layers_of_its_own_accord(tmp_path: Path) -> None:
    recipe = project(tmp_path / "project", ExportFormat.ONNX_FLOAT32, ratio=0.5)
    found = estimate(recipe, RunContext(ask=lambda path, wants: True))
    assert found.parameters_after < found.parameters_before
