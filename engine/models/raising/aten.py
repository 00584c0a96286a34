"""Raises what ``torch.export`` made: operators with weights become layers again, the others torch's functions.

::

    conv2d(x, p_conv_weight, p_conv_bias, [1, 1], [1, 1])   →   self.conv(x), an nn.Conv2d
    add.Tensor(a, b)                                        →   a + b
    view(x, [2, 128]), exported with a batch of 2           →   torch.reshape(x, (-1, 128))
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind

from engine.contract.errors import RequestError
from engine.models.example import Example
from engine.models.raising.sketch import Sketch, as_parameter

_ASSERTIONS = (
    "_assert_tensor_metadata",
    "_assert_scalar",
    "sym_constrain_range",
    "sym_constrain_range_for_size",
)


@dataclass(frozen=True)
class Held:
    """A tensor that the program holds, under its name in the state_dict; perhaps read with its axes exchanged."""

    name: str
    tensor: Tensor
    is_turned: bool = False


@dataclass(frozen=True)
class Call:
    """One operator's call: its name without overload, and its arguments by their names in the schema."""

    node: fx.Node
    name: str
    given: dict[str, Any]

    def __getitem__(self, argument: str) -> Any:
        return self.given[argument]


@dataclass(frozen=True, kw_only=True)
class Hints:
    """What the program does not say of itself.

    Attributes:
        vocabulary: of a model that takes words.
        marked_batch: a batch that no other size is a multiple of, with which the program was made; where it
            stands in the graph, the real one is meant.
        parameters: by the names that they should have; the program may hold the same memory under others.
    """

    vocabulary: int | None = None
    marked_batch: int | None = None
    parameters: Mapping[str, Tensor] = field(default_factory=dict)


Rule = Callable[["Raiser", Call], Any]
"""What a call becomes: a value of the network, a tuple of such, or None where torch's namesake is meant."""


