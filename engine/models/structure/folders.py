"""Hugging Face folders: a config.json beside weights; nothing in them may lead out or ask for code of its own."""

import json
from pathlib import Path, PurePosixPath
from typing import Any

from engine.contract.errors import RequestError

CONFIG = "config.json"
WEIGHTS = ("model.safetensors", "pytorch_model.bin")
_LARGEST_JSON = 64 * 2**20


def weight_files(folder: Path) -> tuple[Path, ...]:
    """The files that hold the weights: safetensors before pickles, whole ones before shards; none without any.

    Raises:
        RequestError: an index names files outside the folder or such as are not there.
    """
    for name in WEIGHTS:
        if (folder / name).exists():
            return (folder / name,)
        index = folder / f"{name}.index.json"
        if index.exists():
            return tuple(_shards(folder, index))
    return ()


def check_folder(folder: Path) -> tuple[Path, ...]:
    """Checks config and paths, and returns the files that hold the weights, whose content is still unchecked.

    Raises:
        RequestError: something leads out of the folder, is missing, or wants Python code of the folder to run.
    """
    check_config(folder)
    files = weight_files(folder)
    for file in files:
        inside(folder, file.name)
    return files


def check_config(folder: Path) -> None:
    """Refuses a config.json that wants Python code of the folder to run.

    Raises:
        RequestError: it does, or is damaged.
    """
    config = read_json(inside(folder, CONFIG))
    if "auto_map" in config:
        raise RequestError("hugging_face_code", path=folder)


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object.

    Raises:
        RequestError: it is none, or absurdly large or deep.
    """
    try:
        if path.stat().st_size > _LARGEST_JSON:
            raise ValueError("it is far too long")
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RequestError("file_truncated", path=path, reason=error) from None
    if not isinstance(value, dict):
        raise RequestError("file_truncated", path=path, reason="it is no table")
    return value


def inside(folder: Path, name: str, *, named_by: Path | None = None) -> Path:
    """The regular file ``name`` of the folder; ``named_by`` is the file that wants it, if not the folder itself.

    The hub's cache keeps its files under ``blobs`` and links to them from ``snapshots/REVISION``; no other link may
    lead out.

    Raises:
        RequestError: it is not there, or lies somewhere else.
    """
    path, owner = folder / name, named_by or folder
    plain = PurePosixPath(name)
    if plain.is_absolute() or ".." in plain.parts or "\\" in name or ":" in name or not name:
        raise RequestError("file_forged", path=owner, reason=f'it names the file "{name}" outside its folder')
    try:
        target, home = path.resolve(strict=True), folder.resolve(strict=True)
    except (FileNotFoundError, NotADirectoryError):
        raise RequestError("file_missing", path=path) from None
    except (OSError, RuntimeError) as error:
        raise RequestError("file_unreadable", path=path, reason=error) from None
    blobs = home.parent.parent / "blobs"
    if not target.is_relative_to(home) and target.parent != blobs:
        raise RequestError(
            "file_forged", path=owner, reason=f'its "{name}" is a link that leads out of the folder'
        )
    if not target.is_file():
        raise RequestError("file_unreadable", path=path, reason="it is no regular file")
    return path


def _shards(folder: Path, index: Path) -> list[Path]:
    names = read_json(inside(folder, index.name)).get("weight_map")
    if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
        raise RequestError("file_truncated", path=index, reason="it has no weight_map")
    return [inside(folder, name) for name in sorted(set(names.values()))]
