"""ONNX files too large for one protobuf: two files, which are read, run, verified and listed as one."""

from pathlib import Path

import onnx
import pytest
import torch
from onnx import numpy_helper

from engine.context import RunContext
from engine.contract.run_folder import RunFolder, sha256_of
from engine.export import onnx_file
from engine.export.formats import export_float32, export_int8
from engine.export.onnx_file import build_onnx, write_onnx
from engine.export.prepare import prepare_float
from engine.export.tensors_apart import ALIGNMENT, SMALLEST_BYTES, data_path_of
from engine.models.onnx_reader import onnx_files, raise_onnx
from engine.models.structure.onnx_file import check_onnx
from engine.pipeline.verifying import verify_file
from tests.engine.export.jobs import make_job
from tests.engine.networks import error_between, some_inputs
from tests.engine.pipeline.runs import run, sample


@pytest.fixture
def small_protobufs(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a protobuf held next to nothing."""
    monkeypatch.setattr(onnx_file, "TENSORS_LIMIT_BYTES", 2048)


@pytest.mark.usefixtures("small_protobufs")
def test_that_two_files_hold_what_one_would(tmp_path: Path) -> None:
    job, path = make_job("simple", bits=None), tmp_path / "model.onnx"
    model = build_onnx(prepare_float(job.model), job.model.captured.example)
    write_onnx(model, path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["model.onnx", "model.onnx.data"]
    found = onnx.load(str(path))
    assert found.graph.node == model.graph.node
    for tensor, wanted in zip(found.graph.initializer, model.graph.initializer, strict=True):
        assert tensor.name == wanted.name
        assert (numpy_helper.to_array(tensor) == numpy_helper.to_array(wanted)).all()


@pytest.mark.usefixtures("small_protobufs")
def test_that_only_large_tensors_lie_apart_each_at_its_place(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    export_float32(make_job("simple", bits=None), path)
    graph = onnx.load(str(path), load_external_data=False).graph
    apart = [tensor for tensor in graph.initializer if tensor.external_data]
    inside = [tensor for tensor in graph.initializer if not tensor.external_data]
    assert apart and all(len(tensor.raw_data) < SMALLEST_BYTES for tensor in inside)
    places = [{entry.key: entry.value for entry in tensor.external_data} for tensor in apart]
    assert {place["location"] for place in places} == {"model.onnx.data"}
    assert all(int(place["offset"]) % ALIGNMENT == 0 for place in places)
    ends = [int(place["offset"]) + int(place["length"]) for place in places]
    assert all(end <= int(later["offset"]) for end, later in zip(ends, places[1:], strict=False))
    assert ends[-1] <= data_path_of(path).stat().st_size


@pytest.mark.usefixtures("small_protobufs")
@pytest.mark.parametrize("bits", [None, 8])
def test_that_an_artifact_of_two_files_is_verified_and_counts_both(tmp_path: Path, bits: int | None) -> None:
    path = tmp_path / "model.onnx"
    artifact = (export_int8 if bits else export_float32)(make_job("simple", bits=bits), path)
    data = data_path_of(path)
    assert artifact.verified, artifact.why
    assert artifact.integer_operators + artifact.float_operators == 4
    assert artifact.size_bytes == path.stat().st_size + data.stat().st_size
    assert artifact.data is not None
    assert (artifact.data.name, artifact.data.sha256) == (data.name, sha256_of(data))
    assert artifact.paths == "model.onnx + model.onnx.data"


@pytest.mark.usefixtures("small_protobufs")
def test_that_two_files_are_opened_as_one_network(tmp_path: Path) -> None:
    job, path = make_job("simple", bits=None), tmp_path / "model.onnx"
    export_float32(job, path)
    check_onnx(path)
    assert onnx_files(path) == (path, data_path_of(path))
    raised, example = raise_onnx(path, None)
    inputs = some_inputs(example.shape, 3)
    with torch.no_grad():
        assert error_between(raised(inputs), job.model.module(inputs)) <= 1e-5


def test_that_a_file_that_needs_no_second_one_leaves_none_of_an_earlier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, path = make_job("simple", bits=None), tmp_path / "model.onnx"
    with monkeypatch.context() as patch:
        patch.setattr(onnx_file, "TENSORS_LIMIT_BYTES", 2048)
        assert export_float32(job, path).data is not None
    assert export_float32(job, path).data is None
    assert [file.name for file in tmp_path.iterdir()] == ["model.onnx"]


@pytest.mark.usefixtures("small_protobufs")
def test_that_a_byte_changed_in_the_second_file_of_a_run_is_found(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    report = run(sample("recover.epochs=1", 'export.formats=["onnx-float32"]'), folder.root)
    (artifact,) = report.artifacts
    path = folder.root / artifact.path
    assert artifact.data is not None
    sums = (folder.artifacts / "SHA256SUMS").read_text()
    assert f"{artifact.data.sha256}  {artifact.data.name}\n" in sums
    assert verify_file(path, None, RunContext(), threads=1).verified
    content = bytearray(data_path_of(path).read_bytes())
    content[100] ^= 1
    data_path_of(path).write_bytes(content)
    found = verify_file(path, None, RunContext(), threads=1)
    assert not found.verified and "SHA-256 differs" in found.why
