"""Arithmetic on shapes: exporters write how sizes follow from the batch with ordinary operators."""

import operator
from collections.abc import Callable
from typing import Any

import torch

from engine.models.onnx_graph.walk import Known, Operation, Rule, Sizes, Value, Walk, settled


def as_sizes(value: Value | None, operation: Operation) -> Sizes:
    """A value as a list of sizes."""
    if isinstance(value, Sizes):
        return value
    if isinstance(value, Known):
        numbers = value.tensor.flatten().tolist()
        return Sizes(tuple(int(number) for number in numbers), is_scalar=value.tensor.dim() == 0)
    raise operation.unknown()


def _same(walk: Walk, operation: Operation) -> Value:
    return as_sizes(operation.input(0), operation)


def _gather(walk: Walk, operation: Operation) -> Value:
    source, places = as_sizes(operation.input(0), operation), as_sizes(operation.input(1), operation)
    return settled(Sizes(tuple(source.items[place] for place in places.items), is_scalar=places.is_scalar))


def _slice(walk: Walk, operation: Operation) -> Value:
    source = as_sizes(operation.input(0), operation)
    start, end = ((operation.numbers(place, name) or [0])[0] for place, name in ((1, "starts"), (2, "ends")))
    step = (operation.numbers(4, "steps") or [1])[0]
    return settled(Sizes(source.items[start:end:step]))


def _concatenate(walk: Walk, operation: Operation) -> Value:
    parts = [as_sizes(value, operation).items for value in operation.inputs]
    return settled(Sizes(tuple(item for part in parts for item in part)))


def _wrap(walk: Walk, operation: Operation) -> Value:
    return settled(Sizes(as_sizes(operation.input(0), operation).items))


def _unwrap(walk: Walk, operation: Operation) -> Value:
    return settled(Sizes(as_sizes(operation.input(0), operation).items[:1], is_scalar=True))


def _combine(function: Callable[[Any, Any], Any]) -> Rule:
    def rule(walk: Walk, operation: Operation) -> Value:
        left, right = (as_sizes(operation.input(place), operation) for place in (0, 1))
        length = max(len(left.items), len(right.items))
        pairs = zip(_stretched(left, length), _stretched(right, length), strict=True)
        items = tuple(_plain(walk.call(function, a, b)) for a, b in pairs)
        return settled(Sizes(items, is_scalar=left.is_scalar and right.is_scalar))

    return rule


def _equal(walk: Walk, operation: Operation) -> Value:
    """A size that depends on the batch equals no number that was written."""
    left, right = (as_sizes(operation.input(place), operation) for place in (0, 1))
    length = max(len(left.items), len(right.items))
    pairs = zip(_stretched(left, length), _stretched(right, length), strict=True)
    return Known(torch.tensor([isinstance(a, int) and isinstance(b, int) and a == b for a, b in pairs]))


def _choose(walk: Walk, operation: Operation) -> Value:
    choice, left, right = (as_sizes(operation.input(place), operation) for place in (0, 1, 2))
    length = len(choice.items)
    triples = zip(choice.items, _stretched(left, length), _stretched(right, length), strict=True)
    return settled(Sizes(tuple(a if is_first else b for is_first, a, b in triples)))


def _stretched(sizes: Sizes, length: int) -> tuple[Any, ...]:
    return sizes.items * length if len(sizes.items) == 1 else sizes.items


def _plain(value: Any) -> Any:
    return int(value.tensor) if isinstance(value, Known) else value


SIZE_RULES: dict[str, Rule] = {
    "Identity": _same,
    "Cast": _same,
    "Gather": _gather,
    "Slice": _slice,
    "Concat": _concatenate,
    "Unsqueeze": _wrap,
    "Reshape": _wrap,
    "Squeeze": _unwrap,
    "Add": _combine(operator.add),
    "Sub": _combine(operator.sub),
    "Mul": _combine(operator.mul),
    "Div": _combine(operator.floordiv),
    "Mod": _combine(operator.mod),
    "Equal": _equal,
    "Where": _choose,
}
"""What each operator does to sizes that depend on the batch."""
