"""Recordings: labels by folder or name, other rates and lengths, waveforms and log-mel."""

import math
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from engine.context import Control, RunContext
from engine.contract.errors import RequestError, RunCancelled
from engine.contract.methods import AudioFeatures, Augmentation, InputKind
from engine.contract.recipe import AudioSpec, DataSpec
from engine.data.mel import mel_spectrum
from engine.data.resampling import resample
from engine.data.splits import Data, load_data

WAVES = AudioSpec(features=AudioFeatures.WAVEFORM, sample_rate=8000, seconds=0.5)


def tone(hertz: float, rate: int = 8000, seconds: float = 0.5) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)


def save(path: Path, wave: np.ndarray, rate: int = 8000) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, wave, rate)


def load(folder: Path, audio: AudioSpec | None = WAVES, **spec: object) -> Data:
    return load_data(
        DataSpec(source=f"audio:{folder}", audio=audio, validation=0.0, **spec),  # type: ignore[arg-type]
        RunContext(),
        seed=0,
    )


def make_folders(root: Path) -> Path:
    for number in range(5):
        save(root / "low" / f"{number}.wav", tone(200 + number))
        save(root / "high" / f"{number}.flac", tone(2000 + number))
    return root


def test_that_folders_name_the_classes_and_waves_stay_as_they_are(tmp_path: Path) -> None:
    data = load(make_folders(tmp_path))
    assert (data.class_names, data.sample_shape, data.kind) == (("high", "low"), (1, 4000), InputKind.AUDIO)
    assert (len(data.train), len(data.test)) == (8, 2)
    low = data.train.inputs[data.train.labels == 1]
    crossings = ((low[:, 0, 1:] > 0) & (low[:, 0, :-1] <= 0)).sum(1)
    assert all(99 <= int(count) <= 103 for count in crossings)
    assert float(low.max()) == pytest.approx(0.5, abs=1e-3)


def test_that_names_begin_with_the_label_where_there_are_no_folders(tmp_path: Path) -> None:
    for number in range(4):
        save(tmp_path / f"7_ada_{number}.wav", tone(300))
        save(tmp_path / f"yes-{number}.wav", tone(300))
    save(tmp_path / "unlabelled.wav", tone(300))
    data = load(tmp_path)
    assert (data.class_names, len(data.train) + len(data.test)) == (("7", "yes"), 8)


def test_that_train_and_test_are_kept_apart(tmp_path: Path) -> None:
    make_folders(tmp_path / "train")
    save(tmp_path / "test" / "low" / "a.wav", tone(250))
    assert (len(load(tmp_path).train), load(tmp_path).test.labels.tolist()) == (10, [1])


def test_that_two_channels_are_mixed_and_lengths_made_alike(tmp_path: Path) -> None:
    stereo = np.stack([np.full(9000, 0.5), np.full(9000, 0.25)], axis=1)
    for name in ("a", "b"):
        for number in range(3):
            save(tmp_path / name / f"{number}.wav", stereo if name == "a" else stereo[:1000])
    data = load(tmp_path)
    long, short = (data.train.inputs[data.train.labels == label][0, 0] for label in (0, 1))
    assert torch.allclose(long, torch.full((4000,), 0.375), atol=1e-3)
    assert torch.equal(short[1000:], torch.zeros(3000))
    assert float(short[999]) == pytest.approx(0.375, abs=1e-3)


def test_that_the_default_is_a_log_mel_of_a_second_at_16_kilohertz(tmp_path: Path) -> None:
    data = load(make_folders(tmp_path), audio=None)
    assert data.sample_shape == (1, 40, 101)
    high, low = (data.train.inputs[data.train.labels == label].mean(0)[0] for label in (0, 1))
    # Half a second of sound, then silence: the logarithm of the floor.
    assert torch.allclose(high[:, 60:], torch.full((), math.log(1e-6)), atol=1e-4)
    assert int(low[:, 20].argmax()) < int(high[:, 20].argmax())
    with pytest.raises(RequestError) as caught:
        load(tmp_path, audio=None, augment=Augmentation.FLIP_CROP)
    assert caught.value.code == "augment_needs_images"


