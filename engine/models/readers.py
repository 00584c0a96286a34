"""Reads a model file of each format. What a file is, its content says, never its name."""

from collections.abc import Callable
from pathlib import Path

from engine.context import RunContext
from engine.contract.methods import SourceFormat
from engine.contract.source import ModelSource
from engine.models.archived import archive_content
from engine.models.content import Content, ReadModel
from engine.models.cuts.origins import SAMPLE
from engine.models.cuts.records import Origin
from engine.models.cuts.reopening import read_pruned
from engine.models.fitting import read_weights
from engine.models.graph_files import (
    exported_content,
    onnx_content,
    read_exported,
    read_onnx,
    read_torchscript,
    torchscript_content,
)
from engine.models.hugging_face import hugging_face_content, read_hugging_face
from engine.models.named import is_named, named_content, read_named
from engine.models.pickles import pickle_content
from engine.models.safetensors_file import safetensors_content
from engine.models.sniffing import FileKind, sniff
from engine.models.state import fit_weights_
from resources import sample_weights
from resources.sample.net import SimpleNet


def content_of(source: ModelSource, ctx: RunContext) -> Content:
    """Reads what ``source`` names, with nothing run that the user has not vouched for.

    Raises:
        RequestError: it is missing, broken, or holds no weights.
        TrustRequired: only code of its own can read it, and the user has not vouched for that.
    """
    if source.file == SAMPLE:
        return _sample_content(ctx)
    if is_named(source.file):
        return named_content(source)
    path = Path(source.file)
    kind = sniff(path)
    return CONTENTS[kind](path, source, ctx)


def read_model(content: Content, source: ModelSource, ctx: RunContext) -> ReadModel:
    """The network of what was read.

    Raises:
        RequestError: the weights do not fit, or nothing says of which network they are.
        TrustRequired: it runs code that the user has not vouched for.
    """
    return READERS[content.format](content, source, ctx)


def _sample_content(ctx: RunContext) -> Content:
    path = sample_weights()
    found = pickle_content(path, ModelSource(file=str(path)), ctx)
    return Content(
        format=SourceFormat.SAMPLE,
        path=path,
        entries=found.entries,
        files=found.files,
        needs_architecture=False,
    )


def _read_sample(content: Content, source: ModelSource, ctx: RunContext) -> ReadModel:
    module = fit_weights_(SimpleNet(), content.entries[0].state, "SimpleNet")
    return ReadModel(module=module, origin=Origin(architecture=SAMPLE))


def _read_module(content: Content, source: ModelSource, ctx: RunContext) -> ReadModel:
    entry = content.wanted(source)[0]
    if entry.module is None:
        return read_weights(content, source, ctx)
    return ReadModel(module=entry.module, architecture=source.architecture, entry=entry.name)


def _read_state_dict(content: Content, source: ModelSource, ctx: RunContext) -> ReadModel:
    read = read_weights if content.history is None else read_pruned
    return read(content, source, ctx)


CONTENTS: dict[FileKind, Callable[[Path, ModelSource, RunContext], Content]] = {
    FileKind.PICKLE_ZIP: pickle_content,
    FileKind.PICKLE_LEGACY: pickle_content,
    FileKind.SAFETENSORS: safetensors_content,
    FileKind.HUGGING_FACE: hugging_face_content,
    FileKind.TORCHSCRIPT: torchscript_content,
    FileKind.EXPORTED: exported_content,
    FileKind.ONNX: onnx_content,
    FileKind.ARCHIVE: archive_content,
}
"""What finds the tensors in each kind of file."""

READERS: dict[SourceFormat, Callable[[Content, ModelSource, RunContext], ReadModel]] = {
    SourceFormat.SAMPLE: _read_sample,
    SourceFormat.STATE_DICT: _read_state_dict,
    SourceFormat.CHECKPOINT: read_weights,
    SourceFormat.LIGHTNING: read_weights,
    SourceFormat.MODULE: _read_module,
    SourceFormat.SAFETENSORS: _read_state_dict,
    SourceFormat.HUGGING_FACE: read_hugging_face,
    SourceFormat.NAMED: read_named,
    SourceFormat.TORCHSCRIPT: read_torchscript,
    SourceFormat.EXPORTED: read_exported,
    SourceFormat.ONNX: read_onnx,
    SourceFormat.ARCHIVE: _read_state_dict,
}
"""How the content of each format becomes a network."""
