"""Operations that write into what they read, once somebody else needs that too."""

import operator
from collections.abc import Callable
from typing import Any

from torch import fx

_ANEW: dict[object, Callable[..., Any]] = {
    operator.iadd: operator.add,
    operator.imul: operator.mul,
    operator.isub: operator.sub,
}


def write_anew_(module: fx.GraphModule, node: fx.Node) -> None:
    """Makes an operation in place write a tensor of its own, of the same values.

    Where a sum is left out, the activation behind it would write into its input, which the way back of that input's
    maker still needs: autograd refuses to train such a network.
    """
    if node.op == "call_module":
        layer = module.get_submodule(str(node.target))
        if getattr(layer, "inplace", False) is True:
            layer.inplace = False  # type: ignore[assignment]
    elif node.op == "call_method":
        node.target = str(node.target).removesuffix("_")
    elif node.op == "call_function":
        node.target = _ANEW.get(node.target, node.target)
        if len(node.args) == 2 and node.args[1] is True:
            node.args = node.args[:1]
    if node.kwargs.get("inplace"):
        node.kwargs = {**node.kwargs, "inplace": False}
