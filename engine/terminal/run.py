"""``penjing run`` and ``penjing demo``: carry out a recipe, show it, say what came of it."""

import argparse
from pathlib import Path

import resources
from engine.contract.errors import RequestError, RunCancelled
from engine.contract.events import Outcome
from engine.contract.library import new_run_folder
from engine.contract.messages import Run
from engine.contract.recipe_file import read_recipe
from engine.contract.recipe_paths import with_absolute_paths
from engine.contract.report import Report
from engine.contract.run_folder import RunFolder, check_folder_can_be_made
from engine.reporting.figures import visible
from engine.terminal.arguments import Arguments, Command, add_json
from engine.terminal.engine_job import JOB_ID, do_job
from engine.terminal.messages import output, say
from engine.terminal.progress import told_as_json, told_to_people
from engine.terminal.tables import print_artifacts, print_before_after

_CANCELLED, _UNVERIFIED = 4, 5


def _run(arguments: Arguments) -> int:
    if arguments.resume and arguments.out is None:
        raise RequestError("resume_needs_out")
    return carry_out(arguments, arguments.recipe)


def _demo(arguments: Arguments) -> int:
    return carry_out(arguments, resources.sample_recipe())


def carry_out(arguments: Arguments, file: Path) -> int:
    """Runs the recipe in ``file`` and returns the exit status.

    Raises:
        PenjingError: the request is wrong, or the run failed.
    """
    recipe = with_absolute_paths(read_recipe(file, _settings(arguments)), file.parent)
    folder = (arguments.out or new_run_folder(recipe.name)).absolute()
    check_folder_can_be_made(folder, is_resume=arguments.resume)
    job = Run(id=JOB_ID, recipe=recipe, folder=str(folder), resume=arguments.resume)
    try:
        with told_as_json() if arguments.json else told_to_people() as tell:
            report: Report = do_job(arguments, job, tell)
    except RunCancelled:
        return _cancelled(folder)
    if not arguments.json:
        _show(report, folder)
    return exit_status_of(report, folder)


def _settings(arguments: Arguments) -> list[str]:
    threads, device = arguments.threads, arguments.device
    everywhere = [] if threads is None else [f"threads={threads}"]
    return [*arguments.settings, *everywhere, *([] if device is None else [f'device="{device}"'])]


def _show(report: Report, folder: Path) -> None:
    console = output()
    print_before_after(console, report)
    console.print()
    print_artifacts(console, report.artifacts)
    console.print()
    console.print(f"Report: {visible(str(RunFolder(folder).report_html))}", soft_wrap=True)


def _cancelled(folder: Path) -> int:
    if RunFolder(folder).read_manifest().checkpoints:
        say("cancelled_in", path=folder)
    else:
        say("cancelled")
    return _CANCELLED


def exit_status_of(report: Report, folder: Path) -> int:
    """0, or 4 for a cancelled run, or 5 where a file did not hold; the latter two are told."""
    if report.outcome == Outcome.CANCELLED:
        return _cancelled(folder)
    broken = [item for item in report.artifacts if not item.verified]
    for item in broken:
        say("artifact_unverified", path=folder / item.path, why=item.why)
    return _UNVERIFIED if broken else 0


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("recipe", type=Path, metavar="RECIPE", help="a TOML file; penjing init writes one")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="the run's folder; by default a new one in the library"
    )
    parser.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="another value, such as prune.ratio=0.3",
    )
    parser.add_argument("--resume", action="store_true", help="go on with the run in DIR")
    add_json(parser, "print every event as one line of JSON")


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="the run's folder; by default a new one in the library"
    )
    parser.add_argument("--no-window", action="store_true", help="stay in the terminal")


RUN = Command(help="Carry out a recipe.", add_arguments=_add_run, run=_run)
DEMO = Command(help="Prune and quantize the sample project, end to end.", add_arguments=_add_demo, run=_demo)
