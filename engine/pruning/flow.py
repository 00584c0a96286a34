"""How channels flow through each kind of operation: one small function for each, in three tables.

A rule takes the walk and the node and returns what it makes: a :class:`Tracked` value, or None where its channels
are fixed. What stands in no table locks the channels that reach it, by name.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from math import prod

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from torch import fx, nn

from engine.models.graph import shape_of
from engine.pruning.atoms import Atoms, AtomTable, CountSlot, Tracked, nodes_in


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


def walk_graph(module: fx.GraphModule) -> AtomTable:
    """The atoms of a traced model whose nodes have shapes."""
    walk = Walk(module)
    for node in module.graph.nodes:
        value = _follow(walk, node)
        if value is not None:
            walk.values[node] = value
    return walk.table


def _follow(walk: Walk, node: fx.Node) -> Tracked | None:
    match node.op:
        case "placeholder" | "get_attr":
            return None
        case "output":
            walk.lock_inputs(node, "locked_output")
            return None
        case "call_module":
            layer = walk.module.get_submodule(str(node.target))
            rule = next((rule for kind, rule in MODULE_RULES.items() if isinstance(layer, kind)), lock)
        case "call_method":
            rule = METHOD_RULES.get(str(node.target), lock)
        case _:
            rule = FUNCTION_RULES.get(node.target, lock)
    return rule(walk, node)


def lock(walk: Walk, node: fx.Node) -> None:
    """An operation that is not understood."""
    target = node.target
    name = target if isinstance(target, str) else getattr(target, "__name__", str(target))
    walk.lock_inputs(node, "locked_operation", operation=name)


def ask_nothing(walk: Walk, node: fx.Node) -> None:
    """Questions about sizes: they make no channels and lock none."""


def keep(walk: Walk, node: fx.Node) -> Tracked | None:
    """Each channel by itself: activations, pools, dropout."""
    return walk.value(node.args[0])


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


def normalise(walk: Walk, node: fx.Node) -> Tracked | None:
    """Batch norm, and layer norm over the channel axis: one scale, shift, mean and variance a channel."""
    name, layer = str(node.target), walk.module.get_submodule(str(node.target))
    source, shape = walk.value(node.args[0]), shape_of(node)
    if source is None or shape is None:
        return None
    is_last = isinstance(layer, nn.LayerNorm) and len(layer.normalized_shape) == 1 and source.axis == len(shape) - 1
    if not is_last and not (isinstance(layer, nn.modules.batchnorm._BatchNorm) and source.axis == 1):
        return lock(walk, node)
    for part in ("weight", "bias", "running_mean", "running_var"):
        if getattr(layer, part, None) is not None:
            walk.table.add_slot(f"{name}.{part}", 0, source.atoms)
    return source


def combine(walk: Walk, node: fx.Node) -> Tracked | None:
    """Elementwise of two values: the channels of both sides are united."""
    sides = [argument for argument in node.args[:2] if isinstance(argument, fx.Node) and shape_of(argument) is not None]
    tracked = [side for side in sides if side in walk.values]
    if len(sides) < 2:
        return walk.values.get(sides[0]) if sides else None
    if not tracked:
        return None
    values = [walk.values[side] for side in tracked]
    if len(values) < 2 or not _is_aligned(sides, values):
        return lock(walk, node)
    walk.table.unite(values[0].atoms, values[1].atoms)
    return values[0]


def _is_aligned(sides: list[fx.Node], values: list[Tracked]) -> bool:
    ranks = {len(shape_of(side) or ()) for side in sides}
    return len(ranks) == 1 and values[0].axis == values[1].axis and len(values[0].atoms) == len(values[1].atoms)


def concatenate(walk: Walk, node: fx.Node) -> Tracked | None:
    """Along the channel axis lists of atoms are joined; along another they are united."""
    parts = node.args[0]
    dim = node.kwargs.get("dim", node.args[1] if len(node.args) > 1 else 0)
    shape = shape_of(node)
    if shape is None or not isinstance(parts, list | tuple) or not isinstance(dim, int):
        return lock(walk, node)
    axis = dim % len(shape)
    values = [walk.value(part) for part in parts]
    if any(value is not None and value.axis != axis for value in values):
        return lock(walk, node)
    if all(value is None for value in values):
        return None
    return Tracked(axis, np.concatenate([_atoms_or_fixed(walk, part, value, axis) for part, value in zip(parts, values, strict=True)]))


def _atoms_or_fixed(walk: Walk, part: object, value: Tracked | None, axis: int) -> Atoms:
    if value is not None:
        return value.atoms
    assert isinstance(part, fx.Node)
    atoms = walk.table.make(f"input {part.name}", (shape_of(part) or ())[axis])
    walk.table.lock(atoms, "locked_input")
    return atoms


def reshape(walk: Walk, node: fx.Node) -> Tracked | None:
    """Flatten and view: each atom is repeated for the positions that are folded into the channel axis."""
    source = walk.value(node.args[0])
    before, after = shape_of(node.args[0]), shape_of(node)
    if source is None:
        return None
    if before is None or after is None:
        return lock(walk, node)
    axis = next((i for i in range(len(after)) if prod(after[:i]) == prod(before[: source.axis])), None)
    channels = before[source.axis]
    while axis is not None and axis < len(after) and after[axis] == 1 and channels > 1:
        axis += 1
    if axis is None or axis >= len(after) or after[axis] % channels or not _is_whole(before, source.axis, after[axis]):
        return lock(walk, node)
    atoms = np.repeat(source.atoms, after[axis] // channels)
    place = _constant_place(node, axis)
    if place is not None:
        walk.table.counts.append(CountSlot(node.name, place, atoms))
    return Tracked(axis, atoms)


def _is_whole(before: tuple[int, ...], axis: int, length: int) -> bool:
    """Whether ``length`` covers the channel axis and some whole axes behind it."""
    return any(prod(before[axis:end]) == length for end in range(axis + 1, len(before) + 1))


def _constant_place(node: fx.Node, axis: int) -> tuple[int, ...] | None:
    """Where a view's own number for ``axis`` stands in the arguments, if it is written there."""
    if node.target not in ("view", "reshape", torch.reshape):
        return None
    is_packed = len(node.args) > 1 and isinstance(node.args[1], list | tuple)
    sizes = node.args[1] if is_packed else node.args[1:]
    assert isinstance(sizes, list | tuple)
    written = sizes[axis] if axis < len(sizes) else None
    if not isinstance(written, int) or written < 0:
        return None
    return (1, axis) if is_packed else (axis + 1,)


