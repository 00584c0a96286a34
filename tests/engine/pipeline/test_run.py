"""A whole run: its folder, its events, and every order in which a recipe may want things."""

import hashlib
from pathlib import Path

import msgspec
import numpy as np
import onnx
import pytest
import torch

from engine.contract.errors import RequestError
from engine.contract.events import (
    CheckpointSaved,
    LayerChanged,
    MetricsLogged,
    Outcome,
    Progress,
    RunEvent,
    RunFinished,
    RunStarted,
    Stage,
    StageFinished,
    StageStarted,
)
from engine.contract.methods import ExportFormat, PruneGranularity, QuantizeMode, Schedule, Strategy
from engine.contract.recipe import (
    ExportSpec,
    JointSpec,
    LayerPruneSpec,
    PruneSpec,
    QuantizeSpec,
    Recipe,
    RecoverSpec,
)
from engine.contract.recipe_file import read_recipe
from engine.contract.report import Report
from engine.contract.run_folder import RunFolder, RunState, sha256_of
from engine.contract.source import SourceInfo
from engine.contract.stats import ModelStats
from engine.pipeline.lock import hold_folder
from tests.engine.pipeline.runs import make_project, run, sample, with_

ALL = 'export.formats=["onnx-int8", "onnx-float32", "state_dict"]'


@pytest.fixture(scope="module")
def told() -> list[RunEvent]:
    """The events that the listener of :func:`finished` was told."""
    return []


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, told: list[RunEvent]) -> tuple[RunFolder, Report]:
    """The sample, simultaneous and 8-bit aware, in all formats."""
    folder = tmp_path_factory.mktemp("pipeline") / "run"
    return RunFolder(folder), run(sample(ALL), folder, told.append)


def test_that_the_folder_holds_all_that_the_design_names(finished: tuple[RunFolder, Report]) -> None:
    folder, report = finished
    names = {path.relative_to(folder.root).as_posix() for path in folder.root.rglob("*") if path.is_file()}
    checkpoints = {name for name in names if name.startswith("checkpoints/") and name.endswith(".pt")}
    assert 2 <= len(checkpoints) <= 3, "the last two and the best"
    assert names - checkpoints == {
        ".lock", "recipe.toml", "source.json", "events.jsonl", "log.txt", "before.json", "after.json",
        "report.json", "report.html", "checkpoints/manifest.json", "baseline/original-float32.onnx",
        "artifacts/model-int8.onnx", "artifacts/model-float32.onnx", "artifacts/model.pt", "artifacts/model.py",
        "artifacts/SHA256SUMS",
    }  # fmt: skip
    assert read_recipe(folder.recipe) == sample(ALL)
    assert msgspec.json.decode(folder.source.read_bytes(), type=SourceInfo) == report.source
    assert msgspec.json.decode(folder.before.read_bytes(), type=ModelStats) == report.before
    assert msgspec.json.decode(folder.after.read_bytes(), type=ModelStats) == report.after
    assert folder.read_report() == report
    assert folder.state() is RunState.COMPLETED
    for entry in folder.read_manifest().checkpoints:
        assert sha256_of(folder.checkpoints / entry.file) == entry.sha256


