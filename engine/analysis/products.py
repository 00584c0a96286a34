"""Multiplications of functions: products of matrices that stand in the graph itself and in no layer.

Windowed attention (Liu 2021, Swin; Tu 2022, MaxViT) multiplies values with values by functions, and torchvision's Swin
hands the weights of its projections to one.
"""

import operator
from collections.abc import Callable, Mapping
from math import prod

import torch
import torch.nn.functional as F
from torch import fx
from torchvision.models.swin_transformer import shifted_window_attention

from engine.models.graph import PROBE_BATCH, shape_of
from engine.models.shapes import Shape


def per_sample(total: int, leading: int) -> int:
    """A count over the probe batch for one sample; what has one row for all samples is computed whole for each.

    Where the batch stands in a shape differs: in front, behind the steps of a sequence, or multiplied by windows.
    """
    return total if leading == 1 else total // PROBE_BATCH


def _shape(argument: object) -> Shape:
    """The shape of an operand.

    Raises:
        ValueError: it is not known.
    """
    shape = shape_of(argument)
    if shape is None:
        raise ValueError(f"{argument} has no shape")
    return shape


def matrix_product(node: fx.Node) -> int:
    """Every value of the answer reads one row of the first operand."""
    return prod(_shape(node)) * _shape(node.args[0])[-1]


def weighted(node: fx.Node) -> int:
    """A linear function or a convolution: every value of the answer reads one row of the weight."""
    weight = node.args[1] if len(node.args) > 1 else node.kwargs["weight"]
    return prod(_shape(node)) * prod(_shape(weight)[1:])


def einstein_sum(node: fx.Node) -> int:
    """Every value of the answer reads one value for each choice of the letters that are summed over.

    Of an axis that ``...`` stands for, nothing is summed.
    """
    equation, *operands = node.args
    terms, _, answer = str(equation).replace(" ", "").partition("->")
    letters: dict[str, int] = {}
    for term, operand in zip(terms.split(","), operands, strict=True):
        front, _, back = term.partition("...")
        shape = _shape(operand)
        letters |= dict(zip(front, shape, strict=False))
        letters |= dict(zip(reversed(back), reversed(shape), strict=False))
    kept = answer if "->" in str(equation) else [letter for letter in letters if terms.count(letter) == 1]
    return prod(_shape(node)) * prod(size for letter, size in letters.items() if letter not in kept)


def dot_product_attention(node: fx.Node) -> int:
    """T queries of E values meet S keys, which weigh S values of width V: T·S·(E + V) (Vaswani 2017, equation 1)."""
    query, key, value = map(_shape, node.args[:3])
    return prod(query[:-1]) * key[-2] * (query[-1] + value[-1])


def window_attention(node: fx.Node) -> int:
    """Attention in windows of M tokens (Liu 2021, equation 2): N·C·3I + 2·N·M·I + N·I·C.

    N tokens of C channels, padded to whole windows, are projected to queries, keys and values of I channels over all
    heads, and back.
    """
    batch, height, width, stream = _shape(node.args[0])
    inside = _shape(node.args[2])[1]
    window = node.args[4]
    assert isinstance(window, list | tuple)
    rows, columns = (int(str(size)) for size in window)
    tokens = batch * _rounded_up(height, rows) * _rounded_up(width, columns)
    return tokens * inside * (4 * stream + 2 * rows * columns)


def _rounded_up(length: int, step: int) -> int:
    return -(-length // step) * step


PRODUCTS: Mapping[object, Callable[[fx.Node], int]] = {
    **dict.fromkeys((torch.matmul, torch.bmm, operator.matmul, "matmul", "bmm"), matrix_product),
    **dict.fromkeys((F.linear, F.conv1d, F.conv2d, F.conv3d), weighted),
    torch.einsum: einstein_sum,
    F.scaled_dot_product_attention: dot_product_attention,
    shifted_window_attention: window_attention,
}
"""What counts the multiplications of each function and method over the probe batch."""


def count_products(graph: fx.Graph) -> int | None:
    """Multiplications of one sample by all functions of :data:`PRODUCTS`; None where a shape is not known."""
    total = 0
    for node in graph.nodes:
        count = PRODUCTS.get(node.target) if node.op in ("call_function", "call_method") else None
        if count is None:
            continue
        try:
            total += per_sample(count(node), _shape(node)[0])
        except ValueError:
            return None
    return total
