"""The sensitivity of the open model's layers: measured on demand, and growing in the session as it is told."""

from PySide6.QtCore import QObject, Signal, Slot

from engine.contract.errors import PenjingError, RunCancelled
from engine.contract.events import LayerMeasured, RunEvent
from engine.contract.methods import SensitivityKind
from engine.contract.stats import LayerSensitivity, SensitivityMap
from gui.engine_thread import EngineThread
from gui.jobs import Jobs
from gui.models.measurement import Measurement
from gui.session import Session


class ShownSensitivity(QObject):
    """Starts and ends measurements; ``progressed`` carries the :class:`Measurement`, None when it has ended.

    What is measured stands in the session and grows there. ``failed`` says why there will be no more.
    """

    progressed = Signal(object)
    failed = Signal(object)

    def __init__(self, engine: EngineThread, session: Session, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._jobs = session, jobs
        self.measurement: Measurement | None = None
        engine.events_arrived.connect(self._on_engine_events_arrived)
        jobs.sensitivity_measured.connect(self._on_jobs_sensitivity_measured)
        jobs.sensitivity_failed.connect(self._on_jobs_sensitivity_failed)

    def measure(self, kind: SensitivityKind, samples: int) -> None:
        """Measures the model that is open, on ``samples`` of its validation data where ``kind`` is full."""
        opened = self._session.opened
        if opened is None or self.measurement is not None:
            return
        self.measurement = Measurement(kind=kind)
        self.progressed.emit(self.measurement)
        self._jobs.measure_sensitivity(opened, kind, samples)

    def cancel(self) -> None:
        """Ends it; what was measured so far stays."""
        self._jobs.cancel_sensitivity()

    @Slot(list)
    def _on_engine_events_arrived(self, events: list[RunEvent]) -> None:
        told = [event for event in events if isinstance(event, LayerMeasured)]
        if self.measurement is None or not told:
            return
        last = told[-1]
        told_layers = {event.layer: event.sensitivity for event in told}
        before = self._known_layers()
        self.measurement = Measurement(
            kind=self.measurement.kind,
            step=last.step,
            steps=last.steps,
            layers=self.measurement.layers | told_layers.keys(),
        )
        self._session.set_sensitivity(
            SensitivityMap(
                kind=self.measurement.kind,
                layers={**before, **told_layers},
                baseline=last.baseline,
                samples=last.samples,
            )
        )
        self.progressed.emit(self.measurement)

    def _known_layers(self) -> dict[str, LayerSensitivity]:
        """What this measurement told; an earlier one's scores may be of other samples."""
        assert self.measurement is not None
        known = self._session.sensitivity.get(self.measurement.kind)
        return dict(known.layers) if known is not None and self.measurement.layers else {}

    @Slot(object)
    def _on_jobs_sensitivity_measured(self, found: SensitivityMap) -> None:
        self._end()
        self._session.set_sensitivity(found)

    @Slot(object)
    def _on_jobs_sensitivity_failed(self, error: PenjingError) -> None:
        self._end()
        if not isinstance(error, RunCancelled):
            self.failed.emit(error)

    def _end(self) -> None:
        self.measurement = None
        self.progressed.emit(None)
