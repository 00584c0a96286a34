"""One pass over an ONNX graph: every operator becomes a layer or a function, or is worked out at once.

Each value is one of three things: a node of the network, with the shape that it has for a batch of :data:`BATCH`; a
:class:`Known` tensor that the file holds or that follows from such; or :class:`Sizes`, a shape some of whose numbers
depend on the batch.
"""

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import onnx
import torch
from torch import Tensor, fx, nn
from torch._subclasses.fake_tensor import FakeTensorMode

from engine.contract.errors import RequestError
from engine.models.example import Example
from engine.models.raising.sketch import Sketch, as_parameter

BATCH = 61
"""A batch that no size of a network is likely to have, so that it shows wherever it goes."""
_INVENTED = re.compile(r"val_\d+|onnx::.*|/.*|[Cc]onstant.*")


@dataclass(frozen=True)
class Known:
    """A tensor that does not depend on the samples, under the name that the file gives it."""

    tensor: Tensor
    name: str = ""


@dataclass(frozen=True)
class Sizes:
    """A list of sizes: whole numbers, or nodes that make one; a single one where ``is_scalar``."""

    items: tuple[Any, ...]
    is_scalar: bool = False


Value = fx.Node | Known | Sizes


@dataclass(frozen=True)
class Operation:
    """One operator of the file, with its attributes as Python values."""

    proto: onnx.NodeProto
    attributes: dict[str, Any]
    inputs: list[Any] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The operator's name."""
        return str(self.proto.op_type)

    def get(self, name: str, default: Any = None) -> Any:
        """An attribute."""
        return self.attributes.get(name, default)

    def input(self, place: int) -> Any:
        """An input's value, None where it was left out."""
        return self.inputs[place] if place < len(self.inputs) else None

    def numbers(self, place: int, attribute: str) -> list[int] | None:
        """Whole numbers that older files give as an attribute and newer ones as an input."""
        if attribute in self.attributes:
            return list(self.attributes[attribute])
        value = self.input(place)
        if value is None:
            return None
        if not isinstance(value, Known):
            raise self.unknown()
        return [int(number) for number in value.tensor.flatten().tolist()]

    def unknown(self) -> RequestError:
        """That this operator is not understood as it stands here."""
        return RequestError(
            "operator_unknown", operator=self.kind, node=self.proto.name or self.proto.output[0]
        )


Rule = Callable[["Walk", Operation], Any]


