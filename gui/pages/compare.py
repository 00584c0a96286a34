"""The Compare page: what a run gained and what it cost."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from engine.contract.report import Environment, Report
from gui.figures import gain_text, points_text
from gui.pages.compare_confusion import ConfusionView
from gui.pages.compare_rounding import RoundingView
from gui.pages.compare_summary import SummaryView
from gui.pages.compare_view import CompareView
from gui.pages.compare_weights import WeightsView
from gui.theme import Space
from gui.widgets.buttons import SegmentedControl, secondary_button
from gui.widgets.cards import EmptyState, StatTile
from gui.widgets.labels import caption
from gui.widgets.page import Page


class ComparePage(Page):
    """Headline numbers over four views; ``folder_requested`` asks to see the run's files.

    ``exception_requested`` carries the name of a layer and how it shall be rounded in the next run.
    """

    folder_requested = Signal()
    exception_requested = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report: Report | None = None
        self.folder = secondary_button(icon_name="folder")
        self.folder.clicked.connect(self.folder_requested)
        self.toolbar.addWidget(self.folder)
        self.tiles = tuple(StatTile() for _ in range(5))
        self.summary, self.weights, self.confusion = SummaryView(), WeightsView(), ConfusionView()
        self.rounding = RoundingView()
        self.rounding.exception_requested.connect(self.exception_requested)
        self._views: tuple[CompareView, ...] = (self.summary, self.weights, self.rounding, self.confusion)
        self.view, self._stack, self._environment = SegmentedControl(), QStackedWidget(), caption()
        self.view.chosen.connect(self.show_view)
        self._lay_out()
        self.retranslate()

    def _lay_out(self) -> None:
        self._empty = EmptyState("compare")
        filled = QWidget()
        layout = QVBoxLayout(filled)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.L)
        tiles = QHBoxLayout()
        tiles.setSpacing(Space.L)
        for tile in self.tiles:
            tiles.addWidget(tile)
        switch = QHBoxLayout()
        switch.addWidget(self.view)
        switch.addStretch(1)
        for view in self._views:
            self._stack.addWidget(view)
        layout.addLayout(tiles)
        layout.addLayout(switch)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._environment)
        self._whole = QStackedWidget()
        self._whole.addWidget(self._empty)
        self._whole.addWidget(filled)
        self.body.addWidget(self._whole)

    def set_report(self, report: Report | None) -> None:
        """Shows a run's report; the empty page without one."""
        self._report = report
        if report is not None:
            for view in self._views:
                view.show_report(report)
        self._show()

    def show_view(self, index: int) -> None:
        """Shows the summary (0), the weights, the rounding or the confusion."""
        self.view.set_index(index)
        self._stack.setCurrentIndex(index)

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self._empty.set_texts(
            self.tr("Nothing to compare yet"),
            self.tr("Once a run is done, its model stands here beside the original."),
        )
        self.folder.setText(self.tr("Open folder"))
        self.view.set_texts(
            [self.tr("Summary"), self.tr("Weights"), self.tr("Rounding"), self.tr("Confusion")]
        )
        for view in self._views:
            view.retranslate()
        self._show()

    def _show(self) -> None:
        report = self._report
        self._whole.setCurrentIndex(int(report is not None))
        self.folder.setVisible(report is not None)
        if report is None:
            self.set_heading(self.tr("Compare"))
            return
        self.set_heading(self.tr("Compare"), f"{report.recipe.name}   ·   {self._outcome(report.outcome)}")
        for tile, (value, text, tone) in zip(self.tiles, self._headlines(report), strict=True):
            tile.set_value(value, tone)
            tile.set_caption(text)
        self._environment.setText(self._environment_text(report.environment))

    def _headlines(self, report: Report) -> list[tuple[str, str, str]]:
        ratios = report.ratios
        points = self.tr("{points} pts").format(points=points_text(ratios.accuracy_change))
        change = points if ratios.accuracy_change is not None else points_text(None)
        return [
            self._gain(ratios.file, self.tr("smaller int8 file"), self.tr("larger int8 file")),
            self._gain(ratios.latency, self.tr("faster in ONNX Runtime"), self.tr("slower in ONNX Runtime")),
            (change, self.tr("accuracy on the test split"), ""),
            self._gain(ratios.macs, self.tr("fewer MACs"), self.tr("more MACs")),
            self._gain(ratios.parameters, self.tr("fewer parameters"), self.tr("more parameters")),
        ]

    def _gain(self, ratio: float | None, gain: str, loss: str) -> tuple[str, str, str]:
        """A headline; what is no gain is neither coloured nor worded as one."""
        is_loss = ratio is not None and ratio < 1
        tone = "" if ratio is None or ratio == 1 else "warning" if is_loss else "accent"
        return gain_text(ratio), loss if is_loss else gain, tone

    def _outcome(self, outcome: str) -> str:
        known = {
            "completed": self.tr("completed"),
            "cancelled": self.tr("cancelled; this is its best so far"),
            "failed": self.tr("failed"),
        }
        return known.get(outcome, outcome)

    def _environment_text(self, machine: Environment) -> str:
        threads = self.tr("%n thread(s)", "", machine.threads)
        parts = [machine.cpu, threads, f"PyTorch {machine.torch}", f"ONNX Runtime {machine.onnxruntime}"]
        return self.tr("Measured on {machine}").format(machine="   ·   ".join(part for part in parts if part))
