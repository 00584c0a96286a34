"""Collects what criteria want to see: gradients, gates and activations on calibration samples, through the masks.

The network runs in evaluation mode, so that neither dropout nor the other samples of a batch change what is seen.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, fx, nn

from engine.pruning.activations import PLAIN_LAYERS, activation_behind, channel_axis, norm_behind
from engine.pruning.evidence import Observation, Scene
from engine.pruning.masks import masks_of, original_of
from engine.pruning.rows import channel_rows
from engine.tasks.classification import in_evaluation

Seen = dict[str, Tensor]
"""By a tensor's full name, or by a layer's."""
Batches = Iterable[tuple[Tensor, Tensor]]
Places = dict[fx.Node, tuple[str, int | None]]
"""Where gates are put: under which name, and along which axis one for each position."""


def gradients(scene: Scene, tensors: tuple[str, ...]) -> Seen:
    """The gradient of the mean loss over all samples."""
    return _mean_gradients(scene, tensors, scene.batches())


def first_gradients(scene: Scene, tensors: tuple[str, ...]) -> Seen:
    """The gradient of the mean loss over the first batch."""
    return _mean_gradients(scene, tensors, [next(scene.batches())])


def squared_gradients(scene: Scene, tensors: tuple[str, ...]) -> Seen:
    """The mean over samples of each sample's squared gradient, which takes one backward pass a sample."""
    total: Seen = {}
    count = 0
    for found in _gradients_of_each(scene, tensors, scene.batches()):
        count += 1
        for name, gradient in found.items():
            total[name] = total.get(name, 0) + gradient.square()
    return {name: value / count for name, value in total.items()}


def movements(scene: Scene, tensors: tuple[str, ...]) -> Seen:
    """What the masks have noted; nothing of a training that has not taken a step yet."""
    masks = masks_of(scene.module)
    noted = {name: masks[name].moved for name in tensors if name in masks}
    return {name: moved for name, moved in noted.items() if moved is not None and bool(moved.any())}


def scales(scene: Scene, layers: tuple[str, ...]) -> Seen:
    """The weight of the batch norm behind each layer that has one."""
    found = {}
    for name, call in _calls(scene, layers):
        norm = norm_behind(scene, call)
        if norm is not None and scene.module.get_submodule(str(norm.target)).weight is not None:
            found[name] = scene.tensor_of(f"{norm.target}.weight")
    return found


def activity(scene: Scene, layers: tuple[str, ...]) -> Seen:
    """The share of values above 0, over samples and positions."""
    return _mean_activations(scene, layers, lambda value: (value > 0).double())


def levels(scene: Scene, layers: tuple[str, ...]) -> Seen:
    """The mean absolute value, over samples and positions."""
    return _mean_activations(scene, layers, lambda value: value.double().abs())


def gates(scene: Scene, layers: tuple[str, ...]) -> Seen:
    """Gradients of each sample's loss by a factor 1 on each channel, behind the batch norm: (samples, channels).

    What has no such place, as the units of a recurrent layer, is multiplied at its weights: the gradient is
    ``Σ w · g`` over a unit's rows.
    """
    calls = _calls(scene, layers)
    places: Places = {norm_behind(scene, call) or call: (name, _axis(scene, name)) for name, call in calls}
    found = gates_at(scene, places)
    return found | _row_gates(scene, tuple(name for name in layers if name not in found))


def gates_at(scene: Scene, places: Places) -> Seen:
    """Gradients of each sample's loss by factors 1 at some nodes: (samples, channels), or (samples, 1) without axis."""
    parts: dict[str, list[Tensor]] = {}
    with _ready(scene):
        for inputs, labels in scene.batches() if places else ():
            for name, found in _gates_of_batch(scene, places, inputs, labels).items():
                parts.setdefault(name, []).append(found)
    return {name: torch.cat(found) for name, found in parts.items()}


def _axis(scene: Scene, layer: str) -> int:
    return channel_axis(scene.module.get_submodule(layer))


def _gates_of_batch(scene: Scene, places: Places, inputs: Tensor, labels: Tensor) -> Seen:
    open_gates: Seen = {}

    def gated(node: fx.Node, value: Tensor) -> Tensor:
        name, axis = places[node]
        if name not in open_gates:
            shape = [len(value), *(1 for _ in value.shape[1:])]
            if axis is not None:
                shape[axis] = value.shape[axis]
            open_gates[name] = value.new_ones(shape).requires_grad_()
        return value * open_gates[name]

    loss = scene.loss(_Watched(scene.module, places, gated).run(inputs), labels)
    found = torch.autograd.grad(loss, list(open_gates.values()), allow_unused=True, materialize_grads=True)
    return {
        name: _by_sample(gradient.flatten(1), len(inputs))
        for name, gradient in zip(open_gates, found, strict=True)
    }


def _by_sample(gradient: Tensor, samples: int) -> Tensor:
    """Rows of values that hold several for each sample are added up; where they cannot be told apart, shared out."""
    if len(gradient) % samples == 0:
        return gradient.reshape(samples, -1, gradient.shape[1]).sum(1)
    return gradient.sum(0).div(samples).expand(samples, -1)


def _row_gates(scene: Scene, layers: tuple[str, ...]) -> Seen:
    if not layers:
        return {}
    rows = {name: rows_of(scene, name, scene.tensor_of) for name in layers}
    parts: dict[str, list[Tensor]] = {name: [] for name in layers}
    tensors = tuple(tensor for name in layers for tensor in tensors_of_rows(scene, name))
    for found in _gradients_of_each(scene, tensors, scene.batches()):
        for name in layers:
            gradient = rows_of(scene, name, found.__getitem__)
            parts[name].append((rows[name] * gradient).flatten(1).sum(1))
    return {name: torch.stack(found) for name, found in parts.items()}


