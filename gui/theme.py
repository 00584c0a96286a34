"""The look of the window: colours for light and dark, a spacing scale, fonts, and the style sheet of them."""

from dataclasses import asdict, dataclass
from enum import IntEnum, StrEnum
from importlib.resources import files
from string import Template

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication


class Scheme(StrEnum):
    """Light or dark."""

    LIGHT = "light"
    DARK = "dark"


class Space(IntEnum):
    """The steps of distance, in pixels: everything stands on these."""

    XS = 4
    S = 8
    M = 12
    L = 16
    XL = 24
    XXL = 32
    HUGE = 48


@dataclass(frozen=True, kw_only=True)
class Theme:
    """One set of colours.

    Attributes:
        window, rail, surface, raised: backgrounds, from the back to the front.
        border, border_strong: hairlines, and the outlines of things that can be typed into.
        text, text_secondary, text_muted: from what is read first to what is read last.
        accent, accent_hover, accent_pressed, accent_soft, on_accent: pine green and what stands on it.
        danger…, warning…, success…: messages; ``_soft`` is the background of the same.
        focus: the ring around what the keyboard is on.
        before, after: the two colours of every comparison.
        series: lines of a plot, in order.
    """

    scheme: Scheme
    window: str
    rail: str
    surface: str
    raised: str
    hover: str
    border: str
    border_strong: str
    text: str
    text_secondary: str
    text_muted: str
    accent: str
    accent_hover: str
    accent_pressed: str
    accent_soft: str
    on_accent: str
    danger: str
    danger_soft: str
    warning: str
    warning_soft: str
    success: str
    success_soft: str
    focus: str
    before: str
    after: str
    grid: str
    series: tuple[str, ...]


LIGHT = Theme(
    scheme=Scheme.LIGHT,
    window="#f6f6f3",
    rail="#eeeeea",
    surface="#ffffff",
    raised="#fafaf8",
    hover="#ecece7",
    border="#e2e2dc",
    border_strong="#c4c6be",
    text="#1b201d",
    text_secondary="#545d57",
    text_muted="#68716b",
    accent="#1f6b4f",
    accent_hover="#195942",
    accent_pressed="#134634",
    accent_soft="#e0efe7",
    on_accent="#ffffff",
    danger="#a8321f",
    danger_soft="#fbebe7",
    warning="#855600",
    warning_soft="#fbf2da",
    success="#1f6b4f",
    success_soft="#e0efe7",
    focus="#3a9a74",
    before="#a3aba5",
    after="#1f6b4f",
    grid="#e8e8e3",
    series=("#1f6b4f", "#b8651b", "#3b6ea5", "#7a5195"),
)

DARK = Theme(
    scheme=Scheme.DARK,
    window="#141816",
    rail="#0f1311",
    surface="#1b201d",
    raised="#212723",
    hover="#262d29",
    border="#2b322e",
    border_strong="#465049",
    text="#e9edea",
    text_secondary="#a9b3ad",
    text_muted="#87918b",
    accent="#62bd95",
    accent_hover="#77cba6",
    accent_pressed="#4fa780",
    accent_soft="#1e3a2e",
    on_accent="#0b1a13",
    danger="#f0937f",
    danger_soft="#3a211c",
    warning="#e0b458",
    warning_soft="#362c15",
    success="#62bd95",
    success_soft="#1e3a2e",
    focus="#62bd95",
    before="#6f7973",
    after="#62bd95",
    grid="#29302c",
    series=("#62bd95", "#e59a55", "#7fb0e3", "#c096dc"),
)

_THEMES = {Scheme.LIGHT: LIGHT, Scheme.DARK: DARK}

_FAMILIES = [
    "Inter", "Segoe UI", ".AppleSystemUIFont", "Noto Sans", "Noto Sans CJK SC",
    "PingFang SC", "Microsoft YaHei UI", "DejaVu Sans",
]  # fmt: skip
_STYLES = ("penjing.qss", "work.qss")
FONT_SIZES = {"title": 22, "heading": 15, "body": 13, "caption": 12, "stat": 26}
"""Pixels by role; Qt multiplies them by the screen's scale."""


class _ThemeSignals(QObject):
    changed = Signal()


_signals: _ThemeSignals | None = None
_current = LIGHT


def theme_signals() -> _ThemeSignals:
    """The object whose ``changed`` says that :func:`current_theme` is another one now."""
    global _signals  # noqa: PLW0603 - one application has one look
    if _signals is None:
        _signals = _ThemeSignals()
    return _signals


def current_theme() -> Theme:
    """The colours that are shown now."""
    return _current


def system_scheme() -> Scheme:
    """What the desktop asks for; light where it does not say."""
    is_dark = QApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
    return Scheme.DARK if is_dark else Scheme.LIGHT


def apply_theme(app: QApplication, scheme: Scheme) -> None:
    """Sets palette, font and style sheet of the whole application, and tells those who paint themselves.

    The style below the sheet is set once, where the application is made: to set it again restyles every widget.
    """
    global _current  # noqa: PLW0603
    _current = _THEMES[scheme]
    # With the old sheet taken off first, a switch takes a fifth of the time: widgets are styled once, not thrice.
    app.setStyleSheet("")
    app.setFont(body_font())
    app.setPalette(_palette(_current))
    app.setStyleSheet(style_sheet(_current))
    theme_signals().changed.emit()


def body_font() -> QFont:
    """The font of running text, with digits of equal width so that columns of numbers line up."""
    font = QFont()
    font.setFamilies(_FAMILIES)
    font.setPixelSize(FONT_SIZES["body"])
    font.setFeature(QFont.Tag.fromString("tnum"), 1)  # type: ignore[arg-type]
    return font


def style_sheet(theme: Theme) -> str:
    """The style sheet with the theme's colours filled in."""
    styles = files("resources").joinpath("styles")
    template = Template("\n".join(styles.joinpath(name).read_text(encoding="utf-8") for name in _STYLES))
    sizes = {f"size_{role}": f"{pixels}px" for role, pixels in FONT_SIZES.items()}
    icons = str(files("resources").joinpath("icons")).replace("\\", "/")
    return template.substitute(asdict(theme), **sizes, icons=icons)


def _palette(theme: Theme) -> QPalette:
    roles = {
        QPalette.ColorRole.Window: theme.window,
        QPalette.ColorRole.WindowText: theme.text,
        QPalette.ColorRole.Base: theme.surface,
        QPalette.ColorRole.AlternateBase: theme.raised,
        QPalette.ColorRole.Text: theme.text,
        QPalette.ColorRole.Button: theme.surface,
        QPalette.ColorRole.ButtonText: theme.text,
        QPalette.ColorRole.Highlight: theme.accent,
        QPalette.ColorRole.HighlightedText: theme.on_accent,
        QPalette.ColorRole.ToolTipBase: theme.raised,
        QPalette.ColorRole.ToolTipText: theme.text,
        QPalette.ColorRole.PlaceholderText: theme.text_muted,
        QPalette.ColorRole.Link: theme.accent,
    }
    palette = QPalette()
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.text_muted))
    return palette
