"""Two networks are run on the same random batches: a raised one is believed only where it answers alike."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from engine.contract.errors import RequestError
from engine.models.example import Example

LIMIT = 1e-4
"""The largest difference that is allowed, as a share of the largest output."""


def prove_equal(
    raised: nn.Module, original: Callable[[Tensor], Tensor], example: Example, *, batches: Iterable[int]
) -> None:
    """Compares the answers to random batches of these sizes, where the raised network stands.

    Raises:
        RequestError: they differ by more than :data:`LIMIT` of the largest output, or are not of one form.
    """
    device = next((tensor.device for tensor in raised.parameters()), None)
    for seed, batch in enumerate(batches):
        inputs = random_batch(example, batch, seed).to(device)
        with torch.no_grad():
            found, wanted = _answer(raised, inputs), original(inputs)
        _compare(found, wanted)


def prove_rows_equal(
    raised: nn.Module, original: Callable[[Tensor], Tensor], example: Example, *, batch: int
) -> None:
    """As :func:`prove_equal` for an original that takes one batch size only: a longer batch is given it in parts.

    Raises:
        RequestError: they differ, or the raised network takes no other batch either.
    """
    inputs = random_batch(example, 2 * batch + 1, 0)
    parts = [inputs[:batch], inputs[batch : 2 * batch], inputs[-batch:]]
    with torch.no_grad():
        wanted = torch.cat([original(part) for part in parts])
        _compare(_answer(raised, parts[0]), wanted[:batch])
        try:
            found = _answer(raised, inputs)
        except Exception:
            raise RequestError("graph_one_batch", batch=batch) from None
    _compare(found, torch.cat([wanted[: 2 * batch], wanted[-1:]]))


def _answer(raised: nn.Module, inputs: Tensor) -> object:
    # Called as a module, a traced network prints what goes wrong in it.
    return raised.forward(inputs)


def random_batch(example: Example, batch: int, seed: int) -> Tensor:
    """Normal floats, or words, always the same for one seed."""
    generator = torch.Generator().manual_seed(seed)
    if example.vocabulary is None:
        return torch.randn((batch, *example.shape), generator=generator)
    return torch.randint(example.vocabulary, (batch, *example.shape), generator=generator)


def _compare(found: object, wanted: object) -> None:
    if not isinstance(found, Tensor) or not isinstance(wanted, Tensor):
        raise RequestError("output_not_logits", found=f"a {type(wanted).__name__}")
    if found.shape != wanted.shape:
        reason = f"answers {tuple(found.shape)} instead of {tuple(wanted.shape)}"
        raise RequestError("graph_not_raised", reason=reason)
    error = difference(found, wanted)
    if not error <= LIMIT:
        raise RequestError("graph_differs", found=f"{error:.1e}", limit=f"{LIMIT:.0e}")


def difference(found: Tensor, wanted: Tensor) -> float:
    """The largest difference ÷ the largest output; a difference of NaN counts as one."""
    if not wanted.numel():
        return 0.0
    largest = float(wanted.abs().max()) or 1.0
    error = float((found.double() - wanted.double()).abs().max()) / largest
    return error if error == error else float("inf")  # noqa: PLR0124 - NaN
