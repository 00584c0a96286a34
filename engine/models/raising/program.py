"""Raises exported programs by all the rules that there are."""

from torch import fx
from torch.export import ExportedProgram

from engine.models.raising.aten import Hints, Raiser
from engine.models.raising.aten_rules import RULES


def raise_program(program: ExportedProgram, hints: Hints | None = None) -> fx.GraphModule:
    """The network that ``program`` computes, its parameters shared with it, at the names of its state_dict.

    Args:
        program: with one tensor as input, whose first dimension is the batch.
        hints: what it does not say of itself.

    Raises:
        RequestError: some operator is not understood, or it takes several inputs.
    """
    return Raiser(program, hints or Hints(), RULES).run()
