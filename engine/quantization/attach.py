"""Puts quantizers on a model and takes them off, switches them, and calibrates."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import fx, nn
from torch.nn.utils import parametrize

from engine.contract.methods import ActivationGrid
from engine.contract.recipe import QuantizeSpec
from engine.quantization.activations import ActivationQuantizer
from engine.quantization.coded_tensors import coded_tensors, tensor_of
from engine.quantization.observers import OBSERVERS
from engine.quantization.observing import RangeForm
from engine.quantization.placement import Placement
from engine.quantization.symmetric_values import SymmetricValue
from engine.quantization.value_methods import make_value_quantizer
from engine.quantization.weight_methods import make_weight_quantizer
from engine.quantization.weights import WeightQuantizer

FOLDER = "activation_quantizers"


def attach_weight_quantizers_(module: nn.Module, placement: Placement, spec: QuantizeSpec) -> None:
    """Puts a weight quantizer on each matrix of every layer that runs in integers, behind its mask if it has one."""
    for name, bits in placement.bits.items():
        for tensor in coded_tensors(module, [name]):
            quantizer = make_weight_quantizer(spec, bits)
            quantizer.start_(tensor_of(module, tensor))
            path, _, leaf = tensor.rpartition(".")
            owner = module.get_submodule(path)
            parametrize.register_parametrization(owner, leaf, quantizer, unsafe=True)


def attach_activation_quantizers_(module: fx.GraphModule, placement: Placement, spec: QuantizeSpec) -> None:
    """Puts a quantizer behind every value that the placement names; they are switched off at first."""
    folder = nn.ModuleDict(
        {name: _value_quantizer(spec, bits) for name, bits in placement.value_bits.items()}
    )
    module.add_module(FOLDER, folder.to(next(module.parameters()).device))
    nodes = {node.name: node for node in module.graph.nodes}
    for name in placement.values:
        insert_behind_(module.graph, nodes[name], f"{FOLDER}.{name}")
    for name, layers in placement.narrowed.items():
        insert_before_(module.graph, layers, f"{FOLDER}.{name}")
    module.recompile()


def _value_quantizer(spec: QuantizeSpec, bits: int) -> ActivationQuantizer:
    observer = OBSERVERS[spec.observer](RangeForm(steps=2**bits - 1, percentile=spec.percentile))
    if spec.activation_grid is ActivationGrid.SYMMETRIC:
        return SymmetricValue(observer, bits=bits)
    return make_value_quantizer(spec.method, observer, bits=bits)


def insert_before_(graph: fx.Graph, layers: Collection[str], target: str) -> None:
    """A call of the module ``target`` on the value that some layers read, for them alone."""
    calls = [node for node in graph.nodes if node.op == "call_module" and node.target in layers]
    source = calls[0].args[0]
    assert isinstance(source, fx.Node)
    insert_behind_(graph, source, target, calls)


def insert_behind_(
    graph: fx.Graph, node: fx.Node, target: str, readers: Collection[fx.Node] | None = None
) -> fx.Node:
    """A call of the module ``target`` on a node's value, read by ``readers``, or by all who read the node before."""
    readers = list(node.users) if readers is None else readers
    with graph.inserting_after(node):
        call = graph.call_module(target, (node,))
    call.meta = dict(node.meta)
    for reader in readers:
        reader.replace_input_with(node, call)
    return call


def weight_quantizers(module: nn.Module) -> Iterator[WeightQuantizer]:
    """All weight quantizers of a model."""
    return (part for part in module.modules() if isinstance(part, WeightQuantizer))


def weight_quantizers_by_tensor(module: nn.Module) -> dict[str, WeightQuantizer]:
    """All weight quantizers of a model, by the full name of the tensor that they stand on."""
    found = {}
    for path, part in module.named_modules():
        if isinstance(part, WeightQuantizer):
            owner, _, place = path.rpartition(".parametrizations.")
            found[f"{owner}.{place.partition('.')[0]}"] = part
    return found


def quantizer_parameters(module: nn.Module) -> Iterator[nn.Parameter]:
    """What quantizers learn: no parameters of the network."""
    for quantizer in (*weight_quantizers(module), *activation_quantizers(module).values()):
        yield from quantizer.parameters()


def weight_quantizer_of(layer: nn.Module) -> WeightQuantizer:
    """The quantizer that stands on a layer's weight.

    Raises:
        LookupError: none does.
    """
    if parametrize.is_parametrized(layer, "weight"):
        stack = layer.parametrizations["weight"]  # type: ignore[index]
        for part in stack:  # type: ignore[union-attr]
            if isinstance(part, WeightQuantizer):
                return part
    raise LookupError(f"{type(layer).__name__} has no weight quantizer")


def activation_quantizers(module: nn.Module) -> dict[str, ActivationQuantizer]:
    """The activation quantizers of a model, by the value they stand behind."""
    folder = getattr(module, FOLDER, None)
    parts = folder.items() if isinstance(folder, nn.ModuleDict) else ()
    return {name: part for name, part in parts if isinstance(part, ActivationQuantizer)}


def take_activation_quantizers_(module: fx.GraphModule) -> dict[str, ActivationQuantizer]:
    """Takes the quantizers off all values and returns them, by the value they stood behind."""
    taken = activation_quantizers(module)
    for node in list(module.graph.nodes):
        if node.op == "call_module" and str(node.target).startswith(f"{FOLDER}."):
            node.replace_all_uses_with(node.args[0])
            module.graph.erase_node(node)
    if hasattr(module, FOLDER):
        delattr(module, FOLDER)
    module.recompile()
    return taken


def give_ranges_(module: nn.Module, taken: Mapping[str, ActivationQuantizer]) -> None:
    """Lets the quantizers of a changed graph go on with the ranges of those that stood at the same values."""
    for name, quantizer in activation_quantizers(module).items():
        if name in taken:
            quantizer.load_state_dict(taken[name].state_dict())


def switch_quantizers_(
    module: nn.Module, *, is_on: bool, is_observing: bool = False, are_values_on: bool = True
) -> None:
    """Switches all rounding on or off, that of values too if they are on, and the watching of ranges."""
    for weights in weight_quantizers(module):
        weights.is_on = is_on
    for values in activation_quantizers(module).values():
        values.is_on = is_on and are_values_on
        values.is_observing = is_observing


@contextmanager
def rounding_off(module: nn.Module) -> Iterator[None]:
    """Switches all rounding and watching of ranges off for a while, and back to what it was."""
    weights = [(part, part.is_on) for part in weight_quantizers(module)]
    values = [(part, part.is_on, part.is_observing) for part in activation_quantizers(module).values()]
    switch_quantizers_(module, is_on=False)
    try:
        yield
    finally:
        for weight, is_on in weights:
            weight.is_on = is_on
        for value, is_on, is_observing in values:
            value.is_on, value.is_observing = is_on, is_observing


@torch.no_grad()
def calibrate_(module: nn.Module, batches: Iterable[torch.Tensor]) -> None:
    """Measures the ranges of activations on batches of inputs, in evaluation mode, with rounding off."""
    module.eval()
    switch_quantizers_(module, is_on=False, is_observing=True)
    for batch in batches:
        module(batch)
    for quantizer in activation_quantizers(module).values():
        quantizer.settle()
    switch_quantizers_(module, is_on=False)
