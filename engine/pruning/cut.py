"""The cut: channels leave every tensor that they index, layers and written numbers learn the new widths."""

import numpy as np
from torch import fx

from engine.contract.errors import RunError
from engine.models.cuts.doing import do_cut_
from engine.models.cuts.narrowing import Replaced
from engine.models.cuts.records import Cut, Number, Parts, Shuffle, Slice
from engine.models.example import Example
from engine.models.graph import propagate_shapes_
from engine.pruning.atoms import ShuffleSlot
from engine.pruning.channels import ChannelMap
from engine.pruning.masked_norms import unmask_norms_


def cut_(
    module: fx.GraphModule, channels: ChannelMap, removed: frozenset[int], *, example: Example
) -> list[Replaced]:
    """Removes channels from an uncut module and proves by a forward pass that shapes and batch size hold.

    Args:
        module: the traced module that ``channels`` was made from.
        channels: its channels.
        removed: root atoms of the channels that go.
        example: the form of one sample.

    Returns:
        The parameters that were replaced by smaller ones (so that an optimizer can follow).

    Raises:
        RunError: the cut network answers in another shape.
    """
    unmask_norms_(module, channels)
    cut = plan_cut(channels, removed)
    replaced = do_cut_(module, cut)
    before = _answer_shape(module)
    after = tuple(propagate_shapes_(module, example).shape)
    if before is not None and before != after:
        layer = cut.slices[0].tensor if cut.slices else ""
        raise RunError("cut_inconsistent", found=after, wanted=before, layer=layer)
    return replaced


def plan_cut(channels: ChannelMap, removed: frozenset[int]) -> Cut:
    """What a removal of channels changes, as a record.

    Args:
        channels: of the uncut module.
        removed: root atoms of the channels that go.
    """
    kept, slices = _slices(channels, removed)
    stays, table = channels.stays(removed), channels.table
    return Cut(
        kept=kept,
        slices=slices,
        # Those too that stay as large: a width may have been read from a value that is cut.
        numbers=tuple(
            Number(node=count.node, place=count.place, value=int(stays[count.atoms].sum()))
            for count in table.counts
        ),
        parts=tuple(
            Parts(
                node=split.node, axis=split.axis, sizes=tuple(int(stays[part].sum()) for part in split.parts)
            )
            for split in table.splits
            if not all(stays[part].all() for part in split.parts)
        ),
        shuffles=tuple(
            _shuffle(shuffle, stays[shuffle.before])
            for shuffle in table.shuffles
            if not stays[shuffle.before].all()
        ),
    )


def _slices(
    channels: ChannelMap, removed: frozenset[int]
) -> tuple[tuple[tuple[int, ...], ...], tuple[Slice, ...]]:
    """The distinct lists of positions, and which dimension of which tensor keeps which."""
    kept: dict[bytes, tuple[int, tuple[int, ...]]] = {}
    slices = []
    for tensor, dims in channels.kept(removed).items():
        for dim, keep in dims.items():
            place, _ = kept.setdefault(keep.tobytes(), (len(kept), tuple(np.flatnonzero(keep).tolist())))
            slices.append(Slice(tensor=tensor, dim=dim, kept=place))
    return tuple(positions for _, positions in kept.values()), tuple(slices)


def _shuffle(shuffle: ShuffleSlot, stays: np.ndarray) -> Shuffle:
    place = np.cumsum(stays) - 1
    order = place[shuffle.order[stays[shuffle.order]]]
    return Shuffle(node=shuffle.node, source=shuffle.source, axis=shuffle.axis, order=tuple(order.tolist()))


def _answer_shape(module: fx.GraphModule) -> tuple[int, ...] | None:
    output = next(node for node in module.graph.nodes if node.op == "output")
    meta = output.meta.get("tensor_meta")
    return tuple(meta.shape) if meta is not None else None
