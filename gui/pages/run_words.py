"""Where a run stands and how it ended, in words of the language of now."""

from PySide6.QtCore import QObject

from engine.contract.report import Ratios
from gui.figures import clock_text, gain_text, points_text
from gui.models.run_progress import RunPhase, RunProgress
from gui.pages.run_stages import stage_name
from gui.translation import text_of

LIVE = {RunPhase.STARTING, RunPhase.RUNNING, RunPhase.PAUSED}
"""The phases of a run that more events will come from."""


class RunWords(QObject):
    """The Run page's sentences; a QObject, as ``tr`` belongs to one."""

    def now(self, progress: RunProgress) -> str:
        """What the run is doing."""
        if progress.phase is RunPhase.RUNNING and progress.active is not None:
            return stage_name(progress.stages[progress.active].stage)
        return {
            RunPhase.IDLE: "",
            RunPhase.STARTING: self.tr("Starting…"),
            RunPhase.RUNNING: self.tr("Starting…"),
            RunPhase.PAUSED: self.tr("Paused"),
            RunPhase.COMPLETED: self.tr("Completed"),
            RunPhase.CANCELLED: self.tr("Cancelled"),
            RunPhase.FAILED: self.tr("Failed"),
            RunPhase.INTERRUPTED: self.tr("Interrupted"),
        }[progress.phase]

    def times(self, progress: RunProgress, seconds: float) -> str:
        """The step, how long it took so far, and how long it may still take."""
        parts = []
        if progress.active is not None and progress.phase in LIVE:
            stage = progress.stages[progress.active]
            parts.append(self.tr("step {step} of {steps}").format(step=stage.step, steps=stage.steps))
        if seconds > 0:
            text = self.tr("{time} so far") if progress.phase in LIVE else self.tr("took {time}")
            parts.append(text.format(time=clock_text(seconds)))
        left = progress.seconds_left
        if left is not None:
            parts.append(self.tr("about {time} left").format(time=clock_text(left)))
        return "   ·   ".join(parts)

    def outcome(self, progress: RunProgress) -> str:
        """How the run ended, and what to do next."""
        finished = progress.finished
        match progress.phase:
            case RunPhase.COMPLETED if finished is not None and finished.result is not None:
                return self._gains(finished.result.ratios)
            case RunPhase.CANCELLED if finished is not None and finished.result is None:
                return self.tr("Cancelled before there was a result. Resume goes on from here.")
            case RunPhase.CANCELLED:
                return self.tr("Cancelled. The best result so far is kept.")
            case RunPhase.FAILED if finished is not None:
                return text_of(finished.code, finished.arguments, finished.message)
            case RunPhase.INTERRUPTED:
                return self.tr("This run was interrupted. Resume goes on from its last checkpoint.")
            case _:
                return self.now(progress)

    def _gains(self, ratios: Ratios) -> str:
        """What was gained, and as plainly what was not."""
        parts = []
        if ratios.file is not None:
            is_gain = ratios.file >= 1
            text = (
                self.tr("the file is {ratio} smaller") if is_gain else self.tr("the file is {ratio} larger")
            )
            parts.append(text.format(ratio=gain_text(ratios.file)))
        if ratios.latency is not None:
            is_gain = ratios.latency >= 1
            text = self.tr("it runs {ratio} faster") if is_gain else self.tr("it runs {ratio} slower here")
            parts.append(text.format(ratio=gain_text(ratios.latency)))
        if ratios.accuracy_change is not None:
            points = points_text(ratios.accuracy_change)
            parts.append(self.tr("accuracy {points} points").format(points=points))
        return (
            self.tr("Done: {gains}.").format(gains=self.tr(", ").join(parts)) if parts else self.tr("Done.")
        )
