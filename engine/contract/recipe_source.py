"""What the recipe says of the model and of its data."""

from typing import Annotated

from msgspec import Meta

from engine.contract.methods import AudioFeatures, Augmentation, Task
from engine.contract.record import Record


class ModelSpec(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Which model is compressed."""

    file: Annotated[
        str,
        Meta(
            min_length=1, title="Model file", description="A file that torch.save wrote, or the word sample."
        ),
    ]
    architecture: Annotated[
        str | None,
        Meta(
            title="Architecture",
            description="For files with weights only: torchvision:NAME or FILE.py:callable.",
        ),
    ] = None
    input_shape: Annotated[
        tuple[Annotated[int, Meta(ge=1)], ...] | None,
        Meta(
            title="Input shape",
            description="Of one sample, without the batch; only where it cannot be inferred.",
        ),
    ] = None
    entry: Annotated[
        str | None,
        Meta(
            title="Weights in the file",
            description="Where a checkpoint holds several sets of weights, such as model and model_ema: which.",
        ),
    ] = None


class TextSpec(Record, frozen=True, kw_only=True, omit_defaults=True):
    """How texts become numbers."""

    text_column: Annotated[
        str, Meta(title="Text column", description="Its title in the table; the first column where empty.")
    ] = ""
    label_column: Annotated[
        str, Meta(title="Label column", description="Its title in the table; the last column where empty.")
    ] = ""
    vocabulary: Annotated[
        int,
        Meta(
            ge=3,
            le=1_000_000,
            title="Vocabulary",
            description="Words that have a number: the most frequent of train, beside padding and unknown.",
        ),
    ] = 8192
    length: Annotated[
        int,
        Meta(
            ge=1,
            le=65536,
            title="Length",
            description="Words of a sample; longer texts are cut, shorter padded.",
        ),
    ] = 64
    tokenizer: Annotated[
        str,
        Meta(
            title="Tokenizer",
            description="A tokenizer.json, or a vocab.txt with a word a line; Penjing makes its own where empty.",
        ),
    ] = ""


class AudioSpec(Record, frozen=True, kw_only=True, omit_defaults=True):
    """How recordings become numbers."""

    features: Annotated[
        AudioFeatures, Meta(title="Features", description="What the model hears of a recording.")
    ] = AudioFeatures.LOG_MEL
    sample_rate: Annotated[
        int,
        Meta(
            ge=100,
            le=768_000,
            title="Sample rate",
            description="In hertz; recordings of another are resampled.",
        ),
    ] = 16000
    seconds: Annotated[
        float,
        Meta(
            gt=0,
            le=3600,
            title="Seconds",
            description="Longer recordings are cut, shorter padded with silence.",
        ),
    ] = 1.0
    bands: Annotated[
        int, Meta(ge=1, le=1024, title="Mel bands", description="Rows of the log-mel spectrum.")
    ] = 40
    window_ms: Annotated[
        float, Meta(gt=0, le=10_000, title="Window", description="Milliseconds that one frame hears.")
    ] = 25.0
    hop_ms: Annotated[
        float, Meta(gt=0, le=10_000, title="Hop", description="Milliseconds from one frame to the next.")
    ] = 10.0


class DataSpec(Record, frozen=True, kw_only=True, omit_defaults=True):
    """On what the model is trained and measured."""

    source: Annotated[
        str,
        Meta(
            min_length=1,
            title="Data source",
            description="sample, npz:FILE, folder:DIR, torchvision:NAME, csv:FILE, audio:DIR or FILE.py:callable.",
        ),
    ] = "sample"
    task: Annotated[Task, Meta(title="Task", description="What the model does.")] = Task.CLASSIFICATION
    batch_size: Annotated[
        int, Meta(ge=1, le=65536, title="Batch size", description="Samples in one training step.")
    ] = 128
    mean: Annotated[
        tuple[float, ...],
        Meta(title="Mean", description="Subtracted from each channel; one value or one a channel."),
    ] = ()
    std: Annotated[
        tuple[Annotated[float, Meta(gt=0)], ...],
        Meta(
            title="Standard deviation",
            description="Each channel is divided by it; one value or one a channel.",
        ),
    ] = ()
    augment: Annotated[
        Augmentation, Meta(title="Augmentation", description="How training samples are varied.")
    ] = Augmentation.NONE
    validation: Annotated[
        float,
        Meta(
            ge=0,
            lt=1,
            title="Validation share",
            description="Taken from train to choose the best epoch; test is only reported.",
        ),
    ] = 0.1
    test: Annotated[
        float,
        Meta(
            gt=0,
            lt=1,
            title="Test share",
            description="Taken from the whole where the source has no test split of its own.",
        ),
    ] = 0.2
    limit: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(
            title="At most", description="Samples of each split; a fixed random choice where there are more."
        ),
    ] = None
    image_size: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=8192)], ...] | None,
        Meta(
            title="Image size",
            description="Height and width of folder images, resized and cropped; as they are where all are alike.",
        ),
    ] = None
    class_names: Annotated[
        tuple[str, ...],
        Meta(title="Class names", description="In the order of the labels; the source's own where empty."),
    ] = ()
    text: TextSpec | None = None
    audio: AudioSpec | None = None
