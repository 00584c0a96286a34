"""Batch-norm statistics: measured anew for a network whose channels were cut, and frozen at the end of a training."""

from collections.abc import Iterable

import torch
from torch import nn


def freeze_statistics_(module: nn.Module) -> None:
    """Lets batch norms compute with the statistics that they have, until the network's mode is set again.

    Scale and shift are still trained. What is trained then is what files compute, and does not jitter with each batch
    (Krishnamoorthi 2018, *Quantizing deep convolutional networks for efficient inference*).
    """
    for part in module.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm) and part.track_running_stats:
            part.eval()


@torch.no_grad()
def recalibrate_batch_norms_(module: nn.Module, batches: Iterable[torch.Tensor]) -> None:
    """Replaces running means and variances by their plain average over ``batches``.

    What was removed shifted the statistics of everything behind it; re-estimating them wins back most of what a cut
    costs without training (He 2017, section 3).
    """
    norms = [part for part in module.modules() if isinstance(part, nn.modules.batchnorm._BatchNorm)]
    norms = [norm for norm in norms if norm.track_running_stats]
    momenta = [norm.momentum for norm in norms]
    if not norms:
        return
    module.eval()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
        norm.train()
    for batch in batches:
        module(batch)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    module.eval()
