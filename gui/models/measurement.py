"""A measurement of the sensitivity that goes on."""

from dataclasses import dataclass

from engine.contract.methods import SensitivityKind


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """``step`` of ``steps`` are done, 0 of 0 before the first event; ``layers`` are told so far."""

    kind: SensitivityKind
    step: int = 0
    steps: int = 0
    layers: frozenset[str] = frozenset()