def reduce(walk: Walk, node: fx.Node) -> Tracked | None:
    """A mean over other axes than the channels'."""
    source, before, after = walk.value(node.args[0]), shape_of(node.args[0]), shape_of(node)
    dims = node.kwargs.get("dim", node.args[1] if len(node.args) > 1 else None)
    if source is None:
        return None
    if before is None or after is None or dims is None:
        return lock(walk, node)
    gone = {d % len(before) for d in (dims if isinstance(dims, list | tuple) else (dims,)) if isinstance(d, int)}
    if source.axis in gone:
        return lock(walk, node)
    shift = 0 if len(after) == len(before) else sum(1 for d in gone if d < source.axis)
    return Tracked(source.axis - shift, source.atoms)


def permute(walk: Walk, node: fx.Node) -> Tracked | None:
    """Axes change places."""
    source, rank = walk.value(node.args[0]), len(shape_of(node) or ())
    if source is None:
        return None
    sizes = node.args[1] if len(node.args) > 1 and isinstance(node.args[1], list | tuple) else node.args[1:]
    assert isinstance(sizes, list | tuple)
    order = [int(d) % rank for d in sizes if isinstance(d, int)]
    if len(order) != rank:
        return lock(walk, node)
    return Tracked(order.index(source.axis), source.atoms)


def transpose(walk: Walk, node: fx.Node) -> Tracked | None:
    """Two axes change places."""
    source, rank = walk.value(node.args[0]), len(shape_of(node) or ())
    first, second = node.args[1:3] if len(node.args) > 2 else (None, None)
    if source is None:
        return None
    if not isinstance(first, int) or not isinstance(second, int):
        return lock(walk, node)
    swap = {first % rank: second % rank, second % rank: first % rank}
    return Tracked(swap.get(source.axis, source.axis), source.atoms)


