"""Collects the texts of the window and of the contract, and builds the window's languages.

``python resources/translations/update.py`` brings the ``.ts`` files up to date, names the texts that still want a
translation, and compiles the ``.qm`` files. Translate in the ``.ts`` file, then run it again. English has a file
too, for the plurals of its counted texts alone.
"""

import json
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import PySide6

from engine.contract.fields import fields_of
from engine.contract.methods import FAMILIES, Choice, Device, InputKind
from engine.contract.recipe import TABLES
from engine.contract.texts import TEXTS

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent
LANGUAGES: dict[str, tuple[str, ...]] = {
    "zh": ("-target-language", "zh_CN"),
    "en": ("-target-language", "en", "-pluralonly"),
}
"""What lupdate is told for each language."""
_TOOLS = Path(PySide6.__file__).parent


def contract_texts() -> Iterator[tuple[str, str]]:
    """Every text of the contract that a user can see, with its context; some come twice."""
    for sentence in TEXTS.values():
        yield "engine", sentence
    for record in TABLES.values():
        for field in fields_of(record):
            yield "contract", field.title
            yield "contract", field.help
    families: tuple[type[Choice], ...] = (*FAMILIES.values(), Device, InputKind)
    for family in families:
        for choice in family:
            yield "contract", choice.label
            yield "contract", choice.sentence


def update_texts(file: Path, language: str) -> None:
    """Brings a ``.ts`` file up to date: new texts are added as unfinished, gone ones are dropped."""
    with tempfile.TemporaryDirectory() as scratch:
        stub = Path(scratch) / "contract_texts.py"
        stub.write_text(_stub(), encoding="utf-8")
        sources = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "gui").rglob("*.py"))
        options = ["-no-obsolete", "-locations", "none", "-source-language", "en", *LANGUAGES[language]]
        _run("lupdate", [*options, *sources, str(stub), "-ts", str(file)])


def _stub() -> str:
    """The contract's texts in a form that lupdate reads; the file lies outside the tree and is never run."""
    lines = [f"QT_TRANSLATE_NOOP({json.dumps(context)}, {json.dumps(text, ensure_ascii=False)})"
             for context, text in dict.fromkeys(contract_texts()) if text]  # fmt: skip
    return "\n".join(lines) + "\n"


def compile_texts(file: Path, target: Path) -> None:
    """Compiles a ``.ts`` file."""
    _run("lrelease", ["-silent", str(file), "-qm", str(target)])


def unfinished_texts(file: Path) -> list[str]:
    """The texts of a ``.ts`` file that want a translation."""
    messages = ET.parse(file).iter("message")  # noqa: S314 - our own file
    return [message.findtext("source", "") for message in messages if not _is_finished(message)]


def _is_finished(message: ET.Element) -> bool:
    translation = message.find("translation")
    return (
        translation is not None
        and translation.get("type") is None
        and bool("".join(translation.itertext()).strip())
    )


def _run(tool: str, arguments: list[str]) -> None:
    names = [_TOOLS / tool, _TOOLS / f"{tool}.exe"]
    program = next(str(name) for name in names if name.exists())
    done = subprocess.run([program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{tool}: {done.stderr.strip()}")


def main() -> int:
    """Updates and compiles; exit status 1 while translations are missing."""
    missing = []
    for language in LANGUAGES:
        texts = FOLDER / f"penjing_{language}.ts"
        update_texts(texts, language)
        compile_texts(texts, texts.with_suffix(".qm"))
        missing += [f"{language}: {text}" for text in unfinished_texts(texts)]
    for text in missing:
        print(f"not translated: {text}")  # noqa: T201 - it is a program of one answer
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
