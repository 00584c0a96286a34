"""One pass over the graph: what the rules are given, and the rules that fit many operations.

A rule takes the walk and the node and returns what it makes: a :class:`Tracked` value, or None where its channels
are fixed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from torch import fx

from engine.models.graph import nodes_in
from engine.pruning.atoms import AtomTable, Tracked


@dataclass
class Walk:
    """One pass over the graph: what is known so far of each node's value."""

    module: fx.GraphModule
    table: AtomTable = field(default_factory=AtomTable)
    values: dict[fx.Node, Tracked] = field(default_factory=dict)

    def value(self, argument: object) -> Tracked | None:
        """What is tracked of an argument."""
        return self.values.get(argument) if isinstance(argument, fx.Node) else None

    def lock_inputs(self, node: fx.Node, code: str, **arguments: str) -> None:
        """Locks all channels that reach a node."""
        for argument in nodes_in((node.args, node.kwargs)):
            if argument in self.values:
                self.table.lock(self.values[argument].atoms, code, **arguments)


Rule = Callable[[Walk, fx.Node], Tracked | None]


def lock(walk: Walk, node: fx.Node) -> Tracked | None:
    """An operation that is not understood."""
    target = node.target
    name = target if isinstance(target, str) else getattr(target, "__name__", str(target))
    walk.lock_inputs(node, "locked_operation", operation=name)
    return None


def ask_nothing(walk: Walk, node: fx.Node) -> Tracked | None:
    """Questions about sizes: they make no channels and lock none."""
    return None


def ask_attribute(walk: Walk, node: fx.Node) -> Tracked | None:
    """``x.shape`` is a question; ``x.T`` and its like are operations that are not understood."""
    return None if node.args[1] in ("shape", "dtype", "device", "ndim") else lock(walk, node)


def keep(walk: Walk, node: fx.Node) -> Tracked | None:
    """Each channel by itself: activations, pools, dropout."""
    return walk.value(node.args[0])
