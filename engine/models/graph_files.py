"""Files that hold a graph: their tensors are read without running it, the network on the user's word."""

from collections.abc import Callable
from pathlib import Path

from torch import Tensor, fx

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.methods import SourceFormat
from engine.contract.source import ModelSource
from engine.contract.texts import TEXTS
from engine.models.content import Content, Entry, ReadModel
from engine.models.example import Example
from engine.models.exported import exported_state, raise_exported
from engine.models.fitting import fit_or_guess
from engine.models.onnx_reader import onnx_files, onnx_state, raise_onnx
from engine.models.state import check_tensors
from engine.models.torchscript import raise_script, script_state
from engine.models.trust import vouched_copy

Raiser = Callable[[Path, tuple[int, ...] | None], tuple[fx.GraphModule, Example | None]]


def torchscript_content(path: Path, source: ModelSource, ctx: RunContext) -> Content:
    """The tensors of a TorchScript program, read without running it."""
    return _content(path, script_state(path), SourceFormat.TORCHSCRIPT)


def exported_content(path: Path, source: ModelSource, ctx: RunContext) -> Content:
    """The tensors of an exported program, read without unpickling."""
    return _content(path, exported_state(path), SourceFormat.EXPORTED)


def onnx_content(path: Path, source: ModelSource, ctx: RunContext) -> Content:
    """The tensors of an ONNX graph; whether it can be turned into layers is another question."""
    return _content(path, onnx_state(path), SourceFormat.ONNX)


def _content(path: Path, state: dict[str, Tensor], kind: SourceFormat) -> Content:
    if not state:
        raise RequestError("file_no_weights", path=path, found="a graph without tensors")
    check_tensors(path, state)
    return Content(
        format=kind,
        path=path,
        entries=(Entry(state=state),),
        files=onnx_files(path) if kind is SourceFormat.ONNX else (path,),
        wants=_WANTS.get(kind, ()),
        needs_architecture=False,
    )


_WANTS = {
    SourceFormat.TORCHSCRIPT: (TEXTS["wants_torchscript"],),
    SourceFormat.EXPORTED: (TEXTS["wants_exported"],),
}


def read_torchscript(content: Content, source: ModelSource, ctx: RunContext) -> ReadModel:
    """The network: of an architecture that fits, or out of the program on the user's word."""
    return fit_or_guess(content, source, ctx) or _raised(content, source, ctx, raise_script)


def read_exported(content: Content, source: ModelSource, ctx: RunContext) -> ReadModel:
    """The network: of an architecture that fits, or out of the program on the user's word."""
    found = fit_or_guess(content, source, ctx)
    return found or _raised(content, source, ctx, lambda copy, shape: raise_exported(copy))


def _raised(content: Content, source: ModelSource, ctx: RunContext, raise_file: Raiser) -> ReadModel:
    with vouched_copy(content.path, lambda copy: _WANTS[content.format], ctx) as copy:
        module, example = raise_file(copy, source.input_shape)
    return ReadModel(module=module, example=example)


def read_onnx(content: Content, source: ModelSource, ctx: RunContext) -> ReadModel:
    """The network: of the architecture that is named, or out of the graph, which runs nothing."""
    found = fit_or_guess(content, source, ctx) if source.architecture is not None else None
    if found is not None:
        return found
    module, example = raise_onnx(content.path, source.input_shape)
    return ReadModel(module=module, example=example)
