"""Files that promise to be smaller or faster than the original's float32 ONNX, and say so where they are not."""

from collections.abc import Iterable
from pathlib import Path

from engine.context import RunContext
from engine.contract.methods import ExportFormat
from engine.contract.report import Artifact
from engine.contract.stats import Latency
from engine.export.tensors_apart import size_of

PROMISING = frozenset({ExportFormat.ONNX_INT4, ExportFormat.SAFETENSORS, ExportFormat.PT2})
"""What promises a gain and has no ratio of its own in the report."""


def tell_what_gains_nothing(
    ctx: RunContext, artifacts: Iterable[Artifact], *, baseline: Path | None, before: Latency | None
) -> None:
    """Warns of each file that is no smaller, or no faster, than the original.

    Args:
        ctx: takes the warnings.
        artifacts: what was written; formats that promise nothing are passed over.
        baseline: the original as float32 ONNX; None where it has none.
        before: its latency, measured beside the artifacts'.
    """
    for artifact in (item for item in artifacts if item.format in PROMISING):
        if baseline is not None and artifact.size_bytes >= size_of(baseline):
            ctx.warn("note_format_no_gain", format=artifact.format.value)
        after = artifact.latency_ms
        if before is not None and after is not None and before.p50 < after.p50:
            ratio = f"{before.p50 / after.p50:.2f}"
            ctx.warn("note_format_slower", format=artifact.format.value, ratio=ratio)
