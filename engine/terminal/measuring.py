"""A measurement of sensitivity as it happens: a bar where somebody looks, a line a tenth in a log."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Column

from engine.contract.events import LayerMeasured, RunEvent, WarningRaised
from engine.reporting.figures import share_text, visible
from engine.terminal.engine_job import OnEvent
from engine.terminal.messages import note, progress_console

_TITLE = "Measuring sensitivity"


@contextmanager
def told_measuring() -> Iterator[OnEvent]:
    """What to tell the events of a Sensitivity job."""
    console = progress_console()
    if not console.is_terminal:
        yield MeasuringLines().tell
        return
    facts = TextColumn(
        "{task.fields[facts]}", style="dim", table_column=Column(no_wrap=True, overflow="ellipsis")
    )
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), TimeRemainingColumn(compact=True))
    with Progress(*columns, facts, console=console, transient=True) as bars:
        yield MeasuringBar(bars).tell


def measuring_facts(event: LayerMeasured) -> str:
    """What is measured, and how well the unchanged model does: ``conv1 · 256 samples · baseline 98.20 %``."""
    parts = [
        visible(event.layer),
        f"{event.samples} samples" if event.samples else "",
        "" if event.baseline is None else f"baseline {share_text(event.baseline)}",
    ]
    return " · ".join(filter(None, parts))


class MeasuringBar:
    """One bar, with the layer that came last."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._task: TaskID = bars.add_task(_TITLE, total=None, facts="")

    def tell(self, event: RunEvent) -> None:
        """Moves the bar."""
        match event:
            case LayerMeasured(step=step, steps=steps):
                self._bars.update(self._task, completed=step, total=steps, facts=measuring_facts(event))
            case WarningRaised(message=message):
                self._bars.console.print(f"Note: {visible(message)}", style="yellow")
            case _:
                pass


class MeasuringLines:
    """A line for each tenth of a measurement on samples; a quick one is over before it could be read."""

    def __init__(self) -> None:
        self._told = 0

    def tell(self, event: RunEvent) -> None:
        """Prints what is worth a line."""
        match event:
            case LayerMeasured(step=step, steps=steps) if event.samples and 10 * step // steps > self._told:
                self._told = 10 * step // steps
                note(f"{_TITLE}, {10 * self._told} %: {measuring_facts(event)}")
            case WarningRaised(message=message):
                note(f"Note: {message}")
            case _:
                pass
