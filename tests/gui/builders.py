"""Real records for tests of the window: small, whole, and consistent with themselves."""

from engine.contract.events import (
    CheckpointSaved,
    MetricsLogged,
    Outcome,
    PlannedStage,
    Progress,
    RunEvent,
    RunFinished,
    RunStarted,
    Stage,
    StageFinished,
    StageStarted,
)
from engine.contract.methods import ExportFormat, QuantizeMode, SensitivityKind, SourceFormat, Strategy
from engine.contract.recipe import JointSpec, ModelSpec, PruneSpec, QuantizeSpec, Recipe
from engine.contract.report import (
    Artifact,
    Environment,
    LayerDiagnosis,
    LayerReport,
    Ratios,
    Report,
    Verification,
)
from engine.contract.source import SourceInfo
from engine.contract.stats import (
    ChannelRanges,
    Histogram,
    Inspection,
    Latency,
    LayerSensitivity,
    LayerStats,
    LayerSuggestion,
    Metrics,
    ModelStats,
    OutputStats,
    SensitivityMap,
    Totals,
)

BELL = (1, 4, 17, 60, 160, 330, 520, 610, 520, 330, 160, 60, 17, 4, 1)


def make_histogram(scale: float = 1.0) -> Histogram:
    """A bell of 15 bins between −0.75 and 0.75 times ``scale``."""
    edges = tuple(round(scale * (-0.75 + 0.1 * index), 6) for index in range(len(BELL) + 1))
    return Histogram(edges=edges, counts=BELL)


def make_layer(
    index: int = 0, *, name: str = "", kind: str = "Conv2d", locked_because: str | None = None
) -> LayerStats:
    """A convolution that grows with ``index``; prunable unless ``locked_because`` says why not."""
    channels = 16 * (index + 1)
    parameters = channels * 16 * 9 + channels
    return LayerStats(
        name=name or f"features.{index}.conv",
        kind=kind,
        shape=(channels, 16, 3, 3),
        parameters=parameters,
        sparsity=0.01 * index,
        parameter_bytes=4 * parameters,
        macs=parameters * 784,
        min=-0.75,
        max=0.75,
        mean=0.001,
        std=0.17,
        histogram=make_histogram(1 + 0.2 * index),
        channels=channels,
        prunable=locked_because is None,
        locked_because=locked_because,
        group=index,
        kurtosis=3.2,
        size_share=round(0.04 * (index + 1), 4),
        ranges=make_ranges(channels),
    )


def make_layers(count: int = 3) -> tuple[LayerStats, ...]:
    """``count`` layers, the last of which makes the output and is locked."""
    free = [make_layer(index) for index in range(count - 1)]
    return (
        *free,
        make_layer(count - 1, name="classifier", kind="Linear", locked_because="it makes the model's output"),
    )


def make_ranges(channels: int = 16) -> ChannelRanges:
    """Channels that grow wider from first to last."""
    widths = [round(0.2 + 0.5 * (index + 1) / channels, 4) for index in range(channels)]
    return ChannelRanges(low=tuple(-width for width in widths), high=tuple(0.9 * width for width in widths))


def make_output() -> OutputStats:
    """What a layer answers: a bell around zero, a tenth of it exact zeros."""
    return OutputStats(min=-0.75, max=0.75, mean=0.02, std=0.3, zeros=0.1, histogram=make_histogram())


RATIOS = tuple(round(0.1 * step, 1) for step in range(1, 10))
BITS = (8, 6, 4, 3, 2)


def make_sensitivity(
    frailty: float = 0.5, *, kind: SensitivityKind = SensitivityKind.FULL, is_locked: bool = False
) -> LayerSensitivity:
    """A layer that bears the less the larger ``frailty`` is, of an accuracy of 97.2 %; a locked one has no channels."""
    if kind is SensitivityKind.QUICK:
        prune = tuple((ratio, round(1 - frailty * ratio**3, 6)) for ratio in RATIOS)
        channels = tuple((ratio, round(1 - frailty * ratio**1.5, 6)) for ratio in RATIOS)
        quantize = tuple((bits, round(6.02 * bits + 3 - 8 * frailty, 4)) for bits in BITS)
        least, least_bits = 0.95, 20.0
    else:
        prune = tuple((ratio, round(0.972 - frailty * ratio**4, 6)) for ratio in RATIOS)
        channels = tuple((ratio, round(0.972 - frailty * ratio**2, 6)) for ratio in RATIOS)
        quantize = tuple((bits, round(0.972 - 4 * frailty * 4.0**-bits, 6)) for bits in BITS)
        least = least_bits = 0.962
    return LayerSensitivity(
        prune=prune,
        channels=() if is_locked else channels,
        quantize=quantize,
        suggestion=LayerSuggestion(
            weight_ratio=max((ratio for ratio, score in prune if score >= least), default=None),
            channel_ratio=None
            if is_locked
            else max((ratio for ratio, score in channels if score >= least), default=None),
            bits=min((bits for bits, score in quantize if score >= least_bits), default=None),
        ),
    )


