"""A run as it happens: bars where somebody looks, lines in a log, JSON for programs.

All three are told events and nothing else.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

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
from engine.contract.stats import ModelStats
from engine.reporting.figures import number_text, seconds_text, share_text, visible
from engine.terminal.messages import complain, progress_console, write_json

OnEvent = Callable[[RunEvent], None]
_SHOWN: dict[str, tuple[str, Callable[[float | None], str]]] = {
    "train_loss": ("training loss", number_text),
    "loss": ("loss", number_text),
    "accuracy": ("accuracy", share_text),
    "sparsity": ("pruned", share_text),
    "test_accuracy": ("accuracy", share_text),
}


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
        TextColumn("{task.fields[facts]}", style="dim"),
        console=console,
    ) as bars:
        yield LiveBars(bars).tell


def facts_text(values: dict[str, float | None]) -> str:
    """The figures that people follow: ``training loss 0.213 · accuracy 98.10 %``."""
    return " · ".join(f"{name} {text(values[key])}" for key, (name, text) in _SHOWN.items() if key in values)


def _stats_text(stats: ModelStats | None) -> str:
    return (
        "" if stats is None else facts_text({"loss": stats.metrics.loss, "accuracy": stats.metrics.accuracy})
    )


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
                self._bars.update(self._current, facts=facts_text(self._values))
            case StageFinished():
                self._end(event)
            case WarningRaised(message=message):
                self._bars.console.print(f"Note: {visible(message)}", style="yellow")
            case _:
                pass

    def _plan(self, stages: tuple[PlannedStage, ...]) -> None:
        if self._waiting is not None:
            self._bars.remove_task(self._waiting)
            self._waiting = None
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
        facts = " · ".join(filter(None, [seconds_text(event.seconds), _stats_text(event.stats)]))
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
                complain(f"{self._title} …")
            case MetricsLogged(step=step, values=values) if "accuracy" in values:
                complain(f"{self._title}, step {step}: {facts_text(values)}")
            case StageFinished(seconds=seconds, stats=stats):
                complain(
                    " · ".join(
                        filter(None, [f"{self._title} done", seconds_text(seconds), _stats_text(stats)])
                    )
                )
            case WarningRaised(message=message):
                complain(f"Note: {message}")
            case _:
                pass

    def _title_of(self, index: int, event: StageStarted) -> str:
        if index >= len(self._stages):
            return event.stage.value
        return f"[{index + 1}/{len(self._stages)}] {self._stages[index].title}"
