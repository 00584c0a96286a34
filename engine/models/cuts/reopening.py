"""Opens a pruned network without its class: the original is built without weights, cut again, and given its weights."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain

import msgspec
from torch import Tensor, fx, nn

from engine.context import RunContext
from engine.contract.errors import RequestError, RunCancelled, TrustRequired
from engine.contract.source import ModelSource
from engine.models.architectures import build_architecture
from engine.models.content import Content, ReadModel
from engine.models.cuts.checking import check_cut
from engine.models.cuts.doing import do_cut_
from engine.models.cuts.history import History
from engine.models.cuts.origins import build_origin, origin_named
from engine.models.cuts.records import Cut
from engine.models.example import Example
from engine.models.graph import capture, trace
from engine.models.identity import identity_of_tensors
from engine.models.plain import make_plain_
from engine.models.state import fit_weights_, match_weights

Builder = Callable[[bool], nn.Module]
"""Builds a network, without memory where it is told so."""


def read_pruned(content: Content, source: ModelSource, ctx: RunContext) -> ReadModel:
    """The network of a file that says how it was pruned.

    An architecture that ``source`` names goes before what the file says: the pruned network itself, as the Python file
    beside it builds it, or the network before it was pruned.

    Raises:
        RequestError: nothing says what was pruned, or it is not what the file says.
        TrustRequired: the architecture is a Python file that the user has not vouched for.
    """
    history, state = content.history, content.entries[0].state
    assert history is not None
    if identity_of_tensors(state)[0] != history.weights:
        raise RequestError("history_other_weights", path=content.path)
    if source.architecture is None:
        return _of_its_origin(content, history, ctx)
    name = source.architecture
    module = build_architecture(name, ctx, is_weightless=True)
    if match_weights(state, module).fits:
        return ReadModel(module=fit_weights_(module, state, name), architecture=name)
    lineage = msgspec.structs.replace(history.lineage, origin=origin_named(name, source.file))
    named = msgspec.structs.replace(history, lineage=lineage)
    return replace(_cut_again(content, named, partial(_build_named, name, ctx)), architecture=name)


def _build_named(name: str, ctx: RunContext, is_weightless: bool) -> nn.Module:
    return build_architecture(name, ctx, is_weightless=is_weightless)


def _of_its_origin(content: Content, history: History, ctx: RunContext) -> ReadModel:
    """The network of a library, as the file says.

    Raises:
        RequestError: it was somebody's own, or the library has it no more.
    """
    origin = history.lineage.origin
    if not origin.is_known:
        raise RequestError(
            "history_own_class",
            path=content.path,
            described=origin.name,
            loader=content.path.with_suffix(".py"),
        )
    return _cut_again(content, history, partial(build_origin, origin, ctx))


def _cut_again(content: Content, history: History, build: Builder) -> ReadModel:
    try:
        module = give_weights_(
            rebuild(build, history.lineage.cuts, history.example), content.entries[0].state
        )
    except (TrustRequired, RunCancelled):
        raise
    except Exception as error:
        written = ", ".join(f"{package} {number}" for package, number in history.versions.items())
        raise RequestError(
            "history_does_not_fit",
            path=content.path,
            architecture=history.lineage.origin.name,
            reason=error,
            versions=written,
            loader=content.path.with_suffix(".py"),
        ) from None
    return ReadModel(module=module, example=history.example, lineage=history.lineage)


def rebuild(build: Builder, cuts: Iterable[Cut], example: Example) -> nn.Module:
    """The network that the cuts leave of what ``build`` builds, with whatever weights that has, or none.

    Raises:
        Exception: they are cuts of another network.
    """
    module = _graph_of(build, example)
    for number, cut in enumerate(cuts):
        if number > 0:
            # Each cut was done to what was opened from the file of the one before, whose nodes have names anew.
            module = capture(module, example).module
        if not isinstance(module, fx.GraphModule):
            raise ValueError("it cannot be traced")
        check_cut(module, cut)
        do_cut_(module, cut)
    return module


def give_weights_(module: nn.Module, state: Mapping[str, Tensor]) -> nn.Module:
    """Loads the weights and returns the module: each tensor with the strides that it was saved with.

    Where a dimension has size 1 strides are undecided, and kernels that choose by strides give other last bits.

    Raises:
        RequestError: they are not its weights.
    """
    fit_weights_(module, state, "network")
    for name, tensor in chain(module.named_parameters(), module.named_buffers()):
        if name in state and tensor.stride() != state[name].stride():
            tensor.data = state[name].detach().to(tensor.dtype, copy=True)
    return module


def _graph_of(build: Builder, example: Example) -> nn.Module:
    module = _plain(build(True))
    try:
        trace(module)
    except Exception:
        # What follows one run instead of tracing needs values.
        module = _plain(build(False))
    return capture(module, example).module


def _plain(module: nn.Module) -> nn.Module:
    module.float().eval()
    make_plain_(module)
    return module