def make_map(layers: int = 3, *, kind: SensitivityKind = SensitivityKind.FULL) -> SensitivityMap:
    """The sensitivity of the layers of :func:`make_layers`: the first and the last are the most frail."""
    measured = {}
    for index, layer in enumerate(make_layers(layers)):
        frailty = 0.12 + 0.8 * (1 - min(index, layers - 1 - index) / max(1, layers / 2)) ** 2
        measured[layer.name] = make_sensitivity(frailty, kind=kind, is_locked=not layer.prunable)
    if kind is SensitivityKind.QUICK:
        return SensitivityMap(kind=kind, layers=measured)
    return SensitivityMap(kind=kind, layers=measured, baseline=0.972, samples=1000)


def make_totals(layers: tuple[LayerStats, ...]) -> Totals:
    """The sums over ``layers``."""
    parameters = sum(layer.parameters for layer in layers)
    return Totals(
        parameters=parameters,
        nonzero=parameters,
        parameter_bytes=4 * parameters,
        sparsity=0.0,
        macs=sum(layer.macs or 0 for layer in layers),
    )


def make_source(file: str = "sample") -> SourceInfo:
    """The sample project's file."""
    return SourceInfo(
        file=file,
        format=SourceFormat.SAMPLE if file == "sample" else SourceFormat.MODULE,
        sha256="5f" * 32,
        size_bytes=90_112,
        input_shape=(1, 28, 28),
        output_classes=3,
    )


def make_inspection(layers: int = 3, *, file: str = "sample") -> Inspection:
    """What a model of that many layers holds."""
    stats = make_layers(layers)
    return Inspection(
        source=make_source(file), layers=stats, totals=make_totals(stats), metrics=make_metrics()
    )


def make_metrics(accuracy: float = 0.972) -> Metrics:
    """Metrics around one accuracy."""
    return Metrics(loss=0.11, accuracy=accuracy, precision=accuracy, recall=accuracy, f1=accuracy)


def make_model_stats(layers: int = 3, *, accuracy: float = 0.972, share: float = 1.0) -> ModelStats:
    """A model's statistics; ``share`` shrinks its sums, as pruning does."""
    stats = make_layers(layers)
    totals = make_totals(stats)
    return ModelStats(
        parameters=int(totals.parameters * share),
        nonzero=int(totals.nonzero * share),
        sparsity=0.0,
        parameter_bytes=int(totals.parameter_bytes * share),
        macs=int((totals.macs or 0) * share),
        bops=int((totals.macs or 0) * share * 64),
        totals=totals,
        layers=stats,
        metrics=make_metrics(accuracy),
        confusion=((30, 1, 0), (0, 29, 2), (1, 0, 30)),
        latency_ms=Latency(p50=0.61 * share, p95=0.7 * share, threads=1, batch=1, runs=50),
    )


def make_recipe(**changes: object) -> Recipe:
    """The sample's recipe: half the channels, 8 bits, together."""
    fields: dict[str, object] = {
        "name": "sample",
        "model": ModelSpec(file="sample"),
        "prune": PruneSpec(ratio=0.5),
        "quantize": QuantizeSpec(mode=QuantizeMode.AWARE),
        "joint": JointSpec(strategy=Strategy.SIMULTANEOUS),
    }
    return Recipe(**{**fields, **changes})  # type: ignore[arg-type]


def make_artifact(kind: ExportFormat = ExportFormat.ONNX_INT8, *, verified: bool = True) -> Artifact:
    """A written file and its verification."""
    return Artifact(
        path=f"artifacts/model-{kind.value}.onnx",
        format=kind,
        size_bytes=14_336,
        sha256="ab" * 32,
        verified=verified,
        why="opened, re-run and equal within the limits" if verified else "agreement 0.91 is below 0.99",
        runtime="onnxruntime 1.32",
        accuracy=0.969,
        agreement=0.997 if verified else 0.91,
        max_error=0.004,
        integer_operators=4,
        float_operators=0,
        latency_ms=Latency(p50=0.21, p95=0.24, threads=1, batch=1, runs=50),
    )


def make_verification(*, is_verified: bool = True, why: str = "") -> Verification:
    """What came of looking at a file once more."""
    return Verification(
        format="onnx-int8",
        size_bytes=14_336,
        sha256="ab" * 32,
        accuracy=None,
        metrics=Metrics(),
        latency_ms=None,
        integer_operators=4,
        float_operators=0,
        verified=is_verified,
        why=why,
    )


def make_diagnosis(decibels: float, *, is_guilty: bool = False) -> LayerDiagnosis:
    """What rounding did to a layer that errs by so much alone, and by 3 decibels more behind all others."""
    return LayerDiagnosis(
        weight_cosine=0.9995,
        local_sqnr_db=decibels,
        local_cosine=0.9990,
        cumulative_sqnr_db=decibels - 3,
        cumulative_cosine=0.9980,
        is_guilty=is_guilty,
    )


