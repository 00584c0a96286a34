"""The ONNX file whose Linear layers hold weights of 4 bits; everything else stays in floats."""

from pathlib import Path

import msgspec
import torch
from torch import fx, nn

from engine.contract.methods import ExportFormat
from engine.contract.report import Artifact
from engine.export.archive_file import coded_weights
from engine.export.four_bits import FourBitMatrix, put_four_bits_
from engine.export.job import ExportJob
from engine.export.onnx_file import build_onnx, write_onnx
from engine.export.prepare import Prepared, bare_copy, fold_batch_norms_, rounds_weights_alone
from engine.export.verify import answers_of, verify_onnx
from engine.joint.compressed import CompressedModel
from engine.quantization.attach import take_activation_quantizers_
from engine.quantization.coded import CodedWeight


def export_int4(job: ExportJob, path: Path) -> Artifact:
    """Weights of 4 bits in Linear layers, verified against the same blocks of integers computed by torch."""
    prepared = prepare_four_bits(job.model)
    twin = answers_of(prepared.module, job.data, job.ctx)
    write_onnx(build_onnx(prepared, job.model.captured.example), path)
    _tell_what_is_left(prepared.module, job)
    artifact = verify_onnx(
        path, twin, job.data, job.ctx, planned=_calls_in_four_bits(prepared.module), threads=job.threads
    )
    return msgspec.structs.replace(artifact, format=ExportFormat.ONNX_INT4)


def prepare_four_bits(model: CompressedModel) -> Prepared:
    """A copy in floats with matrices of 4 bits; levels that the recipe's rounding made are taken as they are."""
    coded = coded_weights(model)
    module = bare_copy(model, is_rounded=rounds_weights_alone(model))
    if isinstance(module, fx.GraphModule):
        take_activation_quantizers_(module)
        factors = fold_batch_norms_(module)
        layers = {name.removesuffix(".weight"): weight for name, weight in coded.items()}
        folded = {name: _folded(weight, factors.get(name)) for name, weight in layers.items()}
        put_four_bits_(module, folded, model.recipe.quantize)
    return Prepared(module=module, integers={})


def _folded(coded: CodedWeight, factor: torch.Tensor | None) -> CodedWeight:
    """Levels of the same grid with each channel times a batch norm's factor."""
    if factor is None:
        return coded
    signed = coded.levels * torch.sign(factor).to(torch.int32).view(-1, *[1] * (coded.levels.dim() - 1))
    scale = coded.scale * factor.abs().view(-1, *[1] * (coded.scale.dim() - 1))
    return CodedWeight(levels=signed, scale=scale, group_size=coded.group_size, table=coded.table)


def _calls_in_four_bits(module: nn.Module) -> int:
    """How many operators of the file read weights of 4 bits: a layer that is called twice counts twice."""
    nodes = module.graph.nodes if isinstance(module, fx.GraphModule) else ()
    return sum(
        isinstance(module.get_submodule(str(node.target)), FourBitMatrix)
        for node in nodes
        if node.op == "call_module"
    )


def _tell_what_is_left(module: nn.Module, job: ExportJob) -> None:
    """Convolutions and the rest stay as they are: how much of the network that is decides what the file gains."""
    matrices = [layer for layer in module.modules() if isinstance(layer, FourBitMatrix)]
    rounded = sum(len(matrix.scale) * matrix.inputs for matrix in matrices)
    rest = sum(parameter.numel() for parameter in module.parameters() if parameter.dim() > 1)
    job.ctx.warn("note_four_bits", count=len(matrices), share=f"{rounded / max(rounded + rest, 1):.1%}")
