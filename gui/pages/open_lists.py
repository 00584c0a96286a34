"""What can be opened again: models opened lately, and runs of the library."""

import time
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from engine.contract.library import RunEntry
from engine.contract.run_folder import RunState
from gui.pages.open_places import name_of
from gui.session import OpenRequest
from gui.theme import Space
from gui.translation import translate_contract
from gui.widgets.cards import Card
from gui.widgets.icons import IconLabel
from gui.widgets.labels import ElidedLabel, caption, heading, tag

_STATE_TONES = {RunState.COMPLETED: "accent", RunState.FAILED: "danger"}


class _Entry(QPushButton):
    """One line of a list: an icon, a name over a remark, and a tag."""

    def __init__(self, icon_name: str, name: str, remark: str, state: QLabel | None = None) -> None:
        super().__init__()
        self.setProperty("role", "entry")
        self.setAutoDefault(True)
        self.setAccessibleName(name)
        self.setMinimumHeight(48)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        for label in (ElidedLabel(name), ElidedLabel(remark, "caption")):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            texts.addWidget(label)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.S, Space.XS, Space.S, Space.XS)
        row.setSpacing(Space.M)
        row.addWidget(IconLabel(icon_name, 18))
        row.addLayout(texts, 1)
        if state is not None:
            row.addWidget(state, 0, Qt.AlignmentFlag.AlignVCenter)


class _List(Card):
    """A heading over entries, or over what is said while there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._heading, self._nothing = heading(), caption()
        self._shown: list[_Entry] = []
        self._entries = QVBoxLayout()
        self._entries.setSpacing(0)
        self.body.addWidget(self._heading)
        self.body.addWidget(self._nothing)
        self.body.addLayout(self._entries)
        self.body.addStretch(1)

    def _replace(self, entries: list[_Entry]) -> None:
        for old in self._shown:
            self._entries.removeWidget(old)
            old.deleteLater()
        self._shown = entries
        for entry in entries:
            self._entries.addWidget(entry)
        self._nothing.setVisible(not entries)


class RecentList(_List):
    """The models that were opened last: what they are, and with which data."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._requests: tuple[OpenRequest, ...] = ()

    def set_recent(self, requests: tuple[OpenRequest, ...]) -> None:
        """Shows these, newest first."""
        self._requests = requests
        self._replace([self._entry(request) for request in requests])

    def _entry(self, request: OpenRequest) -> _Entry:
        path = Path(request.source.file)
        parts = (
            translate_contract(request.format.label) if request.format is not None else "",
            Path(request.source.architecture or "").name,
            name_of(request.data.source) if request.data is not None else "",
        )
        remark = "  ·  ".join(part for part in parts if part)
        entry = _Entry("file", path.name, remark or str(path.parent))
        entry.setToolTip(str(path))
        entry.clicked.connect(lambda: self.chosen.emit(request))
        return entry

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self._heading.setText(self.tr("Recent models"))
        self._nothing.setText(self.tr("Models that you open are listed here."))
        self.set_recent(self._requests)


class RunList(_List):
    """The runs of the library."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs: tuple[RunEntry, ...] = ()
        self._going_on: Path | None = None

    def set_runs(self, runs: tuple[RunEntry, ...], going_on: Path | None = None) -> None:
        """Shows these, newest first; ``going_on`` is the folder of the run that this window is computing."""
        self._runs, self._going_on = runs, going_on
        self._replace([self._entry(run) for run in runs])

    def _entry(self, run: RunEntry) -> _Entry:
        state = self._state_of(run)
        changed = time.strftime("%Y-%m-%d %H:%M", time.localtime(run.changed))
        entry = _Entry("history", run.name, changed, state)
        entry.clicked.connect(lambda: self.chosen.emit(run.folder))
        return entry

    def _state_of(self, run: RunEntry) -> QLabel:
        # A run without an end looks interrupted on disk, the one that is going on too.
        if self._going_on is not None and Path(run.folder) == self._going_on:
            return tag(self.tr("Running"), "accent")
        return tag(self._state_text(run.state), _STATE_TONES.get(run.state, "warning"))

    def _state_text(self, state: RunState) -> str:
        return {
            RunState.EMPTY: self.tr("Empty"),
            RunState.INTERRUPTED: self.tr("Interrupted"),
            RunState.COMPLETED: self.tr("Completed"),
            RunState.CANCELLED: self.tr("Cancelled"),
            RunState.FAILED: self.tr("Failed"),
        }[state]

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self._heading.setText(self.tr("Runs"))
        self._nothing.setText(
            self.tr("Runs that you start are listed here; one that was interrupted can go on.")
        )
        self.set_runs(self._runs, self._going_on)
