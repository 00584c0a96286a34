"""What can be typed: one line and exit status 2 for what cannot, and help for what can."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine import __version__
from engine.cli import COMMANDS, main
from engine.contract.errors import RequestError
from engine.contract.methods import PruneGranularity
from engine.terminal.arguments import parse
from resources import sample_recipe


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["prune"], 'There is no command or file "prune"'),
        (["run"], "required: RECIPE; see penjing run --help"),
        (["run", "nowhere.toml"], 'There is no recipe "nowhere.toml"; penjing init MODEL writes one.'),
        (["run", "r.toml", "--resume"], "add --out DIR"),
        (
            ["run", "r.toml", "--threads", "many"],
            "threads = many is out of range; choose 0 (automatic) to 1024",
        ),
        (["run", "r.toml", "--threads", "-1"], "threads"),
        (["run", "r.toml", "--threads", "2000"], "2000"),
        (["run", "r.toml", "--device", "tpu"], "invalid choice: 'tpu'"),
        (["run", "r.toml", "--jsno"], "--jsno"),
        (["run", "r.toml", "--js"], "--js"),
        (["export", "."], "--format"),
        (["inspect", "sample", "--sensitivity", "some"], "invalid choice: 'some'"),
        (["inspect", "sample", "--sensitivity", "full"], "name the source of its data"),
        (["inspect", "sample", "--samples", "9"], "add --sensitivity full"),
        (["inspect", "sample", "--sensitivity", "full", "--samples", "0"], "samples = 0 is out of range"),
        (["inspect", "m.pt", "--input-shape", "3x224x224"], "such as 3,224,224"),
        (["inspect", "m.pt", "--input-shape", "3,0"], '"3,0" is no shape'),
        (["inspect", "sample", "--data", "nowhere.toml"], "There is no recipe"),
        (["export", ".", "--format", "tflite"], "choose one of: onnx-float32, onnx-int8, onnx-int4"),
        (["compare"], "RUN"),
        (["compare", "."], "There is no run"),
        (["--verbose"], "required: COMMAND"),
    ],
)
def test_that_what_cannot_be_typed_is_one_line_and_exit_status_two(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("penjing: ")
    assert shown.err.count("\n") == 1
    assert said in shown.err


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("prune.ratio=2", "prune.ratio"),
        ("prune.ratoi=0.5", 'did you mean "prune.ratio"'),
        ("prune.ratio", "is not KEY=VALUE"),
        ('joint.strategy="sideways"', "joint.strategy"),
    ],
)
def test_that_a_wrong_setting_is_refused_before_anything_starts(
    settings: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", str(sample_recipe()), "--out", str(tmp_path / "out"), "--set", settings]) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_that_options_of_every_command_stand_before_or_after_it() -> None:
    before = parse(["--threads", "2", "--trust", "run", "r.toml"], COMMANDS)
    after = parse(["run", "r.toml", "--threads", "2", "--trust"], COMMANDS)
    assert (
        (before.threads, before.trust, before.debug)
        == (after.threads, after.trust, after.debug)
        == (2, True, False)
    )


def test_that_every_command_takes_the_options_of_all() -> None:
    own = {"inspect": ["m"], "init": ["m"], "run": ["r"], "compare": ["r"], "verify": ["a"]}
    own["export"] = ["r", "--format", "onnx-int8"]
    for name in COMMANDS:
        typed = parse(
            [name, *own.get(name, []), "--device", "cpu", "--threads", "1", "--trust", "--debug"], COMMANDS
        )
        assert (typed.command, typed.device, typed.threads, typed.trust) == (name, "cpu", 1, True)


def test_that_the_commands_are_those_others_rely_on() -> None:
    assert set(COMMANDS) == {
        "demo", "inspect", "init", "run", "compare", "export", "verify", "methods", "doctor", "worker",
    }  # fmt: skip


def test_that_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"penjing {__version__}\n"


@pytest.mark.parametrize("words", [[], ["--help"], *([name, "--help"] for name in COMMANDS)])
def test_that_help_is_no_error(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("usage: penjing")
    assert shown.err == ""


def test_that_the_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--help"])
    shown = " ".join(capsys.readouterr().out.split())
    assert [
        name for name, command in COMMANDS.items() if name not in shown or command.help not in shown
    ] == []


def test_that_an_unknown_command_is_not_taken_for_an_option() -> None:
    with pytest.raises(RequestError) as caught:
        parse(["models/net.pt"], COMMANDS)
    assert caught.value.code == "command_unknown"


def test_that_escape_codes_in_what_was_typed_do_not_reach_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["run", "a\x1b[2Jb.toml"]) == 2
    assert "\x1b" not in capsys.readouterr().err


def test_that_a_reader_who_stops_reading_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "engine", "methods"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=30) == 0


def test_that_a_terminal_without_unicode_gets_question_marks() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "engine", "methods"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )
    assert b"? 1" in done.stdout
    assert done.stdout.isascii()


def test_that_methods_prints_one_object_with_families_and_tables(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["methods", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [one["value"] for one in shown["families"]["prune.granularity"]] == [
        str(one) for one in PruneGranularity
    ]
    ratio = next(field for field in shown["tables"]["prune"] if field["name"] == "ratio")
    assert (ratio["default"], ratio["minimum"], ratio["maximum"], ratio["is_maximum_open"]) == (
        0.5,
        0,
        1,
        True,
    )
    assert ratio["help"].startswith("Share removed")


def test_that_methods_shows_what_can_be_opened_and_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["methods"]) == 0
    shown = capsys.readouterr().out.splitlines()
    for place, value in (
        ("model.format", "hugging_face"),
        ("data.source", "audio"),
        ("data.audio.features", "log_mel"),
        ("inspect.sensitivity", "quick"),
    ):
        assert place in shown
        assert any(line.startswith(value) for line in shown[shown.index(place) :])
    assert any(line.startswith("hop_ms") for line in shown)


def test_that_methods_shows_limits_and_defaults_to_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["methods"]) == 0
    shown = capsys.readouterr().out
    line = next(line for line in shown.splitlines() if line.startswith("round_to"))
    assert "integer, ≥ 1, ≤ 1024" in line
    assert "16 is fast on x86" in line
