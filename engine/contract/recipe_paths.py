"""The paths that a recipe names: as written they count from the recipe's folder, the engine takes absolute ones.

Words stay as they are: ``sample``, and models and architectures of a library such as ``torchvision:resnet18``.
"""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import msgspec

from engine.contract.recipe import DataSpec, Recipe

SAMPLE = "sample"
_CALLABLE = ".py:"
_LIBRARIES = ("torchvision:", "timm:")
_PATHS = ("npz:", "folder:", "csv:", "audio:")
_SETS = "torchvision:"
_ROOT = "root"
PathChange = Callable[[str], str]


def with_absolute_paths(recipe: Recipe, folder: Path) -> Recipe:
    """The recipe as the engine wants it; relative paths count from ``folder``.

    >>> with_absolute_paths(Recipe(model=ModelSpec(file="net.pt")), Path("/home/ada")).model.file
    '/home/ada/net.pt'
    """
    return _with_paths(recipe, lambda path: _absolute(path, folder))


def with_relative_paths(recipe: Recipe, folder: Path) -> Recipe:
    """The recipe as it is written into ``folder``: paths below it become relative, so that both can be moved."""
    return _with_paths(recipe, lambda path: _relative(path, folder))


def absolute_model(file: str, folder: Path) -> str:
    """A model file; the word ``sample`` and names of a library stay."""
    return _model(file, lambda path: _absolute(path, folder))


def absolute_architecture(architecture: str, folder: Path) -> str:
    """``FILE.py:callable`` with an absolute file; names of a library stay."""
    return _callable(architecture, lambda path: _absolute(path, folder))


def absolute_data(source: str, folder: Path) -> str:
    """``npz:FILE``, ``folder:DIR`` and their like, or ``FILE.py:callable``, with an absolute path; words stay."""
    return _data(source, lambda path: _absolute(path, folder))


def _with_paths(recipe: Recipe, change: PathChange) -> Recipe:
    model, data = recipe.model, recipe.data
    architecture = model.architecture
    model = msgspec.structs.replace(
        model,
        file=_model(model.file, change),
        architecture=None if architecture is None else _callable(architecture, change),
    )
    return msgspec.structs.replace(recipe, model=model, data=_data_spec(data, change))


def _data_spec(data: DataSpec, change: PathChange) -> DataSpec:
    text = data.text
    if text is not None and text.tokenizer:
        text = msgspec.structs.replace(text, tokenizer=change(text.tokenizer))
    return msgspec.structs.replace(data, source=_data(data.source, change), text=text)


def _model(text: str, change: PathChange) -> str:
    return text if text == SAMPLE or text.startswith(_LIBRARIES) else change(text)


def _callable(text: str, change: PathChange) -> str:
    # The last ".py:" parts file and callable, so the colon of a Windows drive is no puzzle.
    file, mark, name = text.rpartition(_CALLABLE)
    return f"{change(f'{file}.py')}:{name}" if mark else text


def _data(text: str, change: PathChange) -> str:
    scheme = next((scheme for scheme in _PATHS if text.startswith(scheme)), None)
    if scheme is not None:
        return scheme + change(text.removeprefix(scheme))
    if text.startswith(_SETS):
        return _with_root(text, change)
    return _callable(text, change)


def _with_root(text: str, change: PathChange) -> str:
    """``torchvision:NAME?root=DIR`` with another folder; without one it stays."""
    name, _, query = text.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    if not options.get(_ROOT):
        return text
    options[_ROOT] = change(options[_ROOT])
    return f"{name}?{urlencode(options, safe='/:')}"


def _absolute(path: str, folder: Path) -> str:
    return str((folder / path).absolute())


def _relative(path: str, folder: Path) -> str:
    root = folder.absolute()
    return Path(path).relative_to(root).as_posix() if Path(path).is_relative_to(root) else path
