"""Follows a network that ``torch.fx`` cannot trace through one run, and raises what ``torch.export`` saw of it.

Code that asks for shapes (``if len(x) > 0``, ``range(x.size(1))``) runs as it is written and leaves only what it
computed; code that asks for values cannot be followed.
"""

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout

import torch
from torch import Tensor, fx, nn
from torch.export import Dim, ExportedProgram
from torch.nn.modules.batchnorm import _BatchNorm

from engine.contract.errors import RequestError
from engine.models.example import Example
from engine.models.raising.aten import Hints
from engine.models.raising.program import raise_program
from engine.models.raising.proof import prove_equal

_BATCH = 3
_MARKED_BATCH = 61
"""A prime: hardly another size of a network is a multiple of it."""
_PROVEN_BATCHES = (1, 2, 3)
_ANY = 2**31


def follow(module: nn.Module, example: Example) -> fx.GraphModule:
    """A traced network that answers as ``module`` does, made of its parameters, buffers and, where they fit, layers.

    Args:
        module: in evaluation mode.
        example: of the only samples that the answer is meant for; the batch is free.

    Raises:
        Exception: it cannot be followed, or what was seen of it answers otherwise.
    """
    with torch.no_grad(), _silence():
        raised = _raised(module, example)
        _put_own_layers_(raised, module)
        _put_own_buffers_(raised, module)
        _check_names(raised, module)
        prove_equal(raised, module, example, batches=_PROVEN_BATCHES)
    return raised


def _raised(module: nn.Module, example: Example) -> fx.GraphModule:
    parameters = dict(module.named_parameters())
    hints = Hints(vocabulary=example.vocabulary, parameters=parameters)
    samples = _samples(module, example, _BATCH)
    try:
        program = torch.export.export(module, (samples,), dynamic_shapes=({0: Dim.DYNAMIC},), strict=False)
    except torch._dynamo.exc.UserError:
        # Code such as ``len(x)`` makes a plain number of the batch.
        samples = _samples(module, example, _MARKED_BATCH)
        program = torch.export.export(module, (samples,), strict=False)
        hints = Hints(vocabulary=example.vocabulary, parameters=parameters, marked_batch=_MARKED_BATCH)
    _check_that_batch_is_free(program)
    return raise_program(program, hints)


def _samples(module: nn.Module, example: Example, batch: int) -> Tensor:
    device = next((tensor.device for tensor in module.parameters()), torch.device("cpu"))
    return example.probe(batch).to(device)


def _check_that_batch_is_free(program: ExportedProgram) -> None:
    """Code that does something else with many samples has been followed on one of its ways only."""
    for limits in program.range_constraints.values():
        if limits.lower > min(_PROVEN_BATCHES) + 1 or limits.upper < _ANY:
            raise RequestError("graph_one_batch", batch=_BATCH)


def _put_own_layers_(raised: fx.GraphModule, module: nn.Module) -> None:
    own_layers = dict(module.named_modules())
    for name, made in list(raised.named_modules()):
        own = own_layers.get(name)
        if isinstance(own, _BatchNorm) and isinstance(made, _BatchNorm):
            # How it learns is not to be seen in evaluation.
            made.momentum = own.momentum
        if own is not None and type(own) is type(made) is not nn.Module and repr(own) == repr(made):
            raised.set_submodule(name, own)


def _put_own_buffers_(raised: fx.GraphModule, module: nn.Module) -> None:
    """Layers that could not be put, such as batch norms with an activation inside, hold copies."""
    held = dict(raised.named_buffers())
    for name, buffer in module.named_buffers():
        if name in held and held[name].shape == buffer.shape:
            folder, _, leaf = name.rpartition(".")
            raised.get_submodule(folder).register_buffer(leaf, buffer)


def _check_names(raised: fx.GraphModule, module: nn.Module) -> None:
    """What is saved has to fit the network's own class, and what shares a weight has to go on sharing it."""
    own = dict(module.named_parameters(remove_duplicate=False))
    for name, parameter in raised.named_parameters():
        if own.get(name) is not parameter:
            raise RequestError("graph_not_raised", reason=f'the parameter "{name}" is not the network\'s own')


@contextmanager
def _silence() -> Iterator[None]:
    """Torch tells of each network that it cannot follow at length, on every channel that there is."""
    torch_log = logging.getLogger("torch")
    level = torch_log.level
    torch_log.setLevel(logging.CRITICAL + 1)
    try:
        with (
            warnings.catch_warnings(),
            redirect_stdout(io.StringIO()),
            redirect_stderr(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        torch_log.setLevel(level)
