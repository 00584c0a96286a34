"""Finds the form of one sample that a network takes: said by its library, or the only one on which it runs.

A network of convolutions that ends in a Linear layer over all positions runs at one side of its images; it is found
by trying usual sides on the meta device, where no try computes anything.
"""

import contextlib
from collections.abc import Callable, Sequence
from itertools import groupby

from torch import Tensor, fx, nn

from engine.contract.errors import RequestError
from engine.contract.source import ModelSource
from engine.models.example import Example
from engine.models.graph import propagate_shapes_, run_probe, trace
from resources.sample.net import SimpleNet

_SIDES = (
    8, 12, 14, 16, 20, 24, 28, 32, 36, 40, 42, 48, 50, 56, 60, 64, 72, 80, 84, 96, 100, 112, 120, 128, 144, 150, 160,
    176, 180, 192, 200, 208, 224, 227, 240, 256, 260, 288, 299, 300, 320, 331, 336, 380, 384, 400, 416, 448, 456, 480,
    512, 528, 600,
)  # fmt: skip
_LENGTHS = (
    8, 10, 16, 20, 24, 28, 30, 32, 40, 48, 50, 60, 64, 80, 90, 96, 100, 120, 125, 128, 140, 150, 160, 180, 187, 192,
    200, 224, 240, 250, 256, 300, 320, 360, 384, 400, 480, 500, 512, 600, 640, 720, 750, 784, 800, 900, 1000, 1024,
    1200, 1250, 1280, 1500, 1600, 2000, 2048, 2500, 3000, 3600, 4000, 4096, 5000, 6000, 8000, 8192, 10000, 11025, 16000,
    16384, 20000, 22050, 24000, 32000, 32768, 44100, 48000, 64000, 65536, 80000, 96000,
)  # fmt: skip
_SHORT_LENGTHS = tuple(length for length in _LENGTHS if length <= 1024)
_USUAL_LENGTH = 32
_ODD = range(1, 129)


def infer_example(module: nn.Module, source: ModelSource, said: Example | None = None) -> Example:
    """The form of one sample.

    Args:
        module: in evaluation mode.
        source: its ``input_shape`` goes before all else.
        said: by the file or the library that built the network.

    Raises:
        RequestError: it cannot be known, or several forms are as likely.
    """
    first = next((part for part in module.modules() if _has_weight(part)), None)
    if source.input_shape is not None:
        vocabulary = first.num_embeddings if isinstance(first, nn.Embedding) else None
        return Example(source.input_shape, vocabulary)
    found = said or _said_by_library(module) or _only_one_that_runs(module, first)
    if found is None:
        raise RequestError("input_shape_needed", architecture=source.architecture or type(module).__name__)
    return found


def _has_weight(module: nn.Module) -> bool:
    return isinstance(getattr(module, "weight", None), Tensor) or isinstance(module, nn.RNNBase)


def _said_by_library(module: nn.Module) -> Example | None:
    if isinstance(module, SimpleNet):
        return Example((1, 28, 28))
    if type(module).__module__.startswith("torchvision.models."):
        side = 299 if type(module).__name__ == "Inception3" else getattr(module, "image_size", 224)
        return Example((3, side, side))
    # timm writes on each of its networks what it was made for.
    size = getattr(getattr(module, "default_cfg", None), "get", lambda key: None)("input_size")
    return Example(tuple(size)) if isinstance(size, Sequence) else None


def _only_one_that_runs(module: nn.Module, first: nn.Module | None) -> Example | None:
    for kind, search in _SEARCHES.items():
        if isinstance(first, kind):
            return search(first, Trials(module))
    return None


class Trials:
    """Runs a module on examples; on many of them only where it can be traced, as else each is computed."""

    def __init__(self, module: nn.Module) -> None:
        self._module = module
        self._traced: fx.GraphModule | None = None
        with contextlib.suppress(Exception):
            self._traced = trace(module)

    def runs(self, example: Example) -> bool:
        """Whether the module answers one row a sample."""
        try:
            if self._traced is None:
                run_probe(self._module, example)
            else:
                propagate_shapes_(self._traced, example)
        except Exception:
            return False
        return True

    def smallest(self, form: Callable[[int], Example], usual: Sequence[int]) -> Example | None:
        """The smallest size that runs, where larger ones do not; None where size is free or none runs.

        Pools drop what is left over, so that sizes just above the true one run as well.
        """
        if self._traced is None or any(self.runs(form(size)) for size in usual[-2:]):
            return None
        for sizes in (usual, _ODD):
            marks = [self.runs(form(size)) for size in sizes]
            if any(marks):
                is_one_stretch = [mark for mark, _ in groupby(marks)].count(True) == 1
                return form(sizes[marks.index(True)]) if is_one_stretch else None
        return None


def _search_images(first: nn.Module, trials: Trials) -> Example | None:
    assert isinstance(first, nn.Conv2d)
    return trials.smallest(lambda side: Example((first.in_channels, side, side)), _SIDES)


def _search_signals(first: nn.Module, trials: Trials) -> Example | None:
    assert isinstance(first, nn.Conv1d)
    return trials.smallest(lambda length: Example((first.in_channels, length)), _LENGTHS)


def _search_texts(first: nn.Module, trials: Trials) -> Example | None:
    assert isinstance(first, nn.Embedding)
    return _usual_or_smallest(lambda length: Example((length,), first.num_embeddings), trials)


def _search_sequences(first: nn.Module, trials: Trials) -> Example | None:
    assert isinstance(first, nn.RNNBase)
    return _usual_or_smallest(lambda length: Example((length, first.input_size)), trials)


def _usual_or_smallest(form: Callable[[int], Example], trials: Trials) -> Example | None:
    """Most networks take sequences of any length; one of a usual length then shows what they cost."""
    usual = form(_USUAL_LENGTH)
    return usual if trials.runs(usual) else trials.smallest(form, _SHORT_LENGTHS)


def _search_values(first: nn.Module, trials: Trials) -> Example | None:
    assert isinstance(first, nn.Linear)
    return Example((first.weight.shape[-1],))


_SEARCHES: dict[type[nn.Module], Callable[[nn.Module, Trials], Example | None]] = {
    nn.Conv2d: _search_images,
    nn.Conv1d: _search_signals,
    nn.Embedding: _search_texts,
    nn.RNNBase: _search_sequences,
    nn.Linear: _search_values,
}
"""How samples are looked for, by the first layer that has weights."""