def rows_of(scene: Scene, layer: str, tensor_of: Callable[[str], Tensor]) -> Tensor:
    """What makes each channel of a layer, or something of that shape, from tensors by full name."""
    return channel_rows(scene.module.get_submodule(layer), lambda leaf: tensor_of(f"{layer}.{leaf}"))


def tensors_of_rows(scene: Scene, layer: str) -> tuple[str, ...]:
    """The full names of the tensors that make a layer's channels."""
    read: list[str] = []

    def noting(name: str) -> Tensor:
        read.append(name)
        return scene.tensor_of(name)

    rows_of(scene, layer, noting)
    return tuple(read)


def _mean_gradients(scene: Scene, tensors: tuple[str, ...], batches: Batches) -> Seen:
    total: Seen = {}
    count = 0
    with _ready(scene, tensors) as originals:
        for inputs, labels in batches:
            count += len(labels)
            for name, gradient in _gradients_of(scene, originals, inputs, labels).items():
                total[name] = total.get(name, 0) + gradient
    return {name: value / count for name, value in total.items()}


def _gradients_of_each(scene: Scene, tensors: tuple[str, ...], batches: Batches) -> Iterator[Seen]:
    with _ready(scene, tensors) as originals:
        for inputs, labels in batches:
            for place in range(len(labels)):
                one = slice(place, place + 1)
                yield _gradients_of(scene, originals, inputs[one], labels[one])


def _gradients_of(scene: Scene, originals: Seen, inputs: Tensor, labels: Tensor) -> Seen:
    loss = scene.loss(scene.module(inputs), labels)
    found = torch.autograd.grad(loss, list(originals.values()), allow_unused=True, materialize_grads=True)
    return dict(zip(originals, found, strict=True))


@contextmanager
def _ready(scene: Scene, tensors: tuple[str, ...] = ()) -> Iterator[Seen]:
    """Evaluation mode, with gradients by the named tensors, of those too that the user has frozen."""
    originals: Seen = {name: original_of(scene.module, name) for name in tensors}
    frozen = [tensor for tensor in originals.values() if not tensor.requires_grad]
    with in_evaluation(scene.module), torch.enable_grad():
        for tensor in frozen:
            tensor.requires_grad_(True)
        try:
            yield originals
        finally:
            for tensor in frozen:
                tensor.requires_grad_(False)


def _calls(scene: Scene, layers: tuple[str, ...]) -> list[tuple[str, fx.Node]]:
    """The calls of those of the layers that answer one tensor with their channels."""
    assert isinstance(scene.module, fx.GraphModule)
    plain = {name for name in layers if isinstance(scene.module.get_submodule(name), PLAIN_LAYERS)}
    nodes = [node for node in scene.module.graph.nodes if node.op == "call_module" and node.target in plain]
    return [(str(node.target), node) for node in nodes]


class _Watched(fx.Interpreter):
    """Runs a graph and hands the values at some places to a function, whose answers take their place."""

    def __init__(
        self, module: nn.Module, places: Iterable[fx.Node], watch: Callable[[fx.Node, Tensor], Tensor]
    ) -> None:
        assert isinstance(module, fx.GraphModule)
        super().__init__(module)
        self._places, self._watch = frozenset(places), watch

    def run_node(self, n: fx.Node) -> Any:
        """The value of a node."""
        value = super().run_node(n)
        return self._watch(n, value) if n in self._places else value


def _mean_activations(scene: Scene, layers: tuple[str, ...], measure: Callable[[Tensor], Tensor]) -> Seen:
    places: dict[fx.Node, list[str]] = {}
    for name, call in _calls(scene, layers):
        places.setdefault(activation_behind(scene, call), []).append(name)
    total: Seen = {}
    count: dict[str, int] = {}

    def watch(node: fx.Node, value: Tensor) -> Tensor:
        for name in places[node]:
            axis = _axis(scene, name) % value.dim()
            found = measure(value).movedim(axis, 0).flatten(1)
            total[name] = total.get(name, 0) + found.sum(1)
            count[name] = count.get(name, 0) + found.shape[1]
        return value

    watch_values(scene, places, watch)
    return {name: value / count[name] for name, value in total.items()}


def watch_values(scene: Scene, places: Iterable[fx.Node], watch: Callable[[fx.Node, Tensor], Tensor]) -> None:
    """Runs the calibration samples and hands what is computed at some nodes to a function, which hands it on."""
    watched = _Watched(scene.module, places, watch)
    with in_evaluation(scene.module), torch.no_grad():
        for inputs, _ in scene.batches():
            watched.run(inputs)


Observer = Callable[[Scene, tuple[str, ...]], Seen]
OF_TENSORS: dict[Observation, Observer] = {
    Observation.GRADIENT: gradients,
    Observation.FIRST_GRADIENT: first_gradients,
    Observation.SQUARED_GRADIENT: squared_gradients,
    Observation.MOVEMENT: movements,
}
"""How each observation of single weights is made, by the full names of tensors."""
OF_CHANNELS: dict[Observation, Observer] = {
    Observation.GATES: gates,
    Observation.ACTIVITY: activity,
    Observation.LEVEL: levels,
    Observation.SCALE: scales,
}
"""How each observation of output channels is made, by the names of layers."""
