"""Real records of files and data for tests of the window."""

import math

from engine.contract.messages import DataSummary, Picture, SamplePreview
from engine.contract.methods import InputKind, SourceFormat
from engine.contract.source import FileContents, PrunedFrom, WeightsMatch

ANIMALS = ("cat", "dog", "fox", "owl", "carp")


def make_match(architecture: str = "torchvision:resnet18", *, matched: int = 122) -> WeightsMatch:
    """How a file of 122 tensors fits; where not all do, the rest is missing."""
    missing = tuple(f"fc.{index}" for index in range(122 - matched))
    return WeightsMatch(
        architecture=architecture,
        matched=matched,
        total=122,
        missing=len(missing),
        missing_names=missing[:10],
    )


def make_contents(
    *guesses: WeightsMatch,
    match: WeightsMatch | None = None,
    entries: tuple[str, ...] = (),
    wants: tuple[str, ...] = (),
    needs_architecture: bool = True,
    pruned_from: PrunedFrom | None = None,
) -> FileContents:
    """A checkpoint of 122 tensors."""
    return FileContents(
        format=SourceFormat.CHECKPOINT,
        size_bytes=46_830_571,
        tensors=122,
        parameters=11_689_512,
        entries=entries,
        needs_architecture=needs_architecture,
        match=match,
        guesses=guesses,
        wants=wants,
        pruned_from=pruned_from,
    )


def make_picture(width: int = 8, height: int = 6, channels: int = 1) -> Picture:
    """A slope from black at the left to white at the right."""
    row = b"".join(bytes([255 * x // (width - 1)]) * channels for x in range(width))
    return Picture(width=width, height=height, channels=channels, pixels=row * height)


def make_wave(spans: int = 120) -> tuple[tuple[float, float], ...]:
    """A tone that fades."""
    heights = [math.exp(-index / 40) * (0.6 + 0.4 * math.sin(index / 3)) for index in range(spans)]
    return tuple((-height, height) for height in heights)


_SAMPLES = {
    InputKind.IMAGE: {"picture": make_picture(32, 32, 3)},
    InputKind.TEXT: {
        "text": "the card that I ordered two weeks ago has still not come, where is it and who can tell me"
    },
    InputKind.AUDIO: {"wave": make_wave()},
    InputKind.VALUES: {"values": (0.5, -1.0, 0.25, 0.75)},
}


def make_summary(kind: InputKind = InputKind.IMAGE, *, is_predicted: bool = True) -> DataSummary:
    """Ten samples of five classes; of ten predictions two are wrong."""
    samples = tuple(_sample(kind, index, is_predicted=is_predicted) for index in range(10))
    return DataSummary(
        sample_shape=(3, 32, 32),
        train=4500,
        validation=500,
        test=1000,
        classes=len(ANIMALS),
        class_counts=(1400, 1200, 1300, 1100, 1000),
        kind=kind,
        class_names=ANIMALS,
        samples=samples,
    )


def _sample(kind: InputKind, index: int, *, is_predicted: bool) -> SamplePreview:
    label = index % len(ANIMALS)
    predicted = (label + (index in (3, 6))) % len(ANIMALS)
    told = {"predicted": predicted, "probability": 0.995 - 0.04 * index} if is_predicted else {}
    return SamplePreview(label=label, **_SAMPLES[kind], **told)  # type: ignore[arg-type]
