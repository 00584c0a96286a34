"""Runs a network on one batch step by step, so that what lies behind a changed layer alone is computed again."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, fx, nn


class Replay:
    """One batch on its way through a traced network.

    ::

        begin(batch) ──▶ advance(3) ──▶ answer() … answer()     (with other weights each time)
                            └──▶ advance(7) ──▶ answer() …

    The values that are still needed at the place of now are kept, so a batch costs what its activations there take.
    A network that could not be traced has one place only, its beginning.

    Args:
        module: in evaluation mode; its weights may be exchanged between calls.
    """

    def __init__(self, module: nn.Module) -> None:
        self._module = module
        self._is_traced = isinstance(module, fx.GraphModule)
        pure = _without_side_effects(module.graph) if isinstance(module, fx.GraphModule) else fx.Graph()
        self._runner = fx.Interpreter(module, garbage_collect_values=False, graph=pure)
        self._nodes = list(pure.nodes)
        self._dead_after = _last_uses(self._nodes)
        self._users = self._places_of_parameters()
        self._place = 0
        self._batch = torch.empty(0)
        self._values: dict[fx.Node, Any] = {}

    def place_of(self, names: Mapping[str, Tensor]) -> int:
        """The first place at which any of these parameters is used."""
        return min((self._users.get(name, 0) for name in names), default=0)

    def begin(self, batch: Tensor) -> None:
        """Stands before the first step with another batch."""
        self._batch, self._place, self._values = batch, 0, {}

    def advance(self, place: int) -> None:
        """Goes on to ``place`` with the weights as they are, and not past the answer."""
        with torch.no_grad(), _nothing_in_place(self._module):
            while self._place < min(place, len(self._nodes) - 1):
                self._step(self._values, self._place)
                self._place += 1

    def answer(self) -> Tensor:
        """What the network answers if it goes on from here with the weights as they are; stays where it is."""
        with torch.no_grad(), _nothing_in_place(self._module):
            if not self._is_traced:
                result = self._module(self._batch)
            else:
                values = dict(self._values)
                for place in range(self._place, len(self._nodes)):
                    result = self._step(values, place)
        assert isinstance(result, Tensor)
        return result

    def _step(self, values: dict[fx.Node, Any], place: int) -> Any:
        node = self._nodes[place]
        self._runner.env = values
        result = self._batch if node.op == "placeholder" else self._runner.run_node(node)
        values[node] = result
        for dead in self._dead_after[place]:
            values.pop(dead, None)
        return result

    def _places_of_parameters(self) -> dict[str, int]:
        found: dict[str, int] = {}
        names = [name for name, _ in self._module.named_parameters(remove_duplicate=False)]
        for place, node in enumerate(self._nodes):
            if node.op not in ("call_module", "get_attr"):
                continue
            target = str(node.target)
            for name in names:
                if name == target or name.startswith(f"{target}."):
                    found.setdefault(name, place)
        return found


def _last_uses(nodes: list[fx.Node]) -> list[list[fx.Node]]:
    """For each place the values that nobody needs after it."""
    places = {node: place for place, node in enumerate(nodes)}
    dead: list[list[fx.Node]] = [[] for _ in nodes]
    for node in nodes:
        if node.op != "output":
            dead[max((places[user] for user in node.users), default=places[node])].append(node)
    return dead


def _without_side_effects(graph: fx.Graph) -> fx.Graph:
    """The same steps; none writes into a value that another may read again."""
    pure = fx.Graph()
    copies: dict[fx.Node, fx.Node] = {}
    for node in graph.nodes:
        copies[node] = copy = pure.node_copy(node, copies.__getitem__)
        if copy.op == "call_method" and str(copy.target).endswith("_"):
            copy.target = str(copy.target).removesuffix("_")
        if copy.kwargs.get("inplace"):
            copy.kwargs = {**copy.kwargs, "inplace": False}
        if copy.op == "call_function" and len(copy.args) == 2 and copy.args[1] is True:
            copy.args = copy.args[:1]
    return pure


@contextmanager
def _nothing_in_place(module: nn.Module) -> Iterator[None]:
    """Activations such as ``ReLU(inplace=True)`` write into a new tensor meanwhile."""
    parts = [part for part in module.modules() if getattr(part, "inplace", False) is True]
    for part in parts:
        part.inplace = False  # type: ignore[assignment]
    try:
        yield
    finally:
        for part in parts:
            part.inplace = True  # type: ignore[assignment]
