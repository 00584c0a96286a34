from PySide6.QtCore import QObject
from PySide6.QtWidgets import QLabel

from gui.warming import Warming
from gui.widgets.rail import PageName


def test_that_every_page_is_built_once_but_none_while_the_engine_works(qapp, qtbot):
    built, owner, is_busy = [], QObject(), True

    def build(name: PageName) -> QLabel:
        built.append(name)
        return QLabel(name)

    warming = Warming(build, lambda: is_busy, owner)
    with qtbot.assertNotEmitted(warming.done, wait=600):
        warming.start()
    assert built == []

    is_busy = False
    with qtbot.waitSignal(warming.done):
        pass
    assert built == list(PageName)
