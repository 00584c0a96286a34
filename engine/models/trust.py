"""Code that comes with a model: what a file wants, who vouches for it, and how a user's Python file is run."""

import hashlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from engine.context import RunContext
from engine.contract.errors import PenjingError, RequestError, TrustRequired
from engine.contract.texts import TEXTS
from engine.models.vouching import is_vouched, remember

RUNS_PYTHON = (TEXTS["wants_python"],)
_BLOCK = 2**20
# A run opens its model several times; none of them may wait for a user who has gone home.
_VOUCHED: set[tuple[Path, str, tuple[str, ...]]] = set()


@contextmanager
def vouched_copy(
    path: Path, list_wants: Callable[[Path], tuple[str, ...]], ctx: RunContext
) -> Iterator[Path]:
    """A private copy of the very bytes that the user vouches for, while the block lasts.

    What is asked about, remembered and run is this copy: ``path`` itself may be exchanged at any moment. What was
    mapped from the copy stays readable afterwards.

    Args:
        path: what the user is asked about.
        list_wants: what the copy would import or run; nothing means that nobody is asked.
        ctx: asks the user.

    Raises:
        TrustRequired: the user does not vouch for it.
        RequestError: there is no room for the copy.
    """
    with tempfile.TemporaryDirectory(prefix="penjing-open-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "model"
        try:
            digest = _copied(path, copy)
        except OSError as error:
            raise RequestError("file_unreadable", path=path, reason=error.strerror) from None
        wants = list_wants(copy)
        if wants:
            require_word(path, digest, wants, ctx)
        yield copy


def _copied(path: Path, copy: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as source, copy.open("wb") as target:
        while block := source.read(_BLOCK):
            digest.update(block)
            target.write(block)
    return digest.hexdigest()


def require_word(path: Path, sha256: str, wants: tuple[str, ...], ctx: RunContext) -> None:
    """Asks the user to vouch for a content, once for ever; with ``--trust`` it is theirs for this process only.

    Raises:
        TrustRequired: the user does not.
    """
    content = (path.resolve(), sha256, wants)
    if content in _VOUCHED or is_vouched(sha256, wants):
        return
    if not ctx.ask(path, wants):
        raise TrustRequired("trust_required", path=path, wants=", ".join(wants))
    _VOUCHED.add(content)
    if ctx.remembers_word:
        remember(sha256, path, wants)


def split_reference(text: str) -> tuple[Path, str]:
    """The file and the callable of ``FILE.py:callable``; Windows drives have their colon earlier.

    >>> split_reference("nets.py:LeNet5")[1]
    'LeNet5'
    """
    file, _, name = text.rpartition(":")
    return Path(file), name


def load_python(path: Path, ctx: RunContext) -> ModuleType:
    """Runs a user's Python file under a private module name, once the user has vouched for it.

    Neither its folder nor its name comes to stand on the module path, so it shadows nothing. The same content is
    run once in a process, so that its classes stay the same ones.

    Raises:
        TrustRequired: the user has not vouched for it.
        RequestError: it is missing or raises.
    """
    if not path.is_file():
        raise RequestError("file_missing", path=path)
    # Read once: what the user vouches for is what is run, and its name is of what it holds.
    content = path.read_bytes()
    require_word(path, hashlib.sha256(content).hexdigest(), RUNS_PYTHON, ctx)
    digest = hashlib.sha256(str(path).encode() + content).hexdigest()
    name = f"_penjing_python_{digest[:16]}"
    if name not in sys.modules:
        guarded(path, lambda: _run(path, content, name))
    return sys.modules[name]


def _run(path: Path, content: bytes, name: str) -> None:
    module = ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module
    try:
        # Not importlib: it would write bytecode beside the user's file, and trust what lies there.
        exec(compile(content, path, "exec", dont_inherit=True), vars(module))  # noqa: S102
    except BaseException:
        del sys.modules[name]
        raise


def callable_of(module: ModuleType, path: Path, name: str) -> Callable[[], object]:
    """The callable ``name`` of a user's module.

    Raises:
        RequestError: there is none of that name; the sentence lists those that it defines.
    """
    found = getattr(module, name, None)
    if callable(found):
        return found  # type: ignore[no-any-return]
    own = [key for key, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__]
    raise RequestError("python_no_callable", path=path, name=name, found=", ".join(own) or "none")


def call_python(text: str, ctx: RunContext) -> object:
    """What ``FILE.py:callable`` returns.

    Raises:
        TrustRequired: the user has not vouched for the file.
        RequestError: the file or the callable fails.
    """
    path, name = split_reference(text)
    function = callable_of(load_python(path, ctx), path, name)
    return guarded(path, function)


def guarded(path: Path, function: Callable[[], Any]) -> Any:
    """Calls what a user wrote; whatever it raises becomes one error that names the file.

    Raises:
        RequestError: it raised.
    """
    try:
        return function()
    except PenjingError:
        raise
    except (Exception, SystemExit) as error:
        raise RequestError("python_failed", path=path, reason=f"{type(error).__name__}: {error}") from None
