"""``penjing compare``, ``export`` and ``verify``: what became of runs, and files made from them."""

import argparse
from pathlib import Path

import msgspec

from engine.contract.errors import RequestError
from engine.contract.events import Outcome, RunEvent, RunFinished, WarningRaised
from engine.contract.messages import Export, Verify
from engine.contract.methods import ExportFormat
from engine.contract.recipe import DataSpec
from engine.contract.recipe_file import read_recipe
from engine.contract.report import Artifact, Report, Verification
from engine.contract.run_folder import RunFolder, RunState, write_atomically
from engine.reporting.html import report_html, side_by_side_html
from engine.terminal.arguments import Arguments, Command, add_data, add_json
from engine.terminal.engine_job import JOB_ID, do_job
from engine.terminal.inspect import data_of
from engine.terminal.messages import note, output, say, write_json
from engine.terminal.tables import print_artifacts, print_before_after, print_side_by_side, print_verification

_UNVERIFIED = 5


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What ``penjing compare --json`` prints for several runs."""

    runs: tuple[Report, ...]


def _compare(arguments: Arguments) -> int:
    named = [(folder.absolute().name, _report(folder)) for folder in arguments.runs]
    reports = [report for _, report in named]
    is_alone = len(reports) == 1
    if arguments.html is not None:
        page = report_html(reports[0]) if is_alone else side_by_side_html(named)
        _write(arguments.html.absolute(), page)
    if arguments.json:
        write_json(msgspec.json.encode(reports[0] if is_alone else Comparison(runs=tuple(reports))))
    elif is_alone:
        print_before_after(output(), reports[0])
    else:
        print_side_by_side(output(), named)
    return 0


def _report(folder: Path) -> Report:
    """The report, or why there is none."""
    run = RunFolder(folder)
    if run.report.exists():
        return run.read_report()
    *_, last = (None, *run.read_events())
    if isinstance(last, RunFinished) and last.outcome is Outcome.FAILED:
        raise RequestError("run_failed", reason=last.message)
    if run.state() is RunState.INTERRUPTED:
        raise RequestError("run_interrupted", path=folder)
    return run.read_report()


def _write(path: Path, page: str) -> None:
    try:
        write_atomically(path, page.encode())
    except OSError as error:
        raise RequestError("folder_unwritable", path=path, reason=error.strerror) from None


def _export(arguments: Arguments) -> int:
    chosen = _format(arguments.format)
    destination = None if arguments.output is None else arguments.output.absolute()
    if destination is not None and destination.exists():
        raise RequestError("output_exists", path=destination)
    folder = arguments.run_folder.absolute()
    job = Export(
        id=JOB_ID, folder=str(folder), format=chosen, output=None if destination is None else str(destination)
    )
    artifact: Artifact = do_job(arguments, job, tell_notes)
    print_artifacts(output(), [artifact])
    return _status(folder / artifact.path, artifact)


def tell_notes(event: RunEvent) -> None:
    """What a file leaves in floats, or does not gain."""
    if isinstance(event, WarningRaised):
        note(f"Note: {event.message}")


def _format(name: str) -> ExportFormat:
    chosen = next((member for member in ExportFormat if member.value == name), None)
    if chosen is None:
        raise RequestError("format_unknown", name=name, known=", ".join(ExportFormat))
    return chosen


def _verify(arguments: Arguments) -> int:
    path = arguments.artifact.absolute()
    data = _data_for(path, data_of(arguments))
    found: Verification = do_job(arguments, Verify(id=JOB_ID, path=str(path), data=data))
    if arguments.json:
        write_json(msgspec.json.encode(found))
    else:
        print_verification(output(), str(path), found)
    return _status(path, found)


def _data_for(artifact: Path, named: DataSpec | None) -> DataSpec | None:
    """The named data, normalised as the run trained that the artifact lies in."""
    recipe = RunFolder(artifact.parent.parent).recipe
    if named is None or not recipe.is_file():
        return named
    return msgspec.structs.replace(read_recipe(recipe).data, source=named.source)


def _status(path: Path, found: Artifact | Verification) -> int:
    if found.verified:
        return 0
    say("artifact_unverified", path=path, why=found.why)
    return _UNVERIFIED


def _add_compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="the folder of a run")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a page as well")
    add_json(parser)


def _add_export(parser: argparse.ArgumentParser) -> None:
    formats = ", ".join(ExportFormat)
    parser.add_argument("run_folder", type=Path, metavar="RUN", help="the folder of a run")
    parser.add_argument("--format", required=True, metavar="F", help=f"one of: {formats}")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="where to; by default into the run's folder"
    )


def _add_verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("artifact", type=Path, metavar="ARTIFACT", help="a file that a run has exported")
    add_data(parser)
    add_json(parser)


COMPARE = Command(
    help="Show one run before and after, or several side by side.", add_arguments=_add_compare, run=_compare
)
EXPORT = Command(
    help="Write one more file from a run, and verify it.", add_arguments=_add_export, run=_export
)
VERIFY = Command(
    help="Open a file again, re-run it, and say what was found.", add_arguments=_add_verify, run=_verify
)
