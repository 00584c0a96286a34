"""What matters least among residual blocks: one function a criterion, from what a scene shows to one number a block.

Layers are removed by the criteria of filters, asked of the whole layer (Elkerdawy 2020, LayerPrune). Those that compare
the filters of one layer with each other say nothing here. Numbers are compared as they are, over blocks of all widths:
means over weights where the criterion looks at weights alone, sums where it estimates the loss.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
from torch import Tensor, fx, nn

from engine.contract.methods import PruneMethod
from engine.models.graph import TRANSPOSED
from engine.pruning.activations import norm_behind
from engine.pruning.blocks import Block
from engine.pruning.evidence import Observation, Scene
from engine.pruning.observing import OF_TENSORS, Seen, gates_at, watch_values

Importance = dict[int, float]
"""By the number of the block."""


def mean_weight(scene: Scene, blocks: Sequence[Block]) -> Importance:
    """``mean |w|`` of the layer that makes the answer, its batch norm melted in: ``|w · γ| / √(σ² + ε)`` (Li 2017).

    What a branch adds to its input is as large as its last layer makes it.
    """
    return {block.number: float(_melted(scene, block).abs().mean()) for block in blocks}


def root_mean_square(scene: Scene, blocks: Sequence[Block]) -> Importance:
    """``√ mean w²`` of the same weights (He 2018)."""
    return {block.number: float(_melted(scene, block).square().mean().sqrt()) for block in blocks}


def uniform(scene: Scene, blocks: Sequence[Block]) -> Importance:
    """Random numbers in [0, 1), the same ones each time."""
    return {block.number: float(torch.rand((), generator=scene.generator(block.branch))) for block in blocks}


def first_order(scene: Scene, blocks: Sequence[Block]) -> Importance:
    """``|E ∂L/∂m|`` of a gate ``m`` on the branch: the change of the loss without it (Molchanov 2019, section 3.3)."""
    return {number: abs(float(gate.mean())) for number, gate in _gates(scene, blocks)}


def second_order(scene: Scene, blocks: Sequence[Block]) -> Importance:
    """``½ E (∂L/∂m)²`` of the same gates: group Fisher information (Liu 2021, equation 6) of the whole branch."""
    return {number: float(gate.square().mean()) / 2 for number, gate in _gates(scene, blocks)}


def connection(scene: Scene, blocks: Sequence[Block]) -> Importance:
    """``Σ |w · g|`` over the weights of the branch and one batch (Lee 2019, whose paper is about single weights)."""
    seen = OF_TENSORS[Observation.FIRST_GRADIENT](scene, _tensors_of_all(scene, blocks))
    return _summed(scene, blocks, {name: (scene.tensor_of(name) * seen[name]).abs() for name in seen})


def movement(scene: Scene, blocks: Sequence[Block]) -> Importance:
    """``−Σ w · g`` over the weights of the branch and the training so far (Sanh 2020; Lagunas 2021 for blocks).

    Before the first step mean weights stand in for it.
    """
    noted = OF_TENSORS[Observation.MOVEMENT](scene, _tensors_of_all(scene, blocks))
    return _summed(scene, blocks, noted) if noted else mean_weight(scene, blocks)


def norm_scale(scene: Scene, blocks: Sequence[Block]) -> Importance:
    """``mean |γ|`` of the batch norm at the end of the branch (Liu 2017, of a whole layer by Elkerdawy 2020)."""
    scales = {}
    for block in blocks:
        norm = norm_at_end(scene, block)
        assert norm is not None and isinstance(norm.weight, Tensor)
        scales[block.number] = float(norm.weight.detach().abs().mean())
    return scales


def contribution(scene: Scene, blocks: Sequence[Block]) -> Importance:
    """The mean of ``‖f(x)‖₂ ÷ ‖x‖₂`` over samples: how much a branch changes what it is added to (Jastrzębski 2018).

    Where the shortcut is no identity, its value takes the place of ``x``.
    """
    nodes = _nodes(scene)
    lengths: dict[tuple[int, str], list[Tensor]] = {}
    places: dict[fx.Node, list[tuple[int, str]]] = {}
    for block in blocks:
        for role, name in (("shortcut", block.shortcut), ("branch", block.branch)):
            places.setdefault(nodes[name], []).append((block.number, role))

    def watch(node: fx.Node, value: Tensor) -> Tensor:
        for place in places[node]:
            lengths.setdefault(place, []).append(value.flatten(1).double().norm(dim=1))
        return value

    watch_values(scene, places, watch)
    return {block.number: _mean_ratio(lengths, block.number) for block in blocks}


def _mean_ratio(lengths: Mapping[tuple[int, str], list[Tensor]], number: int) -> float:
    branch, shortcut = (torch.cat(lengths[number, role]) for role in ("branch", "shortcut"))
    return float((branch / shortcut.clamp_min(torch.finfo(shortcut.dtype).tiny)).mean())


def norm_at_end(scene: Scene, block: Block) -> nn.modules.batchnorm._BatchNorm | None:
    """The batch norm with a scale behind the last layer of a branch."""
    call = next(node for node in _nodes(scene).values() if node.target == block.layers[-1])
    found = norm_behind(scene, call)
    norm = None if found is None else scene.module.get_submodule(str(found.target))
    is_scaling = isinstance(norm, nn.modules.batchnorm._BatchNorm) and norm.weight is not None
    return norm if is_scaling else None  # type: ignore[return-value]


def tensors_of(module: nn.Module, block: Block) -> tuple[str, ...]:
    """The full names of the weights of a branch's layers, without biases."""
    return tuple(
        f"{layer}.{_plain(leaf)}"
        for layer in block.layers
        for leaf, parameter in module.get_submodule(layer).named_parameters()
        if parameter.dim() > 1
    )


