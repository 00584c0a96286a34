"""A pack for tool chains that quantize by themselves: the pruned float32 ONNX, samples as the model takes them, labels.

It is one zip. Its ``run.py`` needs numpy and ONNX Runtime only, and is what the pack is verified with.
"""

import inspect
import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from torch import Tensor

from engine.contract.methods import ExportFormat
from engine.contract.report import Artifact
from engine.contract.run_folder import sha256_of, write_atomically
from engine.data.choosing import limited
from engine.data.splits import Split
from engine.export import pack_run
from engine.export.job import ExportJob
from engine.export.onnx_file import build_onnx, write_onnx
from engine.export.pack_readme import readme_of
from engine.export.prepare import prepare_float
from engine.export.verify import float_verdict, largest_error, loaded_names, verify_onnx, with_verdict

MOST_SAMPLES = 100
"""Of each split: the tools' makers ask for 20 to 100 to measure ranges on."""
MODEL_IN_PACK, _SCRIPT = "model.onnx", "run.py"


def export_calibration_pack(job: ExportJob, path: Path) -> Artifact:
    """Writes the zip, unpacks it again, and runs its own script in it."""
    with tempfile.TemporaryDirectory() as folder:
        _write_folder(Path(folder), job)
        write_atomically(path, _zipped(Path(folder)))
    return verify_calibration_pack(path, job)


def _write_folder(folder: Path, job: ExportJob) -> None:
    model = build_onnx(prepare_float(job.model), job.model.captured.example, is_batch_open=False)
    write_onnx(model, folder / MODEL_IN_PACK)
    calibration = _write_samples(folder / "calibration", job.data.train, job)
    tested = _write_samples(folder / "test", job.data.test, job)
    names = [f"calibration/{place:05}.npy\n" for place in range(len(calibration))]
    (folder / "calibration.txt").write_text("".join(names), encoding="utf-8")
    (folder / _SCRIPT).write_text(inspect.getsource(pack_run), encoding="utf-8")
    readme = readme_of(job.data, title=job.title, calibration=len(calibration), tested=len(tested))
    (folder / "README.md").write_text(readme, encoding="utf-8")


def _write_samples(folder: Path, split: Split, job: ExportJob) -> Tensor:
    """Writes some samples, each a batch of one, and their labels; returns their places in the split."""
    folder.mkdir()
    places = _places(split)
    inputs = job.data.to_inputs(split.inputs[places]).cpu().numpy()
    for number, sample in enumerate(inputs):
        job.ctx.raise_if_cancelled()
        np.save(folder / f"{number:05}.npy", sample[np.newaxis])
    np.save(folder / "labels.npy", split.labels[places].cpu().numpy())
    return places


def _places(split: Split) -> Tensor:
    """The same ones each time, of each class about its share."""
    return limited(split.labels.cpu(), MOST_SAMPLES)


def _zipped(folder: Path) -> bytes:
    """All files of a folder; without the time of day, so that the same run makes the same pack."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for file in sorted(item for item in folder.rglob("*") if item.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix())
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())
    return content.getvalue()


def verify_calibration_pack(path: Path, job: ExportJob) -> Artifact:
    """The unpacked model on the whole test split, and its script on the pack's own samples, against the torch model."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)
        artifact = verify_onnx(
            folder / MODEL_IN_PACK, job.float_answers, job.data, job.ctx, planned=0, threads=job.threads
        )
        answers: Callable[[Path], Any] = loaded_names(folder / _SCRIPT)["answers"]  # type: ignore[assignment]
        error = largest_error(torch.from_numpy(answers(folder)), job.float_answers[_places(job.data.test)])
    verdict = float_verdict(error)
    artifact = msgspec.structs.replace(
        artifact,
        path=path.name,
        format=ExportFormat.CALIBRATION_PACK,
        size_bytes=path.stat().st_size,
        sha256=sha256_of(path),
        data=None,
    )
    if verdict.is_verified:
        return artifact
    return msgspec.structs.replace(with_verdict(artifact, verdict), max_error=error)
