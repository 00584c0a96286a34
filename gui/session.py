"""What is open now: one signal for each thing that can change."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.contract.recipe import DataSpec, Recipe
from engine.contract.report import Report
from engine.contract.source import ModelSource
from engine.contract.stats import Inspection


class Session(QObject):
    """The model, the recipe and the run that the pages show.

    ``source`` and ``data`` are what the user asked to open; ``inspection`` is what was found there.
    """

    inspection_changed = Signal()
    recipe_changed = Signal()
    run_changed = Signal()
    report_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.source: ModelSource | None = None
        self.data: DataSpec | None = None
        self.inspection: Inspection | None = None
        self.recipe: Recipe | None = None
        self.run_folder: Path | None = None
        self.report: Report | None = None

    def set_inspection(self, inspection: Inspection, source: ModelSource, data: DataSpec | None) -> None:
        """Another model is open."""
        self.source, self.data, self.inspection = source, data, inspection
        self.inspection_changed.emit()

    def set_recipe(self, recipe: Recipe | None) -> None:
        """Another recipe is at hand."""
        if recipe != self.recipe:
            self.recipe = recipe
            self.recipe_changed.emit()

    def set_run_folder(self, folder: Path | None) -> None:
        """Another run is shown; its report is not known yet."""
        self.run_folder = folder
        self.set_report(None)
        self.run_changed.emit()

    def set_report(self, report: Report | None) -> None:
        """The run that is shown has this report."""
        self.report = report
        self.report_changed.emit()
