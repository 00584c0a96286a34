"""The Export page: every format, the files that were written, and whether each of them holds."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from engine.contract.errors import PenjingError
from engine.contract.methods import ExportFormat
from engine.contract.report import Artifact, Report, Verification
from gui.pages.compare_rows import int8_artifact
from gui.pages.export_card import ExportCard
from gui.theme import Space
from gui.translation import error_text, translate_sentence
from gui.widgets.cards import Banner, EmptyState
from gui.widgets.page import Page
from gui.widgets.scrolled import Scrolled


class ExportPage(Page):
    """Asks to write a format, to verify a file and to show it; paths count from the run's folder."""

    export_requested = Signal(object)
    verify_requested = Signal(str)
    reveal_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report: Report | None = None
        self.banner = Banner()
        self.cards = {kind: ExportCard(kind) for kind in ExportFormat}
        for kind, card in self.cards.items():
            card.write_requested.connect(self._asking_to_write(kind))
            card.verify_requested.connect(self._asking_about(card, self._on_card_verify_requested))
            card.reveal_requested.connect(self._asking_about(card, self._on_card_reveal_requested))
        self._lay_out()
        self.retranslate()

    def _lay_out(self) -> None:
        self._empty = EmptyState("export")
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.L)
        column.addWidget(self.banner)
        for card in self.cards.values():
            column.addWidget(card)
        column.addStretch(1)
        self._whole = QStackedWidget()
        self._whole.addWidget(self._empty)
        self._whole.addWidget(Scrolled(column))
        self.body.addWidget(self._whole)

    def set_report(self, report: Report | None) -> None:
        """Shows a run's files; the empty page without a run."""
        self._report = report
        self.banner.hide()
        self.set_busy(None)
        for kind, card in self.cards.items():
            found = [item for item in report.artifacts if item.format is kind] if report is not None else []
            card.show_artifact(found[-1] if found else None, self._baseline_bytes())
        self._show()

    def set_busy(self, kind: ExportFormat | None) -> None:
        """Which format the engine works on; None for none."""
        for card in self.cards.values():
            card.set_busy(card.kind is kind)
            card.set_enabled(kind is None)

    def add_artifact(self, artifact: Artifact) -> None:
        """Shows a file that was just written."""
        self.set_busy(None)
        self.banner.hide()
        self.cards[artifact.format].show_artifact(artifact, self._baseline_bytes())

    def add_verification(self, path: str, verification: Verification) -> None:
        """Tells what came of verifying the file at ``path`` once more."""
        self.set_busy(None)
        name = path.replace("\\", "/").rpartition("/")[2]
        if verification.verified:
            self.banner.tell(
                lambda: self.tr("{file}: opened and re-run once more.").format(file=name), "success"
            )
        else:
            self.banner.tell(lambda: f"{name}: {translate_sentence(verification.why)}")

    def show_error(self, error: PenjingError) -> None:
        """Says why nothing was written."""
        self.set_busy(None)
        self.banner.tell(lambda: error_text(error))

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self._empty.set_texts(
            self.tr("Nothing to export yet"),
            self.tr(
                "Once a run is done, its model can be written here in every format, and each file is checked."
            ),
        )
        for card in self.cards.values():
            card.retranslate()
        self._show()

    def _show(self) -> None:
        self._whole.setCurrentIndex(int(self._report is not None))
        text = self.tr("Every file is opened again after it was written, run, and compared with the model.")
        self.set_heading(self.tr("Export"), text if self._report is not None else "")

    def _baseline_bytes(self) -> float | None:
        """The length of the original's float32 ONNX: the report holds the ratio and the length after."""
        report = self._report
        int8 = int8_artifact(report) if report is not None else None
        if report is None or int8 is None or report.ratios.file is None:
            return None
        return int8.size_bytes * report.ratios.file

    def _asking_to_write(self, kind: ExportFormat) -> Callable[[], None]:
        def ask() -> None:
            self.set_busy(kind)
            self.export_requested.emit(kind)

        return ask

    def _asking_about(self, card: ExportCard, ask: Callable[[Artifact], None]) -> Callable[[], None]:
        def ask_about_file() -> None:
            artifact = card.artifact()
            if artifact is not None:
                ask(artifact)

        return ask_about_file

    def _on_card_verify_requested(self, artifact: Artifact) -> None:
        self.set_busy(artifact.format)
        self.verify_requested.emit(artifact.path)

    def _on_card_reveal_requested(self, artifact: Artifact) -> None:
        self.reveal_requested.emit(artifact.path)
