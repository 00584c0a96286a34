"""A network under construction: layers and functions are put down in the order in which they compute."""

import keyword
import re
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, fx, nn

from engine.models.example import Example

EXAMPLE = "example"
_ODD = re.compile(r"\W")


class Sketch:
    """Grows a traced network call by call.

    Names come from files that strangers made, and a traced network pastes them into Python text: they are made plain
    first.
    """

    def __init__(self) -> None:
        self._root = nn.Module()
        self._graph = fx.Graph()
        self._tensors: dict[str, fx.Node] = {}

    def input(self, name: str) -> fx.Node:
        """A batch of samples."""
        return self._graph.placeholder(plain_name(name).replace(".", "_"))

    def layer(self, name: str, layer: nn.Module, *inputs: Any) -> fx.Node:
        """Calls ``layer``, which comes to stand at the dotted ``name``, or beside it where that is taken.

        A layer that stands there already with the same weights is called once more.
        """
        path = plain_name(name)
        while (taken := _find(self._root, path)) is not None and not _is_same(taken, layer):
            path = _next_name(path)
        if taken is None:
            folder, _, leaf = path.rpartition(".")
            _folder(self._root, folder).add_module(leaf, layer)
        return self._graph.call_module(path, inputs)

    def tensor(self, name: str, tensor: Tensor) -> fx.Node:
        """Reads a parameter or, for other tensors, a buffer that comes to stand at ``name``."""
        if name not in self._tensors:
            path = plain_name(name)
            while _find(self._root, path) is not None:
                path = _next_name(path)
            folder, _, leaf = path.rpartition(".")
            holder = _folder(self._root, folder)
            if isinstance(tensor, nn.Parameter):
                holder.register_parameter(leaf, tensor)
            else:
                holder.register_buffer(leaf, tensor)
            self._tensors[name] = self._graph.get_attr(path)
        return self._tensors[name]

    def call(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> fx.Node:
        """Calls a function."""
        return self._graph.call_function(function, arguments, named)

    def method(self, name: str, *arguments: Any, **named: Any) -> fx.Node:
        """Calls a method of the first argument."""
        return self._graph.call_method(name, arguments, named)

    def finish(self, output: Any, example: Example) -> fx.GraphModule:
        """The network in evaluation mode, without what does not lead to ``output``."""
        self._graph.output(output)
        module = fx.GraphModule(self._root, self._graph, "Raised")
        module.graph.eliminate_dead_code()
        # Made once more, it takes along only what is left.
        module = fx.GraphModule(module, module.graph, "Raised")
        module.meta[EXAMPLE] = example
        return module.eval()


def plain_name(name: str) -> str:
    """A dotted name whose parts are words, none of them Python's own or a module's.

    >>> plain_name("/layer1/conv:0"), plain_name("a.forward.lambda")
    ('_layer1_conv_0', 'a.forward_.lambda_')
    """
    parts = [_ODD.sub("_", part) for part in name.split(".") if part] or ["unnamed"]
    return ".".join(
        f"{part}_" if keyword.iskeyword(part) or hasattr(nn.Module, part) else part for part in parts
    )


def _next_name(path: str) -> str:
    """``conv`` → ``conv_2`` → ``conv_3``."""
    stem, _, number = path.rpartition("_")
    return f"{stem}_{int(number) + 1}" if stem and number.isdecimal() else f"{path}_2"


def _find(root: nn.Module, path: str) -> object | None:
    found: object = root
    for part in path.split("."):
        found = getattr(found, part, None)
    return found


def _folder(root: nn.Module, path: str) -> nn.Module:
    for part in filter(None, path.split(".")):
        if not hasattr(root, part):
            root.add_module(part, nn.Module())
        root = root.get_submodule(part)
    return root


def _is_same(taken: object, layer: nn.Module) -> bool:
    """Whether both compute alike with the very same parameters."""
    if not isinstance(taken, nn.Module) or repr(taken) != repr(layer) or type(taken) is nn.Module:
        return False
    return all(a is b for a, b in zip(taken.parameters(), layer.parameters(), strict=True))


def example_of(module: nn.Module) -> Example | None:
    """The form of one sample where the file of a raised network says it."""
    found = module.meta.get(EXAMPLE) if isinstance(module, fx.GraphModule) else None
    return found if isinstance(found, Example) else None


def as_parameter(tensor: Tensor) -> nn.Parameter:
    """A parameter over the same memory; what is no float learns nothing."""
    if isinstance(tensor, nn.Parameter):
        return tensor
    return nn.Parameter(tensor.detach(), requires_grad=tensor.is_floating_point())


@torch.no_grad()
def fill_(layer: nn.Module, **tensors: Tensor | None) -> nn.Module:
    """Puts tensors at their names in a layer that was built on the meta device; None leaves a place empty."""
    for name, tensor in tensors.items():
        if name in dict(layer.named_buffers(recurse=False)):
            assert tensor is not None
            layer.register_buffer(name, tensor.detach().clone())
        else:
            setattr(layer, name, None if tensor is None else as_parameter(tensor))
    return layer
