"""The list of a run's stages, each with its state."""

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QGridLayout, QLabel

from engine.contract.events import Stage
from gui.figures import clock_text
from gui.models.run_progress import StageProgress, StageState
from gui.theme import Space
from gui.widgets.cards import Card
from gui.widgets.icons import IconLabel
from gui.widgets.labels import set_style_property, strong_label

_ICONS = {
    StageState.WAITING: ("stage-waiting", "text_muted"),
    StageState.ACTIVE: ("stage-active", "accent"),
    StageState.DONE: ("stage-done", "accent"),
    StageState.STOPPED: ("stage-stopped", "warning"),
}
_ROLES = {
    StageState.WAITING: "secondary",
    StageState.ACTIVE: "strong",
    StageState.DONE: "",
    StageState.STOPPED: "",
}
_ICON_SIZE = 18


def stage_name(stage: Stage) -> str:
    """The stage's name in the language of now."""
    return {
        Stage.EVALUATE: QCoreApplication.translate("Stages", "Evaluate"),
        Stage.TIME: QCoreApplication.translate("Stages", "Time the layers"),
        Stage.PRUNE: QCoreApplication.translate("Stages", "Prune"),
        Stage.CALIBRATE: QCoreApplication.translate("Stages", "Calibrate"),
        Stage.ROUND: QCoreApplication.translate("Stages", "Round weights"),
        Stage.ADJUST: QCoreApplication.translate("Stages", "Adjust to rounding"),
        Stage.TRAIN: QCoreApplication.translate("Stages", "Train"),
        Stage.FINE_TUNE: QCoreApplication.translate("Stages", "Fine-tune"),
        Stage.QUANTIZE: QCoreApplication.translate("Stages", "Quantize"),
        Stage.MEASURE: QCoreApplication.translate("Stages", "Measure"),
        Stage.EXPORT: QCoreApplication.translate("Stages", "Export and verify"),
    }[stage]


class StageList(Card):
    """A row for each stage: state, name, and how far it is or how long it took."""

    def __init__(self) -> None:
        super().__init__()
        self._heading = strong_label()
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(Space.S)
        self._grid.setVerticalSpacing(Space.M)
        self._grid.setColumnStretch(1, 1)
        self._rows: list[tuple[IconLabel, QLabel, QLabel]] = []
        self.body.setSpacing(Space.M)
        self.body.addWidget(self._heading)
        self.body.addLayout(self._grid)
        self.body.addStretch(1)

    def show_stages(self, stages: tuple[StageProgress, ...]) -> None:
        """Shows the stages as they stand."""
        while len(self._rows) < len(stages):
            self._add_row()
        for place, row in enumerate(self._rows):
            for label in row:
                label.setVisible(place < len(stages))
        for row, stage in zip(self._rows, stages, strict=False):
            _show_row(row, stage)

    def texts(self) -> list[tuple[str, str]]:
        """The rows as they are read."""
        return [(name.text(), note.text()) for _, name, note in self._rows if not name.isHidden()]

    def retranslate(self) -> None:
        """Renews the texts in the current language; the rows come with the next :meth:`show_stages`."""
        self._heading.setText(self.tr("Stages"))

    def _add_row(self) -> None:
        row = (IconLabel("stage-waiting", _ICON_SIZE), QLabel(), QLabel())
        row[2].setProperty("role", "caption")
        row[2].setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for column, label in enumerate(row):
            self._grid.addWidget(label, len(self._rows), column)
        self._rows.append(row)


def _show_row(row: tuple[IconLabel, QLabel, QLabel], stage: StageProgress) -> None:
    icon, name, note = row
    icon.set_icon(*_ICONS[stage.state])
    name.setText(stage_name(stage.stage))
    set_style_property(name, "role", _ROLES[stage.state])
    note.setText(_note(stage))


def _note(stage: StageProgress) -> str:
    if stage.state is StageState.DONE:
        return clock_text(stage.seconds)
    return f"{stage.share:.0%}".replace("%", " %") if stage.step else ""
