"""Regrowth: masks of single weights move to where the gradient asks for weights (Evci 2020, RigL)."""

import math

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from engine.joint.compressed import CompressedModel
from engine.pruning.masks import Mask
from engine.tasks.table import methods_of
from engine.training.loop import Training


def regrow_(model: CompressedModel, training: Training, *, share: float) -> None:
    """In each layer, of the living weights the smallest share dies, and as many dead ones are born again at zero.

    Born are those of the largest gradient of the loss by the masked weight, on one batch of training samples that
    the step chooses (Evci 2020, section 3; what has just died is no candidate). The optimizer remembers nothing of
    them. A share of 0 moves nothing.
    """
    names = model.prunable_layers()
    for name, gradient in zip(names, _dense_gradients(training, names), strict=True):
        chain = training.model.get_submodule(name).parametrizations["weight"]  # type: ignore[index,union-attr]
        mask, weight = chain[0], chain.original  # type: ignore[union-attr]
        assert isinstance(mask, Mask)
        assert isinstance(weight, nn.Parameter)
        born = exchange_(mask.keep, weight.detach(), gradient, share=share)
        weight.data[born] = 0.0
        _forget_(training.optimizer, weight, born)


def share_at(first: float, progress: float) -> float:
    """``first / 2 · (1 + cos(π t))`` (Evci 2020, equation 1): from ``first`` down to 0."""
    return first / 2 * (1 + math.cos(math.pi * min(progress, 1.0)))


def exchange_(keep: Tensor, weight: Tensor, gradient: Tensor, *, share: float) -> Tensor:
    """Moves a mask of zeros and ones, which keeps as many as before; returns where weights were born.

    >>> keep = torch.tensor([1.0, 1.0, 0.0, 0.0])
    >>> exchange_(keep, torch.tensor([3.0, 1.0, 0.0, 0.0]), torch.tensor([0.0, 0.0, 1.0, 2.0]), share=0.5).tolist()
    [False, False, False, True]
    >>> keep.tolist()
    [1.0, 0.0, 0.0, 1.0]
    """
    is_alive = keep.flatten() > 0
    count = min(int(is_alive.sum() * share), int((~is_alive).sum()))
    sizes = weight.abs().flatten().masked_fill(~is_alive, math.inf)
    pulls = gradient.abs().flatten().masked_fill(is_alive, -math.inf)
    dying = sizes.sort(stable=True).indices[:count]
    birth = pulls.sort(stable=True, descending=True).indices[:count]
    flat = keep.view(-1)
    flat[dying], flat[birth] = 0.0, 1.0
    born = torch.zeros_like(is_alive)
    born[birth] = True
    return born.view_as(keep)


def _dense_gradients(training: Training, names: tuple[str, ...]) -> tuple[Tensor, ...]:
    """Of the loss by the weights as they compute, dead ones too; in evaluation mode, so that nothing else moves."""
    data, size = training.data, training.data_spec.batch_size
    generator = torch.Generator().manual_seed(training.seed * 1_000_003 + training.first_step + training.step)
    chosen = torch.randperm(len(data.train), generator=generator)[:size].to(data.train.inputs.device)
    training.model.eval()
    with torch.enable_grad(), parametrize.cached():
        weights = [_weight(training.model, name) for name in names]
        answers = training.model(data.to_inputs(data.train.inputs[chosen]))
        loss = methods_of(data).loss(answers, data.train.labels[chosen])
        return torch.autograd.grad(loss, weights, materialize_grads=True)


def _weight(module: nn.Module, name: str) -> Tensor:
    weight = module.get_submodule(name).weight
    assert isinstance(weight, Tensor)
    return weight


def _forget_(optimizer: torch.optim.Optimizer, parameter: nn.Parameter, born: Tensor) -> None:
    for memory in optimizer.state.get(parameter, {}).values():
        if isinstance(memory, Tensor) and memory.shape == parameter.shape:
            memory[born] = 0.0
