"""Architectures of torchvision with random weights that prove something: they answer each input differently.

As they are made, many answer 0 (heads and layer scales begin at nearly nothing) or 10⁸ (batch norms that have seen no
sample): two such answers agree, whatever is wrong in between.
"""

import torch
from torch import Tensor, nn
from torchvision import models

CLASSES = 10
SMALLEST_SPREAD = 1e-3
_NEARLY_NOTHING = 1e-3


@torch.no_grad()
def shaken(name: str, inputs: Tensor) -> nn.Module:
    """An architecture with random weights, none nearly zero, whose batch norms have measured ``inputs``."""
    torch.manual_seed(0)
    choice = {"init_weights": True} if name in ("googlenet", "inception_v3") else {}
    module = models.get_model(name, weights=None, num_classes=CLASSES, **choice).eval()
    assert isinstance(module, nn.Module)
    for norm in batch_norms(module):
        norm.weight.uniform_(0.5, 1.5)
        norm.bias.normal_(0, 0.3)
    for parameter in module.parameters():
        if parameter.abs().max() < _NEARLY_NOTHING:
            # Large biases would drown what a cut leaves of the signal.
            parameter.normal_(0, 0.1 if parameter.dim() > 1 else 0.01)
    recalibrate_(module, inputs)
    return module


def batch_norms(module: nn.Module) -> list[nn.modules.batchnorm._BatchNorm]:
    """All batch norms of a network."""
    return [part for part in module.modules() if isinstance(part, nn.modules.batchnorm._BatchNorm)]


@torch.no_grad()
def recalibrate_(module: nn.Module, inputs: Tensor) -> None:
    """Batch norms take the mean and variance of one batch; everything else stays in evaluation mode."""
    norms = batch_norms(module)
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.train()
        norm.momentum = None
    if norms:
        module(inputs)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
        norm.eval()


def samples(count: int, size: int) -> Tensor:
    """Images of coarse and fine noise: of fine noise alone, every image has the same means."""
    generator = torch.Generator().manual_seed(1)
    coarse = torch.randn(count, 3, 4, 4, generator=generator)
    fine = torch.randn(count, 3, size, size, generator=generator)
    return nn.functional.interpolate(coarse, size=(size, size), mode="bilinear") + 0.5 * fine


def spread(answers: Tensor) -> float:
    """How far answers to different inputs lie apart, ÷ the largest answer."""
    return float((answers - answers[:1]).abs().max() / answers.abs().max())
