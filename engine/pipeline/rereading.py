"""What can be done with what a run has left: one more export, and the verification of a file."""

from pathlib import Path

import msgspec
import onnx
import torch

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.methods import ExportFormat
from engine.contract.recipe import DataSpec, Recipe
from engine.contract.recipe_file import read_recipe
from engine.contract.recipe_paths import with_absolute_paths
from engine.contract.report import Artifact, Report, Verification
from engine.contract.run_folder import RunFolder, sha256_of, write_record
from engine.contract.stats import Metrics
from engine.contract.texts import TEXTS
from engine.data.fit import check_labels, check_shape
from engine.data.splits import load_data
from engine.export.formats import FILE_NAMES, WRITERS
from engine.export.onnx_file import integer_weights
from engine.export.runtime import count_operators, measure_latency, open_session, run_split
from engine.pipeline.finishing import export_job, one_sample
from engine.pipeline.machine import prepare_machine, resolve_threads
from engine.pipeline.partial import best_model
from engine.pipeline.work import open_inputs
from engine.tasks.classification import metrics_of


def export_again(root: Path, name: ExportFormat, ctx: RunContext, *, output: Path | None) -> Artifact:
    """Writes one more artifact from a run's best checkpoint and verifies it.

    Without ``output`` it goes to the run's ``artifacts/`` and into its report.

    Raises:
        RequestError: there is no run, its files are gone, or the format does not suit its recipe.
    """
    folder = RunFolder(root)
    if not folder.recipe.is_file():
        raise RequestError("folder_no_run", path=root)
    recipe = with_absolute_paths(read_recipe(folder.recipe), root)
    if name is ExportFormat.ONNX_INT8 and recipe.quantize is None:
        raise RequestError("recipe_int8_without_quantize")
    inputs = open_inputs(recipe, ctx, threads=prepare_machine(recipe))
    job = export_job(best_model(inputs, folder, ctx), inputs, ctx)
    target = output if output is not None else folder.artifacts / FILE_NAMES[name]
    if not target.parent.is_dir():
        if output is not None:
            raise RequestError("folder_unwritable", path=target.parent, reason="it does not exist")
        target.parent.mkdir()
    artifact = WRITERS[name](job, target)
    if artifact.path.endswith(".onnx"):
        session = open_session(target, threads=inputs.threads)
        (latency,) = measure_latency([session], one_sample(inputs.data).numpy(), ctx, threads=inputs.threads)
        artifact = msgspec.structs.replace(artifact, latency_ms=latency)
    if output is not None:
        return msgspec.structs.replace(artifact, path=str(output))
    artifact = msgspec.structs.replace(artifact, path=f"{folder.artifacts.name}/{target.name}")
    _note_in_report(folder, artifact)
    return artifact


def _note_in_report(folder: RunFolder, artifact: Artifact) -> None:
    if not folder.report.is_file():
        return
    report = folder.read_report()
    others = [known for known in report.artifacts if known.path != artifact.path]
    write_record(folder.report, msgspec.structs.replace(report, artifacts=(*others, artifact)))


def verify_file(path: Path, spec: DataSpec | None, ctx: RunContext) -> Verification:
    """Re-opens an ONNX artifact, re-runs it on the test split, counts what runs in integers, measures it.

    Without ``spec`` the data and the record of the run that the file lies in are used: the file must be the one
    that was verified then, and do as well.

    Raises:
        RequestError: there is no such file, or it is none that can be verified.
    """
    if not path.is_file():
        raise RequestError("artifact_missing", path=path)
    if path.suffix == ".pt":
        return _verify_weights(path)
    known = _record_of(path)
    session = open_session(path, threads=resolve_threads(0))
    integers, floats, _ = count_operators(path)
    data_spec = spec if spec is not None else _data_of(path)
    metrics, latency = Metrics(), None
    if data_spec is not None:
        data = load_data(data_spec, ctx, seed=0)
        check_shape(data, tuple(session.get_inputs()[0].shape[1:]))
        answers = run_split(session, data.test, data, ctx)
        check_labels("test", data.test, classes=answers.shape[1])
        metrics, _ = metrics_of(answers, data.test.labels, answers.shape[1])
        (latency,) = measure_latency([session], one_sample(data).numpy(), ctx, threads=resolve_threads(0))
    sha256 = sha256_of(path)
    is_integer = integer_weights(onnx.load(str(path))) > 0
    code, arguments = _verdict(known, sha256, metrics, integers=integers, is_integer=is_integer)
    return Verification(
        format=(ExportFormat.ONNX_INT8 if is_integer else ExportFormat.ONNX_FLOAT32).value,
        size_bytes=path.stat().st_size,
        sha256=sha256,
        accuracy=metrics.accuracy,
        metrics=metrics,
        latency_ms=latency,
        integer_operators=integers,
        float_operators=floats,
        verified=code == "verdict_verified",
        why=TEXTS[code].format(**arguments),
    )


def _verdict(
    known: Artifact | None, sha256: str, metrics: Metrics, *, integers: int, is_integer: bool
) -> tuple[str, dict[str, str]]:
    if known is not None and known.sha256 != sha256:
        return "verdict_changed", {}
    if known is not None and not known.verified:
        return known.why_code, known.why_arguments
    if is_integer and integers == 0:
        return "verdict_operators", {"found": "0", "planned": "1"}
    if (
        known is not None
        and None not in (known.accuracy, metrics.accuracy)
        and known.accuracy != metrics.accuracy
    ):
        return "verdict_accuracy", {"found": f"{metrics.accuracy:.4f}", "wanted": f"{known.accuracy:.4f}"}
    return "verdict_verified", {}


def _run_of(path: Path) -> RunFolder | None:
    folder = RunFolder(path.resolve().parent.parent)
    return folder if folder.recipe.is_file() else None


def _record_of(path: Path) -> Artifact | None:
    folder = _run_of(path)
    if folder is None or not folder.report.is_file():
        return None
    report: Report = folder.read_report()
    return next((known for known in report.artifacts if Path(known.path).name == path.name), None)


def _data_of(path: Path) -> DataSpec | None:
    folder = _run_of(path)
    if folder is None:
        return None
    recipe: Recipe = with_absolute_paths(read_recipe(folder.recipe), folder.root)
    return recipe.data


def _verify_weights(path: Path) -> Verification:
    """A state_dict: opens without running anything, and is the file that was verified."""
    try:
        torch.load(path, weights_only=True)
    except Exception as error:
        raise RequestError("artifact_broken", path=path, runtime="torch", reason=error) from None
    known, sha256 = _record_of(path), sha256_of(path)
    code, arguments = _verdict(known, sha256, Metrics(), integers=0, is_integer=False)
    return Verification(
        format=ExportFormat.STATE_DICT.value,
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
