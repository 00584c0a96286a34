"""What is open now: one signal for each thing that can change."""

from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal

from engine.contract.methods import SensitivityKind, SourceFormat
from engine.contract.recipe import (
    DataSpec,
    LayerQuantizeSpec,
    ModelSpec,
    PruneSpec,
    QuantizeSpec,
    Recipe,
)
from engine.contract.record import Record
from engine.contract.report import Report
from engine.contract.source import ModelSource
from engine.contract.stats import Inspection, SensitivityMap


class OpenRequest(Record, frozen=True, kw_only=True):
    """What the user asked to open: a model, and the data it is measured on where that was said.

    ``format`` is what the file turned out to be, once it was opened.
    """

    source: ModelSource
    data: DataSpec | None = None
    format: SourceFormat | None = None


class Session(QObject):
    """The model, the recipe and the run that the pages show."""

    inspection_changed = Signal()
    sensitivity_changed = Signal()
    recipe_changed = Signal()
    recipe_edited = Signal()
    run_changed = Signal()
    report_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.opened: OpenRequest | None = None
        self.inspection: Inspection | None = None
        self.sensitivity: dict[SensitivityKind, SensitivityMap] = {}
        self.recipe: Recipe | None = None
        self.run_folder: Path | None = None
        self.report: Report | None = None

    def set_inspection(self, opened: OpenRequest, inspection: Inspection) -> None:
        """Another model is open; how sensitive its layers are is not known yet."""
        self.opened, self.inspection = opened, inspection
        self.sensitivity = {}
        self.inspection_changed.emit()
        self.sensitivity_changed.emit()

    def set_sensitivity(self, found: SensitivityMap) -> None:
        """More is known of the layers' sensitivity; the map may still be growing."""
        self.sensitivity = {**self.sensitivity, found.kind: found}
        self.sensitivity_changed.emit()

    def set_recipe(self, recipe: Recipe) -> None:
        """Another recipe is at hand."""
        if recipe != self.recipe:
            self.recipe = recipe
            self.recipe_changed.emit()

    def keep_edited(self, recipe: Recipe) -> None:
        """The recipe at hand was edited where it is shown."""
        if recipe != self.recipe:
            self.recipe = recipe
            self.recipe_edited.emit()

    def set_run_folder(self, folder: Path) -> None:
        """Another run is shown; its report is not known yet."""
        self.run_folder = folder
        self.set_report(None)
        self.run_changed.emit()

    def set_report(self, report: Report | None) -> None:
        """The run that is shown has this report."""
        self.report = report
        self.report_changed.emit()


def with_exception(recipe: Recipe, layer: str, exception: LayerQuantizeSpec) -> Recipe:
    """The same with one layer rounded differently; one that does not quantize is left as it is."""
    quantize = recipe.quantize
    if quantize is None:
        return recipe
    layers = {**quantize.layers, layer: exception}
    return msgspec.structs.replace(recipe, quantize=msgspec.structs.replace(quantize, layers=layers))


def first_recipe(opened: OpenRequest) -> Recipe:
    """What is proposed for a model that has just been opened: a third of the channels, then 8 bits."""
    source = opened.source
    return Recipe(
        name=Path(source.file).stem[:80] or "run",
        model=ModelSpec(
            file=source.file,
            architecture=source.architecture,
            input_shape=source.input_shape,
            entry=source.entry,
        ),
        data=opened.data or DataSpec(),
        prune=PruneSpec(ratio=0.3),
        quantize=QuantizeSpec(),
    )
