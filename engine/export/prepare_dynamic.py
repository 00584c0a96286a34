"""The compressed model with matrices of integers in the place of its layers, and values rounded as they come."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast

import torch
from torch import fx, nn

from engine.export.matrices import CodedTable, DynamicMatrix
from engine.export.prepare import Prepared, bare_copy, bias_of, fold_batch_norms_
from engine.export.recurrent import CodedGRU, DynamicLSTM
from engine.joint.compressed import CompressedModel
from engine.models.attention import ATTENTION, PrunedAttention
from engine.models.cuts.heads import replace_attention_
from engine.quantization.attach import take_activation_quantizers_
from engine.quantization.coded import CodedWeight
from engine.quantization.coded_tensors import codes_of, of_layer

Codes = Mapping[str, CodedWeight]


def prepare_dynamic(model: CompressedModel) -> Prepared:
    """What is exported; run in torch, it computes what the file computes of a batch."""
    assert model.placement is not None
    module = bare_copy(model)
    assert isinstance(module, fx.GraphModule)
    take_activation_quantizers_(module)
    coded = codes_of(model.module, module, model.placement.bits)
    for name, factor in fold_batch_norms_(module).items():
        if f"{name}.weight" in coded:
            coded[f"{name}.weight"] = _folded(coded[f"{name}.weight"], factor)
    attention = [name for name in model.placement.bits if isinstance(module.get_submodule(name), ATTENTION)]
    replace_attention_(module, attention)
    for name in model.placement.bits:
        layer = module.get_submodule(name)
        module.set_submodule(name, MAKERS[type(layer)](layer, of_layer(coded, name)))
    return Prepared(module=module.eval(), integers={})


def _folded(coded: CodedWeight, factor: torch.Tensor) -> CodedWeight:
    """A batch norm multiplies each output: by a sign, which the levels take, and a size, which the scale takes."""
    signed = coded.levels * torch.sign(factor).unsqueeze(1).to(coded.levels.dtype)
    return replace(coded, levels=signed, scale=coded.scale * factor.abs())


class DynamicAttention(PrunedAttention):
    """Attention whose two matrices are integers; softmax and the sums over values compute in floats."""

    def __init__(self, layer: PrunedAttention, coded: Codes) -> None:
        super().__init__(layer.stream, layer.heads, layer.width, batch_first=layer.batch_first)
        del self.in_proj_weight, self.in_proj_bias
        self.in_proj = DynamicMatrix(coded["in_proj_weight"], layer.in_proj_bias)
        self.set_submodule("out_proj", DynamicMatrix(coded["out_proj.weight"], bias_of(layer.out_proj)))

    def project_in(self, rows: torch.Tensor) -> torch.Tensor:
        """Queries, keys and values of each token, beside each other."""
        parts: torch.Tensor = self.in_proj(rows)
        return parts


def _matrix(layer: nn.Module, coded: Codes) -> nn.Module:
    return DynamicMatrix(coded["weight"], bias_of(layer))


def _attention(layer: nn.Module, coded: Codes) -> nn.Module:
    return DynamicAttention(cast("PrunedAttention", layer), coded)


MAKERS: dict[type[nn.Module], Callable[[nn.Module, Codes], nn.Module]] = {
    nn.Linear: _matrix,
    nn.Embedding: lambda layer, coded: CodedTable(coded["weight"]),
    nn.LSTM: lambda layer, coded: DynamicLSTM(cast("nn.LSTM", layer), coded),
    nn.GRU: lambda layer, coded: CodedGRU(cast("nn.GRU", layer), coded),
    PrunedAttention: _attention,
}
"""What takes the place of each kind of layer."""
