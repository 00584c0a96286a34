"""What holds for tests of the window: the real look, and nothing left on the screen."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from gui.theme import Scheme, apply_theme
from gui.translation import Language, install_language


@pytest.fixture(scope="session")
def qapp() -> Iterator[QApplication]:
    """The application as the window makes it, in English and light."""
    from gui.app import make_application

    instance = QApplication.instance()
    yield instance if isinstance(instance, QApplication) else make_application()


@pytest.fixture(autouse=True)
def english_and_light(qapp: QApplication) -> Iterator[None]:
    """Every test begins in the same language and theme, whatever the one before it chose."""
    # Widgets of earlier tests wait for an event loop to be deleted in; until then each is restyled again.
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    apply_theme(qapp, Scheme.LIGHT)
    install_language(qapp, Language.ENGLISH)
    yield
    left = [widget for widget in qapp.topLevelWidgets() if widget.isVisible()]
    for widget in left:
        widget.close()
    assert not left, f"left on the screen: {left}; give it to qtbot.addWidget"
