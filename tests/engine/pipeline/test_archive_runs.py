"""Runs that write an archive: the sample at 4 bits with nine of ten weights gone, and what comes of it."""

from pathlib import Path

import pytest

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.methods import ExportFormat
from engine.contract.report import Artifact, Report
from engine.contract.source import ModelSource
from engine.pipeline.inspecting import inspect_model
from engine.pipeline.rereading import export_again
from engine.pipeline.verifying import verify_file
from tests.engine.pipeline.runs import run, sample

SPARSE = (
    'prune.granularity="weight"',
    "prune.ratio=0.9",
    "quantize.weight_bits=4",
    'export.formats=["onnx-int8", "archive"]',
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("archive") / "run"


@pytest.fixture(scope="module")
def report(folder: Path) -> Report:
    return run(sample(*SPARSE), folder)


def archive_of(report: Report) -> Artifact:
    return next(item for item in report.artifacts if item.format is ExportFormat.ARCHIVE)


def test_that_the_archive_is_verified_and_its_compression_reported(report: Report, folder: Path) -> None:
    archive = archive_of(report)
    assert (archive.verified, archive.agreement) == (True, 1.0)
    assert archive.accuracy == report.after.metrics.accuracy
    path = folder / archive.path
    assert archive.size_bytes == path.stat().st_size
    assert report.ratios.compression == 4 * report.before.parameters / path.stat().st_size
    assert report.ratios.compression > 20
    assert path.name in (folder / "artifacts" / "SHA256SUMS").read_text(encoding="utf-8")


def test_that_the_archive_is_inspected_without_being_told_what_it_is(report: Report, folder: Path) -> None:
    path = folder / archive_of(report).path
    found = inspect_model(ModelSource(file=str(path)), None, RunContext())
    zeros = {layer.name: layer.sparsity for layer in found.layers}
    written = {layer.name: layer.sparsity_after for layer in report.layers}
    assert zeros.keys() == written.keys()
    # Rounding makes zeros of the smallest of those that are left.
    assert all(zeros[name] >= written[name] for name in zeros)
    assert found.totals.parameters == report.after.parameters


def test_that_the_archive_is_verified_once_more_and_one_other_byte_is_told(
    report: Report, folder: Path, tmp_path: Path
) -> None:
    path = folder / archive_of(report).path
    again = verify_file(path, None, RunContext(), threads=1)
    assert (again.format, again.verified, again.size_bytes) == ("archive", True, path.stat().st_size)
    damaged = bytearray(path.read_bytes())
    damaged[-50] ^= 1
    (tmp_path / "model.penjing").write_bytes(damaged)
    with pytest.raises(RequestError) as caught:
        verify_file(tmp_path / "model.penjing", None, RunContext(), threads=1)
    assert caught.value.code == "archive_damaged"


def test_that_the_same_archive_is_written_once_more(report: Report, folder: Path, tmp_path: Path) -> None:
    ctx = RunContext(ask=lambda path, wants: True)
    again = export_again(folder, ExportFormat.ARCHIVE, ctx, output=tmp_path / "again.penjing")
    assert again.sha256 == archive_of(report).sha256
