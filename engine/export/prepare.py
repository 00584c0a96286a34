"""A copy of the compressed model, ready to be written: masks baked in, batch norms folded, quantizers as marks."""

import copy
from dataclasses import dataclass

import numpy as np
import torch
from torch import fx, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights, fuse_linear_bn_weights

from engine.export.clamps import melt_clamps_
from engine.export.gates import open_gates_
from engine.export.marker import Mark
from engine.export.matrices import IntegerRows
from engine.joint.compressed import CompressedModel
from engine.models.graph import shape_of
from engine.pruning.masks import remove_parametrizations_
from engine.quantization.activations import ActivationQuantizer
from engine.quantization.attach import (
    FOLDER,
    activation_quantizers,
    insert_behind_,
    switch_quantizers_,
    take_activation_quantizers_,
    weight_quantizer_of,
)
from engine.quantization.coded import INT8_MAX, CodedWeight

INT32_ROOM = 2.0**30


@dataclass(frozen=True, kw_only=True)
class IntegerLayer:
    """One layer's integers.

    Attributes:
        levels: int8, of the weight's shape.
        scale: float32, one for each output channel.
        bias: int32 of scale ``bias_scale``, one for each output channel; None where the layer has none.
        bias_scale: float32, input scale × weight scale.
    """

    levels: np.ndarray
    scale: np.ndarray
    bias: np.ndarray | None
    bias_scale: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A module to export and, by layer, the integers that take the place of its weights.

    Layers whose modules hold integers themselves (:mod:`engine.export.matrices`) are not among those.
    """

    module: nn.Module
    integers: dict[str, IntegerLayer]


def prepare_float(model: CompressedModel, *, is_folded: bool = True) -> Prepared:
    """Floats only, rounded where weights alone are rounded; unless ``is_folded``, with its batch norms."""
    module = bare_copy(model, is_rounded=rounds_weights_alone(model))
    if isinstance(module, fx.GraphModule):
        take_activation_quantizers_(module)
        if is_folded:
            fold_batch_norms_(module)
    return Prepared(module=module, integers={})


def rounds_weights_alone(model: CompressedModel) -> bool:
    """Whether floats are all that can hold the result: no file computes in integers where no value is rounded."""
    return model.structure.is_quantized and model.placement is not None and not model.placement.values


def prepare_integer(model: CompressedModel) -> Prepared:
    """Marks where quantizers stand and behind what passes their grid on, and integers for the weights."""
    placement = model.placement
    assert placement is not None
    module = bare_copy(model)
    assert isinstance(module, fx.GraphModule)
    coded = {
        name: weight_quantizer_of(model.module.get_submodule(name)).code(
            module.get_submodule(name).get_parameter("weight").detach()
        )
        for name in placement.bits
    }
    factors = fold_batch_norms_(module)
    marks = {name: _mark_for(quantizer) for name, quantizer in activation_quantizers(module).items()}
    integers = {}
    for name in placement.bits:
        layer = module.get_submodule(name)
        if reads_tokens(module, name):
            scale = marks[placement.inputs[name]].scale
            module.set_submodule(name, IntegerRows(coded[name], bias_of(layer), input_scale=scale))
            continue
        factor = factors.get(name, torch.ones(len(coded[name].levels)))
        integers[name] = integer_layer(
            layer, coded[name], factor=factor, input_scale=marks[placement.inputs[name]].scale
        )
    melt_clamps_(module, marks)
    open_gates_(module, marks, placement.passes)
    _mark_(module, marks, placement.passes)
    return Prepared(module=module, integers=integers)


def bias_of(layer: nn.Module) -> torch.Tensor | None:
    """A layer's bias, detached; None where it has none."""
    return layer.bias.detach() if isinstance(layer.bias, torch.Tensor) else None


def reads_tokens(module: fx.GraphModule, name: str) -> bool:
    """Whether a layer is a matrix that is applied along more dimensions than the batch."""
    is_matrix = isinstance(module.get_submodule(name), nn.Linear)
    return is_matrix and any(len(shape_of(call.args[0]) or ()) > 2 for call in _calls(module, name))


def _mark_for(quantizer: ActivationQuantizer) -> Mark:
    scale, zero_point = quantizer.grid()
    return Mark(float(scale), int(zero_point), quantizer.top)


@torch.no_grad()
def bare_copy(model: CompressedModel, *, is_rounded: bool = False) -> nn.Module:
    """A copy on the CPU with masks baked in, and the rounding of weights if ``is_rounded``."""
    for part in model.module.modules():
        if isinstance(part, nn.RNNBase):
            # Torch keeps the matrices that such a layer last saw; made under autograd, they could not be copied.
            part.to(next(part.parameters()).device)
    module = copy.deepcopy(model.module).eval().to("cpu")
    switch_quantizers_(module, is_on=is_rounded)
    remove_parametrizations_(module)
    return module.to(memory_format=torch.contiguous_format)


