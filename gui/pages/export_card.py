"""One export format: what it is for, and the file of it with its verification."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from engine.contract.methods import ExportFormat
from engine.contract.report import Artifact
from gui.figures import UNKNOWN, bytes_text, gain_text, percent_text, value_text
from gui.theme import Space
from gui.translation import text_of, translate_contract
from gui.widgets.buttons import quiet_button, secondary_button
from gui.widgets.cards import Card
from gui.widgets.labels import ElidedLabel, caption, heading, set_tone, strong_label, tag

_FACTS = 6
_SHOWN_DIGITS = 12


class ExportCard(Card):
    """Asks to write, to verify once more, and to show the file in its folder."""

    write_requested = Signal()
    verify_requested = Signal()
    reveal_requested = Signal()

    def __init__(self, kind: ExportFormat) -> None:
        super().__init__()
        self.kind = kind
        self._artifact: Artifact | None = None
        self._baseline_bytes: float | None = None
        self._title, self._help, self.badge = heading(), caption(), tag()
        self.write = secondary_button(icon_name="export")
        self.verify, self.reveal = quiet_button(icon_name="shield"), quiet_button(icon_name="folder")
        self._bar, self._note = QProgressBar(), caption()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._facts = [(caption(), strong_label()) for _ in range(_FACTS)]
        self._path = ElidedLabel(role="caption")
        self._details = self._details_view()
        self._lay_out()
        self.write.clicked.connect(self.write_requested)
        self.verify.clicked.connect(self.verify_requested)
        self.reveal.clicked.connect(self.reveal_requested)
        self.set_busy(False)

    def _details_view(self) -> QWidget:
        view = QWidget()
        grid = QGridLayout(view)
        grid.setContentsMargins(0, Space.S, 0, 0)
        grid.setHorizontalSpacing(Space.XL)
        grid.setVerticalSpacing(2)
        grid.setRowMinimumHeight(2, Space.S)
        for column, (name, value) in enumerate(self._facts):
            name.setWordWrap(False)
            grid.addWidget(name, 0, column)
            grid.addWidget(value, 1, column)
        grid.setColumnStretch(_FACTS, 1)
        grid.addWidget(self._path, 3, 0, 1, _FACTS + 1)
        return view

    def _lay_out(self) -> None:
        title = QHBoxLayout()
        title.setSpacing(Space.M)
        title.addWidget(self._title)
        title.addWidget(self.badge, 0, Qt.AlignmentFlag.AlignVCenter)
        title.addStretch(1)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addLayout(title)
        texts.addWidget(self._help)
        top = QHBoxLayout()
        top.addLayout(texts, 1)
        for button in (self.verify, self.reveal, self.write):
            top.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(top)
        for widget in (self._bar, self._details, self._note):
            self.body.addWidget(widget)

    def show_artifact(self, artifact: Artifact | None, baseline_bytes: float | None) -> None:
        """Shows the file; ``baseline_bytes`` is the original's float32 ONNX file, None where not known."""
        self._artifact, self._baseline_bytes = artifact, baseline_bytes
        self.retranslate()

    def artifact(self) -> Artifact | None:
        """The file that is shown."""
        return self._artifact

    def set_busy(self, is_busy: bool) -> None:
        """Whether the engine works on this format."""
        self._bar.setVisible(is_busy)

    def set_enabled(self, is_enabled: bool) -> None:
        """Whether something can be asked for; showing the folder always can."""
        self.write.setEnabled(is_enabled)
        self.verify.setEnabled(is_enabled)

    def facts(self) -> dict[str, str]:
        """The facts as they are read."""
        return {name.text(): value.text() for name, value in self._facts}

    def note(self) -> str:
        """What is said below the facts."""
        return self._note.text()

    def retranslate(self) -> None:
        """Renews the texts in the current language."""
        artifact = self._artifact
        self._title.setText(translate_contract(self.kind.label))
        self._help.setText(translate_contract(self.kind.sentence))
        self.write.setText(self.tr("Write again") if artifact is not None else self.tr("Write"))
        self.verify.setText(self.tr("Verify"))
        self.reveal.setText(self.tr("Show in folder"))
        for widget in (self.badge, self.verify, self.reveal, self._details):
            widget.setVisible(artifact is not None)
        if artifact is not None:
            self._show_file(artifact)
        self._note.setVisible(bool(self._note.text()) and artifact is not None)

    def _show_file(self, artifact: Artifact) -> None:
        self.badge.setText(self.tr("Verified") if artifact.verified else self.tr("Not verified"))
        set_tone(self.badge, "accent" if artifact.verified else "danger")
        for (name, value), (title, text) in zip(self._facts, self._texts(artifact), strict=True):
            name.setText(title)
            value.setText(text)
        self._path.setText(f"{artifact.paths}   ·   SHA-256 {artifact.sha256[:_SHOWN_DIGITS]}…")
        self._path.setToolTip(f"{artifact.path}\nSHA-256 {artifact.sha256}{_beside(artifact)}")
        self._note.setText("\n".join(self._notes(artifact)))

    def _texts(self, artifact: Artifact) -> list[tuple[str, str]]:
        latency = artifact.latency_ms
        operators = artifact.integer_operators, artifact.float_operators
        counted = self.tr("{integer} integer, {float} float").format(integer=operators[0], float=operators[1])
        return [
            (self.tr("Size"), bytes_text(artifact.size_bytes)),
            (self.tr("Accuracy"), percent_text(artifact.accuracy)),
            (self.tr("Agreement"), percent_text(artifact.agreement)),
            (self.tr("Largest error"), value_text(artifact.max_error)),
            (self.tr("Latency"), f"{value_text(latency.p50)} ms" if latency is not None else UNKNOWN),
            (self.tr("Operators"), counted if any(operators) else UNKNOWN),
        ]

    def _notes(self, artifact: Artifact) -> list[str]:
        notes = []
        if not artifact.verified:
            notes.append(text_of(artifact.why_code, artifact.why_arguments, artifact.why))
        # A pack holds samples beside the model, and is no model's size.
        is_comparable = artifact.format is not ExportFormat.CALIBRATION_PACK
        if self._baseline_bytes and artifact.size_bytes and is_comparable:
            ratio = self._baseline_bytes / artifact.size_bytes
            text = (
                self.tr("{ratio} smaller than the original as float32 ONNX.")
                if ratio > 1
                else self.tr("Not smaller than the original as float32 ONNX: {ratio} its size.")
            )
            notes.append(text.format(ratio=gain_text(ratio)))
        return notes


def _beside(artifact: Artifact) -> str:
    data = artifact.data
    return "" if data is None else f"\n{data.name}\nSHA-256 {data.sha256}"
