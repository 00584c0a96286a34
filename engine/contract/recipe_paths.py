"""The paths that a recipe names: as written they count from the recipe's folder, the engine takes absolute ones.

Words stay as they are: ``sample``, and architectures of a library such as ``torchvision:resnet18``.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec

from engine.contract.recipe import Recipe

SAMPLE = "sample"
_CALLABLE = ".py:"
_ARRAYS = "npz:"
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
    """A model file, or the word ``sample``."""
    return _model(file, lambda path: _absolute(path, folder))


def absolute_architecture(architecture: str, folder: Path) -> str:
    """``FILE.py:callable`` with an absolute file; names of a library stay."""
    return _callable(architecture, lambda path: _absolute(path, folder))


def absolute_data(source: str, folder: Path) -> str:
    """``npz:FILE`` or ``FILE.py:callable`` with an absolute file; ``sample`` stays."""
    return _data(source, lambda path: _absolute(path, folder))


def _with_paths(recipe: Recipe, change: PathChange) -> Recipe:
    model, data = recipe.model, recipe.data
    architecture = model.architecture
    model = msgspec.structs.replace(
        model,
        file=_model(model.file, change),
        architecture=None if architecture is None else _callable(architecture, change),
    )
    return msgspec.structs.replace(
        recipe, model=model, data=msgspec.structs.replace(data, source=_data(data.source, change))
    )


def _model(text: str, change: PathChange) -> str:
    return text if text == SAMPLE else change(text)


def _callable(text: str, change: PathChange) -> str:
    # The last ".py:" parts file and callable, so the colon of a Windows drive is no puzzle.
    file, mark, name = text.rpartition(_CALLABLE)
    return f"{change(f'{file}.py')}:{name}" if mark else text


def _data(text: str, change: PathChange) -> str:
    if text.startswith(_ARRAYS):
        return _ARRAYS + change(text.removeprefix(_ARRAYS))
    return _callable(text, change)


def _absolute(path: str, folder: Path) -> str:
    return str((folder / path).absolute())


def _relative(path: str, folder: Path) -> str:
    root = folder.absolute()
    return Path(path).relative_to(root).as_posix() if Path(path).is_relative_to(root) else path
