"""What the recipe says of pruning."""

from typing import Annotated

import msgspec
from msgspec import Meta

from engine.contract.methods import (
    Correction,
    Objective,
    PruneGranularity,
    PruneMethod,
    Schedule,
    Scope,
    SparseTraining,
)
from engine.contract.record import Record


class LayerPruneSpec(Record, frozen=True, kw_only=True, omit_defaults=True):
    """How one layer is pruned, where it differs from the rest."""

    ratio: Annotated[
        Annotated[float, Meta(ge=0, lt=1)] | None,
        Meta(title="Pruning ratio", description="Share removed of this layer."),
    ] = None
    skip: Annotated[bool, Meta(title="Leave as it is", description="This layer is not pruned.")] = False


class PruneSpec(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What is removed."""

    method: Annotated[
        PruneMethod, Meta(title="Criterion", description="What says which part matters least.")
    ] = PruneMethod.MAGNITUDE
    granularity: Annotated[
        PruneGranularity, Meta(title="Granularity", description="What is removed as one piece.")
    ] = PruneGranularity.CHANNEL
    scope: Annotated[Scope, Meta(title="Scope", description="Among what importances are compared.")] = (
        Scope.LAYER
    )
    ratio: Annotated[
        float,
        Meta(
            ge=0,
            lt=1,
            title="Pruning ratio",
            description="Share removed, over the layers that may be pruned.",
        ),
    ] = 0.5
    target_macs: Annotated[
        Annotated[float, Meta(gt=1, le=1000)] | None,
        Meta(
            title="Times fewer multiplications",
            description="Of the whole network, in place of the ratio, which is then found by trial cuts.",
        ),
    ] = None
    target_latency: Annotated[
        Annotated[float, Meta(gt=1, le=1000)] | None,
        Meta(
            title="Times faster",
            description="Than the unpruned network in the same kind of ONNX file, in place of the ratio; goes with the "
            "objective of measured time.",
        ),
    ] = None
    objective: Annotated[
        Objective,
        Meta(title="Weighed against", description="What global scope weighs a channel's importance against."),
    ] = Objective.IMPORTANCE
    pattern: Annotated[
        str,
        Meta(
            pattern=r"^[0-9]{1,2}:[0-9]{1,2}$",
            title="Pattern",
            description="N:M keeps N of every M weights along the input (M up to 32); says the share by itself.",
        ),
    ] = "2:4"
    block: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=256)], Annotated[int, Meta(ge=1, le=256)]],
        Meta(title="Block", description="Outputs × inputs of a block of weights."),
    ] = (4, 1)
    round_to: Annotated[
        int,
        Meta(
            ge=1,
            le=1024,
            title="Round channels to",
            description="Channels kept are multiples of this; 16 is fast on x86.",
        ),
    ] = 1
    minimum: Annotated[
        int,
        Meta(
            ge=1,
            le=65536,
            title="Keep at least",
            description="Channels that each group keeps, however little they matter; smaller groups stay whole.",
        ),
    ] = 1
    schedule: Annotated[Schedule, Meta(title="Schedule", description="When the removed share grows.")] = (
        Schedule.CUBIC
    )
    regrow: Annotated[
        float,
        Meta(
            ge=0,
            lt=1,
            title="Regrowth",
            description="Share of the living weights that change places with dead ones, falling to 0 (RigL).",
        ),
    ] = 0.0
    rounds: Annotated[
        int,
        Meta(
            ge=2,
            le=1000,
            title="Rounds",
            description="Of the iterative schedule: the first at once, the last at the end of the ramp.",
        ),
    ] = 5
    sparse: Annotated[
        SparseTraining,
        Meta(
            title="Sparse training",
            description="What pushes channels towards zero, instead of masks, in the training before their cut.",
        ),
    ] = SparseTraining.NONE
    sparse_strength: Annotated[
        float,
        Meta(
            gt=0,
            le=1000,
            title="Strength of sparse training",
            description="Factor of the group lasso (about 0.03), or gain of the growing penalty a raise (about 0.3).",
        ),
    ] = 0.03
    correction: Annotated[
        Correction,
        Meta(
            title="Correction",
            description="What makes up for the cut of channels before training goes on, or without any.",
        ),
    ] = Correction.NONE
    layers: Annotated[
        dict[str, LayerPruneSpec], Meta(title="Layers", description="Exceptions, by layer name.")
    ] = msgspec.field(default_factory=dict)

    @property
    def kept_of(self) -> tuple[int, int]:
        """N and M of the pattern."""
        kept, _, size = self.pattern.partition(":")
        return int(kept), int(size)
