"""Opens a model: reads the file, builds what it needs, and runs it once to see that it is a classifier."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.run_folder import sha256_of
from engine.contract.source import ModelSource, SourceInfo
from engine.models.example import Example
from engine.models.plain import make_plain_
from engine.models.readers import READERS, content_of
from engine.models.words import explain_kind
from resources import sample_weights
from resources.sample.net import SimpleNet


@dataclass(frozen=True, kw_only=True)
class LoadedModel:
    """A model that has been seen to run.

    Attributes:
        module: on the CPU, float32, in evaluation mode.
        info: where it came from.
        example: the form of one sample.
        output_classes: logits it answers per sample.
    """

    module: nn.Module
    info: SourceInfo
    example: Example
    output_classes: int


def open_model(source: ModelSource, ctx: RunContext, *, example: Example | None) -> LoadedModel:
    """Opens what ``source`` names and runs it on a batch of two.

    Args:
        source: the file, with absolute paths.
        ctx: asks the user to vouch for files that run code.
        example: of the data's samples, where known; ``source.input_shape`` goes before its shape.

    Raises:
        RequestError: the file is no model, the weights do not fit, or it does not run.
        TrustRequired: the file runs code that the user has not vouched for.
    """
    path = sample_weights() if source.file == "sample" else Path(source.file)
    content = content_of(source, ctx)
    module = READERS[content.format](content, source, ctx).float().eval()
    make_plain_(module)
    for parameter in module.parameters():
        # What was frozen when the file was saved has to learn to do without what is pruned.
        parameter.requires_grad_(parameter.is_floating_point())
    if example is not None and source.input_shape in (None, example.shape):
        wanted = example
        classes = _count_classes_of_data(module, example, source)
    else:
        wanted = infer_example(module, source)
        classes = count_classes(module, wanted)
    info = SourceInfo(
        file=source.file,
        format=content.format,
        sha256=sha256_of(path),
        size_bytes=path.stat().st_size,
        architecture=source.architecture,
        input_shape=wanted.shape,
        output_classes=classes,
        vocabulary=wanted.vocabulary,
    )
    return LoadedModel(module=module, info=info, example=wanted, output_classes=classes)


def _count_classes_of_data(module: nn.Module, example: Example, source: ModelSource) -> int:
    """As :func:`count_classes`; where the data's samples do not suit, says which ones would, if that is known.

    Raises:
        RequestError: the model does not run on the data's samples.
    """
    try:
        return count_classes(module, example)
    except RequestError:
        explain_kind(module, example)
        try:
            wanted = infer_example(module, source)
            count_classes(module, wanted)
        except RequestError:
            wanted = example
        if wanted == example:
            raise
    raise RequestError("data_wrong_shape", found=example.shape, wanted=wanted.shape)


def infer_example(module: nn.Module, source: ModelSource) -> Example:
    """The form of one sample, as ``source`` says it, or where the kind of network does.

    Raises:
        RequestError: it does not.
    """
    first = next((part for part in module.modules() if _has_weight(part)), None)
    vocabulary = first.num_embeddings if isinstance(first, nn.Embedding) else None
    if source.input_shape is not None:
        return Example(source.input_shape, vocabulary)
    if isinstance(module, SimpleNet):
        return Example((1, 28, 28))
    if type(module).__module__.startswith("torchvision.models."):
        side = 299 if type(module).__name__ == "Inception3" else 224
        return Example((3, side, side))
    if isinstance(first, nn.Linear) and isinstance(first.weight, Tensor):
        return Example((first.weight.shape[-1],))
    raise RequestError("input_shape_needed", architecture=source.architecture or type(module).__name__)


def _has_weight(module: nn.Module) -> bool:
    return isinstance(getattr(module, "weight", None), Tensor)


def count_classes(module: nn.Module, example: Example) -> int:
    """Runs zeros through the model and counts the logits of one sample.

    Raises:
        RequestError: it does not run on that form, or answers something else than logits.
    """
    try:
        with torch.no_grad():
            output = module(example.zeros(2))
    except Exception as error:
        raise RequestError("forward_failed", shape=example.shape, reason=error) from None
    if not isinstance(output, Tensor):
        raise RequestError("output_not_logits", found=f"a {type(output).__name__}")
    if output.dim() != 2 or output.shape[0] != 2:
        raise RequestError("output_not_logits", found=f"a tensor of shape {tuple(output.shape)}")
    return output.shape[1]
