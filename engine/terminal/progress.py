"""A run as it happens: bars where somebody looks, lines in a log, JSON for programs.

All three are told events and nothing else.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Column

from engine.contract.events import (
    MetricsLogged,
    PlannedStage,
    RunEvent,
    RunResumed,
    RunStarted,
    StageFinished,
    StageStarted,
    WarningRaised,
)
from engine.contract.events import Progress as StepsDone
from engine.reporting.figures import number_text, seconds_text, share_text, visible
from engine.terminal.messages import note, progress_console, write_json

OnEvent = Callable[[RunEvent], None]
_NAMES: dict[str, tuple[str, Callable[[float | None], str]]] = {
    "train_loss": ("loss", number_text),
    "loss": ("loss", number_text),
    "accuracy": ("accuracy", share_text),
    "sparsity": ("pruned", share_text),
}
_BESIDE_A_BAR = ("train_loss", "accuracy")
_ON_A_LINE = ("loss", "accuracy", "sparsity")


@contextmanager
def told_as_json() -> Iterator[OnEvent]:
    """Every event as one line of standard output."""
    encoder = msgspec.json.Encoder()
    yield lambda event: write_json(encoder.encode(event))


@contextmanager
def told_to_people() -> Iterator[OnEvent]:
    """Live bars on a terminal; plain lines where standard error goes into a file."""
    console = progress_console()
    if not console.is_terminal:
        yield PlainLines().tell
        return
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn(
            "{task.fields[facts]}", style="dim", table_column=Column(no_wrap=True, overflow="ellipsis")
        ),
        console=console,
    ) as bars:
        live = LiveBars(bars)
        try:
            yield live.tell
        finally:
            live.stop_waiting()


def facts_text(values: Mapping[str, float | None], shown: Sequence[str]) -> str:
    """The figures that people follow: ``loss 0.213 · accuracy 98.10 %``."""
    named = [(_NAMES[key], values[key]) for key in shown if key in values]
    return _joined(f"{name} {text(value)}" for (name, text), value in named)


def _joined(parts: Iterable[str]) -> str:
    return " · ".join(part for part in parts if part)


def _ending(event: StageFinished) -> list[str]:
    metrics = None if event.stats is None else event.stats.metrics
    values = {} if metrics is None else {"loss": metrics.loss, "accuracy": metrics.accuracy}
    return [seconds_text(event.seconds), facts_text(values, _ON_A_LINE)]


class LiveBars:
    """One bar for each planned stage, with the time left and the latest figures of the one under way."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._waiting: TaskID | None = bars.add_task("Starting the engine", total=None, facts="")
        self._tasks: list[TaskID] = []
        self._current: TaskID | None = None
        self._values: dict[str, float | None] = {}

    def tell(self, event: RunEvent) -> None:
        """Moves the bars."""
        match event:
            case RunStarted(stages=stages) | RunResumed(stages=stages):
                self._plan(stages)
            case StageStarted():
                self._begin(event)
            case StepsDone(step=step) if self._current is not None:
                self._bars.update(self._current, completed=step)
            case MetricsLogged(values=values) if self._current is not None:
                self._values |= values
                self._bars.update(self._current, facts=facts_text(self._values, _BESIDE_A_BAR))
            case StageFinished():
                self._end(event)
            case WarningRaised(message=message):
                self._bars.console.print(f"Note: {visible(message)}", style="yellow")
            case _:
                pass

    def stop_waiting(self) -> None:
        """Takes the bar of the engine's start away: it has started, or what was asked is wrong."""
        if self._waiting is not None:
            self._bars.remove_task(self._waiting)
            self._waiting = None

    def _plan(self, stages: tuple[PlannedStage, ...]) -> None:
        self.stop_waiting()
        for stage in stages:
            self._tasks.append(self._bars.add_task(stage.title, total=stage.steps, start=False, facts=""))

    def _begin(self, event: StageStarted) -> None:
        if event.index >= len(self._tasks):
            return
        self._current, self._values = self._tasks[event.index], {}
        self._bars.start_task(self._current)
        self._bars.update(self._current, total=event.steps)

    def _end(self, event: StageFinished) -> None:
        if self._current is None:
            return
        facts = _joined([*_ending(event), facts_text(self._values, _BESIDE_A_BAR)])
        total = next(task.total for task in self._bars.tasks if task.id == self._current)
        self._bars.update(self._current, completed=total or 0, facts=facts)
        self._current = None


class PlainLines:
    """One line where a stage begins and ends, and where validation was measured."""

    def __init__(self) -> None:
        self._stages: tuple[PlannedStage, ...] = ()
        self._title = ""

    def tell(self, event: RunEvent) -> None:
        """Prints what is worth a line."""
        match event:
            case RunStarted(stages=stages) | RunResumed(stages=stages):
                self._stages = stages
            case StageStarted(index=index):
                self._title = self._title_of(index, event)
                note(f"{self._title} …")
            case MetricsLogged(step=step, values=values) if "accuracy" in values:
                note(f"{self._title}, step {step}: {facts_text(values, _ON_A_LINE)}")
            case StageFinished():
                note(_joined([f"{self._title} done", *_ending(event)]))
            case WarningRaised(message=message):
                note(f"Note: {message}")
            case _:
                pass

    def _title_of(self, index: int, event: StageStarted) -> str:
        if index >= len(self._stages):
            return event.stage.value
        return f"[{index + 1}/{len(self._stages)}] {self._stages[index].title}"
