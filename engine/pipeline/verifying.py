"""The verification of a file, whether a run wrote it or not."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import onnx
import torch
from onnxruntime import InferenceSession

from engine.archive.container import decode_archive
from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.methods import ExportFormat
from engine.contract.recipe import DataSpec
from engine.contract.recipe_file import read_recipe
from engine.contract.recipe_paths import with_absolute_paths
from engine.contract.report import Artifact, Verification
from engine.contract.run_folder import RunFolder, sha256_of
from engine.contract.stats import Latency, Metrics
from engine.contract.texts import TEXTS
from engine.data.fit import check_labels, check_shape
from engine.data.splits import load_data
from engine.export.calibration_pack import MODEL_IN_PACK
from engine.export.onnx_file import is_symmetric, kind_of
from engine.export.runtime import count_operators, measure_latency, open_session, run_split
from engine.export.tensors_apart import data_file_of, size_of
from engine.models.archived import document_of
from engine.models.exported import exported_state
from engine.models.safetensors_file import mapped_tensors
from engine.pipeline.finishing import one_sample
from engine.tasks.table import methods_of


def verify_file(path: Path, spec: DataSpec | None, ctx: RunContext, *, threads: int) -> Verification:
    """Re-opens an ONNX artifact, re-runs it on the test split, counts what runs in integers, measures it.

    Where the file lies in a run, it must be the one that was verified then. Without ``spec`` the run's own data is
    used, and the file must do as well on it.

    Raises:
        RequestError: there is no such file, or it is none that can be verified.
    """
    if not path.is_file():
        raise RequestError("artifact_missing", path=path)
    if path.suffix in _WEIGHTS:
        return _verify_weights(path)
    data_spec = spec if spec is not None else _data_of(path)
    session = open_session(path, threads=threads)
    integers, floats, _ = count_operators(path)
    metrics, latency = (
        (Metrics(), None) if data_spec is None else _run_again(session, data_spec, ctx, threads=threads)
    )
    known, sha256, data = _record_of(path), sha256_of(path), data_file_of(path)
    model = onnx.load(str(path), load_external_data=False)
    kind = kind_of(model)
    is_integer = kind is not ExportFormat.ONNX_FLOAT32 and not is_symmetric(model)
    is_changed = known is not None and (known.sha256, known.data) != (sha256, data)
    code, arguments = _verdict(known, integers=integers, is_changed=is_changed, is_integer=is_integer)
    if code == "verdict_verified" and known is not None and spec is None:
        code, arguments = _compare_accuracy(known.accuracy, metrics.accuracy)
    return Verification(
        format=kind.value,
        size_bytes=size_of(path),
        sha256=sha256,
        data=data,
        accuracy=metrics.accuracy,
        metrics=metrics,
        latency_ms=latency,
        integer_operators=integers,
        float_operators=floats,
        verified=code == "verdict_verified",
        why=TEXTS[code].format(**arguments),
    )


def _run_again(
    session: InferenceSession, spec: DataSpec, ctx: RunContext, *, threads: int
) -> tuple[Metrics, Latency]:
    data = load_data(spec, ctx, seed=0)
    check_shape(data, tuple(session.get_inputs()[0].shape[1:]))
    answers = run_split(session, data.test, data, ctx)
    check_labels("test", data.test, classes=answers.shape[1])
    metrics, _ = methods_of(data).measure(answers, data.test.labels)
    (latency,) = measure_latency([session], one_sample(data).numpy(), ctx, threads=threads)
    return metrics, latency


Code = tuple[str, dict[str, str]]


def _verdict(known: Artifact | None, *, integers: int, is_changed: bool, is_integer: bool) -> Code:
    if is_changed:
        return "verdict_changed", {}
    if known is not None and not known.verified:
        return known.why_code, known.why_arguments
    if is_integer and integers == 0:
        return "verdict_operators", {"found": "0", "planned": "1"}
    return "verdict_verified", {}


def _compare_accuracy(wanted: float | None, found: float | None) -> Code:
    if wanted is None or found is None or wanted == found:
        return "verdict_verified", {}
    return "verdict_accuracy", {"found": f"{found:.4f}", "wanted": f"{wanted:.4f}"}


def _run_of(path: Path) -> RunFolder | None:
    folder = RunFolder(path.resolve().parent.parent)
    return folder if folder.recipe.is_file() else None


def _record_of(path: Path) -> Artifact | None:
    folder = _run_of(path)
    if folder is None or not folder.report.is_file():
        return None
    return next(
        (known for known in folder.read_report().artifacts if Path(known.path).name == path.name), None
    )


def _data_of(path: Path) -> DataSpec | None:
    folder = _run_of(path)
    if folder is None:
        return None
    return with_absolute_paths(read_recipe(folder.recipe), folder.root).data


def _open_state_dict(path: Path) -> None:
    try:
        torch.load(path, weights_only=True)
    except Exception as error:
        raise RequestError("artifact_broken", path=path, runtime="torch", reason=error) from None


def _open_program(path: Path) -> None:
    """Its tensors, read without unpickling; the program runs on the user's word only."""
    exported_state(path)


def _open_pack(path: Path) -> None:
    """Every file in it has the bytes that its own checksum tells, and the model opens."""
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
            if damaged is not None:
                raise RequestError("artifact_broken", path=path, runtime="zip", reason=damaged)
            archive.getinfo(MODEL_IN_PACK)
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        raise RequestError("artifact_broken", path=path, runtime="zip", reason=error) from None


def _open_safetensors(path: Path) -> None:
    mapped_tensors(path)


def _open_archive(path: Path) -> None:
    """Decodes all tensors, which their SHA-256 then has to fit."""
    document_of(decode_archive(path.read_bytes(), path=str(path)), path)


_WEIGHTS: dict[str, tuple[ExportFormat, Callable[[Path], None]]] = {
    ".pt": (ExportFormat.STATE_DICT, _open_state_dict),
    ".pt2": (ExportFormat.PT2, _open_program),
    ".zip": (ExportFormat.CALIBRATION_PACK, _open_pack),
    ".safetensors": (ExportFormat.SAFETENSORS, _open_safetensors),
    ".penjing": (ExportFormat.ARCHIVE, _open_archive),
}
"""What opens files of weights, by their suffix."""


def _verify_weights(path: Path) -> Verification:
    """Weights: they open without running anything, and the file is the one that was verified."""
    name, open_weights = _WEIGHTS[path.suffix]
    open_weights(path)
    known, sha256 = _record_of(path), sha256_of(path)
    is_changed = known is not None and known.sha256 != sha256
    code, arguments = _verdict(known, integers=0, is_changed=is_changed, is_integer=False)
    return Verification(
        format=name.value,
        size_bytes=path.stat().st_size,
        sha256=sha256,
        accuracy=None if known is None else known.accuracy,
        metrics=Metrics(),
        latency_ms=None,
        integer_operators=0,
        float_operators=0,
        verified=code == "verdict_verified",
        why=TEXTS[code].format(**arguments),
    )
