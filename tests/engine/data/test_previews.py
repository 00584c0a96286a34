"""Samples as a person sees them, and what a model says of them."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.messages import DataSummary, Preview
from engine.contract.methods import AudioFeatures, InputKind
from engine.contract.recipe import AudioSpec, DataSpec, TextSpec
from engine.contract.source import ModelSource
from engine.data.previews import PREVIEWS, outline_of, picture_of, spread_over_classes
from engine.data.splits import Split, load_data
from engine.models.opening import open_model
from engine.pipeline.jobs import do_job
from engine.pipeline.previewing import preview_data
from tests.engine.data.test_audio import make_folders
from tests.engine.data.test_text import write_csv


def preview(spec: DataSpec, source: ModelSource | None = None) -> DataSummary:
    return preview_data(spec, source, RunContext())


def write_arrays(folder: Path, samples: np.ndarray) -> DataSpec:
    labels = np.arange(len(samples)) % 3
    folder.mkdir(exist_ok=True)
    for split in ("train", "test"):
        np.save(folder / f"x_{split}.npy", samples)
        np.save(folder / f"y_{split}.npy", labels)
    return DataSpec(source=f"npz:{folder}")


def test_that_every_kind_of_sample_is_shown() -> None:
    assert set(PREVIEWS) == set(InputKind)


def test_that_the_sample_shows_each_digit_once_with_what_the_model_says() -> None:
    found = preview(DataSpec(), ModelSource(file="sample"))
    assert (found.kind, found.class_names) == (InputKind.IMAGE, tuple("0123456789"))
    assert [sample.label for sample in found.samples] == list(range(10))
    assert sum(found.class_counts) == found.train + found.validation + found.test == 1797
    data = load_data(DataSpec(), RunContext(), seed=0)
    model = open_model(ModelSource(file="sample"), RunContext(), example=None).module
    with torch.no_grad():
        chances = model(data.to_inputs(data.test.inputs)).softmax(1)
    for sample in found.samples:
        assert sample.picture is not None
        image = torch.frombuffer(bytearray(sample.picture.pixels), dtype=torch.uint8).view(1, 28, 28)
        (place,) = (data.test.inputs == image).flatten(1).all(1).nonzero().flatten().tolist()
        assert data.test.labels[place] == sample.label
        assert sample.predicted == int(chances[place].argmax())
        assert sample.probability == pytest.approx(float(chances[place].max()), abs=1e-5)


def test_that_without_a_model_nothing_is_said_and_the_record_survives_its_journey() -> None:
    found = do_job(Preview(id=1, data=DataSpec(limit=30), threads=1), RunContext())
    assert isinstance(found, DataSummary)
    assert all(sample.predicted is None for sample in found.samples)
    assert msgspec.json.decode(msgspec.json.encode(found), type=DataSummary) == found


def test_that_samples_come_from_as_many_classes_as_there_are() -> None:
    labels = torch.tensor([0] * 50 + [1] * 3 + [2])
    split = Split(torch.zeros(54, 1), labels)
    chosen = spread_over_classes(split, 10)
    assert torch.bincount(labels[chosen]).tolist() == [6, 3, 1]
    assert len(set(chosen.tolist())) == 10
    assert torch.equal(chosen, spread_over_classes(split, 10))
    assert len(spread_over_classes(Split(torch.zeros(4, 1), labels[-4:]), 10)) == 4


def test_that_large_pictures_are_made_small_and_colours_kept() -> None:
    image = torch.zeros(4, 50, 400, dtype=torch.uint8)
    image[0, :, 200:] = 240
    image[3] = 7
    picture = picture_of(image)
    assert (picture.width, picture.height, picture.channels) == (96, 12, 3)
    pixels = np.frombuffer(picture.pixels, np.uint8).reshape(12, 96, 3)
    assert pixels[:, :46].max() == 0 and pixels[:, 50:, 0].min() == 240 and pixels[..., 1:].max() == 0


def test_that_floats_are_shown_over_their_whole_range(tmp_path: Path) -> None:
    images = np.linspace(-3, 5, 12 * 4).reshape(12, 1, 2, 2).astype(np.float32)
    found = preview(write_arrays(tmp_path, images))
    assert found.kind is InputKind.IMAGE
    assert all(
        sample.picture is not None and sample.picture.pixels == bytes([0, 85, 170, 255])
        for sample in found.samples
    )
    flat = picture_of(torch.full((1, 2, 2), 3.5))
    assert flat.pixels == bytes(4)


def test_that_other_numbers_are_shown_as_they_are(tmp_path: Path) -> None:
    values = np.arange(12 * 50, dtype=np.float32).reshape(12, 50)
    found = preview(write_arrays(tmp_path, values))
    assert (found.kind, len(found.samples[0].values)) == (InputKind.VALUES, 32)
    assert [sample.values[1] - sample.values[0] for sample in found.samples] == [1.0] * 10


def test_that_texts_are_shown_in_words(tmp_path: Path) -> None:
    spec = DataSpec(source=f"csv:{write_csv(tmp_path / 'd.csv')}", text=TextSpec(length=4))
    found = preview(spec)
    assert (found.kind, found.class_names, found.class_counts) == (InputKind.TEXT, ("no", "yes"), (10, 10))
    assert found.vocabulary == load_data(spec, RunContext(), seed=0).vocabulary
    assert all(sample.text.startswith("say ") and sample.text.endswith(" now") for sample in found.samples)
    numbers = np.array([[3, 1, 0]] * 12)
    assert preview(write_arrays(tmp_path / "numbers", numbers)).samples[0].text == "3 1 0"


def test_that_waves_are_shown_by_their_outline(tmp_path: Path) -> None:
    audio = AudioSpec(features=AudioFeatures.WAVEFORM, sample_rate=8000, seconds=0.5)
    spec = DataSpec(source=f"audio:{make_folders(tmp_path)}", audio=audio)
    found = preview(spec)
    assert (found.kind, len(found.samples[0].wave)) == (InputKind.AUDIO, 200)
    assert min(low for low, _ in found.samples[0].wave) == pytest.approx(-0.5, abs=0.01)
    assert outline_of(torch.tensor([1.0, -2.0])) == ((1.0, 1.0), (-2.0, -2.0))


def test_that_spectra_are_shown_with_low_bands_below(tmp_path: Path) -> None:
    spec = DataSpec(source=f"audio:{make_folders(tmp_path)}", audio=AudioSpec(sample_rate=8000, seconds=0.5))
    pictures = {sample.label: sample.picture for sample in preview(spec).samples}
    rows = {}
    for label, picture in pictures.items():
        assert picture is not None and (picture.width, picture.height) == (51, 40)
        pixels = np.frombuffer(picture.pixels, np.uint8).reshape(40, 51)
        rows[label] = int(pixels.sum(1).argmax())
    # Class 0 is "high", so it is further up.
    assert rows[0] < rows[1]


def test_that_labels_below_zero_are_refused_and_not_counted(tmp_path: Path) -> None:
    spec = write_arrays(tmp_path, np.zeros((12, 5), np.float32))
    np.save(tmp_path / "y_test.npy", np.arange(12) - 1)
    with pytest.raises(RequestError) as caught:
        preview(spec)
    assert caught.value.code == "labels_out_of_range"
