"""Channels as atoms: which slices of which tensors stand and fall together.

Every producing layer makes one *atom* for each of its output channels. The atoms flow through the graph along one
axis of each value; an addition unites the atoms of its two sides position by position, a concatenation joins their
lists, a flatten repeats each. Where a tensor is indexed by channels, a :class:`Slot` notes its atoms. A set of united
atoms is one channel that can be removed: from every slot, exactly its positions go (Fang 2023, DepGraph, finds the
same groups by walking pairs of layers; atoms need one pass and see positions, so concatenation, flatten and padding
need no special cases).
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

Atoms = np.ndarray
"""A vector of atom numbers, int64."""


@dataclass(frozen=True)
class Tracked:
    """A value whose dimension ``axis`` is indexed by ``atoms``."""

    axis: int
    atoms: Atoms


class Slot(NamedTuple):
    """Dimension ``dim`` of the tensor ``tensor`` (its full name) is indexed by ``atoms``."""

    tensor: str
    dim: int
    atoms: Atoms


class CountSlot(NamedTuple):
    """A number in a node's arguments that counts atoms: ``x.view(-1, 320)`` or the widths of a padding.

    ``place`` is the path into ``node.args``; the number is the count of those ``atoms`` that are kept.
    """

    node: str
    place: tuple[int, ...]
    atoms: Atoms


class SplitSlot(NamedTuple):
    """A node that splits an axis into parts: after a cut, of as many atoms as each part keeps."""

    node: str
    axis: int
    parts: tuple[Atoms, ...]


class ShuffleSlot(NamedTuple):
    """A node that only changes the order of ``before`` along ``axis`` of the node ``source``.

    A channel shuffle is written as view, transpose, view; after a cut its rows may differ in length, which no view can
    say, so that the kept positions are picked one by one.
    """

    node: str
    source: str
    axis: int
    before: Atoms
    order: Atoms


class NormSlot(NamedTuple):
    """A node that normalises over the channels; the tensor ``scale`` has one number for each.

    ``layer`` is the layer that it calls, or None where it calls the function with ``sizes``.
    """

    node: str
    scale: str
    layer: str | None
    sizes: tuple[int, ...]


@dataclass
class AtomTable:
    """All atoms of a model: who makes them, where they are used, which are united, which are locked and why."""

    producers: list[str] = field(default_factory=list)
    ranges: dict[str, tuple[int, int]] = field(default_factory=dict)
    slots: list[Slot] = field(default_factory=list)
    counts: list[CountSlot] = field(default_factory=list)
    splits: list[SplitSlot] = field(default_factory=list)
    shuffles: list[ShuffleSlot] = field(default_factory=list)
    norms: list[NormSlot] = field(default_factory=list)
    locks: dict[int, tuple[str, dict[str, str]]] = field(default_factory=dict)
    _parents: list[int] = field(default_factory=list)
    _places: dict[tuple[str, int], Atoms] = field(default_factory=dict)

    def make(self, producer: str, count: int) -> Atoms:
        """``count`` new atoms made by a layer; the same ones when it is called again."""
        if producer not in self.ranges:
            start = len(self._parents)
            self._parents.extend(range(start, start + count))
            self.producers.extend([producer] * count)
            self.ranges[producer] = (start, start + count)
        return np.arange(*self.ranges[producer])

    def unite(self, first: Atoms, second: Atoms) -> None:
        """Makes two lists of atoms the same, position by position."""
        for a, b in zip(first.tolist(), second.tolist(), strict=True):
            root_a, root_b = self._find(a), self._find(b)
            if root_a != root_b:
                self._parents[max(root_a, root_b)] = min(root_a, root_b)

    def lock(self, atoms: Atoms, code: str, **arguments: str) -> None:
        """Forbids the removal of these atoms; the first reason stands."""
        reason = (code, arguments)
        for atom in np.unique(atoms).tolist():
            self.locks.setdefault(atom, reason)

    def add_slot(self, tensor: str, dim: int, atoms: Atoms) -> None:
        """Notes that a tensor's dimension is indexed by these atoms; a second list is united with the first."""
        known = self._places.setdefault((tensor, dim), atoms)
        if known is atoms:
            self.slots.append(Slot(tensor, dim, atoms))
        else:
            self.unite(known, atoms)

    def roots(self) -> Atoms:
        """For each atom the smallest atom it is united with."""
        roots = np.array(self._parents, dtype=np.int64)
        while not np.array_equal(above := roots[roots], roots):
            roots = above
        return roots

    def _find(self, atom: int) -> int:
        parents = self._parents
        while parents[atom] != atom:
            parents[atom] = parents[parents[atom]]
            atom = parents[atom]
        return atom
