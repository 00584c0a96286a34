"""Gates: a residual block's branch times 1, or times 0 as if it were not there."""

from collections.abc import Iterable

import torch
from torch import fx, nn

from engine.pruning.blocks import Block

FOLDER = "block_gates"


class Gate(nn.Module):
    """Multiplies a branch by ``keep``, 1 or 0, a buffer and so part of every checkpoint."""

    keep: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("keep", torch.ones(()))

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        """The branch, or zeros."""
        return value * self.keep


def attach_gates_(module: fx.GraphModule, blocks: Iterable[Block]) -> None:
    """Puts an open gate behind every branch."""
    nodes = {node.name: node for node in module.graph.nodes}
    device = next((parameter.device for parameter in module.parameters()), None)
    module.add_module(FOLDER, nn.ModuleDict({str(block.number): Gate() for block in blocks}).to(device))
    for block in blocks:
        addition, branch = nodes[block.addition], nodes[block.branch]
        with module.graph.inserting_before(addition):
            gate = module.graph.call_module(f"{FOLDER}.{block.number}", (branch,))
        gate.meta = dict(branch.meta)
        addition.replace_input_with(branch, gate)
    module.recompile()


def set_gates_(module: nn.Module, removed: Iterable[int]) -> None:
    """Shuts the gates of the blocks that are gone, opens all others."""
    gone = set(removed)
    for number, gate in module.get_submodule(FOLDER).named_children():
        assert isinstance(gate, Gate)
        gate.keep.fill_(0.0 if int(number) in gone else 1.0)


def remove_gates_(module: fx.GraphModule) -> None:
    """Takes all gates off, where there are any."""
    gates = [node for node in module.graph.nodes if str(node.target).startswith(f"{FOLDER}.")]
    for node in gates:
        node.replace_all_uses_with(node.args[0])
        module.graph.erase_node(node)
    if gates:
        delattr(module, FOLDER)
        module.recompile()
