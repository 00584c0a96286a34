"""The archive of a finished model: every tensor as the network computes with it, and what it takes to run it again.

Weights that are rounded are written as their levels, others bit for bit; only the sign of zeros is dropped, which a
mask leaves behind and no product needs.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
import torch
from torch import Tensor, fx, nn

from engine.archive.container import encode_archive
from engine.archive.records import Archive, CodebookTensor, DataType, GridTensor, PlainTensor
from engine.archive.records import Tensor as ArchivedTensor
from engine.contract.errors import RunError
from engine.contract.run_folder import write_atomically
from engine.export.history import history_of
from engine.export.job import ExportJob
from engine.export.prepare import prepare_float, rounds_weights_alone
from engine.export.python_loader import architecture_source
from engine.joint.compressed import CompressedModel
from engine.models.archived import SCHEMA, Document, ValueGrid, state_of
from engine.models.cuts.history import History
from engine.models.cuts.reopening import give_weights_
from engine.quantization.attach import FOLDER, activation_quantizers, insert_before_, insert_behind_
from engine.quantization.coded import CodedWeight
from engine.quantization.coded_tensors import coded_tensors, quantizer_on, tensor_of
from engine.tasks.table import methods_of


def write_archive(job: ExportJob, path: Path) -> None:
    """Writes the file, and beside it the network as Python where no library builds it.

    Raises:
        RunError: a tensor or a layer cannot be written.
    """
    network = prepare_float(job.model, is_folded=False).module
    coded = coded_weights(job.model)
    tensors = tuple(
        archived_tensor(name, tensor.detach(), coded.get(name))
        for name, tensor in network.state_dict().items()
    )
    state = state_of(Archive(tensors=tensors))
    give_weights_(network, state)
    history = history_of(job.model, job.lineage, module=network, state=state, ctx=job.ctx)
    document = msgspec.msgpack.encode(document_for(job, msgspec.structs.replace(history, weights="")))
    write_atomically(path, encode_archive(Archive(tensors=tensors, document=document)))
    if not history.lineage.origin.is_known:
        _write_network(network, job, path)


def _write_network(network: nn.Module, job: ExportJob, path: Path) -> None:
    """Beside weights of the same network lies its Python file already."""
    if path.with_suffix(".pt").is_file() or not isinstance(network, fx.GraphModule):
        return
    try:
        source = architecture_source(network, title=job.title, stem=path.stem)
    except RunError:
        if job.model.structure.is_cut:
            raise
        return
    write_atomically(path.with_suffix(".py"), source.encode())


def coded_weights(model: CompressedModel) -> dict[str, CodedWeight]:
    """What the quantizers make of the masked weights, by their full names.

    Not of weights that are rounded already: a clip or a choice that was found for a weight is another one for what
    became of it.
    """
    if model.placement is None or not model.structure.is_quantized:
        return {}
    return {
        name: quantizer_on(model.module, name).code(model.masked_tensor(name).contiguous())
        for name in coded_tensors(model.module, model.placement.bits)
    }


def stored_types(model: CompressedModel) -> dict[str, torch.dtype]:
    """The type that files of floats hold each rounded weight in, where weights alone are rounded."""
    coded = coded_weights(model) if rounds_weights_alone(model) else {}
    return {name: code.stored_type for name, code in coded.items()}


@torch.no_grad()
def tensors_of(model: CompressedModel) -> dict[str, Tensor]:
    """All tensors that a finished model computes with, by name: masked, and rounded where it rounds."""
    state = dict(prepare_float(model, is_folded=False).module.state_dict())
    if model.placement is not None and model.structure.is_quantized:
        for name in coded_tensors(model.module, model.placement.bits):
            state[name] = tensor_of(model.module, name)
    return state


def archived_tensor(name: str, tensor: Tensor, coded: CodedWeight | None = None) -> ArchivedTensor:
    """A tensor as the archive holds it: by its levels where they give its values exactly, else as it is.

    Raises:
        RunError: it is of a type that archives do not hold.
    """
    if coded is None:
        return _plain(name, tensor)
    exact = _plain(name, coded.values())
    for form in _forms(name, coded):
        if form.dense().tobytes() == exact.dense().tobytes():
            return form
    return exact


def _forms(name: str, coded: CodedWeight) -> Iterable[ArchivedTensor]:
    levels = coded.levels.contiguous().numpy()
    if coded.table is None:
        scales, group_size = coded.scale.reshape(-1).numpy(), coded.group_size or 0
        yield GridTensor(name=name, levels=levels, scales=scales, group_size=group_size)
    elif coded.scale.numel() == 1 and coded.stored_type is torch.float32:
        # A table of all short floats that occur weighs more than they do: their low bits are zeros, and cost nothing.
        table = without_negative_zeros(coded.table * coded.scale.reshape(()))
        yield CodebookTensor(name=name, indices=levels, table=table.numpy())


def _plain(name: str, tensor: Tensor) -> PlainTensor:
    kind = str(tensor.dtype).removeprefix("torch.").upper()
    if kind not in DataType.__members__:
        raise RunError("export_failed", format="archive", reason=f'tensor "{name}" is of type {tensor.dtype}')
    values = without_negative_zeros(tensor).cpu().contiguous()
    bits = values.view(torch.uint16) if values.dtype is torch.bfloat16 else values
    return PlainTensor(name=name, values=bits.numpy(), data_type=DataType[kind])


def without_negative_zeros(tensor: Tensor) -> Tensor:
    """The same numbers; zeros of either sign become 0."""
    return tensor + 0.0 if tensor.is_floating_point() else tensor


def document_for(job: ExportJob, history: History) -> Document:
    """What is written of a finished model besides its tensors."""
    recipe = job.model.recipe
    metrics, _ = methods_of(job.data).measure(job.rounded_answers, job.data.test.labels.cpu())
    return Document(
        schema=SCHEMA,
        name=recipe.name,
        history=history,
        prune=recipe.prune,
        quantize=recipe.quantize,
        recover=recipe.recover,
        joint=recipe.joint,
        seed=recipe.seed,
        values=grids_of(job.model),
        accuracy=metrics.accuracy,
    )


def grids_of(model: CompressedModel) -> dict[str, ValueGrid]:
    """The grid of each value that a model rounds, those for some readers alone last."""
    grids, narrowed = {}, {} if model.placement is None else model.placement.narrowed
    for name, quantizer in activation_quantizers(model.module).items():
        scale, zero_point = quantizer.grid()
        grids[name] = ValueGrid(
            scale=float(scale), zero_point=int(zero_point), top=quantizer.top, layers=narrowed.get(name, ())
        )
    return dict(sorted(grids.items(), key=lambda pair: len(pair[1].layers) > 0))


class Rounded(nn.Module):
    """Stands behind a value of the graph and rounds it to a grid."""

    def __init__(self, grid: ValueGrid) -> None:
        super().__init__()
        self.grid = grid

    def forward(self, values: Tensor) -> Tensor:
        """The rounded values, of the same shape."""
        grid = self.grid
        return torch.fake_quantize_per_tensor_affine(values, grid.scale, grid.zero_point, 0, grid.top)


def round_values_(module: nn.Module, grids: Mapping[str, ValueGrid]) -> nn.Module:
    """Rounds the values of a traced network as its archive says, and returns it.

    Raises:
        ValueError: it has no such value.
    """
    if not grids:
        return module
    nodes = {node.name: node for node in module.graph.nodes} if isinstance(module, fx.GraphModule) else {}
    shared = {name for name, grid in grids.items() if not grid.layers}
    if not isinstance(module, fx.GraphModule) or not shared <= nodes.keys():
        raise ValueError("it is another network than the archive's")
    module.add_module(FOLDER, nn.ModuleDict({name: Rounded(grid) for name, grid in grids.items()}))
    for name, grid in grids.items():
        if grid.layers:
            insert_before_(module.graph, grid.layers, f"{FOLDER}.{name}")
        else:
            insert_behind_(module.graph, nodes[name], f"{FOLDER}.{name}")
    module.recompile()
    return module
