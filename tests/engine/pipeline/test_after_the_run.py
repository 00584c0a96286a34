"""What can be asked before and after a run: an estimate, a verification, one more file."""

import shutil
from pathlib import Path

import msgspec
import pytest
import torch

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.methods import ExportFormat, PruneGranularity
from engine.contract.recipe import DataSpec, PruneSpec, QuantizeSpec, Recipe
from engine.contract.report import Report
from engine.contract.run_folder import RunFolder, sha256_of
from engine.contract.source import ModelSource
from engine.pipeline.estimating import estimate
from engine.pipeline.inspecting import inspect_model
from engine.pipeline.previewing import preview_data
from engine.pipeline.rereading import export_again
from engine.pipeline.verifying import verify_file
from tests.engine.pipeline.runs import make_project, run, sample, with_

TRUSTING = RunContext(ask=lambda path, wants: True)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunFolder, Report]:
    folder = tmp_path_factory.mktemp("after")
    recipe = sample('export.formats=["onnx-int8", "state_dict"]')
    return RunFolder(folder / "run"), run(recipe, folder / "run")


def test_that_an_estimate_is_what_the_run_then_gives(finished: tuple[RunFolder, Report]) -> None:
    _, report = finished
    found = estimate(sample(), RunContext())
    assert (found.parameters_before, found.parameters_after) == (21_840, report.after.parameters)
    assert (found.parameter_bytes_before, found.parameter_bytes_after) == (
        report.before.parameter_bytes,
        report.after.parameter_bytes,
    )
    assert (found.macs_before, found.macs_after) == (report.before.macs, report.after.macs)
    assert (found.pruned_layers, found.locked_layers) == (3, 1)
    assert (found.quantized_layers, found.float_layers) == (4, 0)
    assert 0 < found.minutes < 5


def test_that_an_estimate_of_single_weights_counts_what_is_left() -> None:
    prune = PruneSpec(granularity=PruneGranularity.WEIGHT, ratio=0.9)
    recipe = with_(sample(), prune=prune, quantize=None, joint=Recipe(model=sample().model).joint)
    found = estimate(recipe, RunContext())
    weights = 250 + 5000 + 16_000 + 500
    assert found.parameters_after == 21_840 - round(0.9 * weights)
    assert found.macs_after == found.macs_before


def test_that_an_estimate_leaves_the_file_and_the_folder_alone(tmp_path: Path) -> None:
    recipe = make_project(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    estimate(recipe, TRUSTING)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_that_written_files_are_verified_as_they_lie(finished: tuple[RunFolder, Report]) -> None:
    folder, report = finished
    for artifact in report.artifacts:
        found = verify_file(folder.root / artifact.path, None, TRUSTING, threads=1)
        assert found.verified, found.why
        assert (found.sha256, found.size_bytes) == (artifact.sha256, artifact.size_bytes)
        assert found.accuracy == artifact.accuracy


@pytest.mark.parametrize("name", ["model-int8.onnx", "model.pt"])
def test_that_a_changed_file_is_not_verified(
    name: str, finished: tuple[RunFolder, Report], tmp_path: Path
) -> None:
    copy = tmp_path / "run"
    shutil.copytree(finished[0].root, copy)
    path = copy / "artifacts" / name
    if name.endswith(".pt"):
        weights = torch.load(path, weights_only=True)
        torch.save({key: tensor + 0.01 for key, tensor in weights.items()}, path)
    else:
        shutil.copyfile(copy / "baseline" / "original-float32.onnx", path)
    found = verify_file(path, None, TRUSTING, threads=1)
    assert not found.verified
    assert "SHA-256" in found.why


def test_that_a_file_of_nobodys_run_is_run_on_the_data_that_is_named(
    finished: tuple[RunFolder, Report], tmp_path: Path
) -> None:
    folder, report = finished
    path = tmp_path / "alone.onnx"
    shutil.copyfile(folder.artifacts / "model-int8.onnx", path)
    found = verify_file(path, report.recipe.data, RunContext(), threads=1)
    assert found.verified and found.accuracy == report.artifacts[0].accuracy
    assert (found.integer_operators, found.float_operators) == (report.artifacts[0].integer_operators, 0)
    assert found.latency_ms is not None and found.latency_ms.runs >= 50
    assert verify_file(path, None, RunContext(), threads=1).accuracy is None


@pytest.mark.parametrize("content", [b"", b"no model at all", b"\x08\x09" * 50])
def test_that_what_is_no_artifact_is_refused_in_one_line(content: bytes, tmp_path: Path) -> None:
    for name in ("broken.onnx", "broken.pt"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(RequestError) as caught:
            verify_file(tmp_path / name, None, RunContext(), threads=1)
        assert name in caught.value.message and "\n" not in caught.value.message


def test_that_one_more_file_is_the_same_as_the_run_wrote(
    finished: tuple[RunFolder, Report], tmp_path: Path
) -> None:
    folder, report = finished
    again = export_again(folder.root, ExportFormat.ONNX_INT8, TRUSTING, output=tmp_path / "again.onnx")
    assert again.sha256 == sha256_of(tmp_path / "again.onnx") == report.artifacts[0].sha256
    assert folder.read_report() == report, "a file elsewhere is none of the run's"


def test_that_a_file_that_suits_no_recipe_is_refused(tmp_path: Path) -> None:
    recipe = with_(make_project(tmp_path / "project"), quantize=None)
    run(recipe, tmp_path / "run")
    with pytest.raises(RequestError, match=r"needs \[quantize\]"):
        export_again(tmp_path / "run", ExportFormat.ONNX_INT8, TRUSTING, output=None)
    with pytest.raises(RequestError, match="There is no run"):
        export_again(tmp_path, ExportFormat.ONNX_INT8, TRUSTING, output=None)


def test_that_an_inspection_says_what_the_numbers_are() -> None:
    found = inspect_model(ModelSource(file="sample"), DataSpec(source="sample"), RunContext())
    by_name = {layer.name: layer for layer in found.layers}
    assert by_name["conv2"].shape == (20, 10, 5, 5)
    assert (by_name["fc1"].prunable, by_name["fc2"].prunable) == (True, False)
    assert by_name["fc2"].locked_because == "it makes the model's output"
    assert found.totals.macs == sum(layer.macs or 0 for layer in found.layers)
    assert by_name["conv1"].histogram.counts and sum(by_name["conv1"].histogram.counts) == 250


def test_that_data_is_summed_up(tmp_path: Path) -> None:
    recipe = make_project(tmp_path)
    found = preview_data(recipe.data, None, TRUSTING)
    assert (found.sample_shape, found.train, found.validation, found.test) == ((1, 8, 8), 72, 24, 32)
    assert (found.classes, found.class_counts) == (3, (43, 43, 42))
    empty = msgspec.structs.replace(recipe.data, validation=0.0)
    assert preview_data(empty, None, TRUSTING).validation == 0


def test_that_a_run_without_a_validation_split_keeps_its_last_epoch(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    recipe = with_(
        project, data=msgspec.structs.replace(project.data, validation=0.0), quantize=QuantizeSpec()
    )
    run(recipe, tmp_path / "run")
    best = RunFolder(tmp_path / "run").read_manifest().best
    assert best is not None and (best.step, best.accuracy) == (4 * 6, None)
