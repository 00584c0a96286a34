"""ReLU6 before a value of few levels: left to the Clip of the levels.

The runtime melts a ReLU6 into the integers where the grid ends at 6 by itself. With fewer levels than uint8 has, the
grid that it sees goes far beyond 6, and the convolution before it would stay in float.
"""

import torch.nn.functional as F
from torch import fx, nn

from engine.export.marker import UINT8_MAX, Mark
from engine.quantization.attach import FOLDER

CEILING = 6


def melt_clamps_(module: fx.GraphModule, marks: dict[str, Mark]) -> None:
    """Turns each ReLU6 that only a mark of few levels reads into a ReLU, and lets the mark end where it ended.

    Rounding keeps the order of values, so ``round(min(x, 6) / s) = min(round(x / s), round(6 / s))``.
    """
    for node in list(module.graph.nodes):
        readers = list(node.users)
        if len(readers) != 1 or not _is_relu6(module, node):
            continue
        mark = marks.get(str(readers[0].target).removeprefix(f"{FOLDER}."))
        if mark is None or mark.top == UINT8_MAX:
            continue
        mark.top = min(mark.top, round(CEILING / mark.scale) + mark.zero_point)
        with module.graph.inserting_after(node):
            relu = module.graph.call_function(F.relu, (node.args[0],))
        relu.meta = dict(node.meta)
        node.replace_all_uses_with(relu)
        module.graph.erase_node(node)
    module.recompile()


def _is_relu6(module: fx.GraphModule, node: fx.Node) -> bool:
    if node.op == "call_module":
        return isinstance(module.get_submodule(str(node.target)), nn.ReLU6)
    return node.op == "call_function" and node.target is F.relu6