def make_layer_report(layer: LayerStats) -> LayerReport:
    """``layer`` with half its channels and a quarter of its bits, or untouched where it is locked."""
    halved = layer.parameter_bytes if layer.locked_because else layer.parameter_bytes // 2
    return LayerReport(
        name=layer.name,
        kind=layer.kind,
        shape_before=layer.shape,
        shape_after=layer.shape if layer.locked_because else (layer.shape[0] // 2, *layer.shape[1:]),
        sparsity_before=layer.sparsity,
        sparsity_after=layer.sparsity,
        weight_bits=8,
        activation_bits=8,
        parameter_bytes_before=layer.parameter_bytes,
        parameter_bytes_after=halved // 4,
        macs_before=layer.macs,
        macs_after=(layer.macs or 0) // 2,
        sqnr_db=38.2,
        why=layer.locked_because,
    )


def make_report(layers: int = 3, *, outcome: Outcome = Outcome.COMPLETED) -> Report:
    """The report of a run that halved the channels and quantized to 8 bits."""
    before = make_model_stats(layers)
    return Report(
        outcome=outcome.value,
        recipe=make_recipe(),
        source=make_source(),
        environment=Environment(
            penjing="0.1.0",
            python="3.11.9",
            torch="2.14.0",
            onnxruntime="1.32.0",
            cpu="x86-64",
            threads=1,
            device="cpu",
        ),
        weights_sha256="cd" * 32,
        before=before,
        after=make_model_stats(layers, accuracy=0.967, share=0.5),
        ratios=Ratios(file=5.9, parameters=2.0, macs=2.0, bops=32.0, latency=2.9, accuracy_change=-0.005),
        layers=tuple(make_layer_report(layer) for layer in before.layers),
        artifacts=(make_artifact(ExportFormat.ONNX_INT8),),
        seconds={"train": 21.0, "export": 3.5},
    )


_STAGES = (
    PlannedStage(stage=Stage.EVALUATE, title="Evaluate", steps=3),
    PlannedStage(stage=Stage.TRAIN, title="Train", steps=20),
    PlannedStage(stage=Stage.EXPORT, title="Export", steps=1),
)


def make_events_story(outcome: Outcome | None = Outcome.COMPLETED) -> list[RunEvent]:
    """A whole attempt, event by event; None tells one whose process died in training."""
    events: list[RunEvent] = [RunStarted(stages=_STAGES, name="sample", time=1000.0)]
    events += _evaluation()
    events += _training(steps=20 if outcome is Outcome.COMPLETED else 10)
    if outcome is Outcome.COMPLETED:
        events += [
            StageFinished(stage=Stage.TRAIN, seconds=20.0),
            StageStarted(stage=Stage.EXPORT, steps=1, index=2),
        ]
        events += [Progress(stage=Stage.EXPORT, step=1), StageFinished(stage=Stage.EXPORT, seconds=2.0)]
    return events if outcome is None else [*events, _ending(outcome)]


def _evaluation() -> list[RunEvent]:
    return [
        StageStarted(stage=Stage.EVALUATE, steps=3, index=0, time=1000.1),
        Progress(stage=Stage.EVALUATE, step=3, time=1000.9),
        StageFinished(stage=Stage.EVALUATE, stats=make_model_stats(), seconds=0.8, time=1001.0),
    ]


def _training(steps: int) -> list[RunEvent]:
    events: list[RunEvent] = [StageStarted(stage=Stage.TRAIN, steps=20, index=1, time=1001.0)]
    for step in range(1, steps + 1):
        now = 1001.0 + step
        values = {
            "train_loss": 1.2 / step,
            "sparsity": min(0.5, step / 24),
            "parameter_bytes": 90_000.0 - 1500 * step,
        }
        if step % 5 == 0:
            values |= {"loss": 1.3 / step, "accuracy": 1 - 0.8 / step}
        events.append(Progress(stage=Stage.TRAIN, step=step, time=now))
        events.append(MetricsLogged(stage=Stage.TRAIN, step=step, values=values, time=now))
    events.append(CheckpointSaved(path="checkpoints/step-000010.pt", step=steps, time=1001.5 + steps))
    return events


def _ending(outcome: Outcome) -> RunFinished:
    if outcome is Outcome.FAILED:
        arguments = {"value": "nan", "step": "10", "learning_rate": "5.0"}
        message = "The loss became nan at step 10; lower recover.learning_rate (now 5.0)."
        return RunFinished(
            outcome=outcome, code="loss_not_finite", arguments=arguments, message=message, time=1030.0
        )
    return RunFinished(outcome=outcome, result=make_report(outcome=outcome), time=1030.0)