def test_that_checksums_and_sizes_are_those_of_the_files(finished: tuple[RunFolder, Report]) -> None:
    folder, report = finished
    lines = (folder.artifacts / "SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert set(sums) == {"model-int8.onnx", "model-float32.onnx", "model.pt", "model.py"}
    for name, digest in sums.items():
        assert hashlib.sha256((folder.artifacts / name).read_bytes()).hexdigest() == digest
    for artifact in report.artifacts:
        path = folder.root / artifact.path
        assert (artifact.sha256, artifact.size_bytes) == (sums[path.name], path.stat().st_size)
        assert artifact.verified, artifact.why


def test_that_the_report_compares_what_was_measured(finished: tuple[RunFolder, Report]) -> None:
    folder, report = finished
    int8 = folder.artifacts / "model-int8.onnx"
    baseline = folder.baseline / "original-float32.onnx"
    assert report.ratios.file == baseline.stat().st_size / int8.stat().st_size
    assert report.ratios.parameters == 21_840 / report.after.parameters
    assert report.before.metrics.accuracy is not None and report.after.metrics.accuracy is not None
    change = report.after.metrics.accuracy - report.before.metrics.accuracy
    assert report.ratios.accuracy_change == pytest.approx(change)
    assert report.after.parameters == 5 * 26 + 10 * 126 + 25 * 161 + 10 * 26
    weights = 5 * 25 + 10 * 125 + 25 * 160 + 10 * 25
    assert report.after.parameter_bytes == weights + 4 * 50
    assert report.after.bops == report.after.macs * 64 if report.after.macs is not None else False
    assert [(layer.name, layer.weight_bits, layer.why) for layer in report.layers] == [
        ("conv1", 8, None), ("conv2", 8, None), ("fc1", 8, None), ("fc2", 8, "it makes the model's output"),
    ]  # fmt: skip
    # 6.02 decibels a bit; a peak of four standard deviations costs some ten.
    assert all(layer.sqnr_db is not None and 35 < layer.sqnr_db < 50 for layer in report.layers)


def test_that_the_hash_is_over_name_type_shape_and_bytes(finished: tuple[RunFolder, Report]) -> None:
    """The float weights of the pruned network are those of the exported state_dict: it has no batch norm to fold."""
    folder, report = finished
    digest = hashlib.sha256()
    weights = torch.load(folder.artifacts / "model.pt", weights_only=True)
    names = {f"{layer.name}.{leaf}" for layer in report.layers for leaf in ("weight", "bias")}
    assert set(weights) == names
    checkpoint = torch.load(folder.checkpoints / folder.read_manifest().best.file, weights_only=True)["model"]
    tensors = dict(weights) | {k: v for k, v in checkpoint.items() if ".observer." in k}
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(np.ascontiguousarray(tensor.numpy()).tobytes())
    assert digest.hexdigest() == report.weights_sha256


def test_that_what_was_told_is_what_was_written(
    finished: tuple[RunFolder, Report], told: list[RunEvent]
) -> None:
    assert list(finished[0].read_events()) == told


def test_that_events_keep_their_invariants(finished: tuple[RunFolder, Report], told: list[RunEvent]) -> None:
    first, last = told[0], told[-1]
    assert isinstance(first, RunStarted)
    assert [stage.stage for stage in first.stages] == [
        Stage.EVALUATE, Stage.CALIBRATE, Stage.TRAIN, Stage.MEASURE, Stage.EXPORT,
    ]  # fmt: skip
    assert isinstance(last, RunFinished) and last.outcome is Outcome.COMPLETED
    assert last.result == finished[1]
    assert sum(isinstance(event, RunStarted | RunFinished) for event in told) == 2
    check_stages(told)
    logged = [event.step for event in told if isinstance(event, MetricsLogged)]
    assert logged == sorted(logged)
    saved = [event for event in told if isinstance(event, CheckpointSaved)]
    assert [event.step for event in saved] == sorted(event.step for event in saved)
    assert {event.layer for event in told if isinstance(event, LayerChanged)} == {
        "conv1",
        "conv2",
        "fc1",
        "fc2",
    }
    assert all(event.time > 0 for event in told)


def check_stages(events: list[RunEvent]) -> None:
    """Stages come in pairs, in order, and within each, steps never go back nor past its end."""
    open_stage: StageStarted | None = None
    index, step = -1, 0
    for event in events:
        match event:
            case StageStarted():
                assert open_stage is None and event.index > index
                open_stage, index, step = event, event.index, 0
            case StageFinished():
                assert open_stage is not None and event.stage is open_stage.stage
                open_stage = None
            case Progress():
                assert open_stage is not None and event.stage is open_stage.stage
                assert step <= event.step <= open_stage.steps
                step = event.step
            case _:
                pass
    assert open_stage is None


AWARE, AFTER = QuantizeSpec(mode=QuantizeMode.AWARE), QuantizeSpec(mode=QuantizeMode.POST_TRAINING)
SEQUENTIAL, TOGETHER = JointSpec(strategy=Strategy.SEQUENTIAL), JointSpec(strategy=Strategy.SIMULTANEOUS)
WEIGHTS = PruneSpec(granularity=PruneGranularity.WEIGHT, ratio=0.7)
PATTERNS = PruneSpec(granularity=PruneGranularity.N_M, pattern="1:4", ratio=0.75)
IN_ROUNDS = PruneSpec(ratio=0.5, schedule=Schedule.ITERATIVE, rounds=3)
CHANNELS, AT_ONCE = PruneSpec(ratio=0.5), PruneSpec(ratio=0.5, schedule=Schedule.ONE_SHOT)
VARIANTS: dict[str, tuple[dict[str, object], list[str]]] = {
    "sequential aware": (
        {"prune": CHANNELS, "quantize": AWARE, "joint": SEQUENTIAL},
        ["prune", "fine_tune", "calibrate", "quantize"],
    ),
    "sequential after": (
        {"prune": CHANNELS, "quantize": AFTER, "joint": SEQUENTIAL},
        ["prune", "fine_tune", "calibrate"],
    ),
    "weights together": ({"prune": WEIGHTS, "quantize": AWARE, "joint": TOGETHER}, ["calibrate", "train"]),
    "rounds": ({"prune": IN_ROUNDS, "quantize": AFTER, "joint": SEQUENTIAL}, ["prune", "fine_tune", "calibrate"]),
    "one shot": ({"prune": AT_ONCE, "quantize": AFTER, "joint": SEQUENTIAL}, ["prune", "fine_tune", "calibrate"]),
    "one shot, untrained": (
        {"prune": AT_ONCE, "quantize": AFTER, "joint": SEQUENTIAL, "recover": RecoverSpec(epochs=0)},
        ["prune", "calibrate"],
    ),
    "cubic, untrained": (
        {"prune": CHANNELS, "quantize": None, "joint": SEQUENTIAL, "recover": RecoverSpec(epochs=0)},
        ["prune"],
    ),
    "quantize only": ({"prune": None, "quantize": AWARE, "joint": SEQUENTIAL}, ["calibrate", "quantize"]),
    "prune only": ({"prune": CHANNELS, "quantize": None, "joint": SEQUENTIAL}, ["prune", "fine_tune"]),
    "patterns": ({"prune": PATTERNS, "quantize": AFTER, "joint": SEQUENTIAL}, ["prune", "fine_tune", "calibrate"]),
    "weights only": ({"prune": WEIGHTS, "quantize": None, "joint": SEQUENTIAL}, ["prune", "fine_tune"]),
}  # fmt: skip


@pytest.mark.parametrize("name", VARIANTS)
def test_that_every_order_of_things_ends_with_a_verified_file(name: str, tmp_path: Path) -> None:
    parts, stages = VARIANTS[name]
    recipe = with_(make_project(tmp_path / "project"), **parts)
    events: list[RunEvent] = []
    report = run(recipe, tmp_path / "run", events.append)
    assert [event.stage.value for event in events if isinstance(event, StageStarted)] == [
        "evaluate", *stages, "measure", "export",
    ]  # fmt: skip
    check_stages(events)
    (artifact,) = report.artifacts
    assert artifact.verified, artifact.why
    hidden = next(layer for layer in report.layers if layer.name == "hidden")
    match recipe.prune:
        case PruneSpec(granularity=PruneGranularity.CHANNEL):
            assert hidden.shape_after == (6, 64)
        case PruneSpec(ratio=ratio):
            assert hidden.shape_after == (12, 128)
            assert hidden.sparsity_after == pytest.approx(ratio, abs=0.01)
        case None:
            assert hidden.shape_after == (12, 128)
    assert hidden.weight_bits == (32 if recipe.quantize is None else 8)
    steps = [
        event.step for event in events if isinstance(event, MetricsLogged) and "train_loss" in event.values
    ]
    epochs = recipe.recover.epochs
    assert (steps[-1] if steps else 0) == epochs * 5, "72 samples make five batches, over all stages"


def test_that_pruned_weights_stay_zero_in_the_file(tmp_path: Path) -> None:
    parts, _ = VARIANTS["weights together"]
    formats = ExportSpec(formats=(ExportFormat.STATE_DICT, ExportFormat.ONNX_INT8))
    recipe = with_(make_project(tmp_path / "project"), **parts, export=formats)
    report = run(recipe, tmp_path / "run")
    weights = torch.load(tmp_path / "run/artifacts/model.pt", weights_only=True)
    zeros = sum(int((weights[f"{name}.weight"] == 0).sum()) for name in ("conv", "hidden", "head"))
    total = sum(weights[f"{name}.weight"].numel() for name in ("conv", "hidden", "head"))
    assert zeros / total == pytest.approx(0.7, abs=0.005)
    graph = onnx.load(str(tmp_path / "run/artifacts/model-int8.onnx")).graph
    levels = onnx.numpy_helper.to_array(
        next(t for t in graph.initializer if t.name == "hidden.weight.integers")
    )
    assert (levels == 0).mean() >= 0.69
    assert [artifact.verified for artifact in report.artifacts] == [True, True]


WRONG: dict[str, dict[str, object]] = {
    "an unknown layer": {"prune": PruneSpec(layers={"fc9": LayerPruneSpec(skip=True)})},
    "data that is not there": {"data": msgspec.structs.replace(sample().data, source="npz:nowhere.npz")},
    "absurd threads": {"threads": 1024},
}


@pytest.mark.parametrize("name", WRONG)
def test_that_nothing_is_written_when_the_request_is_wrong(name: str, tmp_path: Path) -> None:
    with pytest.raises(RequestError):
        run(with_(sample(), **WRONG[name]), tmp_path / "run")
    assert not list(tmp_path.iterdir())


def test_that_a_second_run_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    recipe: Recipe = make_project(tmp_path / "project")
    (tmp_path / "run").mkdir()
    with hold_folder(tmp_path / "run"), pytest.raises(RequestError, match="already going on"):
        run(recipe, tmp_path / "run", is_resume=True)
    assert RunFolder(tmp_path / "run").state() is RunState.EMPTY


@pytest.mark.parametrize("schedule", Schedule)
def test_that_training_behind_the_cut_moves_every_parameter(schedule: Schedule, tmp_path: Path) -> None:
    recipe = with_(
        make_project(tmp_path / "project"), prune=PruneSpec(ratio=0.5, schedule=schedule), quantize=None
    )
    states: dict[str, dict[str, torch.Tensor]] = {}

    def listen(event: RunEvent) -> None:
        if isinstance(event, CheckpointSaved):
            payload = torch.load(tmp_path / "run" / event.path, weights_only=True)
            if payload["structure"]["is_cut"]:
                states[event.path] = payload["model"]

    run(recipe, tmp_path / "run", listen)
    first, *_, last = states.values()
    assert first.keys() == last.keys()
    # The batch norm behind it takes away whatever a bias adds.
    assert {name for name in first if torch.equal(first[name], last[name])} <= {"conv.bias"}


def test_that_the_files_to_be_written_do_not_change_what_is_learnt(tmp_path: Path) -> None:
    """The network has dropout, and trying out an export draws random numbers."""
    recipe = with_(make_project(tmp_path), quantize=None, recover=RecoverSpec(epochs=1, learning_rate=0.02))
    found = {
        run(with_(recipe, export=ExportSpec(formats=formats)), tmp_path / f"run{place}").weights_sha256
        for place, formats in enumerate(((), (ExportFormat.ONNX_FLOAT32,)))
    }
    assert len(found) == 1
