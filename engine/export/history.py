"""What a file of weights says of how they came about, so that they are opened again without anybody's class."""

import logging
from collections.abc import Mapping
from functools import partial

import msgspec
import torch
from torch import Tensor, nn

from engine.context import RunContext
from engine.contract.errors import one_line
from engine.joint.compressed import CompressedModel
from engine.models.cuts.history import History, write_history
from engine.models.cuts.origins import build_origin
from engine.models.cuts.records import Cut, Lineage, Origin
from engine.models.cuts.reopening import give_weights_, rebuild
from engine.models.graph import run_probe
from engine.models.identity import identity_of_tensors

log = logging.getLogger("penjing")


def history_of(
    model: CompressedModel,
    lineage: Lineage,
    *,
    module: nn.Module,
    state: Mapping[str, Tensor],
    ctx: RunContext,
) -> History:
    """The history of a finished model, tried: where it cannot be opened by it, the history says so.

    Args:
        model: as its run has left it.
        lineage: what it was before the run.
        module: what is written of it.
        state: the weights of that.
        ctx: of the run.
    """
    cut = _cut_of(model)
    cuts = lineage.cuts if cut is None else (*lineage.cuts, cut)
    history = write_history(
        msgspec.structs.replace(lineage, cuts=cuts),
        weights=identity_of_tensors(state)[0],
        example=model.captured.example,
    )
    origin = lineage.origin
    if not origin.is_known or _holds(history, module, state, ctx):
        return history
    unknown = Origin(described=origin.name)
    return msgspec.structs.replace(history, lineage=msgspec.structs.replace(history.lineage, origin=unknown))


def _cut_of(model: CompressedModel) -> Cut | None:
    """What the run has cut."""
    if not model.structure.is_cut or model.pieces is None:
        return None
    return model.pieces.plan_cut(frozenset(model.structure.removed))


def _holds(history: History, module: nn.Module, state: Mapping[str, Tensor], ctx: RunContext) -> bool:
    """Whether the network that is built by the history answers as the one that was written, bit for bit."""
    lineage, example = history.lineage, history.example
    try:
        again = rebuild(partial(build_origin, lineage.origin, ctx), lineage.cuts, example)
        give_weights_(again, state)
        return torch.equal(run_probe(again, example), run_probe(module, example))
    except Exception as error:
        log.warning("the written file opens with its loader only: %s", one_line(str(error), 160))
        return False
