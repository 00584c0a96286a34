"""Does a cut to a traced network."""

from torch import fx

from engine.models.cuts.editing import correct_graph_
from engine.models.cuts.narrowing import Replaced, narrow_
from engine.models.cuts.records import Cut


def do_cut_(module: fx.GraphModule, cut: Cut) -> list[Replaced]:
    """Tensors, layers and nodes lose what the cut leaves out; the weights that stay are those that were there.

    Returns:
        The parameters that were replaced by smaller ones.

    Raises:
        Exception: it is a cut of another network.
    """
    replaced = narrow_(module, cut)
    correct_graph_(module, cut)
    return replaced
