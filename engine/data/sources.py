"""Every kind of data source: what names it, and the function that reads it."""

from collections.abc import Callable

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.methods import DataKind
from engine.contract.recipe import DataSpec
from engine.data.arrays import Arrays, read_npz
from engine.data.audio import read_audio
from engine.data.images import read_folder
from engine.data.python import read_python
from engine.data.text import read_csv
from engine.data.torchvision_sets import read_torchvision
from resources import sample_data

_BY_NAME = (DataKind.SAMPLE, DataKind.PYTHON)

SOURCES: dict[DataKind, Callable[[DataSpec, RunContext], Arrays]] = {
    DataKind.SAMPLE: lambda spec, ctx: read_npz(str(sample_data()), ctx),
    DataKind.NPZ: lambda spec, ctx: read_npz(spec.source.removeprefix("npz:"), ctx),
    DataKind.FOLDER: read_folder,
    DataKind.TORCHVISION: read_torchvision,
    DataKind.CSV: read_csv,
    DataKind.AUDIO: read_audio,
    DataKind.PYTHON: lambda spec, ctx: read_python(spec.source, ctx),
}
"""What reads each kind of source."""


def kind_of(text: str) -> DataKind:
    """Which kind of source ``text`` names.

    >>> kind_of("npz:digits.npz").value
    'npz'

    Raises:
        RequestError: it names none.
    """
    if text == DataKind.SAMPLE:
        return DataKind.SAMPLE
    scheme, mark, rest = text.partition(":")
    found = next((kind for kind in DataKind if kind == scheme and kind not in _BY_NAME), None)
    if mark and rest and found is not None:
        return found
    if ".py:" in text:
        return DataKind.PYTHON
    raise RequestError("data_scheme", text=text)
