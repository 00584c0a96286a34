"""The window's languages, and the sentences of the engine in them.

Texts of the window stand in ``tr()``. Texts of the contract come as English records: sentences by their code in
the context ``engine``, titles, labels and help in the context ``contract``. ``make translations`` collects both.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from engine.contract.errors import PenjingError
from engine.contract.texts import TEXTS


class Language(StrEnum):
    """What the window speaks."""

    ENGLISH = "en"
    CHINESE = "zh"


LANGUAGE_NAMES = {Language.ENGLISH: "English", Language.CHINESE: "中文"}
"""Each language by its own name."""

_installed: list[QTranslator] = []
_current = Language.ENGLISH


def system_language() -> Language:
    """The desktop's language, or English."""
    is_chinese = QLocale.system().language() is QLocale.Language.Chinese
    return Language.CHINESE if is_chinese else Language.ENGLISH


def current_language() -> Language:
    """What the window speaks now."""
    return _current


def install_language(application: QCoreApplication, language: Language) -> None:
    """Switches the whole application; Qt then sends LanguageChange to every widget."""
    global _current  # noqa: PLW0603 - one application speaks one language
    _current = language
    for old in _installed:
        application.removeTranslator(old)
    _installed.clear()
    for path in _files_of(language):
        translator = QTranslator()
        if translator.load(path):
            application.installTranslator(translator)
            _installed.append(translator)


def _files_of(language: Language) -> tuple[str, ...]:
    """Our own texts (in English only the plurals) and, before them, Qt's."""
    own = str(files("resources").joinpath("translations", f"penjing_{language}.qm"))
    qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    return (own,) if language is Language.ENGLISH else (f"{qt}/qtbase_zh_CN.qm", own)


def text_of(code: str, arguments: Mapping[str, str], fallback: str) -> str:
    """The engine's sentence of ``code`` in the language of now; ``fallback`` where code or arguments are strange."""
    if code not in TEXTS:
        return fallback
    try:
        return QCoreApplication.translate("engine", TEXTS[code]).format(**arguments)
    except (KeyError, IndexError, ValueError):
        return fallback


def error_text(error: PenjingError) -> str:
    """What went wrong, in the language of now."""
    return text_of(error.code, error.arguments, error.message)


def translate_contract(text: str) -> str:
    """A title, label or help of the contract in the language of now."""
    return QCoreApplication.translate("contract", text) if text else ""


def translate_sentence(english: str) -> str:
    """A sentence of the engine that came without its code, such as why a layer is locked.

    The template that it was made from is found again by what stands around its arguments.
    """
    for code, pattern in _reasons().items():
        if found := pattern.fullmatch(english):
            return text_of(code, found.groupdict(), english)
    return english


_REASON_PREFIXES = ("locked_", "float_", "verdict_", "wants_")


@lru_cache(maxsize=1)
def _reasons() -> dict[str, re.Pattern[str]]:
    return {code: _pattern(text) for code, text in TEXTS.items() if code.startswith(_REASON_PREFIXES)}


def _pattern(template: str) -> re.Pattern[str]:
    """«layers of type {kind} stay float» as a pattern with a group ``kind``."""
    parts = re.split(r"\{(\w+)\}", template)
    return re.compile(
        "".join(f"(?P<{part}>.*)" if index % 2 else re.escape(part) for index, part in enumerate(parts))
    )