class Walk:
    """The network as far as it has been made."""

    def __init__(self, graph: onnx.GraphProto, example: Example, batch: int | None) -> None:
        self.sketch = Sketch()
        self.example = example
        self.written_batch = batch
        self.values: dict[str, Value] = {}
        self.zeros: set[fx.Node] = set()
        self.readers: dict[str, list[onnx.NodeProto]] = {}
        for proto in graph.node:
            for name in proto.input:
                self.readers.setdefault(name, []).append(proto)
        self._constants = 0
        self._turned: dict[str | int, Tensor] = {}
        self._mode = FakeTensorMode(allow_non_fake_inputs=True)

    def take_input(self, name: str) -> None:
        """The samples."""
        self.samples = self.sketch.input("x")
        with self._mode:
            self.samples.meta["val"] = self.example.zeros(BATCH)
        self.values[name] = self.samples

    def call(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Calls a function on values; what is known by itself is worked out at once."""
        if not any(isinstance(item, fx.Node) for item in _flat(arguments)):
            with torch.no_grad():
                made = function(*_unwrapped(arguments), **named)
            return Known(made.detach()) if isinstance(made, Tensor) else made
        return self._shadow(self.sketch.call(function, *map(self.argument, arguments), **named))

    def method(self, name: str, source: Any, *arguments: Any) -> Any:
        """Calls a method of a tensor."""
        if isinstance(source, Known) and not any(isinstance(item, fx.Node) for item in _flat(arguments)):
            return Known(getattr(source.tensor, name)(*arguments))
        return self._shadow(self.sketch.method(name, self.argument(source), *map(self.argument, arguments)))

    def layer(self, name: str, layer: nn.Module, *inputs: Any) -> fx.Node:
        """Calls a layer."""
        node = self.sketch.layer(name, layer, *map(self.argument, inputs))
        node.meta["layer"] = layer
        return self._shadow(node)

    def pick(self, source: fx.Node, place: int) -> fx.Node:
        """One of several values."""
        return self._shadow(self.sketch.call(operator.getitem, source, place))

    def argument(self, value: Any) -> Any:
        """A value as the argument of a node: known tensors become buffers or, of one element, numbers."""
        if isinstance(value, Known):
            if value.tensor.numel() == 1 and not value.tensor.dim():
                return value.tensor.item()
            return self._read(value)
        if isinstance(value, Sizes):
            return value.items[0] if value.is_scalar else value.items
        if isinstance(value, list | tuple):
            return type(value)(self.argument(item) for item in value)
        return value

    def _read(self, known: Known) -> fx.Node:
        is_weight = known.tensor.is_floating_point() and known.name and not _INVENTED.fullmatch(known.name)
        self._constants += 1
        name = known.name or f"constant_{self._constants}"
        node = self.sketch.tensor(name, as_parameter(known.tensor) if is_weight else known.tensor.detach())
        node.meta["val"] = known.tensor
        return node

    def _shadow(self, node: fx.Node) -> fx.Node:
        """Learns a node's shape by computing it on tensors without content."""
        arguments = fx.node.map_arg(node.args, lambda item: item.meta["val"])
        named = fx.node.map_arg(node.kwargs, lambda item: item.meta["val"])
        with self._mode, torch.no_grad():
            if node.op == "call_function":
                assert callable(node.target)
                node.meta["val"] = node.target(*arguments, **named)  # type: ignore[arg-type]
            elif node.op == "call_method":
                node.meta["val"] = getattr(arguments[0], str(node.target))(*arguments[1:])  # type: ignore[index,misc]
            else:
                node.meta["val"] = node.meta["layer"].eval()(*arguments)
        return node

    def turned(self, known: Known) -> Tensor:
        """A matrix with its axes exchanged, the same one whenever it is asked for."""
        key = known.name or id(known.tensor)
        return self._turned.setdefault(key, as_parameter(known.tensor.t().contiguous()))

    def own(self, known: Known | None) -> Tensor | None:
        """A vector for one operator alone: exporters store equal ones once, and each is to learn for itself."""
        if known is None or len(self.readers.get(known.name, [])) < 2:
            return None if known is None else known.tensor
        return as_parameter(known.tensor.detach().clone())

    def batch_size(self) -> fx.Node:
        """The size of the batch, asked of the samples."""
        return self._shadow(self.sketch.method("size", self.samples, 0))

    def sizes_of(self, value: Any) -> Sizes | Known:
        """A value's shape; what goes with the batch is a node."""
        shape = shape_of(value)
        items = tuple(self._open(size) if isinstance(value, fx.Node) else size for size in shape)
        return settled(Sizes(items))

    def _open(self, size: int) -> Any:
        if size % BATCH or not size:
            return size
        times = size // BATCH
        batch = self.batch_size()
        return batch if times == 1 else self.call(operator.mul, batch, times)

    def only_reader(self, name: str, kind: str) -> onnx.NodeProto | None:
        """The one operator that reads a value, if it is of that kind."""
        readers = self.readers.get(name, [])
        return readers[0] if len(readers) == 1 and readers[0].op_type == kind else None


def settled(sizes: Sizes) -> Sizes | Known:
    """Sizes that do not depend on the batch are a known tensor."""
    if any(isinstance(item, fx.Node) for item in sizes.items):
        return sizes
    whole = torch.tensor([int(item) for item in sizes.items], dtype=torch.int64)
    return Known(whole[0] if sizes.is_scalar else whole)


def shape_of(value: Any) -> tuple[int, ...]:
    """A value's shape for a batch of :data:`BATCH`."""
    if isinstance(value, Sizes):
        return () if value.is_scalar else (len(value.items),)
    tensor = value.tensor if isinstance(value, Known) else value.meta["val"]
    return tuple(int(size) for size in tensor.shape)


def _flat(arguments: Sequence[Any]) -> list[Any]:
    flat: list[Any] = []
    for item in arguments:
        if isinstance(item, Sizes):
            flat += item.items
            continue
        flat += _flat(item) if isinstance(item, list | tuple) else [item]
    return flat


def _unwrapped(arguments: Any) -> Any:
    if isinstance(arguments, list | tuple):
        return type(arguments)(_unwrapped(item) for item in arguments)
    if isinstance(arguments, Sizes):
        return arguments.items[0] if arguments.is_scalar else arguments.items
    return arguments.tensor if isinstance(arguments, Known) else arguments
