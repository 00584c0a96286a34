"""The shell: a rail beside the pages; asks for trust, and what becomes of a run when it closes."""

from PySide6.QtCore import QEvent, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeySequence, QPaintEvent, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QStackedWidget, QWidget

from engine.contract.messages import Question
from gui.connections import BUILDERS
from gui.desk import Desk
from gui.engine_thread import EngineThread
from gui.leaving import Leaving
from gui.settings import Settings
from gui.theme import Scheme, apply_theme, current_theme
from gui.translation import LANGUAGE_NAMES, Language, current_language, install_language
from gui.widgets.page import Page
from gui.widgets.rail import EngineState, PageName, Rail


class MainWindow(QMainWindow):
    """The one window of Penjing; the engine is started once the first page has been painted."""

    first_painted = Signal()
    warmed_up = Signal()

    def __init__(self, engine: EngineThread, settings: Settings) -> None:
        super().__init__()
        self.desk = Desk(engine, settings, self)
        self._engine, self._settings = engine, settings
        self._pages: dict[PageName, Page] = {}
        self._is_painted = self._is_leaving = False
        self._leaving = Leaving(self.desk, self)
        self._versions: dict[str, str] = {}
        self._rail, self._stack = Rail(), QStackedWidget()
        self._stack.setObjectName("pages")
        self._lay_out()
        self._connect()
        self._add_shortcuts()
        self.show_page(PageName.OPEN)
        self.retranslate()

    def _lay_out(self) -> None:
        central = QWidget()
        layout = QHBoxLayout(central)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._rail)
        layout.addWidget(self._stack, 1)
        self.setCentralWidget(central)
        self.setMinimumSize(1000, 640)
        if not self.restoreGeometry(self._settings.geometry()):
            self.resize(1280, 800)

    def _connect(self) -> None:
        self._rail.page_chosen.connect(self.show_page)
        self._rail.language_clicked.connect(self._on_rail_language_clicked)
        self._rail.theme_clicked.connect(self._on_rail_theme_clicked)
        self.desk.page_wanted.connect(self.show_page)
        self.desk.page_needed.connect(lambda name: self.page(PageName(name)))
        self._leaving.done.connect(self._on_leaving_done)
        self.desk.session.inspection_changed.connect(self._show_title)
        self.desk.jobs.working_changed.connect(self._on_jobs_working_changed)
        self._engine.engine_ready.connect(self._on_engine_ready)
        self._engine.engine_died.connect(self._on_engine_died)
        self._engine.question_asked.connect(self._on_engine_question_asked)

    def _add_shortcuts(self) -> None:
        for index, name in enumerate(PageName, start=1):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{index}"), self)
            shortcut.activated.connect(lambda name=name: self.show_page(name))
        QShortcut(QKeySequence.StandardKey.Open, self).activated.connect(self.desk.ask_for_file)
        QShortcut(QKeySequence.StandardKey.Quit, self).activated.connect(self.close)

    @Slot(str)
    def show_page(self, name: str) -> None:
        """Shows a page, building it when it is shown for the first time."""
        page = self.page(PageName(name))
        self._stack.setCurrentWidget(page)
        self._rail.set_page(PageName(name))
        page.take_focus()

    def page(self, name: PageName) -> Page:
        """The page of that name."""
        if name not in self._pages:
            self._pages[name] = BUILDERS[name](self.desk)
            self._stack.addWidget(self._pages[name])
        return self._pages[name]

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        others = [language for language in Language if language is not current_language()]
        self._rail.set_look(
            other_language=LANGUAGE_NAMES[others[0]], is_dark=current_theme().scheme is Scheme.DARK
        )
        self._show_title()

    def _show_title(self) -> None:
        opened = self.desk.session.opened
        file = opened.source.file.replace("\\", "/").rpartition("/")[2] if opened else ""
        self.setWindowTitle(f"{file} — Penjing" if file else "Penjing 盆景")

    def set_language(self, language: Language) -> None:
        """Switches all that is shown to another language, and remembers it."""
        install_language(_application(), language)
        self._settings.set_language(language)

    def set_scheme(self, scheme: Scheme) -> None:
        """Switches between light and dark, and remembers it."""
        apply_theme(_application(), scheme)
        self._settings.set_scheme(scheme)
        self.retranslate()

    def _on_rail_language_clicked(self) -> None:
        self.set_language(next(language for language in Language if language is not current_language()))

    def _on_rail_theme_clicked(self) -> None:
        self.set_scheme(Scheme.LIGHT if current_theme().scheme is Scheme.DARK else Scheme.DARK)

    @Slot(bool)
    def _on_jobs_working_changed(self, is_working: bool) -> None:
        if self._versions:
            self._show_engine(EngineState.WORKING if is_working else EngineState.READY)

    @Slot(object)
    def _on_engine_ready(self, versions: dict[str, str]) -> None:
        self._versions = versions
        self._show_engine(EngineState.WORKING if self.desk.jobs.is_working else EngineState.READY)

    @Slot(str)
    def _on_engine_died(self, message: str) -> None:
        self._versions = {}
        self._rail.set_engine(EngineState.DEAD, message)

    def _show_engine(self, state: EngineState) -> None:
        self._rail.set_engine(
            state, "\n".join(f"{name} {version}" for name, version in self._versions.items())
        )

    @Slot(object)
    def _on_engine_question_asked(self, question: Question) -> None:
        from gui.dialogs.trust import TrustDialog

        dialog = TrustDialog(question, self)
        dialog.finished.connect(lambda result: self._engine.answer_trust(bool(result)))
        dialog.open()

    def changeEvent(self, event: QEvent) -> None:
        """Qt's hook: hears of a new language."""
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's hook: whatever takes time waits for the first of these."""
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            self.first_painted.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Qt's hook: a run is never lost by closing the window."""
        self._settings.set_geometry(self.saveGeometry())
        if self.desk.jobs.run_folder is not None and not self._is_leaving:
            event.ignore()
            self._leaving.ask()
            return
        self._engine.end()
        event.accept()

    def _on_leaving_done(self) -> None:
        self._is_leaving = True
        self.close()


def _application() -> QApplication:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    return application
