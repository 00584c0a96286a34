"""What the sensitivity view says: of a cell, of a measurement, and where there is none."""

from PySide6.QtCore import QObject

from engine.contract.methods import SensitivityKind
from engine.contract.stats import SensitivityMap
from gui.figures import percent_text
from gui.models.sensitivity_grid import COLUMNS, SensitivityGrid, Subject, score_text
from gui.plots.heat_map import setting_text


class SensitivityWords(QObject):
    """Says it in the language of now; a QObject, as ``tr`` belongs to one."""

    def cell(self, grid: SensitivityGrid, row: int, column: int) -> str:
        """A cell in full; of a name, which is column -1, the whole name."""
        name = grid.names[row]
        if column < 0:
            return name
        subject, setting = COLUMNS[column]
        what = self._what(subject).format(value=setting_text(subject, setting))
        lines = [name, what, self._score(grid, row, column) or self.tr("not measured")]
        if grid.is_suggested(row, column):
            lines.append(self.tr("The most that this layer bears by itself"))
        return "\n".join(lines)

    def _score(self, grid: SensitivityGrid, row: int, column: int) -> str:
        found, score = grid.found, grid.score(row, column)
        if found is None or score is None:
            return ""
        subject = COLUMNS[column][0]
        text = score_text(score, found.kind, subject)
        if found.baseline is not None:
            change = f"{100 * (score - found.baseline):+.2f}".replace("-", "−")
            text = self.tr("{score} ({change} points)").format(score=text, change=change)
        return self._score_words(found.kind, subject).format(score=text)

    def _what(self, subject: Subject) -> str:
        return {
            Subject.WEIGHTS: self.tr("{value} of the weights set to zero"),
            Subject.CHANNELS: self.tr("{value} of the channels removed"),
            Subject.BITS: self.tr("Weights of {value} bits"),
        }[subject]

    def _score_words(self, kind: SensitivityKind, subject: Subject) -> str:
        if kind is SensitivityKind.FULL:
            return self.tr("Accuracy {score}")
        return (
            self.tr("Signal to noise {score}") if subject is Subject.BITS else self.tr("Energy left {score}")
        )

    def progress(self, done: int, count: int, found: SensitivityMap | None) -> str:
        """How many layers are measured, and on what."""
        parts = [self.tr("{done} of {count} layers").format(done=done, count=count)]
        if found is not None and found.samples:
            parts.append(self.tr("{count} samples").format(count=found.samples))
        if found is not None and found.baseline is not None:
            parts.append(self.tr("accuracy {value}").format(value=percent_text(found.baseline)))
        return "  ·  ".join(parts)

    def result(self, count: int, found: SensitivityMap) -> str:
        """What a measurement that ended came to; one that was stopped tells of fewer than ``count`` layers."""
        progress = self.progress(len(found.layers), count, found)
        if len(found.layers) < count:
            return "  ·  ".join((self.tr("Stopped"), progress))
        return "  ·  ".join((progress, self.tr("measured before"))) if found.is_cached else progress

    def other(self) -> str:
        """That what goes on is not what is shown."""
        return self.tr("The other kind is being measured.")

    def legend(self, *, is_full: bool) -> str:
        """What the colours and the frames mean."""
        if is_full:
            return self.tr("Points of accuracy lost. A framed cell is the most that a layer bears by itself.")
        return self.tr("Energy and signal left. A framed cell is the most that a layer bears by itself.")

    def empty(self, *, is_full: bool, lacks_data: bool) -> tuple[str, str, str]:
        """What is missing, why, and the way on."""
        if lacks_data:
            why = self.tr(
                "Name the data of this model; it is then measured how much accuracy each layer costs."
            )
            return self.tr("Full needs validation samples"), why, self.tr("Choose the data")
        if is_full:
            why = self.tr(
                "Each layer is pruned and rounded by itself, and the accuracy measured. Takes minutes."
            )
            return self.tr("Measured by accuracy"), why, self.tr("Measure")
        why = self.tr(
            "How much of each layer is left after pruning and rounding. Needs no data and takes seconds."
        )
        return self.tr("Measured by the weights alone"), why, self.tr("Measure")
