import importlib.util
import re
import string
import xml.etree.ElementTree as ET
from importlib.resources import files
from pathlib import Path
from types import ModuleType

import pytest

from engine.contract.errors import RequestError
from gui.translation import (
    Language,
    error_text,
    install_language,
    text_of,
    translate_contract,
    translate_sentence,
)

FOLDER = Path(str(files("resources"))) / "translations"


@pytest.fixture(scope="module")
def update() -> ModuleType:
    """``resources/translations/update.py``, which is a program and no part of a package."""
    spec = importlib.util.spec_from_file_location("update", FOLDER / "update.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def messages(file: Path) -> dict[tuple[str, str], list[str]]:
    """All texts of a .ts file, by context and source."""
    found = {}
    for context in ET.parse(file).iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            forms = [form.text or "" for form in translation.iter("numerusform")] or [translation.text or ""]
            found[context.findtext("name"), message.findtext("source")] = forms
    return found


@pytest.mark.parametrize("language", list(Language))
def test_that_every_text_of_the_window_and_the_contract_is_translated(update, language):
    assert update.unfinished_texts(FOLDER / f"penjing_{language}.ts") == []


@pytest.mark.parametrize("language", list(Language))
def test_that_the_texts_are_those_of_the_code_of_now(update, language, tmp_path):
    committed, fresh = FOLDER / f"penjing_{language}.ts", tmp_path / "fresh.ts"

    update.update_texts(fresh, language)

    assert messages(fresh).keys() == messages(committed).keys(), "run: make translations"


@pytest.mark.parametrize("language", list(Language))
def test_that_the_compiled_texts_are_those_of_the_source(update, language, tmp_path):
    update.compile_texts(FOLDER / f"penjing_{language}.ts", tmp_path / "fresh.qm")

    assert (tmp_path / "fresh.qm").read_bytes() == (FOLDER / f"penjing_{language}.qm").read_bytes(), (
        "run: make translations"
    )


def test_that_a_translation_names_the_same_arguments_as_its_source():
    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for (context, source), forms in messages(FOLDER / "penjing_zh.ts").items():
        for form in forms:
            assert names(form) == names(source), f"{context}: {source}"
            assert ("%n" in form) == ("%n" in source), f"{context}: {source}"


def test_that_chinese_texts_are_written_in_chinese():
    proper_names = re.compile(
        r"^[\W\d]*$|^(Adam|SGD|CPU|CUDA|MPS|MACs?|F1|Top 5|ONNX( \w+)?|Python \(\*\.py\)"
        r"|Torchvision|TorchScript|Safetensors|SHA-256: {hash}…)$"
    )

    for (context, source), forms in messages(FOLDER / "penjing_zh.ts").items():
        if not proper_names.match(source):
            assert any(re.search(r"[\u4e00-\u9fff]", form) for form in forms), f"{context}: {source}"


def test_that_an_error_is_told_in_the_language_of_now(qapp):
    error = RequestError("file_missing", path="/models/net.pt")
    assert error_text(error) == error.message

    install_language(qapp, Language.CHINESE)

    assert error_text(error) == "文件“/models/net.pt”不存在；请检查路径。"
    assert translate_contract("Pruning ratio") == "剪枝率"


def test_that_an_unknown_code_or_argument_falls_back_to_english():
    assert text_of("no_such_code", {}, "as it came") == "as it came"
    assert text_of("file_missing", {"wrong": "x"}, "as it came") == "as it came"


def test_that_a_reason_without_its_code_is_found_again(qapp):
    install_language(qapp, Language.CHINESE)

    reason = 'its channels reach "aten.roll", which the cut does not understand'
    assert translate_sentence(reason) == "它的通道流入裁剪无法理解的操作“aten.roll”"
    assert translate_sentence("something else") == "something else"
