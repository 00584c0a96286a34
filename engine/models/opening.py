"""Opens a model: reads the file, builds what it needs, and tries it once to see that it is a classifier."""

from dataclasses import dataclass

from torch import nn

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.source import ModelSource, SourceInfo
from engine.models.content import ReadModel
from engine.models.cuts.origins import origin_named
from engine.models.cuts.records import Lineage
from engine.models.example import Example
from engine.models.graph import CapturedGraph, capture
from engine.models.identity import identity_of
from engine.models.inferring import infer_example
from engine.models.limits import within_limits
from engine.models.named import is_named
from engine.models.plain import make_plain_
from engine.models.readers import content_of, read_model
from engine.models.weightless import own_memory_
from engine.models.words import explain_kind


@dataclass(frozen=True, kw_only=True)
class LoadedModel:
    """A model that has been seen to run.

    Attributes:
        module: on the CPU, float32, in evaluation mode.
        info: where it came from.
        captured: its graph, of the same parameters; whoever compresses it changes it.
        lineage: what it was before it was pruned, and how that is built.
    """

    module: nn.Module
    info: SourceInfo
    captured: CapturedGraph
    lineage: Lineage

    @property
    def example(self) -> Example:
        """The form of one sample."""
        return self.captured.example

    @property
    def output_classes(self) -> int:
        """Logits it answers per sample."""
        return self.captured.output_shape[0]


def open_model(
    source: ModelSource, ctx: RunContext, *, example: Example | None, is_read_only: bool = False
) -> LoadedModel:
    """Opens what ``source`` names and tries it on a batch of two.

    Args:
        source: the file, with absolute paths.
        ctx: asks the user to vouch for files that run code.
        example: of the data's samples, where known; ``source.input_shape`` goes before its shape.
        is_read_only: the tensors may lie in the mapped file, as none is going to be changed and the file stays.

    Raises:
        RequestError: the file is no model, the weights do not fit, or it does not run.
        TrustRequired: the file runs code that the user has not vouched for.
    """
    with within_limits(source.file, ctx, is_trusted=is_named(source.file)) as inner:
        return _opened(source, inner, example=example, is_read_only=is_read_only)


def _opened(
    source: ModelSource, ctx: RunContext, *, example: Example | None, is_read_only: bool
) -> LoadedModel:
    content = content_of(source, ctx)
    read = read_model(content, source, ctx)
    sha256, size_bytes = identity_of(content, read.module)
    module = _prepared(read.module)
    if not is_read_only:
        own_memory_(module)
    captured, lineage = _captured(read, source, example), _lineage_of(read, source)
    info = SourceInfo(
        file=source.file,
        format=content.format,
        sha256=sha256,
        size_bytes=size_bytes,
        architecture=read.architecture,
        is_guessed=read.is_guessed,
        entry=read.entry,
        input_shape=captured.example_shape,
        output_classes=captured.output_shape[0],
        vocabulary=captured.example.vocabulary,
        pruned_from=lineage.pruned_from,
    )
    return LoadedModel(module=module, info=info, captured=captured, lineage=lineage)


def _lineage_of(read: ReadModel, source: ModelSource) -> Lineage:
    if read.lineage is not None:
        return read.lineage
    return Lineage(
        origin=read.origin or origin_named(read.architecture, source.file),
        parameters=sum(parameter.numel() for parameter in read.module.parameters()),
    )


def _prepared(module: nn.Module) -> nn.Module:
    """The module in float32, with plain weights that can learn."""
    module.float().eval()
    make_plain_(module)
    for parameter in module.parameters():
        # What was frozen when the file was saved has to learn to do without what is pruned.
        parameter.requires_grad_(parameter.is_floating_point())
    return module


def _captured(read: ReadModel, source: ModelSource, example: Example | None) -> CapturedGraph:
    if example is None or source.input_shape not in (None, example.shape):
        return capture(read.module, infer_example(read.module, source, read.example))
    try:
        return capture(read.module, example)
    except RequestError:
        explain_kind(read.module, example)
        wanted = _form_that_runs(read, source)
        if wanted is None or wanted == example:
            raise
    raise RequestError("data_wrong_shape", found=example.shape, wanted=wanted.shape)


def _form_that_runs(read: ReadModel, source: ModelSource) -> Example | None:
    """Which samples the model would take, if that is known."""
    try:
        wanted = infer_example(read.module, source, read.example)
        capture(read.module, wanted)
    except RequestError:
        return None
    return wanted
