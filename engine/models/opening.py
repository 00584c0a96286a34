"""Opens a model: reads the file, builds what it needs, and runs it once to see that it is a classifier."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.run_folder import sha256_of
from engine.contract.source import ModelSource, SourceInfo
from engine.models.plain import make_plain_
from engine.models.readers import READERS, content_of
from resources import sample_weights
from resources.sample.net import SimpleNet


@dataclass(frozen=True, kw_only=True)
class LoadedModel:
    """A model that has been seen to run.

    Attributes:
        module: on the CPU, float32, in evaluation mode.
        info: where it came from.
        example_shape: of one sample, without the batch.
        output_classes: logits it answers per sample.
    """

    module: nn.Module
    info: SourceInfo
    example_shape: tuple[int, ...]
    output_classes: int


def open_model(source: ModelSource, ctx: RunContext, *, sample_shape: tuple[int, ...] | None) -> LoadedModel:
    """Opens what ``source`` names and runs it on a batch of two.

    Args:
        source: the file, with absolute paths.
        ctx: asks the user to vouch for files that run code.
        sample_shape: of the data's samples, where known; ``source.input_shape`` goes before it.

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
    shape = source.input_shape or sample_shape or infer_shape(module, source)
    classes = (
        _count_classes_of_data(module, shape, source)
        if shape is sample_shape
        else count_classes(module, shape)
    )
    info = SourceInfo(
        file=source.file,
        format=content.format,
        sha256=sha256_of(path),
        size_bytes=path.stat().st_size,
        architecture=source.architecture,
        input_shape=shape,
        output_classes=classes,
    )
    return LoadedModel(module=module, info=info, example_shape=shape, output_classes=classes)


def _count_classes_of_data(module: nn.Module, shape: tuple[int, ...], source: ModelSource) -> int:
    """As :func:`count_classes`; where the data's samples do not suit, says which ones would, if that is known.

    Raises:
        RequestError: the model does not run on the data's samples.
    """
    try:
        return count_classes(module, shape)
    except RequestError:
        try:
            wanted = infer_shape(module, source)
            count_classes(module, wanted)
        except RequestError:
            wanted = shape
        if wanted == shape:
            raise
    raise RequestError("data_wrong_shape", found=shape, wanted=wanted)


def infer_shape(module: nn.Module, source: ModelSource) -> tuple[int, ...]:
    """The shape of one sample, where the kind of network says it.

    Raises:
        RequestError: it does not.
    """
    if isinstance(module, SimpleNet):
        return (1, 28, 28)
    if type(module).__module__.startswith("torchvision.models."):
        side = 299 if type(module).__name__ == "Inception3" else 224
        return (3, side, side)
    first = next((part for part in module.modules() if _has_weight(part)), None)
    if isinstance(first, nn.Linear) and isinstance(first.weight, Tensor):
        return (first.weight.shape[-1],)
    raise RequestError("input_shape_needed", architecture=source.architecture or type(module).__name__)


def _has_weight(module: nn.Module) -> bool:
    return isinstance(getattr(module, "weight", None), Tensor)


def count_classes(module: nn.Module, shape: tuple[int, ...]) -> int:
    """Runs zeros through the model and counts the logits of one sample.

    Raises:
        RequestError: it does not run on that shape, or answers something else than logits.
    """
    try:
        with torch.no_grad():
            output = module(torch.zeros(2, *shape))
    except Exception as error:
        raise RequestError("forward_failed", shape=shape, reason=error) from None
    if not isinstance(output, Tensor):
        raise RequestError("output_not_logits", found=f"a {type(output).__name__}")
    if output.dim() != 2 or output.shape[0] != 2:
        raise RequestError("output_not_logits", found=f"a tensor of shape {tuple(output.shape)}")
    return output.shape[1]
