"""The pictures of the documentation, taken anew: each page in both languages and looks, looked at carefully."""

from pathlib import Path

import pytest
from PySide6.QtGui import QFont, QImage
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from benchmarks.pictures import SIZE, close_window, empty_scenes, looks, open_window, scenes, settle
from gui.main_window import MainWindow
from gui.theme import Scheme
from gui.translation import Language
from tests.gui.looking import beyond_the_edge, clipped_texts, has_missing_glyph, missing_glyphs

PAGES = {"open", "inspect", "data", "compress", "run", "compare", "export"}
STEPS = {f"compress-{step}" for step in ("goal", "pruning", "quantization", "recovery", "review")}


@pytest.mark.slow
@pytest.mark.timeout(280)
def test_that_every_page_is_drawn_whole_in_both_languages_and_looks(qapp, tmp_path):
    window, faults = open_window(), []
    try:
        for name in empty_scenes(window):
            faults += faults_in_both_languages(window, name)
        for name in scenes(window):
            for language, scheme in looks(window):
                window.grab().save(str(tmp_path / f"{name}-{language}-{scheme}.png"))
                faults += faults_of(window, f"{name}-{language}-{scheme}")
    finally:
        close_window(window)
    assert not faults, "\n".join(faults)
    assert_that_pictures_are_complete(tmp_path)


def faults_in_both_languages(window: MainWindow, name: str) -> list[str]:
    found = []
    for language in Language:
        window.set_language(language)
        settle()
        found += faults_of(window, f"{name}-{language}")
    return found


def faults_of(window: MainWindow, name: str) -> list[str]:
    return [
        f"{name}: {fault}"
        for look in (missing_glyphs, clipped_texts, beyond_the_edge)
        for fault in look(window)
    ]


def assert_that_pictures_are_complete(folder: Path) -> None:
    names = {path.stem for path in folder.glob("*.png")}
    scene_names = {name.rsplit("-", 2)[0] for name in names}
    assert scene_names >= STEPS
    assert {name.partition("-")[0] for name in scene_names} == PAGES
    assert names == {
        f"{name}-{language}-{scheme}" for name in scene_names for language in Language for scheme in Scheme
    }
    for path in folder.glob("*.png"):
        image = QImage(str(path))
        assert (image.width(), image.height()) == SIZE
        assert path.stat().st_size > 10_000, f"{path.name} is empty"


def test_that_a_label_without_room_is_seen(qtbot):
    holder = QWidget()
    qtbot.addWidget(holder)
    layout = QHBoxLayout(holder)
    label = QLabel("much longer than its place")
    layout.addWidget(label)
    holder.show()
    assert clipped_texts(holder) == []
    label.setFixedWidth(20)
    assert len(clipped_texts(holder)) == 1


def test_that_a_character_without_a_glyph_is_seen(qapp):
    assert has_missing_glyph("\U000f0000", QFont())
    assert not has_missing_glyph("Prune 剪枝 3.1× → −0.5 …", QFont())


def test_that_what_sticks_out_is_seen(qtbot):
    holder = QWidget()
    qtbot.addWidget(holder)
    holder.resize(100, 100)
    inner = QWidget(holder)
    inner.setGeometry(50, 50, 100, 20)
    holder.show()
    assert len(beyond_the_edge(holder)) == 1
    inner.setGeometry(10, 10, 50, 20)
    assert beyond_the_edge(holder) == []