def _plain(leaf: str) -> str:
    """A parameter's name without the mask on it: ``out_proj.parametrizations.weight.original`` is a weight."""
    return leaf.replace("parametrizations.", "").removesuffix(".original")


def _tensors_of_all(scene: Scene, blocks: Sequence[Block]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for block in blocks for name in tensors_of(scene.module, block)))


def _summed(scene: Scene, blocks: Sequence[Block], scores: Mapping[str, Tensor]) -> Importance:
    sums = {name: float(score.double().sum()) for name, score in scores.items()}
    return {
        block.number: sum(sums.get(name, 0.0) for name in tensors_of(scene.module, block)) for block in blocks
    }


def _melted(scene: Scene, block: Block) -> Tensor:
    """The weights that make a branch's answer, first dimension the outputs, times the scale of the norm behind."""
    layer = scene.module.get_submodule(block.layers[-1])
    weight = scene.tensor_of(f"{block.layers[-1]}.{_answering_leaf(layer)}").double()
    rows = weight.transpose(0, 1) if isinstance(layer, TRANSPOSED) else weight
    norm = norm_at_end(scene, block)
    if norm is None or norm.running_var is None:
        return rows
    scale = norm.weight.detach() / (norm.running_var + norm.eps).sqrt()
    return rows * scale.view(-1, *[1] * (rows.dim() - 1))


def _answering_leaf(layer: nn.Module) -> str:
    """The name of the matrix at a layer's end: of attention the projection, of recurrent layers the largest one."""
    sizes = {_plain(leaf): parameter.numel() for leaf, parameter in layer.named_parameters()}
    own = next((name for name in ("weight", "out_proj.weight") if name in sizes), None)
    return own or max(sizes, key=lambda name: sizes[name])


def _gates(scene: Scene, blocks: Sequence[Block]) -> Iterator[tuple[int, Tensor]]:
    """Gradients of each sample's loss by a factor 1 on each branch, shape (samples,)."""
    nodes = _nodes(scene)
    names = {block.branch: block.number for block in blocks}
    found: Seen = gates_at(scene, {nodes[name]: (name, None) for name in names})
    return ((names[name], gate.double().flatten()) for name, gate in found.items())


def _nodes(scene: Scene) -> dict[str, fx.Node]:
    assert isinstance(scene.module, fx.GraphModule)
    return {node.name: node for node in scene.module.graph.nodes}


BLOCK_CRITERIA: dict[PruneMethod, Callable[[Scene, Sequence[Block]], Importance]] = {
    PruneMethod.MAGNITUDE: mean_weight,
    PruneMethod.MAGNITUDE_L2: root_mean_square,
    PruneMethod.RANDOM: uniform,
    PruneMethod.TAYLOR: first_order,
    PruneMethod.SNIP: connection,
    PruneMethod.MOVEMENT: movement,
    PruneMethod.FISHER: second_order,
    PruneMethod.BATCH_NORM: norm_scale,
    PruneMethod.MEAN_ACTIVATION: contribution,
}
"""The function of each criterion that can tell whole blocks apart."""
