"""Where quantizers stand: on every value that goes into or comes out of an operation that runs in integers.

The rules are those that ONNX Runtime fuses (measured, docs/decisions.md): a quantizer on each input and output of
convolutions and matrix products, on both inputs and the output of additions and products, on both sides of sigmoids,
SiLUs and their piecewise linear likes, behind the batch norm and the ReLU that melt into a layer, and none between; a
Linear layer that makes the answer, or that reads tokens, needs none behind it. Pools, reshapes, slices and
borders of zeros pass a grid on unchanged.
"""

from dataclasses import dataclass, field

from torch import fx, nn

from engine.contract.recipe import QuantizeSpec
from engine.models.graph import CapturedGraph, layers_of, nodes_in, shape_of
from engine.quantization.operations import (
    ADDS,
    AVERAGES,
    BATCH_NORMS,
    BENDS,
    CLAMPS,
    HARD_SIGMOIDS,
    HARD_SWISHES,
    JOINS,
    PRODUCTS,
    SILUS,
    Kinds,
    is_of,
    passes_grid,
)

MOST_BITS = 8
PAIRED: Kinds = (*ADDS, *PRODUCTS)
INTEGER_KINDS = (nn.Conv1d, nn.Conv2d, nn.Linear)


@dataclass(frozen=True, kw_only=True)
class Placement:
    """What is quantized and what is not.

    Attributes:
        bits: weight bits of each layer that runs in integers.
        input_bits: bits of what each of them reads; none where weights alone are rounded.
        values: names of the nodes behind which a quantizer stands, in graph order.
        passes: names of nodes that pass the grid of ``values[name]`` on: node → the value it comes from.
        inputs: for each quantized layer the quantizer of what it reads: a value's name, or one of ``narrowed``.
        value_bits: bits of each quantizer of values, those of ``narrowed`` too.
        narrowed: further quantizers of fewer bits, each with the layers that read through it, where what else reads
            the value (a sum, an average) needs it in 8 bits.
        float_because: for every other layer a code of the texts and its arguments.
        integer_operators: how many operators are planned to run in integers; averages may, and are not counted.
    """

    bits: dict[str, int]
    float_because: dict[str, tuple[str, dict[str, str]]]
    input_bits: dict[str, int] = field(default_factory=dict)
    values: tuple[str, ...] = ()
    passes: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    value_bits: dict[str, int] = field(default_factory=dict)
    narrowed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    integer_operators: int = 0


def place_quantizers(captured: CapturedGraph, spec: QuantizeSpec) -> Placement:
    """Decides where quantizers stand in a traced model whose nodes have shapes."""
    float_because = _layers_left_in_float(captured, spec)
    layers = [name for name, _ in layers_of(captured.module) if name not in float_because]
    ends = ends_of(captured)
    bits = {name: weight_bits_of(spec, name, is_end=name in ends) for name in layers}
    if spec.value_bits == 0:
        return Placement(bits=bits, float_because=float_because)
    return _Placer(captured, spec, bits).place(float_because)


def ends_of(captured: CapturedGraph) -> frozenset[str]:
    """The layers that are called first and last."""
    names = {name for name, _ in layers_of(captured.module)}
    nodes = captured.graph.nodes if captured.graph is not None else ()
    called = [str(node.target) for node in nodes if node.op == "call_module" and node.target in names]
    return frozenset((*called[:1], *called[-1:]))


def weight_bits_of(spec: QuantizeSpec, layer: str, *, is_end: bool) -> int:
    """What the recipe asks for a layer's weights: its own exception first, then that of the first and last layer."""
    own = spec.layers[layer].weight_bits if layer in spec.layers else None
    if own is not None:
        return own
    return spec.first_last_bits if is_end and spec.first_last_bits else spec.default_bits


def _layers_left_in_float(
    captured: CapturedGraph, spec: QuantizeSpec
) -> dict[str, tuple[str, dict[str, str]]]:
    reasons: dict[str, tuple[str, dict[str, str]]] = {}
    for name, layer in layers_of(captured.module):
        reason = _why_float(captured, spec, name=name, layer=layer)
        if reason is not None:
            reasons[name] = reason
    return reasons


