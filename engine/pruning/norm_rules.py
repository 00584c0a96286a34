"""How channels flow through norms that mix them: the normalised axis is cut, and what is left is normalised alone."""

from torch import fx, nn

from engine.models.graph import shape_of
from engine.pruning.atoms import CountSlot, NormSlot, Tracked
from engine.pruning.walk import Walk, lock


def normalise_layer(walk: Walk, node: fx.Node) -> Tracked | None:
    """LayerNorm as a layer (Ba 2016, equation 4): scale, shift and its own number of channels follow."""
    name, layer = str(node.target), walk.module.get_submodule(str(node.target))
    assert isinstance(layer, nn.LayerNorm)
    source = walk.value(node.args[0])
    if source is None:
        return None
    # Scale says which channels are left, both while they are masked and in the cut.
    if not _is_over_channels_alone(node, source, len(layer.normalized_shape)) or layer.weight is None:
        return lock(walk, node)
    walk.table.add_slot(f"{name}.weight", 0, source.atoms)
    if layer.bias is not None:
        walk.table.add_slot(f"{name}.bias", 0, source.atoms)
    walk.table.norms.append(NormSlot(node.name, f"{name}.weight", name, (len(source.atoms),)))
    return source


def normalise_by_function(walk: Walk, node: fx.Node) -> Tracked | None:
    """``layer_norm`` with parameters of the graph's own, as ConvNeXt has them; its number of channels is written."""
    source = walk.value(node.args[0])
    if source is None:
        return None
    sizes = node.args[1] if len(node.args) > 1 else None
    scale, shift = node.kwargs.get("weight"), node.kwargs.get("bias")
    if not isinstance(sizes, list | tuple) or not _is_over_channels_alone(node, source, len(sizes)):
        return lock(walk, node)
    name = walk.parameter(scale)
    # The mask of a scale says what is counted, and parameters of the graph itself have none.
    if name is None or "." not in name or (shift is not None and walk.parameter(shift) is None):
        return lock(walk, node)
    walk.index_parameter(scale, -1, source.atoms)
    walk.index_parameter(shift, -1, source.atoms)
    walk.table.counts.append(CountSlot(node.name, (1, 0), source.atoms))
    walk.table.norms.append(NormSlot(node.name, name, None, (len(source.atoms),)))
    return source


def _is_over_channels_alone(node: fx.Node, source: Tracked, axes: int) -> bool:
    return axes == 1 and source.axis == len(shape_of(node) or ()) - 1


def normalise_groups(walk: Walk, node: fx.Node) -> Tracked | None:
    """GroupNorm (Wu 2018): whole groups go, so that what is left is normalised with what it was."""
    name, layer = str(node.target), walk.module.get_submodule(str(node.target))
    assert isinstance(layer, nn.GroupNorm)
    source = walk.value(node.args[0])
    if source is None:
        return None
    if source.axis != 1 or layer.weight is None:
        return lock(walk, node)
    rows = source.atoms.reshape(layer.num_groups, -1)
    for column in range(1, rows.shape[1]):
        walk.table.unite(rows[:, 0], rows[:, column])
    for part in ("weight", "bias"):
        walk.table.add_slot(f"{name}.{part}", 0, source.atoms)
    return source
