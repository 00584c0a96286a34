"""What a file is and which architecture fits it, before it is opened."""

from dataclasses import replace
from pathlib import Path

from engine.context import RunContext
from engine.contract.errors import TrustRequired
from engine.contract.methods import SourceFormat
from engine.contract.source import FileContents, ModelSource, WeightsMatch
from engine.models.architectures import build_architecture
from engine.models.content import Content
from engine.models.fitting import guesses_for
from engine.models.readers import content_of
from engine.models.state import weights_match
from engine.models.structure.folders import weight_files
from engine.models.trust import split_reference


def look_at(source: ModelSource, ctx: RunContext) -> FileContents:
    """Format, sets of weights, and how well they fit; nothing of the file is run.

    An architecture that is a Python file is run to compare with it, once the user has vouched for it.

    Raises:
        RequestError: the file is broken or holds no weights, or there is no such architecture or set of weights.
        TrustRequired: the architecture is a Python file that the user has not vouched for.
    """
    architecture = source.architecture or ""
    python = split_reference(architecture)[0] if ".py:" in architecture else None
    wants: list[str] = []

    def ask(asked: Path, wanted: tuple[str, ...]) -> bool:
        if asked == python:
            return ctx.ask(asked, wanted)
        wants.extend(wanted)
        return False

    try:
        content = content_of(source, replace(ctx, ask=ask))
    except TrustRequired:
        if not wants:
            raise
        return _closed(Path(source.file), tuple(wants))
    return _described(content, source, ctx)


def _closed(path: Path, wants: tuple[str, ...]) -> FileContents:
    """What is known of a file that only the user's word opens."""
    if path.is_dir():
        size = sum(file.stat().st_size for file in weight_files(path))
        return FileContents(format=SourceFormat.HUGGING_FACE, size_bytes=size, wants=wants)
    return FileContents(format=SourceFormat.MODULE, size_bytes=path.stat().st_size, wants=wants)


def _described(content: Content, source: ModelSource, ctx: RunContext) -> FileContents:
    taken = content.wanted(source)
    state = taken[0].state if taken else {}
    others = [entry.name for entry in content.entries if entry not in taken[:1]]
    return FileContents(
        format=content.format,
        size_bytes=sum(file.stat().st_size for file in content.files),
        tensors=len(state),
        parameters=sum(tensor.numel() for tensor in state.values() if tensor.is_floating_point()),
        entries=tuple(name for name in (taken[0].name if taken else "", *others) if name),
        needs_architecture=content.needs_architecture,
        match=_match(content, source, ctx),
        guesses=guesses_for(content, source) if _is_to_be_guessed(content) else (),
        wants=content.wants,
        pruned_from=None if content.history is None else content.history.lineage.pruned_from,
    )


def _is_to_be_guessed(content: Content) -> bool:
    """Of what is known to be pruned, no architecture has the widths."""
    return content.needs_architecture and content.history is None


def _match(content: Content, source: ModelSource, ctx: RunContext) -> WeightsMatch | None:
    """With the architecture that was asked for, of the set of weights that fits it best."""
    if source.architecture is None or not content.entries or content.history is not None:
        return None
    module = build_architecture(source.architecture, ctx, is_weightless=True)
    matches = [weights_match(entry.state, module, source.architecture) for entry in content.wanted(source)]
    return max(matches, key=lambda match: (match.fits, match.matched))