def _why_float(
    captured: CapturedGraph, spec: QuantizeSpec, *, name: str, layer: nn.Module
) -> tuple[str, dict[str, str]] | None:
    if captured.untraced_because is not None:
        return "locked_untraced", {"reason": captured.untraced_because}
    if not isinstance(layer, INTEGER_KINDS):
        return "float_kind", {"kind": type(layer).__name__}
    if name in spec.layers and spec.layers[name].skip:
        return "locked_request", {}
    calls = captured.nodes_of(name)
    if not calls:
        return "float_unreached", {}
    return None if spec.value_bits == 0 else _why_calls_are_float(layer, calls)


def _why_calls_are_float(layer: nn.Module, calls: list[fx.Node]) -> tuple[str, dict[str, str]] | None:
    if len(calls) > 1:
        return "float_shared", {"calls": str(len(calls))}
    rank = len(shape_of(calls[0].args[0]) or ())
    if isinstance(layer, nn.Linear) and rank < 2:
        return "float_rank", {"rank": str(rank)}
    return None


class _Placer:
    """One pass over the graph."""

    def __init__(self, captured: CapturedGraph, spec: QuantizeSpec, layers: dict[str, int]) -> None:
        assert isinstance(captured.module, fx.GraphModule) or not layers
        self._spec = spec
        self._ends = ends_of(captured)
        self._module = captured.module
        self._nodes = list(captured.graph.nodes) if captured.graph is not None else []
        self._layers = layers
        self._values: set[fx.Node] = set()
        self._passes: dict[fx.Node, fx.Node] = {}
        self._count = 0

    def place(self, float_because: dict[str, tuple[str, dict[str, str]]]) -> Placement:
        inputs = {}
        for node in self._nodes:
            if node.op == "call_module" and node.target in self._layers:
                inputs[str(node.target)] = self._place_around(node, [node.args[0]])[0].name
        for node in self._nodes:
            if self._is(node, (*PAIRED, *JOINS, *AVERAGES)):
                self._place_around_light(node)
            elif self._is(node, BENDS):
                self._place_around_bend(node)
        self._follow_passes()
        input_bits = dict.fromkeys(inputs, self._spec.value_bits)
        if self._spec.first_last_bits:
            input_bits |= dict.fromkeys(self._ends & input_bits.keys(), self._spec.first_last_bits)
        value_bits, narrowed = self._fit_bits(input_bits)
        inputs.update({layer: name for name, layers in narrowed.items() for layer in layers})
        return Placement(
            bits=self._layers,
            input_bits=input_bits,
            values=tuple(node.name for node in self._nodes if node in self._values),
            passes={node.name: source.name for node, source in self._passes.items()},
            inputs=inputs,
            value_bits=value_bits,
            narrowed=narrowed,
            float_because=float_because,
            integer_operators=self._count,
        )

    def _place_around(self, node: fx.Node, inputs: list[object]) -> list[fx.Node]:
        """Quantizers on the inputs of an operation and on what comes out of it."""
        sources = [self._source(value) for value in inputs if isinstance(value, fx.Node)]
        end = self._end(node)
        self._values.update(sources)
        if not self._ends_in_floats(node, end):
            self._values.add(end)
        self._count += self._operators(node)
        return sources

    def _operators(self, node: fx.Node) -> int:
        """How many operators in integers an operation becomes for sure; a SiLU is a sigmoid and a product."""
        if self._is(node, HARD_SWISHES):
            return int(self._has_own_input(node))
        if self._is(node, (*AVERAGES, *HARD_SIGMOIDS)):
            return 0
        return 2 if self._is(node, SILUS) else 1

    def _has_own_input(self, node: fx.Node) -> bool:
        """Whether nobody else reads what an operation reads: its grid may follow the operation's wishes."""
        source = node.args[0]
        return isinstance(source, fx.Node) and source in self._values and len(source.users) == 1

    def _ends_in_floats(self, node: fx.Node, end: fx.Node) -> bool:
        """A matrix product that makes the model's answer gives it in floats: as fast, and nothing is rounded.

        So does one of tokens: what is behind it (a norm, a GELU, the stream of a Transformer) computes in floats, and
        a layer that reads it rounds what it reads.
        """
        is_of_tokens = len(shape_of(node) or ()) > 2
        is_answer = all(reader.op == "output" for reader in end.users)
        return self._is(node, (nn.Linear,)) and (is_of_tokens or is_answer)

    def _place_around_light(self, node: fx.Node) -> None:
        """Sums, products, concatenations and averages join only where all they read is in integers already."""
        if self._is(node, JOINS):
            inputs = nodes_in(node.args[0])
        else:
            inputs = nodes_in(node.args[: 2 if self._is(node, PAIRED) else 1])
        tensors = [value for value in inputs if shape_of(value) is not None]
        is_alike = len({shape_of(value) for value in tensors}) == 1 or not self._is(node, ADDS)
        # A concatenation of one tensor is none: the first layer of a dense block has it.
        fits = self._is(node, AVERAGES) or (len(tensors) > 1 and is_alike)
        if fits and all(self._source(value) in self._values for value in tensors):
            self._place_around(node, list(tensors))

    def _place_around_bend(self, node: fx.Node) -> None:
        """A curve joins where it stands between integers; it is better in float where floats read it."""
        source = node.args[0]
        if not isinstance(source, fx.Node) or self._source(source) not in self._values:
            return
        if any(self._may_read_integers(reader) for reader in self._readers(self._end(node))):
            self._place_around(node, [source])

    def _may_read_integers(self, node: fx.Node) -> bool:
        is_layer = node.op == "call_module" and str(node.target) in self._layers
        return is_layer or self._is(node, (*PAIRED, *JOINS, *AVERAGES))

    def _source(self, node: fx.Node) -> fx.Node:
        """The value whose grid a node carries: through pools and reshapes back to where it was made."""
        while passes_grid(self._module, node) and isinstance(node.args[0], fx.Node):
            node = node.args[0]
        return node

    def _end(self, node: fx.Node) -> fx.Node:
        """Where an operation's result is finished: behind its batch norm, if one melts into it, and its ReLU."""
        has_weights = node.op == "call_module" and str(node.target) in self._layers
        for melts in (BATCH_NORMS, CLAMPS) if has_weights else (CLAMPS,):
            users = list(node.users)
            if len(users) == 1 and self._is(users[0], melts):
                node = users[0]
        return node

    def _fit_bits(self, input_bits: dict[str, int]) -> tuple[dict[str, int], dict[str, tuple[str, ...]]]:
        """Bits of each value's quantizer, and the quantizers that layers have to themselves.

        A sum of rounded branches needs more levels than a product does: few bits are for what layers read.
        """
        bits: dict[str, int] = {}
        narrowed: dict[str, tuple[str, ...]] = {}
        for value in (node for node in self._nodes if node in self._values):
            readers = self._readers(value)
            asked = {input_bits.get(str(reader.target), MOST_BITS) for reader in readers}
            bits[value.name] = asked.pop() if len(asked) == 1 else MOST_BITS
            for reader in readers:
                own = input_bits.get(str(reader.target), MOST_BITS)
                if own < bits[value.name]:
                    assert isinstance(reader.args[0], fx.Node)
                    name = f"{reader.args[0].name}_in_{own}_bits"
                    narrowed[name] = (*narrowed.get(name, ()), str(reader.target))
                    bits[name] = own
        return bits, narrowed

    def _readers(self, value: fx.Node) -> list[fx.Node]:
        """All that read a value, through pools and reshapes too."""
        found = []
        for reader in value.users:
            found += self._readers(reader) if passes_grid(self._module, reader) else [reader]
        return found

    def _follow_passes(self) -> None:
        for node in self._nodes:
            if passes_grid(self._module, node) and self._source(node) in self._values:
                self._passes[node] = self._source(node)

    def _is(self, node: fx.Node, kinds: Kinds) -> bool:
        return is_of(self._module, node, kinds)
