"""What a recipe removes as one: single weights, channels or whole blocks, behind one face."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import fx, nn

from engine.joint.latency.table import LatencyTable
from engine.joint.structure import Structure
from engine.models.cuts.narrowing import Replaced
from engine.models.cuts.records import Cut
from engine.pruning.channels import Reason
from engine.pruning.evidence import Scene


@dataclass(frozen=True, kw_only=True)
class Look:
    """What is looked at before something is removed.

    Attributes:
        scene: where evidence is collected; nothing is rounded in it.
        macs_without: multiplications of one sample without some pieces, for a goal in place of a ratio.
        latencies: of the uncut layers, where time is the objective.
    """

    scene: Scene
    macs_without: Callable[[frozenset[int]], int]
    latencies: LatencyTable | None = None


class Pieces(Protocol):
    """One kind of piece on one captured model; it is made while the model is whole.

    Attributes:
        locked: the layers that keep all of theirs, and why.
        missing: what a model lacks where nothing can be removed, in words.
    """

    locked: dict[str, Reason]
    missing: str

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that may lose something."""

    def attach_(self, scene: Scene) -> None:
        """Puts masks that keep everything on all that may be removed."""

    def move_(self, look: Look, structure: Structure, *, share: float) -> frozenset[int]:
        """Chooses what is gone at ``share`` (0 to 1) of what is asked, and moves the masks that stand.

        What is gone stays gone.

        Returns:
            The numbers of what is gone; none where masks alone say it.
        """

    def cut_(
        self, module: fx.GraphModule, removed: frozenset[int], optimizer: torch.optim.Optimizer | None
    ) -> list[Replaced]:
        """Makes tensors smaller, with an optimizer that follows; parametrizations are off.

        Returns:
            The parameters that gave way to smaller ones.
        """

    def plan_cut(self, removed: frozenset[int]) -> Cut:
        """The same cut as a record, for a file."""

    def removed_share(self, module: nn.Module, structure: Structure) -> float:
        """The share that is gone, 0 to 1."""
