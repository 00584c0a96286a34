"""A run's events as lines of text, newest last, in the language of now."""

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QPlainTextEdit

from engine.contract.events import (
    CheckpointSaved,
    Continued,
    MetricsLogged,
    Outcome,
    Paused,
    RunEvent,
    RunFinished,
    RunResumed,
    RunStarted,
    StageFinished,
    StageStarted,
    WarningRaised,
)
from gui.figures import clock_text, percent_text, value_text
from gui.pages.run_stages import stage_name
from gui.translation import text_of

KEPT_LINES = 1_000


class RunLog(QPlainTextEdit):
    """The last events that say something; keeps the events, so that it can switch its language."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setProperty("role", "code")
        self.setMaximumBlockCount(KEPT_LINES)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._events: deque[RunEvent] = deque(maxlen=KEPT_LINES)
        self._sentences: dict[type[Any], Callable[[Any], str]] = {
            RunStarted: self._run_started,
            RunResumed: self._run_resumed,
            StageStarted: self._stage_started,
            StageFinished: self._stage_finished,
            MetricsLogged: self._metrics_logged,
            CheckpointSaved: self._checkpoint_saved,
            Paused: lambda event: self.tr("Paused"),
            Continued: lambda event: self.tr("Going on"),
            WarningRaised: lambda event: text_of(event.code, event.arguments, event.message),
            RunFinished: self._run_finished,
        }

    def add_events(self, events: list[RunEvent]) -> None:
        """Adds a line for each event that has a sentence."""
        told = [event for event in events if self._sentence(event)]
        self._events.extend(told)
        if told:
            self.appendPlainText("\n".join(map(self._line, told[-KEPT_LINES:])))

    def clear_events(self) -> None:
        """Begins anew."""
        self._events.clear()
        self.clear()

    def retranslate(self) -> None:
        """Writes all lines again in the current language."""
        self.setPlainText("\n".join(map(self._line, self._events)))
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    def _line(self, event: RunEvent) -> str:
        return f"{time.strftime('%H:%M:%S', time.localtime(event.time))}   {self._sentence(event)}"

    def _sentence(self, event: RunEvent) -> str:
        say = self._sentences.get(type(event))
        return say(event) if say is not None else ""

    def _run_started(self, event: RunStarted) -> str:
        return self.tr('The run "{name}" begins').format(name=event.name)

    def _run_resumed(self, event: RunResumed) -> str:
        return self.tr("The run goes on from step {step}").format(step=event.step)

    def _stage_started(self, event: StageStarted) -> str:
        return self.tr("{stage}: begins").format(stage=stage_name(event.stage))

    def _stage_finished(self, event: StageFinished) -> str:
        texts = {"stage": stage_name(event.stage), "time": clock_text(event.seconds)}
        if event.stats is not None and event.stats.metrics.accuracy is not None:
            texts["accuracy"] = percent_text(event.stats.metrics.accuracy)
            return self.tr("{stage}: done in {time}, accuracy {accuracy}").format(**texts)
        return self.tr("{stage}: done in {time}").format(**texts)

    def _metrics_logged(self, event: MetricsLogged) -> str:
        """Only what a whole epoch gave: a line for each step would bury the rest."""
        accuracy = event.values.get("accuracy")
        if accuracy is None:
            return ""
        return self.tr("Step {step}: loss {loss}, accuracy {accuracy}").format(
            step=event.step, loss=value_text(event.values.get("loss")), accuracy=percent_text(accuracy)
        )

    def _checkpoint_saved(self, event: CheckpointSaved) -> str:
        return self.tr("Checkpoint saved at step {step}").format(step=event.step)

    def _run_finished(self, event: RunFinished) -> str:
        if event.outcome is Outcome.FAILED:
            return text_of(event.code, event.arguments, event.message)
        return self.tr("Completed") if event.outcome is Outcome.COMPLETED else self.tr("Cancelled")
