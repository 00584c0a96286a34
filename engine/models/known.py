"""What may be named in a pickle without a question: building blocks of torch, torchvision and timm."""

import collections
import functools
import importlib

import torch
from torch import fx, nn

_PACKAGES = ("torch.nn.", "torchvision.models.", "torchvision.ops.", "timm.layers.", "timm.models.")
# Modules that are made of programs: text that is compiled, or what torch.jit loads.
_PROGRAMS = (fx.GraphModule, torch.jit.ScriptModule, nn.parallel.DistributedDataParallel)
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
    except Exception:  # a module of an installed package may want others that are not there
        return None
    return value if _is_building_block(value, attribute) else None


def _is_building_block(value: object, attribute: str) -> bool:
    """Whether it is a class of modules that was written in that very module, not one that is only imported there."""
    if not isinstance(value, type) or not issubclass(value, nn.Module) or issubclass(value, _PROGRAMS):
        return False
    return value.__name__ == attribute and f"{value.__module__}.".startswith(_PACKAGES)
