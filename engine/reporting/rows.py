"""Before and after as rows of text, which the terminal and the page share."""

from collections.abc import Callable, Sequence

from engine.contract.methods import ExportFormat
from engine.contract.record import Record
from engine.contract.report import Artifact, Report
from engine.contract.stats import Latency, Metrics
from engine.reporting.figures import (
    UNKNOWN,
    count_text,
    milliseconds_text,
    number_text,
    points_text,
    ratio_text,
    share_text,
    size_text,
)


class Row(Record, frozen=True, kw_only=True):
    """One figure before and after; ``change`` is how many times smaller or faster, or a difference in points."""

    label: str
    before: str
    after: str
    change: str = ""


def headline_rows(report: Report) -> tuple[Row, ...]:
    """What people ask first: file, parameters, operations, latency, accuracy, agreement."""
    before, after, ratios = report.before, report.after, report.ratios
    rows = [
        *_file_rows(report),
        *_archive_rows(report),
        Row(
            label="Parameters",
            before=count_text(before.parameters),
            after=count_text(after.parameters),
            change=ratio_text(ratios.parameters),
        ),
        Row(
            label="Nonzero parameters",
            before=count_text(before.nonzero),
            after=count_text(after.nonzero),
            change=ratio_text(before.nonzero / after.nonzero if after.nonzero else None),
        ),
        Row(
            label="MACs",
            before=count_text(before.macs),
            after=count_text(after.macs),
            change=ratio_text(ratios.macs),
        ),
        *_latency_rows(report),
        Row(
            label="Accuracy (test)",
            before=share_text(before.metrics.accuracy),
            after=share_text(after.metrics.accuracy),
            change=points_text(ratios.accuracy_change),
        ),
    ]
    return (*rows, *_agreement_rows(report))


def _file_rows(report: Report) -> list[Row]:
    int8, ratio = int8_artifact(report), report.ratios.file
    if int8 is None:
        return [
            Row(label=f"File ({item.format})", before=UNKNOWN, after=size_text(item.size_bytes))
            for item in report.artifacts
            if item.format is not ExportFormat.ARCHIVE
        ]
    # The report holds the ratio and the length after; the length before is their product.
    before = None if ratio is None else round(ratio * int8.size_bytes)
    return [
        Row(
            label="File (float32 → int8 ONNX)",
            before=size_text(before),
            after=size_text(int8.size_bytes),
            change=ratio_text(ratio),
        )
    ]


def _archive_rows(report: Report) -> list[Row]:
    """The archive against all parameters of the original at four bytes each."""
    archive, ratio = archive_artifact(report), report.ratios.compression
    if archive is None:
        return []
    before = None if ratio is None else round(ratio * archive.size_bytes)
    return [
        Row(
            label="Archive (float32 parameters → .penjing)",
            before=size_text(before),
            after=size_text(archive.size_bytes),
            change=ratio_text(ratio),
        )
    ]


def _latency_rows(report: Report) -> list[Row]:
    before, after = report.before.latency_ms, report.after.latency_ms
    known = after or before
    if known is None:
        return []
    threads = "1 thread" if known.threads == 1 else f"{known.threads} threads"
    return [
        Row(
            label=f"Latency (batch {known.batch}, {threads})",
            before=_median(before),
            after=_median(after),
            change=ratio_text(report.ratios.latency),
        )
    ]


def _median(latency: Latency | None) -> str:
    return milliseconds_text(None if latency is None else latency.p50)


def _agreement_rows(report: Report) -> list[Row]:
    int8 = int8_artifact(report)
    if int8 is None or int8.agreement is None:
        return []
    return [Row(label="Agreement of the int8 file", before=UNKNOWN, after=share_text(int8.agreement))]


def int8_artifact(report: Report) -> Artifact | None:
    """The int8 file of a run, which ratios of file and latency are about."""
    return next((item for item in report.artifacts if item.format is ExportFormat.ONNX_INT8), None)


def archive_artifact(report: Report) -> Artifact | None:
    """The archive of a run, which the ratio of compression is about."""
    return next((item for item in report.artifacts if item.format is ExportFormat.ARCHIVE), None)


_METRICS: tuple[tuple[str, Callable[[Metrics], float | None], Callable[[float | None], str]], ...] = (
    ("Loss", lambda metrics: metrics.loss, number_text),
    ("Accuracy", lambda metrics: metrics.accuracy, share_text),
    ("Precision (macro)", lambda metrics: metrics.precision, share_text),
    ("Recall (macro)", lambda metrics: metrics.recall, share_text),
    ("F1 (macro)", lambda metrics: metrics.f1, share_text),
    ("Top 5", lambda metrics: metrics.top5, share_text),
)


def metric_rows(report: Report) -> tuple[Row, ...]:
    """All metrics of the test split that were measured."""
    before, after = report.before.metrics, report.after.metrics
    return tuple(
        _metric_row(label, value(before), value(after), as_text)
        for label, value, as_text in _METRICS
        if value(before) is not None or value(after) is not None
    )


def _metric_row(
    label: str, before: float | None, after: float | None, as_text: Callable[[float | None], str]
) -> Row:
    change = ""
    if as_text is share_text and before is not None and after is not None:
        change = points_text(after - before)
    return Row(label=label, before=as_text(before), after=as_text(after), change=change)


_SIDE_BY_SIDE: tuple[tuple[str, Callable[[Report], str]], ...] = (
    ("Outcome", lambda report: report.outcome),
    (
        "File (int8 ONNX)",
        lambda report: size_text(item.size_bytes if (item := int8_artifact(report)) else None),
    ),
    ("File ratio", lambda report: ratio_text(report.ratios.file)),
    (
        "Archive",
        lambda report: size_text(item.size_bytes if (item := archive_artifact(report)) else None),
    ),
    ("Compression", lambda report: ratio_text(report.ratios.compression)),
    ("Parameters", lambda report: count_text(report.after.parameters)),
    ("MACs", lambda report: count_text(report.after.macs)),
    ("MACs ratio", lambda report: ratio_text(report.ratios.macs)),
    ("Latency", lambda report: _median(report.after.latency_ms)),
    ("Latency ratio", lambda report: ratio_text(report.ratios.latency)),
    ("Accuracy before (test)", lambda report: share_text(report.before.metrics.accuracy)),
    ("Accuracy (test)", lambda report: share_text(report.after.metrics.accuracy)),
    ("Accuracy change", lambda report: points_text(report.ratios.accuracy_change)),
    ("Agreement", lambda report: share_text(item.agreement if (item := int8_artifact(report)) else None)),
)


def side_by_side_rows(reports: Sequence[Report]) -> tuple[tuple[str, ...], ...]:
    """One row for each figure: its label, then one text for each run."""
    return tuple((label, *(as_text(report) for report in reports)) for label, as_text in _SIDE_BY_SIDE)
