"""How channels flow through layers that have weights: slots are noted wherever a tensor is indexed by channels."""

from itertools import pairwise

from torch import fx, nn

from engine.models.graph import shape_of
from engine.pruning.atoms import Tracked
from engine.pruning.walk import Walk, lock


def convolve(walk: Walk, node: fx.Node) -> Tracked | None:
    """Input channels meet output channels in the weight; grouped convolutions tie the positions of all groups."""
    name, layer = str(node.target), walk.module.get_submodule(str(node.target))
    assert isinstance(layer, nn.modules.conv._ConvNd)
    source = walk.value(node.args[0])
    out = walk.table.make(name, layer.out_channels)
    if layer.groups > 1 and source is None:
        walk.table.lock(out, "locked_fixed_input")
        return None
    out_dim, in_dim = (1, 0) if layer.transposed else (0, 1)
    if layer.groups == 1:
        walk.table.add_slot(f"{name}.weight", out_dim, out)
        if source is not None:
            walk.table.add_slot(f"{name}.weight", in_dim, source.atoms)
    else:
        _convolve_groups(walk, name, layer, source)
    if layer.bias is not None:
        walk.table.add_slot(f"{name}.bias", 0, out)
    return Tracked(1, out)


def _convolve_groups(walk: Walk, name: str, layer: nn.modules.conv._ConvNd, source: Tracked | None) -> None:
    assert source is not None
    table, out = walk.table, walk.table.make(name, layer.out_channels)
    ins, outs = source.atoms.reshape(layer.groups, -1), out.reshape(layer.groups, -1)
    if ins.shape[1] == 1:
        for column in range(outs.shape[1]):
            table.unite(outs[:, column], ins[:, 0])
        table.add_slot(f"{name}.weight", 0, out)
        return
    for first, second in pairwise(range(layer.groups)):
        table.unite(ins[first], ins[second])
        table.unite(outs[first], outs[second])
    across, within = (ins[0], outs[0]) if layer.transposed else (out, ins[0])
    table.add_slot(f"{name}.weight", 0, source.atoms if layer.transposed else across)
    table.add_slot(f"{name}.weight", 1, within)


def multiply_matrix(walk: Walk, node: fx.Node) -> Tracked | None:
    """A Linear layer over the last axis."""
    name, layer = str(node.target), walk.module.get_submodule(str(node.target))
    assert isinstance(layer, nn.Linear)
    source, shape = walk.value(node.args[0]), shape_of(node)
    if shape is None:
        return lock(walk, node)
    if source is not None and source.axis != len(shape) - 1:
        walk.table.lock(source.atoms, "locked_operation", operation="Linear over another axis")
        source = None
    out = walk.table.make(name, layer.out_features)
    walk.table.add_slot(f"{name}.weight", 0, out)
    if source is not None:
        walk.table.add_slot(f"{name}.weight", 1, source.atoms)
    if layer.bias is not None:
        walk.table.add_slot(f"{name}.bias", 0, out)
    return Tracked(len(shape) - 1, out)


def look_up(walk: Walk, node: fx.Node) -> Tracked | None:
    """An embedding: every word has one value a channel."""
    name, layer = str(node.target), walk.module.get_submodule(str(node.target))
    assert isinstance(layer, nn.Embedding)
    shape, out = shape_of(node), walk.table.make(name, layer.embedding_dim)
    if shape is None or layer.max_norm is not None:
        walk.table.lock(out, "locked_operation", operation="max_norm")
        return None
    walk.table.add_slot(f"{name}.weight", 1, out)
    return Tracked(len(shape) - 1, out)


def rectify(walk: Walk, node: fx.Node) -> Tracked | None:
    """PReLU: one slope for all channels, or one for each."""
    name, layer = str(node.target), walk.module.get_submodule(str(node.target))
    assert isinstance(layer, nn.PReLU)
    source = walk.value(node.args[0])
    if source is None or layer.num_parameters == 1:
        return source
    if source.axis != 1:
        return lock(walk, node)
    walk.table.add_slot(f"{name}.weight", 0, source.atoms)
    return source


def normalise(walk: Walk, node: fx.Node) -> Tracked | None:
    """Batch norm: one scale, shift, mean and variance a channel; norms that mix channels stand in no table."""
    name, layer = str(node.target), walk.module.get_submodule(str(node.target))
    source = walk.value(node.args[0])
    if source is None:
        return None
    if source.axis != 1:
        return lock(walk, node)
    for part in ("weight", "bias", "running_mean", "running_var"):
        if getattr(layer, part, None) is not None:
            walk.table.add_slot(f"{name}.{part}", 0, source.atoms)
    return source
