"""A report's figures before and after, in the language of now."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject

from engine.contract.methods import ExportFormat
from engine.contract.report import Artifact, LayerReport, Report
from engine.contract.stats import Metrics
from gui.figures import UNKNOWN, bytes_text, count_text, percent_text, points_text, ratio_text, value_text
from gui.plots.bars import BarPair


@dataclass(frozen=True)
class CompareRow:
    """One line of the table; ``is_gain`` says whether the change is for the better, None where there is none."""

    name: str
    before: str
    after: str
    change: str = ""
    is_gain: bool | None = None


def int8_artifact(report: Report) -> Artifact | None:
    """The int8 file, which the ratios of file and latency are about."""
    return next((item for item in report.artifacts if item.format is ExportFormat.ONNX_INT8), None)


def archive_artifact(report: Report) -> Artifact | None:
    """The archive, which the ratio of compression is about."""
    return next((item for item in report.artifacts if item.format is ExportFormat.ARCHIVE), None)


class CompareWords(QObject):
    """Names the rows; a QObject, as ``tr`` belongs to one."""

    def rows(self, report: Report) -> list[CompareRow]:
        """Sizes first, then how well it does; rows of which nothing is known are left out."""
        rows = [*self._size_rows(report), *self._metric_rows(report)]
        return [row for row in rows if (row.before, row.after) != (UNKNOWN, UNKNOWN)]

    def _size_rows(self, report: Report) -> list[CompareRow]:
        before, after, ratios = report.before, report.after, report.ratios
        int8 = int8_artifact(report)
        written = int8.size_bytes if int8 is not None else None
        # The report holds the ratio and the length after; the length before is their product.
        original = written * ratios.file if written is not None and ratios.file is not None else None
        archive = archive_artifact(report)
        archived = archive.size_bytes if archive is not None else None
        stored = archived * ratios.compression if archived and ratios.compression is not None else None
        latencies = [stats.latency_ms.p50 if stats.latency_ms else None for stats in (before, after)]
        return [
            _ratio_row(self.tr("ONNX file"), original, written, bytes_text),
            _ratio_row(self.tr("Archive"), stored, archived, bytes_text, ratios.compression),
            _ratio_row(self.tr("Latency"), latencies[0], latencies[1], _milliseconds, ratios.latency),
            _ratio_row(self.tr("Parameters"), before.parameters, after.parameters, count_text),
            _ratio_row(self.tr("Not zero"), before.nonzero, after.nonzero, count_text),
            _ratio_row(self.tr("MACs"), before.macs, after.macs, count_text),
            _ratio_row(self.tr("Bit operations"), before.bops, after.bops, count_text),
            _ratio_row(
                self.tr("Weights, computed"), before.parameter_bytes, after.parameter_bytes, bytes_text
            ),
        ]

    def _metric_rows(self, report: Report) -> list[CompareRow]:
        before, after = report.before.metrics, report.after.metrics
        names: list[tuple[str, Callable[[Metrics], float | None]]] = [
            (self.tr("Accuracy"), lambda metrics: metrics.accuracy),
            (self.tr("Precision"), lambda metrics: metrics.precision),
            (self.tr("Recall"), lambda metrics: metrics.recall),
            (self.tr("F1"), lambda metrics: metrics.f1),
            (self.tr("Top 5"), lambda metrics: metrics.top5),
        ]
        shares = [self._share_row(name, value(before), value(after)) for name, value in names]
        loss = CompareRow(self.tr("Loss"), value_text(before.loss), value_text(after.loss))
        return [*shares, loss]

    def _share_row(self, name: str, before: float | None, after: float | None) -> CompareRow:
        texts = percent_text(before), percent_text(after)
        if before is None or after is None:
            return CompareRow(name, *texts)
        change = self.tr("{points} pts").format(points=points_text(after - before))
        return CompareRow(name, *texts, change, after > before if after != before else None)


def byte_pairs(layers: tuple[LayerReport, ...], note: Callable[[LayerReport], str]) -> list[BarPair]:
    """Bytes of each layer's parameters."""
    return [
        BarPair(layer.name, layer.parameter_bytes_before, layer.parameter_bytes_after, note(layer))
        for layer in layers
    ]


def mac_pairs(layers: tuple[LayerReport, ...], note: Callable[[LayerReport], str]) -> list[BarPair]:
    """Multiplications of each layer that was reached."""
    return [
        BarPair(layer.name, layer.macs_before, layer.macs_after, note(layer))
        for layer in layers
        if layer.macs_before is not None and layer.macs_after is not None
    ]


def _milliseconds(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value_text(value)} ms"


def _ratio_row(
    name: str,
    before: float | None,
    after: float | None,
    write: Callable[[float | None], str],
    measured: float | None = None,
) -> CompareRow:
    """``measured`` is the ratio that the engine found in one process, which two medians need not give."""
    ratio = measured if measured is not None else before / after if before and after else None
    if ratio is None:
        return CompareRow(name, write(before), write(after))
    return CompareRow(name, write(before), write(after), ratio_text(ratio), ratio > 1 if ratio != 1 else None)
