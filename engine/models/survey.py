"""Walks through a pickle with everything that it names replaced by something inert, to see what it would do."""

import io
import pickle
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import nn

from engine.contract.errors import RequestError
from engine.models.pickle_file import damaged, read_pickle_file
from engine.models.sniffing import is_legacy

_ITEM_BYTES = {
    "DoubleStorage": 8,
    "LongStorage": 8,
    "ComplexDoubleStorage": 16,
    "ComplexFloatStorage": 8,
    "FloatStorage": 4,
    "IntStorage": 4,
    "QInt32Storage": 4,
    "HalfStorage": 2,
    "BFloat16Storage": 2,
    "ShortStorage": 2,
}


@dataclass
class Survey:
    """What a pickle would do.

    Attributes:
        called: what it would call, by name; a module that torch.save wrote is never called, but restored.
        storages: how many bytes each storage claims, by key.
    """

    called: set[str] = field(default_factory=set)
    storages: dict[str, int] = field(default_factory=dict)


# Given a number, they reserve that many elements; torch.save only gives them what is in the file.
_RESERVING = ("bytearray", "Tensor", "Storage")
_ENCODINGS = (("latin1",), ("latin-1",), (b"latin1",))


def survey(content: bytes) -> Survey:
    """What the pickle would do; nothing of it is imported or called.

    Raises:
        Exception: of any kind that a broken pickle brings about.
    """
    found = Survey()
    _Surveyor(io.BytesIO(content), found).load()
    return found


class _Inert:
    """Stands for whatever the pickle makes, and takes all that is done to it."""

    def __call__(self, *_: object) -> "_Inert":
        return _Inert()

    def __setitem__(self, key: object, value: object) -> None:
        pass

    def __setstate__(self, state: object) -> None:
        pass

    def append(self, item: object) -> None:
        """As a list's."""


class _InertClass(type):
    """Stands for a class or function: notes that it is called, where a plain restoring goes by ``__new__``."""

    found: Survey
    path: str

    def __call__(cls, *arguments: object) -> _Inert:
        cls.found.called.add(cls.path)
        return _made(cls.path, arguments)


def _made(path: str, arguments: tuple[object, ...]) -> _Inert:
    """What a call leaves.

    Raises:
        UnpicklingError: a few bytes of pickle would fill the memory.
    """
    if path.endswith(_RESERVING) and any(isinstance(argument, int) for argument in arguments):
        raise pickle.UnpicklingError(f"it reserves memory by {path}, which it does not fill")
    if path == "_codecs.encode" and arguments[1:] not in _ENCODINGS:
        raise pickle.UnpicklingError("it encodes text by another code than torch.save does")
    return _Inert()


def _restored(cls: _InertClass, *arguments: object) -> _Inert:
    return _made(cls.path, arguments)


class _Surveyor(pickle._Unpickler):  # type: ignore[name-defined,misc]
    """Python's own unpickler in Python: the one in C reserves memory for whatever place in its memo a file names."""

    def __init__(self, file: io.BytesIO, found: Survey) -> None:
        super().__init__(file, encoding="bytes")
        self._found = found

    def find_class(self, module: str, name: str) -> Any:
        body = {"found": self._found, "path": f"{module}.{name}", "__new__": _restored}
        return _InertClass(name.rpartition(".")[2], (_Inert,), body)

    def persistent_load(self, pid: Any) -> _Inert:
        """Notes a storage, ``("storage", class, key, location, elements)``."""
        if isinstance(pid, tuple) and len(pid) >= 5 and isinstance(pid[4], int):
            kind = str(getattr(pid[1], "path", "")).rpartition(".")[2]
            key = pid[2].decode() if isinstance(pid[2], bytes) else str(pid[2])
            size = pid[4] * _ITEM_BYTES.get(kind, 1)
            self._found.storages[key] = max(size, self._found.storages.get(key, 0))
            if pid[4] < 0:
                raise pickle.UnpicklingError(f"the storage {key} has a negative size")
        return _Inert()


def check_claims(path: Path, allowed: dict[str, object]) -> None:
    """Compares what the pickle of ``path`` would do with what torch.save writes.

    Constructors take whatever sizes and callables a file gives them, so none of a module is called: torch.save has
    modules restored, never called. And a storage must be as large in the file as the pickle says.

    Raises:
        RequestError: something is called or claimed that is not as it should be.
    """
    try:
        file = read_pickle_file(path)
        found = survey(file.content)
    except Exception as error:
        raise damaged(path, error) from None
    for name in sorted(found.called):
        if _is_module(allowed.get(name)):
            raise RequestError("file_forged", path=path, reason=f"it calls {name} instead of restoring it")
    held = file.sizes
    if is_legacy(path):
        # The storages lie behind the pickle, each once.
        found.storages = {"of all tensors": sum(found.storages.values())}
        held = {"data/of all tensors": path.stat().st_size}
    for key, claimed in found.storages.items():
        if claimed > held.get(f"data/{key}", 0):
            reason = f"its storage {key} claims {claimed} bytes, and {held.get(f'data/{key}', 0)} are there"
            raise RequestError("file_truncated", path=path, reason=reason)


def _is_module(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, nn.Module)
