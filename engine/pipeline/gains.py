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
_MUCH_LARGER = 1.5


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


def tell_what_holds_floats(ctx: RunContext, artifacts: Iterable[Artifact], *, parameter_bytes: int) -> None:
    """Says which files of weights that were rounded alone are much larger than these weights' bits.

    The archive never holds rounded weights as floats: where it is as large, that is its tables and what stays float.
    """
    others = (item for item in artifacts if item.format is not ExportFormat.ARCHIVE)
    larger = [item for item in others if item.size_bytes > _MUCH_LARGER * parameter_bytes]
    if larger:
        files = ", ".join(f"{item.format.value} ({item.size_bytes:,} bytes)" for item in larger)
        ctx.warn("note_rounded_as_floats", wanted=f"{parameter_bytes:,}", files=files)
