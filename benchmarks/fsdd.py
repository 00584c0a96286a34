"""The Free Spoken Digit Dataset: a CNN and an LSTM on log-mel spectra of ten spoken digits, and half of each.

Run: ``PENJING_DATA=DIR .venv/bin/python benchmarks/fsdd.py [--json] [--only ROW] [--out DIR]``, where DIR holds
fsdd_8khz_int16.npz. Recordings are written as wav files, test being those with an index below 5. Afterwards, as a
user (the recipe says how the recordings are read):

    penjing inspect benchmarks/results/fsdd/cnn.pt --trust \
        --architecture benchmarks/sound_networks.py:SpectrumCNN --data benchmarks/results/fsdd/cnn.toml
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import soundfile
import torch
from halved import Halving, carry_out_with_halves
from sound_networks import SpectrumCNN, SpectrumLSTM
from torch import Tensor
from trained import Plan, data_file, parser_of, shuffled

from engine.context import RunContext
from engine.contract.methods import PruneGranularity
from engine.contract.recipe import AudioSpec, DataSpec
from engine.data.splits import Split, load_data

BATCH = 32
RATE = 8000
LARGEST_SHIFT, WIDEST_BAND = 8, 6
AUDIO = AudioSpec(sample_rate=RATE, seconds=1.0, bands=40, hop_ms=20.0)


def write_recordings(folder: Path) -> None:
    """One wav file a recording, in train/ and test/, a folder a digit."""
    with np.load(data_file("fsdd_8khz_int16.npz")) as arrays:
        audio, offsets = arrays["audio"], arrays["offsets"]
        speakers = arrays["speakers"][arrays["speaker"]]
        facts = list(zip(arrays["label"], speakers, arrays["index"], strict=True))
    unfinished = folder.with_name(f"{folder.name}.part")
    for place, (label, speaker, index) in enumerate(facts):
        into = unfinished / ("test" if index < 5 else "train") / str(label)
        into.mkdir(parents=True, exist_ok=True)
        wave = audio[offsets[place] : offsets[place + 1]]
        soundfile.write(into / f"{label}_{speaker}_{index}.wav", wave, RATE, subtype="PCM_16")
    unfinished.rename(folder)


def sound_batches(split: Split) -> Iterator[tuple[Tensor, Tensor]]:
    """Spectra, each batch a little later and deaf to a few bands (Park 2019, without warping).

    What goes out at the end comes in at the beginning: silence, in all but a few recordings.
    """
    quiet = split.inputs.amin()
    for places in shuffled(split, BATCH):
        shift = int(torch.randint(LARGEST_SHIFT + 1, ()))
        heard = split.inputs[places].roll(shift, dims=3)
        first = int(torch.randint(heard.shape[2] - WIDEST_BAND, ()))
        heard[:, :, first : first + int(torch.randint(WIDEST_BAND, ()))] = quiet
        yield heard, split.labels[places]


def data_spec(folder: Path) -> DataSpec:
    """The recordings, normalised by the mean and the spread of train."""
    spec = DataSpec(source=f"audio:{folder.absolute()}", audio=AUDIO)
    spectra = load_data(spec, RunContext(), seed=0).train.inputs
    mean, std = round(float(spectra.mean()), 3), round(float(spectra.std()), 3)
    return msgspec.structs.replace(spec, mean=(mean,), std=(std,))


CNN = Plan(
    name="cnn",
    architecture="sound_networks.py:SpectrumCNN",
    build=SpectrumCNN,
    batches=sound_batches,
    epochs=10,
    learning_rate=5e-3,
)
LSTM = Plan(
    name="lstm",
    architecture="sound_networks.py:SpectrumLSTM",
    build=SpectrumLSTM,
    batches=sound_batches,
    epochs=20,
    learning_rate=5e-3,
)
HALVINGS = (
    Halving(plan=CNN, what="channels", granularity=PruneGranularity.CHANNEL, epochs=10, learning_rate=2e-3),
    Halving(plan=LSTM, what="units", granularity=PruneGranularity.UNIT, epochs=10, learning_rate=2e-3),
)


def main() -> None:
    options = parser_of(__doc__, default_out="fsdd").parse_args()
    recordings: Path = options.out / "recordings"
    options.out.mkdir(parents=True, exist_ok=True)
    if not recordings.is_dir():
        write_recordings(recordings)
    carry_out_with_halves((CNN, LSTM), HALVINGS, data_spec(recordings), options)


if __name__ == "__main__":
    main()
