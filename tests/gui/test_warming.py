from PySide6.QtCore import QObject

from gui.warming import Warming
from gui.widgets.page import Page
from gui.widgets.rail import PageName


class PageInParts(Page):
    """A page of three parts."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = 0

    def prepare(self) -> bool:
        self.parts += 1
        return self.parts < 3


def test_that_every_page_is_built_in_its_parts_but_none_while_the_engine_works(qapp, qtbot):
    built: dict[PageName, PageInParts] = {}
    owner, is_busy = QObject(), True

    def build(name: PageName) -> Page:
        built[name] = PageInParts()
        qtbot.addWidget(built[name])
        return built[name]

    warming = Warming(build, lambda: is_busy, owner)
    with qtbot.assertNotEmitted(warming.done, wait=600):
        warming.start()
    assert built == {}

    is_busy = False
    with qtbot.waitSignal(warming.done):
        pass
    assert list(built) == list(PageName)
    assert all(page.parts == 3 for page in built.values())
