"""What can be typed: the options of every command, and errors of typing as one line."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from engine import __version__
from engine.contract.errors import RequestError
from engine.contract.methods import Device

_MOST_THREADS = 1024


class Arguments(argparse.Namespace):
    """What was typed, by name; the values here are those of options that were not."""

    command: str = ""
    threads: int | None = None
    device: str | None = None
    trust: bool = False
    debug: bool = False
    json: bool = False
    architecture: str | None = None
    data: str | None = None
    model: str
    recipe: Path
    runs: list[Path]
    run_folder: Path
    artifact: Path
    format: str
    out: Path | None = None
    output: Path | None = None
    html: Path | None = None
    resume: bool = False
    settings: list[str]


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command: its sentence of help, its own options, and what it does (the exit status is returned)."""

    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[Arguments], int]


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line, as all of Penjing does."""

    def error(self, message: str) -> NoReturn:
        """Raises instead of printing the usage.

        Raises:
            RequestError: always.
        """
        raise RequestError("option_invalid", reason=message[:1].upper() + message[1:], command=self.prog)


def parse(words: list[str], commands: Mapping[str, Command]) -> Arguments:
    """The words after ``penjing`` as arguments.

    Raises:
        RequestError: an unknown command or option, a missing or impossible value.
    """
    parser = _parser(commands)
    _refuse_unknown_command(words, commands)
    return parser.parse_args(words, namespace=Arguments(settings=[]))


def _parser(commands: Mapping[str, Command]) -> OneLineParser:
    everywhere = _everywhere()
    parser = OneLineParser(
        prog="penjing",
        description="Prune and quantize PyTorch models jointly.",
        parents=[everywhere],
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"penjing {__version__}")
    subparsers = parser.add_subparsers(
        dest="command", metavar="COMMAND", required=True, parser_class=OneLineParser
    )
    for name, command in commands.items():
        own = subparsers.add_parser(
            name, help=command.help, description=command.help, parents=[everywhere], allow_abbrev=False
        )
        command.add_arguments(own)
    return parser


def _everywhere() -> OneLineParser:
    # Suppressed defaults let an option stand before or after the command without one place undoing the other.
    parser = OneLineParser(add_help=False, argument_default=argparse.SUPPRESS)
    parser.add_argument(
        "--threads",
        type=_threads,
        metavar="N",
        help="threads that a run computes with; 0 leaves one core free",
    )
    parser.add_argument(
        "--device", choices=[device.value for device in Device], help="where the tensors of a run live"
    )
    parser.add_argument(
        "--trust", action="store_true", help="run the code that the model or data file brings along"
    )
    parser.add_argument(
        "--debug", action="store_true", help="show the engine's log, and a traceback where something fails"
    )
    return parser


def _threads(text: str) -> int:
    if not text.isdecimal() or int(text) > _MOST_THREADS:
        raise RequestError("option_threads", value=text, limit=_MOST_THREADS)
    return int(text)


def _refuse_unknown_command(words: list[str], commands: Mapping[str, Command]) -> None:
    """A first word that is no command is told as such: argparse would list all the others."""
    if words and not words[0].startswith("-") and words[0] not in commands:
        raise RequestError("command_unknown", text=words[0])


def add_json(parser: argparse.ArgumentParser, help: str = "print one JSON object") -> None:  # noqa: A002
    """``--json``: nothing but JSON on standard output."""
    parser.add_argument("--json", action="store_true", help=help)


def add_model(parser: argparse.ArgumentParser) -> None:
    """The model, what it is made by, and the data to try it on."""
    parser.add_argument("model", metavar="MODEL", help="a file that torch.save wrote, or the word sample")
    parser.add_argument(
        "--architecture",
        metavar="A",
        help="for files with weights only: torchvision:NAME or FILE.py:callable",
    )
    add_data(parser)


def add_data(parser: argparse.ArgumentParser) -> None:
    """The data to measure on."""
    parser.add_argument("--data", metavar="D", help="sample, npz:FILE or FILE.py:callable")