@pytest.mark.parametrize(
    ("source", "target"),
    [(8000, 16000), (44100, 16000), (16000, 8000), (48000, 44100), (11025, 8000), (7919, 8000)],
)
def test_that_another_rate_leaves_a_tone_as_it_would_have_been_recorded(source: int, target: int) -> None:
    hertz = 0.3 * min(source, target)
    found = resample(torch.from_numpy(tone(hertz, source)).float(), source, target).numpy()
    wanted = tone(hertz, target)[: len(found)]
    middle = slice(len(found) // 4, 3 * len(found) // 4)
    assert abs(len(found) - len(tone(hertz, target))) <= 1
    assert np.abs(found[middle] - wanted[: len(found)][middle]).max() < 1e-4


def test_that_tones_above_the_new_limit_do_not_fold_back() -> None:
    wave = torch.from_numpy(tone(5000, 16000, 1.0)).float()
    folded = resample(wave, 16000, 8000)[1000:-1000]
    # 70 decibels below a tone of 0.5.
    assert float(folded.abs().max()) < 0.5 * 10 ** (-70 / 20)


def test_that_log_mel_follows_its_definition_in_numpy() -> None:
    spec = AudioSpec(sample_rate=8000, bands=20, window_ms=25, hop_ms=10)
    wave = np.random.default_rng(0).normal(size=1600)
    found = mel_spectrum(spec).of(torch.from_numpy(wave)[None].float())[0].numpy()
    window, hop = 200, 80
    padded = np.pad(wave, window // 2)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    frames = np.array([np.fft.rfft(padded[at : at + window] * hann) for at in range(0, len(wave) + 1, hop)])
    tones = np.fft.rfftfreq(window, 1 / 8000)
    corners = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + 4000 / 700), 22) / 2595) - 1)
    wanted = np.empty((20, len(frames)))
    for band in range(20):
        triangle = np.interp(tones, corners[band : band + 3], [0, 1, 0], left=0, right=0)
        wanted[band] = np.log((np.abs(frames) ** 2) @ triangle + 1e-6)
    assert found.shape == wanted.shape == (20, 21)
    assert np.abs(found - wanted).max() < 1e-3


@pytest.mark.parametrize(
    ("audio", "code", "says"),
    [
        (AudioSpec(sample_rate=1000, bands=100), "audio_too_many_bands", "use at most"),
        (AudioSpec(window_ms=0.01), "audio_too_short", "window of 0.01 ms"),
        (AudioSpec(hop_ms=0.01), "audio_too_short", "hop of 0.01 ms"),
        (
            AudioSpec(seconds=3600, sample_rate=768_000, features=AudioFeatures.WAVEFORM),
            "data_too_large",
            "GB",
        ),
    ],
)
def test_that_a_spectrum_that_cannot_be_is_refused(
    tmp_path: Path, audio: AudioSpec, code: str, says: str
) -> None:
    with pytest.raises(RequestError) as caught:
        load(make_folders(tmp_path), audio=audio)
    assert caught.value.code == code
    assert says in caught.value.message


def test_that_as_many_bands_as_the_sentence_allows_are_taken() -> None:
    with pytest.raises(RequestError) as caught:
        mel_spectrum(AudioSpec(sample_rate=8000, bands=100))
    limit = int(caught.value.arguments["limit"])
    assert len(mel_spectrum(AudioSpec(sample_rate=8000, bands=limit)).bands) == limit


@pytest.mark.parametrize("content", [b"", b"RIFF nonsense", "half"])
def test_that_a_broken_recording_is_named_in_one_line(tmp_path: Path, content: bytes | str) -> None:
    victim = make_folders(tmp_path) / "high" / "2.flac"
    whole = victim.read_bytes()
    victim.write_bytes(whole[:40] if isinstance(content, str) else content)
    with pytest.raises(RequestError) as caught:
        load(tmp_path)
    assert caught.value.code == "audio_unreadable"
    assert str(victim) in caught.value.message and "\n" not in caught.value.message


def test_that_a_folder_without_labels_is_explained(tmp_path: Path) -> None:
    save(tmp_path / "unlabelled.wav", tone(300))
    with pytest.raises(RequestError, match="no recordings") as caught:
        load(tmp_path)
    assert caught.value.code == "data_no_classes"


def test_that_reading_recordings_can_be_cancelled(tmp_path: Path) -> None:
    control = Control()
    control.cancel()
    spec = DataSpec(source=f"audio:{make_folders(tmp_path)}", audio=WAVES)
    with pytest.raises(RunCancelled):
        load_data(spec, RunContext(control=control), seed=0)
