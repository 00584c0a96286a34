import re
from dataclasses import fields
from importlib.resources import files

import pytest

from gui.theme import DARK, LIGHT, Scheme, Theme, apply_theme, current_theme, style_sheet, theme_signals

TEXT_ON_BACKGROUND = [
    ("text", "window"),
    ("text", "surface"),
    ("text_secondary", "window"),
    ("text_secondary", "surface"),
    ("text_muted", "surface"),
    ("text_muted", "window"),
    ("accent", "accent_soft"),
    ("on_accent", "accent"),
    ("danger", "danger_soft"),
    ("danger", "surface"),
    ("warning", "warning_soft"),
]


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.scheme)
@pytest.mark.parametrize(("text", "background"), TEXT_ON_BACKGROUND)
def test_that_text_is_legible_on_its_background(theme: Theme, text: str, background: str):
    # 4.5 is what WCAG 2.2 asks of running text (level AA).
    assert contrast(getattr(theme, text), getattr(theme, background)) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.scheme)
def test_that_the_style_sheet_is_filled_in_and_its_pictures_exist(theme: Theme):
    sheet = style_sheet(theme)

    assert not re.search(r"\$\w", re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL))
    pictures = set(re.findall(r'url\("(.+?)"\)', sheet))
    icons = {str(icon) for icon in files("resources").joinpath("icons").iterdir()}
    assert pictures
    assert pictures <= icons


def test_that_both_themes_name_a_colour_for_everything():
    for field in fields(Theme):
        for theme in (LIGHT, DARK):
            value = getattr(theme, field.name)
            if isinstance(value, str) and field.name != "scheme":
                assert re.fullmatch(r"#[0-9a-f]{6}", value), f"{theme.scheme}.{field.name}"


def test_that_a_switch_is_heard_by_those_who_paint_themselves(qapp, qtbot):
    with qtbot.waitSignal(theme_signals().changed):
        apply_theme(qapp, Scheme.DARK)

    assert current_theme() is DARK
