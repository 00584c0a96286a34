"""What can be typed: the options of every command, and errors of typing as one line."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from engine import __version__
from engine.contract.errors import RequestError
from engine.contract.methods import Device, SensitivityKind

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
    entry: str | None = None
    input_shape: tuple[int, ...] | None = None
    sensitivity: str | None = None
    samples: int | None = None
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
    parser.add_argument(
        "model",
        metavar="MODEL",
        help="a model file or folder, torchvision:NAME, timm:NAME, or the word sample",
    )
    parser.add_argument(
        "--architecture",
        metavar="A",
        help="for files with weights only: torchvision:NAME, timm:NAME or FILE.py:callable",
    )
    parser.add_argument(
        "--entry",
        metavar="E",
        help="where a checkpoint holds several sets of weights: which, such as model_ema",
    )
    parser.add_argument(
        "--input-shape",
        type=_shape,
        metavar="C,H,W",
        help="of one sample, such as 3,224,224; only where it cannot be inferred",
    )
    add_data(parser)


def _shape(text: str) -> tuple[int, ...]:
    sizes = text.split(",")
    if not all(size.strip().isdecimal() and int(size) > 0 for size in sizes):
        raise RequestError("option_shape", text=text)
    return tuple(map(int, sizes))


def add_data(parser: argparse.ArgumentParser) -> None:
    """The data to measure on."""
    parser.add_argument(
        "--data",
        metavar="D",
        help="sample, npz:FILE, folder:DIR, torchvision:NAME, csv:FILE, audio:DIR, FILE.py:callable, "
        "or the recipe (a .toml file) whose data is meant",
    )


def add_sensitivity(parser: argparse.ArgumentParser) -> None:
    """How much each layer bears, and on how many samples that is measured."""
    parser.add_argument(
        "--sensitivity",
        choices=[kind.value for kind in SensitivityKind],
        help="also how much pruning and how few bits each layer bears: quick from the weights alone, full on --data",
    )
    parser.add_argument(
        "--samples",
        type=_samples,
        metavar="N",
        help="validation samples that full measures on (default: 1000)",
    )


def _samples(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise RequestError("option_samples", value=text)
    return int(text)
