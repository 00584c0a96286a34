"""Before against after: ratios, layers, and the report that is written."""

import hashlib

import msgspec

from engine.contract.events import Outcome
from engine.contract.methods import ExportFormat
from engine.contract.report import Artifact, LayerReport, Ratios, Report
from engine.contract.run_folder import RunFolder, write_atomically, write_record
from engine.contract.stats import Latency, LayerStats, ModelStats
from engine.contract.texts import TEXTS
from engine.export.prepare import bare_copy
from engine.joint.compressed import CompressedModel
from engine.joint.diagnosis import diagnose
from engine.pipeline.machine import describe_environment
from engine.pipeline.measure import FLOAT_BITS, activation_bits, measure_model, sqnr_db, weight_bits
from engine.pipeline.work import Work
from engine.reporting.html import report_html

FLOAT32_BYTES = 4
DIAGNOSED_PARTS = 4
"""Of the first batch of the calibration: a part's answers are held for all layers at once."""


def build_report(
    work: Work,
    outcome: Outcome,
    *,
    artifacts: tuple[Artifact, ...] = (),
    baseline_bytes: int | None = None,
    baseline_latency: Latency | None = None,
) -> Report:
    """The report of a run that was measured; a cancelled one without artifacts."""
    if outcome is Outcome.COMPLETED:
        # What was resumed behind its measurement has rounding off.
        work.model.switch_quantizers(is_on=work.model.structure.is_quantized)
    after = work.after or measure_model(work.model)
    before = work.before or measure_model(work.inputs.fresh_model(work.ctx))
    main = next((a for a in artifacts if a.format is ExportFormat.ONNX_INT8), None)
    archive = next((a for a in artifacts if a.format is ExportFormat.ARCHIVE), None)
    timed = main or next((a for a in artifacts if a.latency_ms is not None), None)
    before = msgspec.structs.replace(before, latency_ms=baseline_latency)
    after = msgspec.structs.replace(after, latency_ms=timed.latency_ms if timed is not None else None)
    return Report(
        outcome=outcome.value,
        recipe=work.recipe,
        source=work.inputs.loaded.info,
        environment=describe_environment(work.inputs.threads, work.recipe.device),
        weights_sha256=hash_weights(work.model),
        before=before,
        after=after,
        ratios=ratios_of(
            before,
            after,
            file=_ratio(baseline_bytes, None if main is None else main.size_bytes),
            compression=compression_of(before, archive),
        ),
        layers=_diagnosed(layer_reports(work.model, before, after), work, outcome),
        artifacts=artifacts,
        seconds=work.seconds,
    )


def write_report(folder: RunFolder, report: Report) -> None:
    """The report for programs and for people."""
    write_record(folder.before, report.before)
    write_record(folder.after, report.after)
    write_record(folder.report, report)
    write_atomically(folder.report_html, report_html(report).encode())


def compression_of(before: ModelStats, archive: Artifact | None) -> float | None:
    """How many times the archive is smaller than the original's parameters in float32."""
    return None if archive is None else _ratio(FLOAT32_BYTES * before.parameters, archive.size_bytes)


def ratios_of(
    before: ModelStats, after: ModelStats, *, file: float | None, compression: float | None = None
) -> Ratios:
    """Before ÷ after; the change of accuracy as a difference."""
    accuracies = (before.metrics.accuracy, after.metrics.accuracy)
    latencies = (before.latency_ms, after.latency_ms)
    return Ratios(
        compression=compression,
        file=file,
        parameters=_ratio(before.parameters, after.parameters),
        macs=_ratio(before.macs, after.macs),
        bops=_ratio(before.bops, after.bops),
        latency=_ratio(*(None if latency is None else latency.p50 for latency in latencies)),
        accuracy_change=None if None in accuracies else accuracies[1] - accuracies[0],  # type: ignore[operator]
    )


def _ratio(before: float | None, after: float | None) -> float | None:
    return before / after if before is not None and after else None


def layer_reports(model: CompressedModel, before: ModelStats, after: ModelStats) -> tuple[LayerReport, ...]:
    """Each layer before and after, those too that a cut took away."""
    later = {layer.name: layer for layer in after.layers}
    return tuple(
        _layer_report(model, layer, later[layer.name]) if layer.name in later else _gone_report(layer)
        for layer in before.layers
    )


def _diagnosed(layers: tuple[LayerReport, ...], work: Work, outcome: Outcome) -> tuple[LayerReport, ...]:
    """What rounding did to them, where the model is one that rounds and is finished."""
    if outcome is not Outcome.COMPLETED or not work.model.structure.is_quantized:
        return layers
    device = next(work.model.module.parameters()).device
    batches = work.calibration_inputs()[0].to(device).tensor_split(DIAGNOSED_PARTS)
    found = diagnose(work.model, batches, work.ctx.raise_if_cancelled)
    return tuple(msgspec.structs.replace(layer, diagnosis=found.get(layer.name)) for layer in layers)


def _gone_report(before: LayerStats) -> LayerReport:
    return LayerReport(
        name=before.name,
        kind=before.kind,
        shape_before=before.shape,
        shape_after=(),
        sparsity_before=before.sparsity,
        sparsity_after=0.0,
        weight_bits=0,
        activation_bits=0,
        parameter_bytes_before=before.parameter_bytes,
        parameter_bytes_after=0,
        macs_before=before.macs,
        macs_after=0,
        sqnr_db=None,
        why=TEXTS["layer_gone"],
        why_code="layer_gone",
    )


def _layer_report(model: CompressedModel, before: LayerStats, after: LayerStats) -> LayerReport:
    code, arguments = why_left(model, after)
    return LayerReport(
        name=after.name,
        kind=after.kind,
        shape_before=before.shape,
        shape_after=after.shape,
        sparsity_before=before.sparsity,
        sparsity_after=after.sparsity,
        weight_bits=weight_bits(model, after.name),
        activation_bits=activation_bits(model, after.name),
        parameter_bytes_before=before.parameter_bytes,
        parameter_bytes_after=after.parameter_bytes,
        macs_before=before.macs,
        macs_after=after.macs,
        sqnr_db=sqnr_db(model, after.name),
        why=TEXTS[code].format(**arguments) if code else None,
        why_code=code,
        why_arguments=arguments,
    )


def why_left(model: CompressedModel, layer: LayerStats) -> tuple[str, dict[str, str]]:
    """Why a layer was not quantized, or else not pruned; an empty code where both were done or not asked."""
    if model.placement is not None and weight_bits(model, layer.name) == FLOAT_BITS:
        return model.placement.float_because.get(layer.name, ("", {}))
    if model.recipe.prune is not None and layer.name not in model.prunable_layers():
        reason = model.locked.get(layer.name)
        return ("locked_request", {}) if reason is None else (reason.code, reason.arguments)
    return "", {}


def hash_weights(model: CompressedModel) -> str:
    """SHA-256 over (name, dtype, shape, bytes) of all tensors sorted by name, masks baked in, before rounding."""
    digest = hashlib.sha256()
    for name, tensor in sorted(bare_copy(model).state_dict().items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()
