"""The operations of a traced graph that quantizers know, by what they are to the runtime."""

import operator

import torch
import torch.nn.functional as F
from torch import fx, nn

from engine.models.graph import shape_of

Kinds = tuple[object, ...]
"""Classes of modules, functions, and names of methods."""

BATCH_NORMS: Kinds = (nn.BatchNorm1d, nn.BatchNorm2d)
CLAMPS: Kinds = (nn.ReLU, nn.ReLU6, F.relu, F.relu6, torch.relu, "relu", "relu_")
_PASSES: Kinds = (
    nn.MaxPool2d, nn.MaxPool1d, nn.Flatten, nn.Identity, nn.Dropout, nn.Dropout2d, nn.ZeroPad2d, F.max_pool2d,
    F.max_pool1d, F.dropout, F.dropout2d, torch.flatten, torch.reshape, "view", "reshape", "flatten", "contiguous",
)  # fmt: skip
AVERAGES: Kinds = (nn.AvgPool2d, nn.AdaptiveAvgPool2d, F.avg_pool2d, F.adaptive_avg_pool2d)
ADDS: Kinds = (operator.add, operator.iadd, torch.add, "add", "add_")
PRODUCTS: Kinds = (operator.mul, operator.imul, torch.mul, "mul", "mul_")
JOINS: Kinds = (torch.cat, torch.concat)
SIGMOIDS: Kinds = (nn.Sigmoid, torch.sigmoid, F.sigmoid, "sigmoid", "sigmoid_")
SILUS: Kinds = (nn.SiLU, F.silu)
HARD_SIGMOIDS: Kinds = (nn.Hardsigmoid, F.hardsigmoid)
HARD_SWISHES: Kinds = (nn.Hardswish, F.hardswish)
BENDS: Kinds = (*SIGMOIDS, *SILUS, *HARD_SIGMOIDS, *HARD_SWISHES)
"""Curves: a value of integers, bent, is one of integers again."""


def is_of(module: nn.Module, node: fx.Node, kinds: Kinds) -> bool:
    """Whether a node of a module's graph is an operation of some kind."""
    if node.op == "call_module":
        return type(module.get_submodule(str(node.target))) in kinds
    return node.op in ("call_function", "call_method") and node.target in kinds


def passes_grid(module: nn.Module, node: fx.Node) -> bool:
    """Whether a node's values all lie on the grid of the one value that it reads."""
    if not node.args or shape_of(node.args[0]) is None:
        return False
    if is_of(module, node, (F.pad,)):
        # Zero is a level of every grid; what else a border is filled with need not be.
        return (*node.args[2:], *node.kwargs.values()) in (
            (),
            ("constant",),
            ("constant", 0),
            ("constant", None),
        )
    return is_of(module, node, (*_PASSES, operator.getitem))


def is_addition(node: fx.Node) -> bool:
    """Whether a node adds two values."""
    return node.op in ("call_function", "call_method") and node.target in ADDS


def is_product(node: fx.Node) -> bool:
    """Whether a node multiplies two values, element by element."""
    return node.op in ("call_function", "call_method") and node.target in PRODUCTS
