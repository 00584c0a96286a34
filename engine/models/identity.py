"""What makes a model the one that it is: the bytes of its files, or of its tensors where there is no file."""

import hashlib
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from engine.contract.run_folder import sha256_of
from engine.models.content import Content


def identity_of(content: Content, module: nn.Module) -> tuple[str, int]:
    """SHA-256 and size in bytes; of several files, over their hashes in order."""
    if not content.files:
        return identity_of_tensors(module.state_dict())
    size = sum(file.stat().st_size for file in content.files)
    hashes = [sha256_of(file) for file in content.files]
    if len(hashes) == 1:
        return hashes[0], size
    return hashlib.sha256("".join(hashes).encode()).hexdigest(), size


def identity_of_tensors(state: Mapping[str, Tensor]) -> tuple[str, int]:
    """SHA-256 over names, kinds, shapes and values, and the size of the values in bytes."""
    digest, size = hashlib.sha256(), 0
    for name, tensor in sorted(state.items()):
        values = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy()
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(values.data)
        size += values.nbytes
    return digest.hexdigest(), size