def integer_layer(
    layer: nn.Module, coded: CodedWeight, *, factor: torch.Tensor, input_scale: float
) -> IntegerLayer:
    """Folding multiplies each channel by a factor: its sign goes to the levels, its size to the scale."""
    shape = (-1, *[1] * (coded.levels.dim() - 1))
    finer = _room_for(coded.levels)
    signed = coded.levels * (torch.sign(factor) * finer).view(shape)
    folded = (coded.scale * factor.abs() / finer).double()
    bias = bias_of(layer)
    if bias is not None:
        bias = bias.double()
        # The bias of a channel whose weights are (nearly) all zero would not fit in 32 bits: a coarser grid is free.
        wanted = bias.abs() / (input_scale * INT32_ROOM)
        signed = torch.where((wanted > folded).view(shape), torch.zeros_like(signed), signed)
        folded = torch.maximum(folded, wanted)
    folded = folded.clamp_min(1e-30).float()
    bias_scale = folded * torch.tensor(input_scale, dtype=torch.float32)
    whole = None if bias is None else (bias / bias_scale.double()).round().to(torch.int32).numpy()
    return IntegerLayer(
        levels=signed.to(torch.int8).numpy(), scale=folded.numpy(), bias=whole, bias_scale=bias_scale.numpy()
    )


def _room_for(levels: torch.Tensor) -> torch.Tensor:
    """By which power of two the levels of each channel can grow within int8.

    Weights stay what they are when their scale shrinks by as much; biases, whose scale a runtime takes from it, are
    rounded to steps as much finer. With few bits they would be off by a good part of a level otherwise.
    """
    largest = levels.abs().flatten(1).amax(1).clamp_min(1)
    return torch.exp2(torch.log2(INT8_MAX / largest).floor())


def fold_batch_norms_(module: fx.GraphModule) -> dict[str, torch.Tensor]:
    """Melts each batch norm into the convolution or matrix product before it.

    Returns:
        For each layer that took one in, the factor on each output channel, ``gamma / sqrt(variance + eps)``.
    """
    factors = {}
    for node in list(module.graph.nodes):
        norm = _module_of(module, node)
        source = node.args[0] if node.args else None
        before = _single_reader(source, node)
        layer = None if before is None else _module_of(module, before)
        if isinstance(norm, nn.modules.batchnorm._BatchNorm) and isinstance(
            layer, nn.Conv1d | nn.Conv2d | nn.Conv3d | nn.Linear
        ):
            assert before is not None
            # Behind tokens a batch norm is one of places, not of outputs.
            is_foreign = reads_tokens(module, str(before.target))
            if is_foreign or norm.running_mean is None or len(_calls(module, str(before.target))) > 1:
                continue
            factors[str(before.target)] = _fold_(layer, norm)
            node.replace_all_uses_with(before)
            module.graph.erase_node(node)
    module.graph.lint()
    module.recompile()
    module.delete_all_unused_submodules()
    return factors


def _fold_(
    layer: nn.Conv1d | nn.Conv2d | nn.Conv3d | nn.Linear, norm: nn.modules.batchnorm._BatchNorm
) -> torch.Tensor:
    assert norm.running_mean is not None and norm.running_var is not None
    gamma = norm.weight if norm.weight is not None else torch.ones_like(norm.running_mean)
    beta = norm.bias if norm.bias is not None else torch.zeros_like(norm.running_mean)
    fuse = fuse_linear_bn_weights if isinstance(layer, nn.Linear) else fuse_conv_bn_weights
    weight, bias = fuse(layer.weight, layer.bias, norm.running_mean, norm.running_var, norm.eps, gamma, beta)
    layer.weight, layer.bias = weight, bias
    return (gamma / torch.sqrt(norm.running_var + norm.eps)).detach()


def _module_of(module: fx.GraphModule, node: fx.Node) -> nn.Module | None:
    return module.get_submodule(str(node.target)) if node.op == "call_module" else None


def _single_reader(source: object, reader: fx.Node) -> fx.Node | None:
    """``source`` if nobody else reads it."""
    return source if isinstance(source, fx.Node) and list(source.users) == [reader] else None


def _calls(module: fx.GraphModule, target: str) -> list[fx.Node]:
    return [node for node in module.graph.nodes if node.op == "call_module" and node.target == target]


def _mark_(module: fx.GraphModule, marks: dict[str, Mark], passes: dict[str, str]) -> None:
    """Puts marks where quantizers stood, and the same grid again behind each operation that passes it on."""
    folder = nn.ModuleDict(dict(marks))
    nodes = {node.name: node for node in module.graph.nodes}
    setattr(module, FOLDER, folder)
    for name, source in passes.items():
        if name in nodes:
            folder[f"{name}_passes_on"] = marks[source].passed_on()
            insert_behind_(module.graph, nodes[name], f"{FOLDER}.{name}_passes_on")
    module.recompile()