def index(walk: Walk, node: fx.Node) -> Tracked | None:
    """Slices that leave the channel axis whole."""
    source, place = walk.value(node.args[0]), node.args[1]
    if source is None:
        return None
    items = place if isinstance(place, tuple) else (place,)
    if not all(isinstance(item, slice) for item in items):
        return lock(walk, node)
    if source.axis < len(items) and items[source.axis] != slice(None):
        return lock(walk, node)
    return source


def pad(walk: Walk, node: fx.Node) -> Tracked | None:
    """Padding of the channel axis adds atoms that are zero; its widths count them."""
    source, shape = walk.value(node.args[0]), shape_of(node)
    widths = node.args[1] if len(node.args) > 1 else node.kwargs.get("pad")
    if source is None or shape is None:
        return source
    place = 2 * (len(shape) - 1 - source.axis)
    if not isinstance(widths, list | tuple) or place >= len(widths):
        return source
    if len(node.args) < 2 or not all(isinstance(width, int) for width in widths):
        return lock(walk, node)
    left, right = (walk.table.make(f"{node.name}.{side}", int(str(widths[place + i]))) for i, side in enumerate(("left", "right")))
    walk.table.counts += [CountSlot(node.name, (1, place), left), CountSlot(node.name, (1, place + 1), right)]
    return Tracked(source.axis, np.concatenate([left, source.atoms, right]))


MODULE_RULES: dict[type[nn.Module] | tuple[type[nn.Module], ...], Rule] = {
    nn.modules.conv._ConvNd: convolve,
    nn.Linear: multiply_matrix,
    (nn.modules.batchnorm._BatchNorm, nn.LayerNorm): normalise,
    nn.Flatten: reshape,
    (
        nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.ELU, nn.SELU, nn.GELU, nn.SiLU, nn.Mish, nn.Hardswish, nn.Hardsigmoid,
        nn.Hardtanh, nn.Sigmoid, nn.Tanh, nn.Softplus, nn.Identity, nn.modules.dropout._DropoutNd,
        nn.modules.pooling._MaxPoolNd, nn.modules.pooling._AvgPoolNd, nn.modules.pooling._AdaptiveAvgPoolNd,
        nn.modules.pooling._AdaptiveMaxPoolNd, nn.Upsample, torchvision.ops.StochasticDepth,
    ): keep,
}  # fmt: skip
"""How channels flow through a module."""

FUNCTION_RULES: dict[object, Rule] = {
    **dict.fromkeys((operator.add, operator.iadd, torch.add, operator.mul, operator.imul, torch.mul, operator.sub, torch.sub), combine),
    **dict.fromkeys(
        (
            F.relu, F.relu6, F.leaky_relu, F.elu, F.gelu, F.silu, F.mish, F.hardswish, F.hardsigmoid, F.hardtanh, F.sigmoid, F.tanh,
            F.softplus, torch.relu, torch.sigmoid, torch.tanh, F.dropout, F.dropout2d, F.max_pool2d, torch.max_pool2d, F.avg_pool2d,
            F.adaptive_avg_pool2d, F.max_pool1d, F.avg_pool1d, F.adaptive_avg_pool1d, F.adaptive_max_pool2d, F.interpolate,
            torchvision.ops.stochastic_depth,
        ),
        keep,
    ),
    **dict.fromkeys((torch.cat, torch.concat), concatenate),
    **dict.fromkeys((torch.flatten, torch.reshape), reshape),
    torch.mean: reduce,
    torch.permute: permute,
    torch.transpose: transpose,
    operator.getitem: index,
    F.pad: pad,
    getattr: ask_nothing,
}  # fmt: skip
"""How channels flow through a function."""

METHOD_RULES: dict[str, Rule] = {
    **dict.fromkeys(("relu", "relu_", "sigmoid", "tanh", "contiguous", "clone", "detach", "float"), keep),
    **dict.fromkeys(("add", "add_", "mul", "mul_", "sub", "sub_"), combine),
    **dict.fromkeys(("flatten", "view", "reshape"), reshape),
    **dict.fromkeys(("size", "dim", "numel"), ask_nothing),
    "mean": reduce,
    "permute": permute,
    "transpose": transpose,
}
"""How channels flow through a method of a tensor."""
