"""Takes nodes out of a traced network, with the layers and tensors that only they named."""

from collections.abc import Collection

from torch import fx, nn


def erase_nodes_(module: fx.GraphModule, dead: Collection[fx.Node]) -> None:
    """Erases nodes that only each other read, and deletes the layers and tensors that only they named.

    Raises:
        RuntimeError: another node reads one of them.
    """
    targets = {str(node.target) for node in dead if node.op in ("call_module", "get_attr")}
    for node in reversed(list(module.graph.nodes)):
        if node in dead:
            module.graph.erase_node(node)
    kept = {str(node.target) for node in module.graph.nodes if node.op in ("call_module", "get_attr")}
    for target in sorted(targets):
        if not any(name == target or name.startswith(f"{target}.") for name in kept):
            _delete_(module, target)
    module.recompile()


def _delete_(module: nn.Module, target: str) -> None:
    """Deletes a part, and those that held nothing else."""
    path, _, leaf = target.rpartition(".")
    parent = module.get_submodule(path)
    if hasattr(parent, leaf):
        delattr(parent, leaf)
    if path and not [*parent.children(), *parent.parameters(False), *parent.buffers(False)]:
        _delete_(module, path)
