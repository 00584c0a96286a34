"""Bias correction (Nagel 2019, section 4.2): rounded weights shift mean answers, and the bias takes that back.

The empirical form (appendix D): the shift ``E[ỹ] − E[y]`` of each output channel is measured on samples, with all
layers before rounded and corrected already, and taken off the bias.
"""

import contextlib
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, fx, nn

from engine.pruning.masks import original_of
from engine.quantization.attach import switch_quantizers_


@torch.no_grad()
def correct_biases_(
    module: fx.GraphModule,
    layers: Sequence[str],
    batches: Sequence[Tensor],
    *,
    tell: Callable[[int], None] = lambda done: None,
) -> tuple[str, ...]:
    """Corrects layers of a calibrated network, in evaluation mode; rounding is off afterwards.

    A layer without a bias whose answers only a batch norm reads has the shift taken off that one's mean.

    Args:
        module: the network with its quantizers.
        layers: what is rounded, in the order of the graph.
        batches: samples.
        tell: hears after each layer how many are done; it may raise to stop.

    Returns:
        Names of layers that have neither a bias nor such a batch norm, and are left as they are.
    """
    module.eval()
    switch_quantizers_(module, is_on=False)
    wanted = _means(module, layers, batches)
    switch_quantizers_(module, is_on=True)
    left = []
    try:
        for done, name in enumerate(layers):
            if _can_take_a_shift(module, name):
                _take_back_(module, name, _means(module, [name], batches)[name] - wanted[name])
            else:
                left.append(name)
            tell(done + 1)
    finally:
        switch_quantizers_(module, is_on=False)
    return tuple(left)


def _can_take_a_shift(module: fx.GraphModule, layer: str) -> bool:
    return module.get_submodule(layer).bias is not None or _mean_behind(module, layer) is not None


def _take_back_(module: fx.GraphModule, layer: str, shift: Tensor) -> None:
    mean = _mean_behind(module, layer)
    if module.get_submodule(layer).bias is not None:
        original_of(module, f"{layer}.bias").sub_(shift)
    elif mean is not None:
        mean.add_(shift)


def _mean_behind(module: fx.GraphModule, layer: str) -> Tensor | None:
    """What a batch norm takes off each answer of a layer, where nothing else reads them."""
    (node,) = (n for n in module.graph.nodes if n.op == "call_module" and n.target == layer)
    readers = list(node.users)
    if len(readers) != 1 or readers[0].op != "call_module":
        return None
    norm = module.get_submodule(str(readers[0].target))
    return norm.running_mean if isinstance(norm, nn.modules.batchnorm._BatchNorm) else None


class _ReachedError(Exception):
    """All layers that were asked for have answered; what lies behind is not needed."""


def _means(module: fx.GraphModule, layers: Sequence[str], batches: Sequence[Tensor]) -> dict[str, Tensor]:
    """The mean answer of each output channel, over all samples and places."""
    sums: dict[str, Tensor] = {}
    counts = dict.fromkeys(layers, 0)

    def note(name: str, answer: Tensor) -> None:
        is_matrix = isinstance(module.get_submodule(name), nn.Linear)
        rows = answer.movedim(-1 if is_matrix else 1, 0).flatten(1).double()
        sums[name] = sums.get(name, 0) + rows.sum(1)
        counts[name] += rows.shape[1]
        if name == layers[-1]:
            raise _ReachedError

    handles = [
        module.get_submodule(name).register_forward_hook(
            lambda part, inputs, answer, name=name: note(name, answer)
        )
        for name in layers
    ]
    try:
        for batch in batches:
            _run_to_the_end_of(module, batch)
    finally:
        for handle in handles:
            handle.remove()
    return {name: (sums[name] / counts[name]).float() for name in layers}


def _run_to_the_end_of(module: nn.Module, batch: Tensor) -> None:
    with contextlib.suppress(_ReachedError):
        module(batch)
