"""One pass over the graph: what the rules are given, and the rules that fit many operations.

A rule takes the walk and the node and returns what it makes: a :class:`Tracked` value, or None where its channels
are fixed.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass, field

from torch import fx, nn

from engine.models.graph import nodes_in, shape_of
from engine.pruning.atoms import Atoms, AtomTable, Tracked


@dataclass
class Walk:
    """One pass over the graph: what is known so far of each node's value.

    Attributes:
        answers: what a layer with several answers says of each item that is taken of them, before the walk is there.
    """

    module: fx.GraphModule
    table: AtomTable = field(default_factory=AtomTable)
    values: dict[fx.Node, Tracked] = field(default_factory=dict)
    answers: dict[fx.Node, Tracked | None] = field(default_factory=dict)

    def value(self, argument: object) -> Tracked | None:
        """What is tracked of an argument."""
        return self.values.get(argument) if isinstance(argument, fx.Node) else None

    def lock_inputs(self, node: fx.Node, code: str, **arguments: str) -> None:
        """Locks all channels that reach a node."""
        for argument in nodes_in((node.args, node.kwargs)):
            if argument in self.values:
                self.table.lock(self.values[argument].atoms, code, **arguments)

    def parameter(self, argument: object) -> str | None:
        """The full name of the parameter that an operand is: as it is, repeated along axes of length 1, or a slice."""
        if not isinstance(argument, fx.Node):
            return None
        if argument.op == "call_method" and argument.target == "expand":
            return self.parameter(argument.args[0])
        if argument.target is operator.getitem:
            places = argument.args[1] if isinstance(argument.args[1], tuple) else (argument.args[1],)
            return (
                self.parameter(argument.args[0])
                if all(isinstance(place, slice) for place in places)
                else None
            )
        if argument.op != "get_attr":
            return None
        path, _, leaf = str(argument.target).rpartition(".")
        found = getattr(self.module.get_submodule(path), leaf)
        return str(argument.target) if isinstance(found, nn.Parameter) else None

    def index_parameter(self, argument: object, axis: int, atoms: Atoms) -> bool:
        """Notes that ``axis`` of an operand, counted from its end, is indexed by atoms; False if it is no parameter."""
        name, shape = self.parameter(argument), shape_of(argument)
        if name is None or shape is None or len(shape) < -axis or shape[axis] != len(atoms):
            return False
        if self.module.get_parameter(name).shape[axis] != len(atoms):
            return False
        self.table.add_slot(name, len(shape) + axis, atoms)
        return True


Rule = Callable[[Walk, fx.Node], Tracked | None]


def lock(walk: Walk, node: fx.Node) -> Tracked | None:
    """An operation that is not understood."""
    walk.lock_inputs(node, "locked_operation", operation=name_of(node))
    return None


def name_of(node: fx.Node) -> str:
    """The operation of a node, as its users know it."""
    target = node.target
    return target if isinstance(target, str) else getattr(target, "__name__", str(target))


def ask_nothing(walk: Walk, node: fx.Node) -> Tracked | None:
    """Questions about sizes: they make no channels and lock none."""
    return None


def ask_attribute(walk: Walk, node: fx.Node) -> Tracked | None:
    """``x.shape`` is a question; ``x.T`` and its like are operations that are not understood."""
    return None if node.args[1] in ("shape", "dtype", "device", "ndim") else lock(walk, node)


def keep(walk: Walk, node: fx.Node) -> Tracked | None:
    """Each channel by itself: activations, pools, dropout."""
    return walk.value(node.args[0])
