"""Recordings from a folder, as waveforms or log-mel spectra."""

import re
from dataclasses import dataclass
from math import ceil, prod
from pathlib import Path

import torch
from torch import Tensor

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.methods import AudioFeatures
from engine.contract.recipe import AudioSpec, DataSpec
from engine.data.arrays import Arrays
from engine.data.choosing import Labelled, choose, part
from engine.data.class_folders import (
    Files,
    existing_folder,
    files_by_class,
    files_in,
    require_classes,
    split_folders,
)
from engine.data.mel import MelSpectrum, mel_spectrum
from engine.data.memory import require_memory
from engine.data.resampling import resample

SUFFIXES = frozenset({".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff", ".au"})
_LABEL = re.compile(r"[^_-]+(?=[_-])")
_FLOAT_BYTES = 4


@dataclass(frozen=True)
class Hearing:
    """What becomes of each recording: ``samples`` at ``rate`` hertz, or their spectrum where there is ``mel``."""

    samples: int
    rate: int
    mel: MelSpectrum | None

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one recording."""
        if self.mel is None:
            return (1, self.samples)
        return (1, len(self.mel.bands), self.mel.frames(self.samples))

    def of(self, path: Path) -> Tensor:
        """One recording, float32 of that shape.

        Raises:
            RequestError: it cannot be read.
        """
        wave = fitted(read_wave(path, self.rate, self.samples), self.samples)[None]
        return wave if self.mel is None else self.mel.of(wave)


def hearing_of(spec: AudioSpec) -> Hearing:
    """What a recipe asks for.

    Raises:
        RequestError: no spectrum can be made so.
    """
    samples = max(round(spec.sample_rate * spec.seconds), 1)
    return Hearing(
        samples, spec.sample_rate, mel_spectrum(spec) if spec.features is AudioFeatures.LOG_MEL else None
    )


def read_audio(spec: DataSpec, ctx: RunContext) -> Arrays:
    """The recordings of ``audio:DIR``: float32 (N, 1, samples), or (N, 1, bands, frames).

    Raises:
        RequestError: there are none, one is broken, or they do not fit into memory.
    """
    path = spec.source.removeprefix("audio:")
    hearing = hearing_of(spec.audio or AudioSpec())
    whole, apart = split_folders(existing_folder(path))
    train = files_by_label(whole)
    test = None if apart is None else files_by_label(apart)
    require_classes(path, "recordings", train, test)
    chosen = choose(path, *part(train, test, spec.test), spec)
    require_memory(path, samples=len(chosen), sample_bytes=prod(hearing.shape) * _FLOAT_BYTES)
    return Arrays(
        x_train=hear_all(chosen.train, hearing, ctx),
        y_train=chosen.y_train,
        x_test=hear_all(chosen.test, hearing, ctx),
        y_test=chosen.y_test,
        class_names=chosen.class_names,
    )


def hear_all(paths: tuple[Path, ...], hearing: Hearing, ctx: RunContext) -> Tensor:
    """All recordings, float32 (N, …).

    Raises:
        RequestError: one cannot be read.
    """
    heard = torch.empty((len(paths), *hearing.shape))
    for place, path in enumerate(paths):
        ctx.raise_if_cancelled()
        heard[place] = hearing.of(path)
    return heard


def files_by_label(folder: Path) -> Files:
    """Recordings by the folder they lie in; where there is none, by what their names begin with.

    ``7_jackson_0.wav`` has the label ``7``.
    """
    in_folders = files_by_class(folder, SUFFIXES)
    if len(in_folders):
        return in_folders
    found = [
        (path, match.group()) for path in files_in(folder, SUFFIXES) if (match := _LABEL.match(path.stem))
    ]
    return Labelled(tuple(path for path, _ in found), tuple(label for _, label in found))


def read_wave(path: Path, rate: int, samples: int) -> Tensor:
    """The beginning of a recording in mono at ``rate``, float32 (at least ``samples`` where it is as long,).

    Raises:
        RequestError: it cannot be read.
    """
    import soundfile

    try:
        with soundfile.SoundFile(path) as file:
            source = file.samplerate
            # One second more than is wanted: the end of what is kept hears what follows it.
            wanted = ceil(samples / rate * source) + source
            read = torch.from_numpy(file.read(wanted, dtype="float32", always_2d=True))
    except (soundfile.SoundFileError, OSError, RuntimeError) as error:
        raise RequestError("audio_unreadable", path=path, reason=error) from None
    wave = read.mean(1)
    if not bool(wave.isfinite().all()):
        raise RequestError("data_not_finite", name=path)
    return resample(wave, source, rate)


def fitted(wave: Tensor, samples: int) -> Tensor:
    """A wave cut to ``samples``, or padded with silence behind it."""
    return torch.nn.functional.pad(wave[:samples], (0, max(samples - len(wave), 0)))
