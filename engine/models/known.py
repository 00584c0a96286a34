"""What may be named in a pickle without a question: torch's and torchvision's own building blocks."""

import collections
import functools
import importlib

import torch
from torch import nn

_PACKAGES = ("torch.nn.", "torchvision.models.", "torchvision.ops.")
_HARMLESS: dict[str, object] = {
    "collections.OrderedDict": collections.OrderedDict,
    "functools.partial": functools.partial,
    "torch._C._nn.gelu": torch._C._nn.gelu,
    "torch.nn.functional.gelu": nn.functional.gelu,
    "torch.nn.functional.relu": nn.functional.relu,
    "torch.nn.functional.silu": nn.functional.silu,
    "torch.relu": torch.relu,
}


def known_global(name: str) -> object | None:
    """The module class or harmless function called ``name``, or None where a question is due.

    >>> known_global("torch.nn.modules.linear.Linear").__name__
    'Linear'
    >>> known_global("os.system") is None
    True
    """
    if name in _HARMLESS:
        return _HARMLESS[name]
    module_name, _, attribute = name.rpartition(".")
    if not f"{module_name}.".startswith(_PACKAGES):
        return None
    try:
        value = getattr(importlib.import_module(module_name), attribute, None)
    except ImportError:
        return None
    return value if isinstance(value, type) and issubclass(value, nn.Module) else None
