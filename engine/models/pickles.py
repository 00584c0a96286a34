"""What torch.save wrote: weights alone, a training's checkpoint, or a whole network."""

from collections.abc import Mapping
from pathlib import Path

from engine.context import RunContext
from engine.contract.methods import SourceFormat
from engine.contract.source import ModelSource
from engine.models.content import Content, Entry
from engine.models.cuts.history import history_in
from engine.models.entries import entries_of
from engine.models.sniffing import is_legacy
from engine.models.state import check_tensors
from engine.models.unpickling import unpickle

_LIGHTNING = "pytorch-lightning_version"


def pickle_content(path: Path, source: ModelSource, ctx: RunContext) -> Content:
    """Loads the file, with nothing run that the user has not vouched for.

    Raises:
        RequestError: it is broken or holds no weights.
        TrustRequired: it wants code that the user has not vouched for.
    """
    value = unpickle(path, source.architecture, ctx)
    entries = entries_of(path, value)
    for entry in entries:
        check_tensors(path, entry.state)
    history = None if is_legacy(path) else history_in(path)
    return Content(
        format=_format_of(value, entries[0]),
        path=path,
        entries=entries,
        files=(path,),
        needs_architecture=entries[0].module is None
        and (history is None or not history.lineage.origin.is_known),
        history=history,
    )


def _format_of(value: object, first: Entry) -> SourceFormat:
    if first.module is not None:
        return SourceFormat.MODULE
    if isinstance(value, Mapping) and _LIGHTNING in value:
        return SourceFormat.LIGHTNING
    is_plain = isinstance(value, Mapping) and all(name in value for name in first.state)
    return SourceFormat.STATE_DICT if is_plain else SourceFormat.CHECKPOINT