class Raiser:
    """One pass over an exported program."""

    def __init__(self, program: ExportedProgram, hints: Hints, rules: Mapping[str, Rule]) -> None:
        self.sketch = Sketch()
        self._program = program
        self._values: dict[fx.Node, Any] = {}
        self._hints = hints
        self._rules = rules
        self._names = {_memory(tensor): name for name, tensor in hints.parameters.items()}
        self._parameters: dict[tuple[object, ...], nn.Parameter] = {}
        self.samples: fx.Node | None = None
        self.batch = self.marked_batch = hints.marked_batch

    def run(self) -> fx.GraphModule:
        """The network."""
        example = self._take_inputs()
        for node in self._program.graph.nodes:
            if node.op == "call_function":
                self._values[node] = self._raise(node)
        answer = next(node for node in self._program.graph.nodes if node.op == "output").args[0]
        answers = [self.value(node) for node in answer[self._changed() :]]
        return self.sketch.finish(answers[0] if len(answers) == 1 else tuple(answers), example)

    def _changed(self) -> int:
        """How many answers are not the user's: buffers that the program changes."""
        specs = self._program.graph_signature.output_specs
        return sum(spec.kind.name != "USER_OUTPUT" for spec in specs)

    def _take_inputs(self) -> Example:
        nodes = [node for node in self._program.graph.nodes if node.op == "placeholder"]
        inputs = []
        for node, spec in zip(nodes, self._program.graph_signature.input_specs, strict=True):
            if spec.kind is InputKind.USER_INPUT:
                inputs.append(node)
            else:
                self._values[node] = self._held(spec.kind, str(spec.target))
        if len(inputs) != 1 or not isinstance(inputs[0].meta.get("val"), Tensor):
            raise RequestError("graph_inputs", found=len(inputs))
        value = inputs[0].meta["val"]
        self.samples = self.sketch.input(inputs[0].name)
        self._values[inputs[0]] = self.samples
        if isinstance(value.shape[0], int):
            self.batch = value.shape[0]
        shape = tuple(_number(size) for size in value.shape[1:])
        return Example(shape, None if value.is_floating_point() else self._words())

    def _words(self) -> int:
        """How many words there are: rows of the first table that is looked into."""
        calls = (node for node in self._program.graph.nodes if node.op == "call_function")
        tables = (node.args[0] for node in calls if _operator_name(node.target) == "embedding")
        held = next((self._values.get(table) for table in tables), None)
        rows = held.tensor.shape[0] if isinstance(held, Held) else None
        return self._hints.vocabulary or rows or 2

    def _held(self, kind: InputKind, name: str) -> Held:
        tensors = self._program.state_dict if name in self._program.state_dict else self._program.constants
        tensor = tensors[name]
        if not isinstance(tensor, Tensor):
            raise RequestError("graph_not_raised", reason=f"it holds the object {name}")
        memory = _memory(tensor)
        if kind is not InputKind.PARAMETER and memory not in self._names:
            return Held(name, tensor.detach())
        # Scripts hold one parameter under several names.
        return Held(self._names.get(memory, name), self._parameters.setdefault(memory, as_parameter(tensor)))

    def _raise(self, node: fx.Node) -> Any:
        if node.target is operator.getitem:
            return self._pick(node)
        name = _operator_name(node.target)
        if name in _ASSERTIONS:
            return None
        if not isinstance(node.target, torch._ops.OpOverload):
            assert callable(node.target)
            return self.sketch.call(node.target, *self.value(node.args), **self.value(node.kwargs))
        is_in_place = name.endswith("_") and not name.endswith("__")
        call = Call(node, name[:-1] if is_in_place else name, _bound(node))
        rule = self._rules.get(call.name)
        made = rule(self, call) if rule is not None else None
        result = made if made is not None else self._call_namesake(call)
        if is_in_place and isinstance(node.args[0], fx.Node):
            self._values[node.args[0]] = result
        return result

    def _call_namesake(self, call: Call) -> Any:
        """Torch's function of the operator's own name takes the same arguments."""
        function = getattr(torch, call.name, None)
        if function is None or call.name.startswith("_"):
            raise RequestError("operator_unknown", operator=call.name, node=call.node.name)
        named = {
            key: value
            for key, value in call.node.kwargs.items()
            if key not in ("device", "pin_memory", "layout")
        }
        return self.sketch.call(function, *self.value(call.node.args), **self.value(named))

    def _pick(self, node: fx.Node) -> Any:
        source = self.value(node.args[0])
        index: Any = node.args[1]
        return (
            source[index] if isinstance(source, tuple) else self.sketch.call(operator.getitem, source, index)
        )

    def pick(self, source: fx.Node, place: int) -> fx.Node:
        """One of several values."""
        return self.sketch.call(operator.getitem, source, place)

    def held(self, argument: Any) -> Held | None:
        """What the program holds under an argument."""
        found = self._values.get(argument) if isinstance(argument, fx.Node) else None
        return found if isinstance(found, Held) else None

    def value(self, argument: Any) -> Any:
        """An argument of the program as one of the network."""
        if isinstance(argument, fx.Node):
            found = self._values[argument]
            return self._read(found) if isinstance(found, Held) else found
        if isinstance(argument, list | tuple):
            return type(argument)(self.value(item) for item in argument)
        if isinstance(argument, dict):
            return {key: self.value(item) for key, item in argument.items()}
        return argument

    def _read(self, held: Held) -> fx.Node:
        node = self.sketch.tensor(held.name, held.tensor)
        return self.sketch.call(torch.transpose, node, 0, 1) if held.is_turned else node

    def layer(self, name: str, layer: nn.Module, *inputs: Any) -> fx.Node:
        """Calls a layer on arguments of the program."""
        return self.sketch.layer(name, layer, *(self.value(item) for item in inputs))


def _memory(tensor: Tensor) -> tuple[object, ...]:
    return tensor.data_ptr() or id(tensor), tuple(tensor.shape), tensor.stride()


def shape_in(node: Any) -> tuple[Any, ...]:
    """The shape of a program's value; open sizes are symbols."""
    value = node.meta.get("val") if isinstance(node, fx.Node) else None
    return tuple(value.shape) if isinstance(value, Tensor) else ()


def _number(size: Any) -> int:
    """An open size counts as the one that it was exported with."""
    hint = size if isinstance(size, int) else size.node.hint
    return int(hint)


def _operator_name(target: Any) -> str:
    if isinstance(target, torch._ops.OpOverload):
        return str(target._schema.name.split("::")[1])
    return str(getattr(target, "__name__", target))


def _bound(node: fx.Node) -> dict[str, Any]:
    """All arguments by name, defaults included."""
    assert isinstance(node.target, torch._ops.OpOverload)
    schema = node.target._schema.arguments
    given = {argument.name: argument.default_value for argument in schema if argument.has_default_value()}
    given |= {argument.name: value for argument, value in zip(schema, node.args, strict=False)}
    return given | dict(node.kwargs)
