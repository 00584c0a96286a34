"""Raises exported programs by all the rules that there are."""

from torch import fx
from torch.export import ExportedProgram

from engine.models.example import Example
from engine.models.raising.aten import Hints, Raiser
from engine.models.raising.aten_rules import RULES
from engine.models.raising.proof import prove_equal, prove_rows_equal
from engine.models.raising.sketch import example_of


def raise_program(program: ExportedProgram, hints: Hints | None = None) -> fx.GraphModule:
    """The network that ``program`` computes, its parameters shared with it, at the names of its state_dict.

    Args:
        program: with one tensor as input, whose first dimension is the batch.
        hints: what it does not say of itself.

    Raises:
        RequestError: some operator is not understood, or it takes several inputs.
    """
    return Raiser(program, hints or Hints(), RULES).run()


def raise_proven(program: ExportedProgram) -> tuple[fx.GraphModule, Example]:
    """Raises a program and runs both; a batch that was burnt in is opened.

    Raises:
        RequestError: the answers differ, or the batch cannot be opened.
    """
    raised = raise_program(program)
    example = example_of(raised)
    assert example is not None
    original = program.module()
    burnt = burnt_batch(program)
    if burnt is None:
        prove_equal(raised, original, example, batches=(2, 3))
    else:
        prove_rows_equal(raised, original, example, batch=burnt)
    return raised, example


def burnt_batch(program: ExportedProgram) -> int | None:
    """The batch that a program was exported for, where it takes no other."""
    inputs = set(program.graph_signature.user_inputs)
    values = [
        node.meta["val"] for node in program.graph.nodes if node.op == "placeholder" and node.name in inputs
    ]
    size = values[0].shape[0]
    return size if isinstance(size, int) else None
