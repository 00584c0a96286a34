"""What a model file holds, and what a reader makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor, nn

from engine.contract.errors import RequestError
from engine.contract.methods import SourceFormat
from engine.contract.source import ModelSource
from engine.models.cuts.history import History
from engine.models.cuts.records import Lineage, Origin
from engine.models.example import Example


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One set of weights in a file.

    Attributes:
        name: where it stands in the file, empty where the file is nothing else.
        state: its tensors by name, mapped from the file where that can be.
        module: the whole network, where the file holds it.
    """

    name: str = ""
    state: Mapping[str, Tensor]
    module: nn.Module | None = None


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a file holds, found with nothing run that the user has not vouched for.

    Attributes:
        path: the file or folder.
        entries: the sets of weights, the one that is taken first; empty where only the user's word opens the file.
        files: those that hold the weights; their bytes are what the model is.
        wants: what it would import or run, where that still needs the user's word.
        needs_architecture: whether it says nothing of how its tensors compute.
        history: how the network was pruned, where Penjing did that and wrote the file.
    """

    format: SourceFormat
    path: Path
    entries: tuple[Entry, ...] = ()
    files: tuple[Path, ...] = ()
    wants: tuple[str, ...] = ()
    needs_architecture: bool = True
    history: History | None = None

    def wanted(self, source: ModelSource) -> tuple[Entry, ...]:
        """The entry that ``source`` names, or all of them, in the order in which they are tried.

        Raises:
            RequestError: there is none of that name.
        """
        if source.entry is None:
            return self.entries
        found = tuple(entry for entry in self.entries if entry.name == source.entry)
        if not found:
            known = ", ".join(entry.name for entry in self.entries if entry.name) or "none"
            raise RequestError("entry_unknown", path=self.path, entry=source.entry, known=known)
        return found


@dataclass(frozen=True, kw_only=True)
class ReadModel:
    """A network as its file gives it, not yet tried.

    Attributes:
        architecture: as it was named or guessed, None where the file holds the network itself.
        entry: the set of weights that was taken.
        example: the form of one sample, where the file or the library says it.
        origin: how it is built again; None where that is the architecture, or nobody knows.
        lineage: what it was before it was pruned; None where it was not.
    """

    module: nn.Module
    architecture: str | None = None
    is_guessed: bool = False
    entry: str = ""
    example: Example | None = None
    origin: Origin | None = None
    lineage: Lineage | None = None
