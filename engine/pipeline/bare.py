"""A file whose tensors are known, and not the network that computes with them: what can be said of it all the same."""

from collections.abc import Iterator, Mapping

import msgspec
from torch import Tensor, nn

from engine.analysis.mapped import let_go
from engine.analysis.weights import layer_stats
from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.source import ModelSource, SourceInfo
from engine.contract.stats import Inspection, LayerStats, Totals
from engine.contract.texts import TEXTS
from engine.models.identity import identity_of
from engine.models.limits import within_limits
from engine.models.readers import content_of

_LOCKED = "locked_bare"
_BARE_CODES = ("architecture_missing", "history_own_class", "graph_", "operator_unknown")


def is_bare(error: RequestError) -> bool:
    """Whether a model was not opened only because nothing says, or we do not understand, how it computes."""
    return error.code.startswith(_BARE_CODES)


def inspect_tensors(source: ModelSource, because: RequestError, ctx: RunContext) -> Inspection:
    """One row for each weight matrix in the file, measured one after the other.

    Args:
        source: the file.
        because: why it is no model; told in the answer, and raised again where the file shows no tensors either.
        ctx: asked between tensors whether to stop.
    """
    with within_limits(source.file, ctx) as inner:
        content = content_of(source, inner)
    if not content.entries:
        raise because
    entry = content.wanted(source)[0]
    sha256, size_bytes = identity_of(content, nn.Module())
    return Inspection(
        source=SourceInfo(
            file=source.file, format=content.format, sha256=sha256, size_bytes=size_bytes, entry=entry.name
        ),
        layers=_rows(entry.state, ctx),
        totals=_totals(entry.state),
        bare_because=because.message,
        bare_code=because.code,
        bare_arguments=because.arguments,
    )


def _rows(state: Mapping[str, Tensor], ctx: RunContext) -> tuple[LayerStats, ...]:
    floats = {name: tensor for name, tensor in state.items() if tensor.is_floating_point()}
    total = sum(tensor.numel() for tensor in floats.values())
    rows = []
    for name, tensor in floats.items():
        ctx.raise_if_cancelled()
        if tensor.dim() < 2:
            continue
        bias = floats.get(f"{name.removesuffix('.weight')}.bias")
        row = layer_stats(
            name.removesuffix(".weight"),
            f"{tensor.dim()}-D",
            tensor,
            0 if bias is None or not name.endswith(".weight") else bias.numel(),
            macs=None,
            prunable=False,
            locked_because=TEXTS[_LOCKED],
            group=None,
            is_read_only=True,
        )
        share = row.parameters / total
        rows.append(msgspec.structs.replace(row, size_share=share, locked_code=_LOCKED))
    return tuple(rows)


def _totals(state: Mapping[str, Tensor]) -> Totals:
    total = nonzero = size = 0
    for tensor in _floats(state):
        total += tensor.numel()
        nonzero += int(tensor.count_nonzero())
        size += tensor.numel() * tensor.element_size()
        let_go(tensor)
    return Totals(
        parameters=total, nonzero=nonzero, parameter_bytes=size, sparsity=1 - nonzero / max(total, 1)
    )


def _floats(state: Mapping[str, Tensor]) -> Iterator[Tensor]:
    return (tensor for tensor in state.values() if tensor.is_floating_point())
