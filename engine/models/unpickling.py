"""Loads what torch.save wrote, and runs nothing that the user has not vouched for.

The ladder: tensors only; then modules of torch and torchvision; then classes of the Python file that was named as
the architecture, once that is vouched for; and only on the user's word for this very file, anything else.
"""

import importlib.util
import pickle
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.models.entries import entries_of
from engine.models.forged import check_modules
from engine.models.inert import is_record, stand_ins
from engine.models.known import known_global
from engine.models.pickle_file import damaged, zip_form
from engine.models.sniffing import is_legacy
from engine.models.survey import check_claims
from engine.models.trust import load_python, split_reference, vouched_copy


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
    weights = _weights_alone(path, wants, allowed)
    if weights is not None:
        return weights
    _require_installed(path, sorted(wants - set(allowed)))
    if not _questions(path, wants, allowed):
        return _load_known(path, allowed)
    with vouched_copy(path, lambda copy: _questions(copy, globals_of(copy), allowed), ctx) as copy:
        return _load(copy, path, weights_only=False, pickle_module=_pickle_with(allowed))


def _weights_alone(path: Path, wants: set[str], allowed: dict[str, object]) -> object | None:
    """What the file holds with inert objects for options and for classes that are nowhere; None where that loses more.

    A network made of them would not run, so only tables of tensors are taken.
    """
    unknown = wants - set(allowed)
    if not unknown or not all(is_record(name) or not _is_installed(name.split(".")[0]) for name in unknown):
        return None
    try:
        value = _load_known(path, allowed | stand_ins(unknown))
        entries = entries_of(path, value)
    except RequestError:
        return None
    return value if all(entry.module is None for entry in entries) else None


def _questions(path: Path, wants: set[str], allowed: dict[str, object]) -> tuple[str, ...]:
    """What needs the user's word; of the old form, torch loads modules only with everything allowed."""
    return tuple(sorted(wants if is_legacy(path) else wants - set(allowed)))


def _load_known(path: Path, allowed: dict[str, object]) -> object:
    """Loads what names nothing but ``allowed``, once it is seen that it holds what it claims."""
    check_claims(path, allowed)
    pairs: list[Any] = [(value, name) for name, value in allowed.items()]
    with torch.serialization.safe_globals(pairs):
        value = _load(path, path, weights_only=True, mmap=not is_legacy(path))
    check_modules(path, value)
    return value


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
        return set(torch.serialization.get_unsafe_globals_in_checkpoint(zip_form(path)))
    except pickle.UnpicklingError:
        found = "it was pickled by another protocol than torch.save's own"
        raise RequestError("file_unknown_format", path=path, found=found) from None
    except Exception as error:
        raise damaged(path, error) from None


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


def _load(file: Path, path: Path, **arguments: Any) -> object:
    """What ``file`` holds, a copy of ``path`` perhaps, which is the one that errors name."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.load(file, map_location="cpu", **arguments)
    except Exception as error:
        raise damaged(path, error) from None
