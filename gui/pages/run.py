"""The Run page: everything is redrawn from the run's events alone."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from engine.contract.errors import PenjingError
from engine.contract.events import MetricsLogged, RunEvent, RunFinished, RunResumed, RunStarted
from gui.models.run_progress import RunPhase, RunProgress
from gui.pages.run_curves import RunCurves
from gui.pages.run_log import RunLog
from gui.pages.run_stages import StageList
from gui.pages.run_words import LIVE, RunWords
from gui.theme import Space
from gui.translation import error_text
from gui.widgets.buttons import danger_button, primary_button, secondary_button
from gui.widgets.cards import Banner, Card, EmptyState
from gui.widgets.labels import caption, heading, strong_label
from gui.widgets.page import Page

_PER_MILLE = 1000
_OUTCOME_TONES = {
    RunPhase.COMPLETED: "success",
    RunPhase.CANCELLED: "info",
    RunPhase.FAILED: "error",
    RunPhase.INTERRUPTED: "warning",
}


class RunPage(Page):
    """Shows one run; asks to pause, continue, cancel or resume it, and to compare when it is done."""

    pause_requested = Signal()
    continue_requested = Signal()
    cancel_requested = Signal()
    resume_requested = Signal()
    compare_requested = Signal()
    compress_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._progress, self._words = RunProgress(), RunWords(self)
        self._began = self._latest = 0.0
        self._is_resumable = self._is_cancelling = self._is_pausing = False
        self._make_parts()
        self._lay_out()
        self._connect()
        self.retranslate()

    def _make_parts(self) -> None:
        self.pause, self.resume = secondary_button(icon_name="pause"), primary_button(icon_name="run")
        self.cancel, self.compare = danger_button(icon_name="stop"), primary_button(icon_name="compare")
        for button in (self.pause, self.cancel, self.resume, self.compare):
            self.toolbar.addWidget(button)
        self.banner, self.stages, self.curves, self.log = Banner(), StageList(), RunCurves(), RunLog()
        self.bar = QProgressBar()
        self.bar.setRange(0, _PER_MILLE)
        self.bar.setTextVisible(False)
        self.now, self.share, self.time = heading(), heading(), caption()
        self._log_heading = strong_label()

    def _lay_out(self) -> None:
        self._empty = EmptyState("run")
        self._whole = QStackedWidget()
        self._whole.addWidget(self._empty)
        self._whole.addWidget(self._run_view())
        self.body.addWidget(self._whole)

    def _run_view(self) -> QWidget:
        view = QWidget()
        layout = QVBoxLayout(view)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.L)
        log = Card(Space.M)
        log.body.addWidget(self._log_heading)
        log.body.addWidget(self.log)
        below = QHBoxLayout()
        below.setSpacing(Space.L)
        below.addWidget(self.stages, 3)
        below.addWidget(log, 7)
        layout.addWidget(self.banner)
        layout.addWidget(self._progress_card())
        layout.addWidget(self.curves, 3)
        layout.addLayout(below, 2)
        return view

    def _progress_card(self) -> Card:
        card = Card()
        top = QHBoxLayout()
        top.addWidget(self.now, 1)
        top.addWidget(self.share)
        card.body.addLayout(top)
        card.body.addWidget(self.bar)
        card.body.addWidget(self.time)
        return card

    def _connect(self) -> None:
        self.pause.clicked.connect(self._on_pause_clicked)
        self.cancel.clicked.connect(self._on_cancel_clicked)
        self.resume.clicked.connect(self.resume_requested)
        self.compare.clicked.connect(self.compare_requested)
        self.banner.acted.connect(self._on_banner_acted)
        self._empty.clicked.connect(self.compress_requested)

    def begin(self, name: str) -> None:
        """Forgets the run before and waits for the events of this one."""
        self._progress = RunProgress(name=name, phase=RunPhase.STARTING)
        self._began = self._latest = 0.0
        self._is_resumable = self._is_cancelling = self._is_pausing = False
        self.curves.clear()
        self.log.clear_events()
        self.banner.hide()
        self._show()

    def add_events(self, events: list[RunEvent]) -> None:
        """Takes a batch of events and redraws once."""
        for event in events:
            self._take(event)
        self.log.add_events(events)
        self._show()
        if any(isinstance(event, RunFinished) for event in events):
            self._show_outcome()

    def set_resumable(self, is_resumable: bool) -> None:
        """Says that the run can go on from a checkpoint; one without an end was interrupted."""
        self._is_resumable = is_resumable
        if is_resumable and self._progress.phase in LIVE:
            self._progress = self._progress.interrupted()
            self._show_outcome()
        self._show()

    def show_error(self, error: PenjingError) -> None:
        """Says why there will be no more events, where no event said it."""
        if self._progress.phase in LIVE:
            self._progress = self._progress.interrupted()
        self.banner.tell(lambda: error_text(error))
        self._show()

    def progress(self) -> RunProgress:
        """What the events told so far."""
        return self._progress

    def phase(self) -> RunPhase:
        """How far the run is."""
        return self._progress.phase

    def _take(self, event: RunEvent) -> None:
        if isinstance(event, RunStarted | RunResumed):
            self._is_resumable = self._is_cancelling = self._is_pausing = False
            self._began = event.time
            self.banner.hide()
        if isinstance(event, RunResumed):
            self.curves.cut_after(event.step)
        if isinstance(event, MetricsLogged):
            self.curves.add_metrics(event)
        self._latest = max(self._latest, event.time)
        self._progress = self._progress.after(event)
        if self._progress.phase is not RunPhase.RUNNING:
            self._is_pausing = False

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self._empty.set_texts(
            self.tr("No run yet"),
            self.tr("Choose in Compress what to do; here you then watch it happen, step by step."),
            self.tr("Go to Compress"),
        )
        self.compare.setText(self.tr("Compare"))
        self.resume.setText(self.tr("Resume"))
        self.cancel.setToolTip(self.tr("Stops the run in order; the best result so far is kept."))
        self._log_heading.setText(self.tr("Log"))
        for part in (self.stages, self.curves, self.log):
            part.retranslate()
        self._show()

    def _show(self) -> None:
        progress = self._progress
        has_run = progress.phase is not RunPhase.IDLE
        self._whole.setCurrentIndex(int(has_run))
        self.set_heading(self.tr("Run"), progress.name)
        self.stages.show_stages(progress.stages)
        self.curves.setVisible(progress.is_trained or self.curves.has_training())
        self.bar.setRange(0, 0 if progress.phase is RunPhase.STARTING else _PER_MILLE)
        self.bar.setValue(round(progress.share * _PER_MILLE))
        self.now.setText(self._words.now(progress))
        self.share.setText(f"{progress.share:.0%}".replace("%", " %"))
        self.time.setText(self._words.times(progress, self._latest - self._began))
        self._show_buttons()

    def _show_buttons(self) -> None:
        phase = self._progress.phase
        is_live = phase in LIVE
        has_result = self._progress.finished is not None and self._progress.finished.result is not None
        self.pause.setVisible(is_live)
        self.cancel.setVisible(is_live)
        self.resume.setVisible(self._is_resumable and not is_live)
        self.compare.setVisible(has_result)
        self.pause.setEnabled(
            phase is not RunPhase.STARTING and not self._is_pausing and not self._is_cancelling
        )
        self.cancel.setEnabled(not self._is_cancelling)
        is_paused = phase is RunPhase.PAUSED
        waiting = self.tr("Pausing…") if self._is_pausing else self.tr("Pause")
        self.pause.setText(self.tr("Continue") if is_paused else waiting)
        self.cancel.setText(self.tr("Cancelling…") if self._is_cancelling else self.tr("Cancel"))

    def _show_outcome(self) -> None:
        """Says how the run ended and what to do next."""
        tone = _OUTCOME_TONES.get(self._progress.phase)
        if tone is None:
            self.banner.hide()
        else:
            self.banner.tell(lambda: self._words.outcome(self._progress), tone)

    def _on_pause_clicked(self) -> None:
        if self._progress.phase is RunPhase.PAUSED:
            self.continue_requested.emit()
            return
        self._is_pausing = True
        self._show_buttons()
        self.pause_requested.emit()

    def _on_cancel_clicked(self) -> None:
        self.banner.tell(
            lambda: self.tr("Stop this run? The best result so far is kept."),
            "warning",
            lambda: self.tr("Stop the run"),
        )

    def _on_banner_acted(self) -> None:
        self._is_cancelling = True
        self.banner.hide()
        self._show_buttons()
        self.cancel_requested.emit()
