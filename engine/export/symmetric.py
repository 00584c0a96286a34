"""Files for TensorRT: signed levels around zero, biases in floats, nothing between a layer's output and its rounding.

TensorRT takes QuantizeLinear and DequantizeLinear of int8 with zero point 0, weights with one scale for each output
channel, and biases as floats: no uint8 and no int32 (its guide, "Working with Quantized Types"). ONNX Runtime opens
such a file and computes the same, most of it in floats: behind a ReLU it melts only grids that begin at zero.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import torch
from torch import Tensor, fx, nn

from engine.contract.methods import ExportFormat
from engine.contract.report import Artifact
from engine.export.job import ExportJob
from engine.export.marker import TRANSLATIONS, op
from engine.export.matrices import IntegerRows
from engine.export.onnx_file import build_onnx, write_onnx
from engine.export.prepare import Prepared, bare_copy, bias_of, fold_batch_norms_, integer_layer, reads_tokens
from engine.export.verify import agreement_verdict, verify_onnx, with_verdict
from engine.joint.compressed import CompressedModel
from engine.quantization.attach import FOLDER, activation_quantizers
from engine.quantization.coded_tensors import codes_of

LOWEST, HIGHEST = -128, 127
_INT8 = 3


@torch.library.custom_op("penjing::signed_quantize_dequantize", mutates_args=())
def signed_mark(values: Tensor, scale: float) -> Tensor:
    """Rounds to the levels -128 … 127: computes what the ONNX operators compute."""
    return torch.fake_quantize_per_tensor_affine(values, scale, 0, LOWEST, HIGHEST)


@signed_mark.register_fake
def _mark_shape(values: Tensor, scale: float) -> Tensor:
    return torch.empty_like(values)


def translate_signed_mark(values: Any, scale: float) -> Any:
    """The operators, as the exporter is to write them."""
    scale_value = op.Constant(value_float=scale)
    zero_value = op.Cast(op.Constant(value_int=0), to=_INT8)
    return op.DequantizeLinear(op.QuantizeLinear(values, scale_value, zero_value), scale_value, zero_value)


TRANSLATIONS[torch.ops.penjing.signed_quantize_dequantize.default] = translate_signed_mark


class SignedMark(nn.Module):
    """The mark as a module of the export graph."""

    def __init__(self, scale: float) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, values: Tensor) -> Tensor:
        """The rounded values."""
        return signed_mark(values, self.scale)  # type: ignore[no-any-return]


def export_symmetric(job: ExportJob, path: Path) -> Artifact:
    """The file, verified by its agreement with the fake quantizers; how much ran in integers is told, not judged."""
    write_onnx(build_onnx(prepare_symmetric(job.model), job.model.captured.example), path)
    found = verify_onnx(path, job.rounded_answers, job.data, job.ctx, planned=0, threads=job.threads)
    job.ctx.warn("note_symmetric", count=found.float_operators)
    artifact = msgspec.structs.replace(found, format=ExportFormat.ONNX_INT8)
    return with_verdict(artifact, agreement_verdict(found.agreement or 0.0))


def prepare_symmetric(model: CompressedModel) -> Prepared:
    """Signed marks where quantizers stand, and int8 weights; biases stay the floats that they are."""
    placement = model.placement
    assert placement is not None
    module = bare_copy(model)
    assert isinstance(module, fx.GraphModule)
    coded = codes_of(model.module, module, placement.bits)
    factors = fold_batch_norms_(module)
    scales = {name: float(part.grid()[0]) for name, part in activation_quantizers(module).items()}
    integers = {}
    for name in placement.bits:
        layer, code, scale = (
            module.get_submodule(name),
            coded[f"{name}.weight"],
            scales[placement.inputs[name]],
        )
        if reads_tokens(module, name):
            module.set_submodule(name, IntegerRows(code, bias_of(layer), input_scale=scale))
            continue
        factor = factors.get(name, torch.ones(len(code.levels)))
        integers[name] = replace(integer_layer(layer, code, factor=factor, input_scale=scale), bias=None)
    setattr(module, FOLDER, nn.ModuleDict({name: SignedMark(scale) for name, scale in scales.items()}))
    module.recompile()
    return Prepared(module=module, integers=integers)
