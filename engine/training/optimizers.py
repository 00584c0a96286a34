"""Optimizers and learning-rate schedules: one function each."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn

from engine.contract.methods import LearningRateSchedule, Optimizer
from engine.contract.recipe import RecoverSpec

Group = dict[str, Any]


def parameter_groups(module: nn.Module, spec: RecoverSpec) -> list[Group]:
    """All parameters; those of parts that say ``is_decayed = False`` in a group of their own, without decay.

    What such a part learns has a size of its own (the step of a quantizer), and no smaller one is any simpler.
    """
    own = {
        parameter
        for part in module.modules()
        if not getattr(part, "is_decayed", True)
        for parameter in part.parameters(recurse=False)
    }
    decayed = [parameter for parameter in module.parameters() if parameter not in own]
    groups: list[Group] = [{"params": decayed, "weight_decay": spec.weight_decay}]
    undecayed = [parameter for parameter in module.parameters() if parameter in own]
    return [*groups, {"params": undecayed, "weight_decay": 0.0}] if undecayed else groups


def make_sgd(parameters: Iterable[Group], spec: RecoverSpec) -> torch.optim.Optimizer:
    """Stochastic gradient descent, Nesterov where there is momentum."""
    return torch.optim.SGD(
        parameters,
        lr=spec.learning_rate,
        momentum=spec.momentum,
        weight_decay=spec.weight_decay,
        nesterov=spec.momentum > 0,
        foreach=True,
    )


def make_adam(parameters: Iterable[Group], spec: RecoverSpec) -> torch.optim.Optimizer:
    """Adam (Kingma & Ba 2015) with decoupled weight decay (Loshchilov & Hutter 2019)."""
    return torch.optim.AdamW(parameters, lr=spec.learning_rate, weight_decay=spec.weight_decay, foreach=True)


OPTIMIZERS: dict[Optimizer, Callable[[Iterable[Group], RecoverSpec], torch.optim.Optimizer]] = {
    Optimizer.SGD: make_sgd,
    Optimizer.ADAM: make_adam,
}
"""What makes each optimizer."""


def cosine(progress: float) -> float:
    """``(1 + cos πt) / 2`` (Loshchilov & Hutter 2017, equation 5, without restarts).

    >>> cosine(0.5)
    0.5
    """
    return 0.5 * (1 + math.cos(math.pi * progress))


def constant(progress: float) -> float:
    """Always 1."""
    return 1.0


LEARNING_RATES: dict[LearningRateSchedule, Callable[[float], float]] = {
    LearningRateSchedule.COSINE: cosine,
    LearningRateSchedule.CONSTANT: constant,
}
"""The factor on the learning rate, by the part of the training that is over."""


def drop_parameters_(optimizer: torch.optim.Optimizer, gone: Iterable[nn.Parameter]) -> None:
    """Lets an optimizer go on without parameters that are no longer there."""
    dropped = set(gone)
    for group in optimizer.param_groups:
        group["params"] = [parameter for parameter in group["params"] if parameter not in dropped]
    for parameter in dropped & optimizer.state.keys():
        del optimizer.state[parameter]


def replace_parameter_(
    optimizer: torch.optim.Optimizer,
    old: nn.Parameter,
    new: nn.Parameter,
    *,
    select: Callable[[torch.Tensor], torch.Tensor],
) -> None:
    """Lets an optimizer go on with a smaller parameter; ``select`` picks what it keeps of the memory of the old one."""
    for group in optimizer.param_groups:
        group["params"] = [new if parameter is old else parameter for parameter in group["params"]]
    if old in optimizer.state:
        state = optimizer.state.pop(old)
        optimizer.state[new] = {
            name: select(value) if isinstance(value, torch.Tensor) and value.dim() > 0 else value
            for name, value in state.items()
        }
