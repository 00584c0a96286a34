"""Where data lies, as the form shows it and as the recipe writes it; free of Qt."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode

from engine.contract.methods import DataKind
from engine.contract.record import Record

_CALLABLE = ".py:"
_SOUNDS = {".wav", ".flac", ".ogg", ".mp3", ".aiff"}
_LOOKED_AT = 400


class DataPlace(Record, frozen=True, kw_only=True):
    """One place.

    Attributes:
        path: a file or folder, the name of a torchvision data set with what else it is told (``EMNIST?split=letters``),
            or ``FILE.py:callable``; empty for the sample.
        root: the folder of a torchvision data set.
        may_download: whether what is missing there may be fetched.
    """

    kind: DataKind
    path: str = ""
    root: str = ""
    may_download: bool = False


def source_of(place: DataPlace) -> str:
    """The place as ``data.source`` of a recipe; empty where no path was named.

    >>> source_of(DataPlace(kind=DataKind.TORCHVISION, path="MNIST", root="/d", may_download=True))
    'torchvision:MNIST?root=/d&download=true'
    """
    path = place.path.strip()
    if place.kind is DataKind.SAMPLE:
        return DataKind.SAMPLE.value
    if not path:
        return ""
    if place.kind is DataKind.TORCHVISION:
        return _library_source(path, place)
    if place.kind is DataKind.PYTHON:
        return _absolute(path)
    return f"{place.kind}:{_absolute(path)}"


def _library_source(name: str, place: DataPlace) -> str:
    options = []
    if place.root.strip():
        options.append(f"root={quote(_absolute(place.root), safe='/:')}")
    if place.may_download:
        options.append("download=true")
    joint = "&" if "?" in name else "?"
    return f"{DataKind.TORCHVISION}:{name}" + (joint + "&".join(options) if options else "")


def place_of(source: str) -> DataPlace:
    """The place that ``data.source`` names.

    >>> place_of("npz:/d/mnist.npz").path
    '/d/mnist.npz'
    """
    scheme, colon, rest = source.partition(":")
    if source == DataKind.SAMPLE:
        return DataPlace(kind=DataKind.SAMPLE)
    kind = _SCHEMES.get(scheme) if colon else None
    if kind is None:
        return DataPlace(kind=DataKind.PYTHON, path=source)
    if kind is not DataKind.TORCHVISION:
        return DataPlace(kind=kind, path=rest)
    name, _, query = rest.partition("?")
    options = dict(parse_qsl(query))
    root, download = options.pop("root", ""), options.pop("download", "")
    others = f"?{urlencode(options)}" if options else ""
    return DataPlace(kind=kind, path=name + others, root=root, may_download=download.lower() == "true")


_SCHEMES = {kind.value: kind for kind in DataKind if kind not in (DataKind.SAMPLE, DataKind.PYTHON)}


def place_of_path(path: Path) -> DataPlace:
    """The place that a dropped file or folder most likely is."""
    if path.is_file():
        kind = _KINDS_OF_FILES.get(path.suffix.lower(), DataKind.NPZ)
        return DataPlace(kind=kind, path=f"{path}:" if kind is DataKind.PYTHON else str(path))
    kinds = (kind for is_so, kind in _KINDS_OF_FOLDERS if any(map(is_so, _suffixes_in(path))))
    return DataPlace(kind=next(kinds, DataKind.FOLDER), path=str(path))


_KINDS_OF_FILES = {
    ".npz": DataKind.NPZ,
    ".csv": DataKind.CSV,
    ".tsv": DataKind.CSV,
    ".py": DataKind.PYTHON,
}
_KINDS_OF_FOLDERS: tuple[tuple[Callable[[str], bool], DataKind], ...] = (
    (lambda suffix: suffix == ".npy", DataKind.NPZ),
    (lambda suffix: suffix in _SOUNDS, DataKind.AUDIO),
)


def _suffixes_in(folder: Path) -> Iterator[str]:
    return (found.suffix.lower() for found in islice(folder.rglob("*"), _LOOKED_AT))


def name_of(source: str) -> str:
    """The place's short name, for lists.

    >>> [name_of(source) for source in ("npz:/d/mnist.npz", "torchvision:CIFAR10?root=/d", "/d/own.py:load")]
    ['mnist.npz', 'CIFAR10', 'own.py:load']
    """
    place = place_of(source)
    return place.path.partition("?")[0].replace("\\", "/").rstrip("/").rpartition("/")[2] or place.kind.value


def _absolute(path: str) -> str:
    # The engine works in a folder of its own, so that a path counts from the window's.
    file, mark, name = path.strip().rpartition(_CALLABLE)
    return f"{_absolute(file + '.py')}:{name}" if mark else str(Path(path.strip()).expanduser().absolute())
