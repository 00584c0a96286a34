"""Loads what torch.save wrote, and runs nothing that the user has not vouched for.

The ladder: tensors only; then modules of torch and torchvision; then classes of the Python file that was named as
the architecture, once that is vouched for; and only on the user's word for this very file, anything else.
"""

import importlib.util
import io
import pickle
import pickletools
import sys
import warnings
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.models.known import known_global
from engine.models.sniffing import is_legacy
from engine.models.trust import load_python, require_trust, split_reference


def unpickle(path: Path, architecture: str | None, ctx: RunContext) -> object:
    """The object in the file.

    Raises:
        TrustRequired: it wants code that the user has not vouched for.
        RequestError: it is broken.
    """
    wants = globals_of(path)
    allowed = {name: value for name in wants if (value := known_global(name)) is not None}
    if architecture is not None and ".py:" in architecture and len(allowed) < len(wants):
        allowed |= _classes_of(architecture, wants - set(allowed), ctx)
    unknown = wants - set(allowed)
    _require_installed(path, sorted(unknown))
    # Of the old form, torch loads modules only with everything allowed.
    questions = wants if is_legacy(path) else unknown
    if not questions:
        pairs: list[Any] = [(value, name) for name, value in allowed.items()]
        with torch.serialization.safe_globals(pairs):
            return _load(path, weights_only=True)
    require_trust(path, tuple(sorted(questions)), ctx)
    return _load(path, weights_only=False, pickle_module=_pickle_with(allowed))


def _require_installed(path: Path, names: list[str]) -> None:
    """Looks for the packages without importing any; ``__main__`` was the script that saved the file.

    Raises:
        RequestError: some are not there, so that the user's word would not help.
    """
    missing = [name for name in names if not _is_installed(name.split(".")[0])]
    if missing:
        name = missing[0].rpartition(".")[2]
        raise RequestError("class_not_found", path=path, names=", ".join(missing), name=name)


def _is_installed(package: str) -> bool:
    return package != "__main__" and (package in sys.modules or importlib.util.find_spec(package) is not None)


def globals_of(path: Path) -> set[str]:
    """The classes and functions that the file names, beyond those that any tensor needs; nothing is run.

    Raises:
        RequestError: the file is broken.
    """
    try:
        file = _wrapped_legacy(path) if is_legacy(path) else path
        return set(torch.serialization.get_unsafe_globals_in_checkpoint(file))
    except pickle.UnpicklingError:
        found = "it was pickled by another protocol than torch.save's own"
        raise RequestError("file_unknown_format", path=path, found=found) from None
    except Exception as error:
        raise _broken(path, error) from None


def _wrapped_legacy(path: Path) -> io.BytesIO:
    """The pickle of an old file's object in the zip form, for torch lists names only of that."""
    with path.open("rb") as file:
        for _ in range(3):  # magic number, protocol, system
            _skip_pickle(file)
        start = file.tell()
        _skip_pickle(file)
        end = file.tell()
        file.seek(start)
        content = file.read(end - start)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", content)
        archive.writestr("archive/version", "3\n")
    buffer.seek(0)
    return buffer


def _skip_pickle(file: io.BufferedReader) -> None:
    for _ in pickletools.genops(file):
        pass


def _classes_of(architecture: str, names: set[str], ctx: RunContext) -> dict[str, object]:
    """Classes that the architecture's Python file defines, whatever its module was called when they were pickled."""
    module = load_python(split_reference(architecture)[0], ctx)
    found = {name: getattr(module, name.rpartition(".")[2], None) for name in names}
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, type)
        and issubclass(value, torch.nn.Module)
        and value.__module__ == module.__name__
    }


def _pickle_with(allowed: dict[str, object]) -> Any:
    """The pickle module for torch.load, with names that stand in for others."""

    class Unpickler(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            known = allowed.get(f"{module}.{name}")
            return known if known is not None else super().find_class(module, name)

    def load(file: Any, **arguments: Any) -> Any:
        return Unpickler(file, **arguments).load()

    return SimpleNamespace(Unpickler=Unpickler, load=load, __name__="pickle")


def _load(path: Path, **arguments: Any) -> object:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.load(path, map_location="cpu", **arguments)
    except Exception as error:
        raise _broken(path, error) from None


def _broken(path: Path, error: Exception) -> RequestError:
    # torch puts two sentences of advice, wrong here, before what it found.
    found = str(error).rpartition("WeightsUnpickler error: ")[2]
    reason = found.strip().split("\n")[0] or type(error).__name__
    return RequestError("file_truncated", path=path, reason=reason)
