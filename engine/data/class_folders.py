"""Files of each class in a folder: ``DIR/CLASS/…`` or ``DIR/{train,test}/CLASS/…``."""

from pathlib import Path

from engine.contract.errors import RequestError
from engine.data.choosing import Labelled

TRAIN = ("train", "training")
TEST = ("test", "testing", "val", "valid", "validation")

Files = Labelled[Path]


def existing_folder(path: str) -> Path:
    """The folder of that name.

    Raises:
        RequestError: there is none.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise RequestError("data_no_folder", path=path)
    return folder


def split_folders(folder: Path) -> tuple[Path, Path | None]:
    """The folder of train and that of test; the whole and None where they are not apart."""
    inside = {child.name.lower(): child for child in folder.iterdir() if child.is_dir()}
    train = next((inside[name] for name in TRAIN if name in inside), None)
    test = next((inside[name] for name in TEST if name in inside), None)
    return (folder, None) if train is None or test is None else (train, test)


def files_by_class(folder: Path, suffixes: frozenset[str]) -> Files:
    """All files with one of ``suffixes`` below each folder in ``folder``, sorted; hidden ones are passed over."""
    found = [
        (path, child.name)
        for child in sorted(folder.iterdir())
        if child.is_dir() and not child.name.startswith((".", "__"))
        for path in files_in(child, suffixes)
    ]
    return Labelled(tuple(path for path, _ in found), tuple(label for _, label in found))


def files_in(folder: Path, suffixes: frozenset[str]) -> list[Path]:
    """Files below a folder, sorted by path."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in suffixes and not path.name.startswith(".") and path.is_file()
    ]


def require_classes(path: str, kind: str, *splits: Files | None) -> None:
    """Refuses a split that is there and empty.

    Raises:
        RequestError: it is.
    """
    if any(split is not None and len(split) == 0 for split in splits):
        raise RequestError("data_no_classes", path=path, kind=kind)
