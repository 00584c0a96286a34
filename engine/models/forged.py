"""Looks a module over that came out of a pickle: its parts have whatever attributes the file gave them."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from torch import nn

from engine.contract.errors import RequestError, one_line

_DEEPEST = 100
_MOST_PARTS = 100_000
_LONGEST_NAME = 1000
_HOOKS = (
    "_forward_hooks",
    "_forward_pre_hooks",
    "_backward_hooks",
    "_backward_pre_hooks",
    "_state_dict_hooks",
    "_state_dict_pre_hooks",
    "_load_state_dict_pre_hooks",
    "_load_state_dict_post_hooks",
)


def check_modules(path: Path, value: object) -> None:
    """Refuses modules that nobody can have built and saved without code of their own.

    Names of attributes become Python text in a traced graph, attributes may hide methods, and parts that contain one
    another a few times over make a network without end.

    Raises:
        RequestError: there is such a module in ``value``, or in the mappings and lists that it is made of.
    """
    counts: dict[int, int] = {}
    for module in _modules_in(value):
        try:
            reason = None if _count_parts(module, counts, 0) < _MOST_PARTS else "its parts repeat without end"
        except ValueError as error:
            reason = str(error)
        if reason is not None:
            raise RequestError("file_forged", path=path, reason=reason)


def check_names(path: Path, names: Iterable[str]) -> None:
    """Refuses names of tensors that nobody gives: endless ones, and such as steer a terminal or cannot be written.

    Raises:
        RequestError: there is such a name.
    """
    for name in names:
        if len(name) > _LONGEST_NAME or not name.isprintable():
            raise RequestError(
                "file_forged", path=path, reason=f'it has a tensor called "{one_line(name, 60)}"'
            )


def _modules_in(value: object) -> Iterator[nn.Module]:
    seen: set[int] = set()
    left = [value]
    while left:
        item = left.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, nn.Module):
            yield item
        elif isinstance(item, Mapping):
            left.extend(dict.values(item) if isinstance(item, dict) else item.values())
        elif isinstance(item, list | tuple):
            left.extend(item)


def _count_parts(module: nn.Module, counts: dict[int, int], depth: int) -> int:
    """How many modules there are along all paths; ``counts`` holds those that were seen, 0 while inside one.

    Raises:
        ValueError: the module or one inside it is forged.
    """
    if id(module) in counts:
        if counts[id(module)] == 0:
            raise ValueError("one of its parts contains itself")
        return counts[id(module)]
    if depth > _DEEPEST:
        raise ValueError(f"its parts lie more than {_DEEPEST} deep within each other")
    counts[id(module)] = 0
    _check_one(module)
    inside = (part for part in vars(module)["_modules"].values() if part is not None)
    counts[id(module)] = 1 + sum(_count_parts(part, counts, depth + 1) for part in inside)
    return counts[id(module)]


def _check_one(module: nn.Module) -> None:
    kind = type(module).__name__
    for name, value in vars(module).items():
        if not isinstance(name, str) or not name.isidentifier():
            raise ValueError(f"its {kind} has an attribute called {one_line(repr(name), 60)}")
        if callable(getattr(type(module), name, None)) and value is not None:
            raise ValueError(f'its {kind} hides its own "{name}"')
        if name in _HOOKS and value:
            raise ValueError(f"its {kind} has hooks")
    parts = vars(module).get("_modules")
    if not isinstance(parts, dict) or not all(
        isinstance(part, nn.Module | None) for part in dict.values(parts)
    ):
        raise ValueError(f"its {kind} has parts that are no modules")
    if "parametrizations" in parts:
        # torch refuses to pickle them, and their removal changes the class.
        raise ValueError(f"its {kind} has parametrizations")
