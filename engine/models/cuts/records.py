"""A cut as a record: enough to do it again to the same network, whose weights need not be there.

It names positions of tensors and numbers of nodes, and no code: done again it can only leave out what the network has.
What layers say of themselves (``in_channels``) is not in it, as it follows from the tensors that are left.
"""

from engine.contract.record import Record
from engine.contract.source import PrunedFrom


class Slice(Record, frozen=True, kw_only=True):
    """Dimension ``dim`` of the tensor ``tensor`` (its full name) keeps the positions ``Cut.kept[kept]``."""

    tensor: str
    dim: int
    kept: int


class Number(Record, frozen=True, kw_only=True):
    """A number that a node is called with, ``place`` the path to it in the node's arguments: ``x.view(-1, 160)``."""

    node: str
    place: tuple[int, ...]
    value: int


class Parts(Record, frozen=True, kw_only=True):
    """A node that splits an axis into parts of these sizes."""

    node: str
    axis: int
    sizes: tuple[int, ...]


class Shuffle(Record, frozen=True, kw_only=True):
    """A node that picks the positions ``order`` along an axis of another node's value, one by one."""

    node: str
    source: str
    axis: int
    order: tuple[int, ...]


class Bypass(Record, frozen=True, kw_only=True):
    """A node whose readers read ``source`` instead."""

    node: str
    source: str


class Cut(Record, frozen=True, kw_only=True, omit_defaults=True):
    """All that one cut changes in a traced network.

    Attributes:
        kept: lists of positions, each once, as coupled tensors keep the same ones.
        slices: which list each dimension of a tensor keeps.
        numbers: what nodes count.
        parts: how nodes split.
        shuffles: in which order nodes pick.
        bypasses: what is passed by, one after the other.
        erased: nodes that nobody reads any more after that; the layers that only they call go too.
    """

    kept: tuple[tuple[int, ...], ...] = ()
    slices: tuple[Slice, ...] = ()
    numbers: tuple[Number, ...] = ()
    parts: tuple[Parts, ...] = ()
    shuffles: tuple[Shuffle, ...] = ()
    bypasses: tuple[Bypass, ...] = ()
    erased: tuple[str, ...] = ()


class Origin(Record, frozen=True, kw_only=True, omit_defaults=True):
    """How the network before its first cut is built.

    Attributes:
        architecture: its name, where a library builds it: ``torchvision:NAME``, ``timm:NAME`` or ``sample``.
        configuration: the text of its config.json, where transformers builds it.
        described: what it was, in words, where its architecture does not say that.
    """

    architecture: str = ""
    configuration: str = ""
    described: str = ""

    @property
    def is_known(self) -> bool:
        """Whether it can be built without anybody's own code."""
        return bool(self.architecture or self.configuration)

    @property
    def name(self) -> str:
        """What it is called."""
        return self.described or self.architecture


class Lineage(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Where a network comes from: what it was, and the cuts that were done to it, each to what the last one left.

    Attributes:
        parameters: how many it had before the first cut.
    """

    origin: Origin
    parameters: int
    cuts: tuple[Cut, ...] = ()

    @property
    def pruned_from(self) -> PrunedFrom | None:
        """What it was; None where nothing was cut."""
        return PrunedFrom(name=self.origin.name, parameters=self.parameters) if self.cuts else None


UNKNOWN = Lineage(origin=Origin(described="?"), parameters=0)
"""Of a network that came from nowhere."""
