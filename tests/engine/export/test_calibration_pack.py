"""The pack for tools that quantize themselves: what it holds, and that its own script finds what torch finds."""

import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from engine.context import Control, RunContext
from engine.contract.errors import RunCancelled
from engine.contract.methods import ExportFormat
from engine.contract.run_folder import sha256_of
from engine.data.splits import Data, Split
from engine.export.calibration_pack import MOST_SAMPLES, export_calibration_pack, verify_calibration_pack
from engine.export.job import ExportJob
from engine.export.pack_readme import readme_of
from tests.engine.export.jobs import make_data, make_job


def of_bytes(classes: int = 10) -> Data:
    """Images of bytes, more of them than a pack takes, and a mean and a deviation to be said."""
    generator = torch.Generator().manual_seed(5)
    train, test = (
        Split(
            torch.randint(256, (count, 1, 28, 28), generator=generator, dtype=torch.uint8),
            torch.arange(count) % classes,
        )
        for count in (240, 130)
    )
    plain = make_data((1, 28, 28), classes=classes)
    return replace(plain, train=train, test=test, mean=torch.tensor([0.25]), std=torch.tensor([0.5]))


@pytest.fixture(scope="module")
def job() -> ExportJob:
    return replace(make_job("simple", bits=8), data=of_bytes())


@pytest.fixture(scope="module")
def pack(job: ExportJob, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the zip unpacks to, which lies beside it."""
    path = tmp_path_factory.mktemp("packs") / "calibration-pack.zip"
    artifact = export_calibration_pack(job, path)
    assert artifact.verified, artifact.why
    assert (artifact.format, artifact.path) == (ExportFormat.CALIBRATION_PACK, path.name)
    assert (artifact.size_bytes, artifact.sha256) == (path.stat().st_size, sha256_of(path))
    assert artifact.agreement == 1.0
    with zipfile.ZipFile(path) as archive:
        archive.extractall(path.parent / "pack")
    return path.parent / "pack"


def test_that_samples_are_as_the_model_takes_them(job: ExportJob, pack: Path) -> None:
    files = sorted((pack / "calibration").glob("0*.npy"))
    labels = np.load(pack / "calibration" / "labels.npy")
    assert (len(files), len(labels)) == (MOST_SAMPLES, MOST_SAMPLES)
    assert np.bincount(labels).tolist() == [10] * 10
    train = {
        ((image.astype(np.float32) / 255 - 0.25) / np.float32(0.5)).tobytes(): int(label)
        for image, label in zip(job.data.train.inputs.numpy(), job.data.train.labels, strict=True)
    }
    for file, label in zip(files, labels, strict=True):
        sample = np.load(file)
        assert (sample.shape, sample.dtype) == ((1, 1, 28, 28), np.float32)
        assert train[sample[0].tobytes()] == label
    listed = (pack / "calibration.txt").read_text().splitlines()
    assert [pack / line for line in listed] == files


def test_that_the_model_is_pruned_and_of_one_sample_and_in_floats(pack: Path) -> None:
    model = onnx.load(str(pack / "model.onnx"))
    dims = model.graph.input[0].type.tensor_type.shape.dim
    assert [dim.dim_value for dim in dims] == [1, 1, 28, 28]
    tensors = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    assert tensors["fc1.weight"] == (25, 160)
    assert not {"QuantizeLinear", "DequantizeLinear"} & {node.op_type for node in model.graph.node}


def test_that_its_script_prints_the_accuracy_that_torch_has_on_its_samples(
    job: ExportJob, pack: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-I", str(pack / "run.py")], capture_output=True, text=True, check=False, cwd="/"
    )
    assert done.returncode == 0, done.stderr
    job.model.switch_quantizers(is_on=False)
    samples = np.concatenate([np.load(file) for file in sorted((pack / "test").glob("0*.npy"))])
    with torch.no_grad():
        found = job.model.module(torch.from_numpy(samples)).argmax(1).numpy()
    assert float(done.stdout) == pytest.approx(float((found == np.load(pack / "test/labels.npy")).mean()))


def test_that_the_page_says_how_samples_were_prepared_and_names_every_tool(pack: Path) -> None:
    text = (pack / "README.md").read_text()
    assert "bytes were divided by 255, then (x − mean) / std with mean = [0.25] and std = [0.5]" in text
    assert "(1, 1, 28, 28) of float32" in text and "inputshape=[1,1,28,28]" in text
    for tool in ("RKNN", "Hailo", "ncnn", "MNN", "ESP-DL"):
        assert f"* **{tool}" in text


def test_that_words_are_said_to_be_words() -> None:
    text = readme_of(replace(make_data((7,)), vocabulary=50), title="reader", calibration=3, tested=4)
    assert "int64 word numbers" in text
    assert "Samples are numbers of words, 0 … 49" in text


def test_that_the_same_model_makes_the_same_pack(job: ExportJob, pack: Path, tmp_path: Path) -> None:
    export_calibration_pack(job, tmp_path / "again.zip")
    assert sha256_of(tmp_path / "again.zip") == sha256_of(pack.parent / "calibration-pack.zip")


def test_that_a_pack_whose_samples_are_others_is_not_verified(
    job: ExportJob, pack: Path, tmp_path: Path
) -> None:
    path = tmp_path / "changed.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(item for item in pack.rglob("*") if item.is_file()):
            other = pack / "test/00001.npy" if file.name == "00000.npy" else file
            archive.write(other, file.relative_to(pack))
    artifact = verify_calibration_pack(path, job)
    assert (artifact.verified, artifact.why_code) == (False, "verdict_error")


def test_that_what_is_cancelled_leaves_no_file(job: ExportJob, tmp_path: Path) -> None:
    control = Control()
    control.cancel()
    stopped = replace(job, ctx=RunContext(control=control))
    with pytest.raises(RunCancelled):
        export_calibration_pack(stopped, tmp_path / "pack.zip")
    assert not list(tmp_path.iterdir())
