"""Every sentence is used, and is given exactly the arguments that it names."""

import ast
import string
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from engine.contract.texts import TEXTS

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for name in ("engine", "gui") for path in (ROOT / name).rglob("*.py"))
ERRORS = {"PenjingError", "RequestError", "RunError", "TrustRequired", "VerificationError", "warn", "say"}


@dataclass(frozen=True)
class Use:
    """One place where a sentence is used; ``arguments`` is None where the source does not spell them out."""

    place: str
    code: str
    arguments: frozenset[str] | None


def uses(path: Path, text: str) -> Iterator[Use]:
    for node in ast.walk(ast.parse(text)):
        place = f"{path.name}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Call):
            yield from _uses_in_call(node, place)
        elif isinstance(node, ast.Tuple):
            yield from _uses_before_table(node.elts, place)


def _uses_in_call(node: ast.Call, place: str) -> Iterator[Use]:
    if (code := _told(node)) is not None:
        yield Use(place, code, _keywords(node))
    elif any(isinstance(argument, ast.Dict) for argument in node.args):
        yield from _uses_before_table(node.args, place)
    else:
        codes = [code for code in map(_literal, node.args) if code in TEXTS]
        yield from (Use(place, code, _keywords(node)) for code in codes if node.keywords)


def _told(node: ast.Call) -> str | None:
    """The code in ``RequestError("code", …)`` or ``TEXTS["code"].format(…)``."""
    if _name(node.func) in ERRORS and node.args:
        return _literal(node.args[0])
    is_format = isinstance(node.func, ast.Attribute) and node.func.attr == "format"
    return _looked_up(node.func.value) if is_format and isinstance(node.func, ast.Attribute) else None


def _uses_before_table(parts: list[ast.expr], place: str) -> Iterator[Use]:
    for first, second in pairwise(parts):
        code = _literal(first)
        if code in TEXTS and isinstance(second, ast.Dict):
            keys = [_literal(key) if key is not None else None for key in second.keys]
            yield Use(place, code, None if None in keys else frozenset(key for key in keys if key))


def _looked_up(node: ast.expr) -> str | None:
    is_lookup = isinstance(node, ast.Subscript) and _name(node.value) == "TEXTS"
    return _literal(node.slice) if is_lookup and isinstance(node, ast.Subscript) else None


def _keywords(node: ast.Call) -> frozenset[str] | None:
    names = [keyword.arg for keyword in node.keywords]
    return None if None in names else frozenset(name for name in names if name)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def placeholders(sentence: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None)


def all_uses() -> list[Use]:
    return [use for path in SOURCES for use in uses(path, path.read_text(encoding="utf-8"))]


def test_that_every_code_that_is_raised_has_a_sentence() -> None:
    assert [use for use in all_uses() if use.code not in TEXTS] == []


def test_that_every_sentence_is_given_exactly_the_arguments_it_names() -> None:
    spelled_out = [use for use in all_uses() if use.code in TEXTS and use.arguments is not None]
    wrong = [
        f"{use.place}: {use.code} is given {sorted(use.arguments)}, names {sorted(placeholders(TEXTS[use.code]))}"
        for use in spelled_out
        if use.arguments is not None and use.arguments != placeholders(TEXTS[use.code])
    ]
    assert len(spelled_out) > 50
    assert wrong == []


def test_that_no_sentence_is_left_over() -> None:
    words = {
        node.value
        for path in SOURCES
        if path.name != "texts.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert sorted(set(TEXTS) - words) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('raise RequestError("busy")', [Use("x.py:1", "busy", frozenset())]),
        (
            'RunError("worker_died", status=1, log=2)',
            [Use("x.py:1", "worker_died", frozenset({"status", "log"}))],
        ),
        ('RequestError("busy", **more)', [Use("x.py:1", "busy", None)]),
        ('TEXTS["cure_package"].format(command=1)', [Use("x.py:1", "cure_package", frozenset({"command"}))]),
        (
            'Verdict(False, "verdict_agreement", {"found": x, "limit": y})',
            [Use("x.py:1", "verdict_agreement", frozenset({"found", "limit"}))],
        ),
        ('return_ = "float_rank", {"rank": "3"}', [Use("x.py:1", "float_rank", frozenset({"rank"}))]),
        (
            'lock(node, "locked_operation", operation=1)',
            [Use("x.py:1", "locked_operation", frozenset({"operation"}))],
        ),
    ],
)
def test_that_the_scan_sees_each_way_a_sentence_is_used(source: str, found: list[Use]) -> None:
    assert list(uses(Path("x.py"), source)) == found


def test_that_every_sentence_stays_on_one_line() -> None:
    assert [code for code, text in TEXTS.items() if text != " ".join(text.split())] == []
