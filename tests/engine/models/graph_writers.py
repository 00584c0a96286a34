"""Builders of files that hold a graph, as each of torch's exporters writes them."""

import contextlib
import io
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.contract.source import ModelSource
from engine.models.example import Example
from engine.models.opening import LoadedModel, open_model
from engine.pruning.channels import map_channels
from engine.pruning.cut import cut_
from tests.engine.models.strangers import Questions
from tests.engine.networks import make_network

WORDS = 30
LENGTH = 8


class Recurrent(nn.Module):
    """Words through a recurrent layer; the last answer counts."""

    def __init__(self, kind: type[nn.RNNBase] = nn.LSTM, **options: bool | int) -> None:
        super().__init__()
        self.words = nn.Embedding(WORDS, 6)
        self.rnn = kind(6, 4, batch_first=True, **options)
        self.head = nn.Linear(8 if options.get("bidirectional") else 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        values, _ = self.rnn(self.words(x))
        return self.head(values[:, -1])


class Transformer(nn.Module):
    """Words through one encoder layer, averaged."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(WORDS, 8)
        self.places = nn.Parameter(torch.randn(1, LENGTH, 8))
        self.encoder = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.head = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.encoder(self.words(x) + self.places).mean(1))


class Patches(nn.Module):
    """Images with a class token, as vision transformers have it."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = nn.Conv2d(3, 8, 4, stride=4)
        self.token = nn.Parameter(torch.randn(1, 1, 8))
        self.norm = nn.LayerNorm(8)
        self.mix = nn.Linear(8, 16)
        self.head = nn.Linear(16, 3)

    def forward(self, x: Tensor) -> Tensor:
        patches = self.patch(x).flatten(2).transpose(1, 2)
        values = torch.cat([self.token.expand(x.shape[0], -1, -1), patches], 1)
        return self.head(nn.functional.gelu(self.mix(self.norm(values)))[:, 0])


_WORDS = Example((LENGTH,), WORDS)
_BUILDERS: dict[str, tuple[Callable[[], nn.Module], Example]] = {
    "lstm": (Recurrent, _WORDS),
    "two_way_lstm": (lambda: Recurrent(bidirectional=True, num_layers=2), _WORDS),
    "gru": (lambda: Recurrent(nn.GRU), _WORDS),
    "rnn": (lambda: Recurrent(nn.RNN), _WORDS),
    "transformer": (Transformer, _WORDS),
    "patches": (Patches, Example((3, 8, 8))),
}


def make_net(name: str) -> tuple[nn.Module, Example]:
    """A seeded network in evaluation mode: of this file, or of :mod:`tests.engine.networks`."""
    if name not in _BUILDERS:
        network, shape = make_network(name)
        return network, Example(shape)
    build, example = _BUILDERS[name]
    torch.manual_seed(0)
    return build().eval(), example


@contextmanager
def quietly() -> Iterator[None]:
    """Exporters print, warn of their own age and log what they do."""
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)


def write_dynamo(path: Path, network: nn.Module, example: Example, *, is_fixed: bool = False) -> Path:
    """By torch's exporter of today."""
    shapes = None if is_fixed else ({0: torch.export.Dim("batch")},)
    with quietly():
        program = torch.onnx.export(
            network, (example.probe(1 if is_fixed else 2),), dynamo=True, verbose=False, dynamic_shapes=shapes
        )
        assert program is not None
        program.save(str(path))
    return path


def write_legacy(path: Path, network: nn.Module, example: Example, *, is_fixed: bool = False) -> Path:
    """By torch's older exporter, which traces."""
    axes = None if is_fixed else {"x": {0: "batch"}}
    with quietly():
        torch.onnx.export(
            network,
            (example.probe(1 if is_fixed else 2),),
            str(path),
            dynamo=False,
            input_names=["x"],
            dynamic_axes=axes,
        )
    return path


def write_exported(path: Path, network: nn.Module, example: Example, *, is_fixed: bool = False) -> Path:
    """By torch.export."""
    shapes = None if is_fixed else ({0: torch.export.Dim.DYNAMIC},)
    with quietly():
        program = torch.export.export(network, (example.probe(2),), dynamic_shapes=shapes, strict=False)
        buffer = io.BytesIO()
        torch.export.save(program, buffer)
    path.write_bytes(buffer.getvalue())
    return path


def write_script(path: Path, network: nn.Module, example: Example, *, is_traced: bool = False) -> Path:
    """By torch.jit, compiled or traced."""
    with quietly():
        script = (
            torch.jit.trace(network, example.probe(2), check_trace=False)
            if is_traced
            else torch.jit.script(network)
        )
        script.save(str(path))
    return path


def open_file(path: Path, *, word: bool = True, shape: tuple[int, ...] | None = None) -> LoadedModel:
    """Opened by a user who gives the word, or does not."""
    with quietly():
        return open_model(
            ModelSource(file=str(path), input_shape=shape), Questions(answer=word).context(), example=None
        )


def difference(left: nn.Module, right: nn.Module, example: Example, batch: int = 5) -> float:
    """The largest difference of their answers ÷ the largest answer."""
    inputs = example.probe(batch)
    with torch.no_grad():
        found, wanted = left(inputs), right(inputs)
    return float((found - wanted).abs().max() / wanted.abs().max())


def cut_first_group(model: LoadedModel) -> tuple[int, int]:
    """Removes the first channel of every group that has several; the parameters before and after."""
    module = model.captured.module
    before = sum(parameter.numel() for parameter in module.parameters())
    channels = map_channels(model.captured)
    removed = frozenset(group.channels[0] for group in channels.groups if len(group.channels) > 1)
    assert removed and isinstance(module, torch.fx.GraphModule)
    cut_(module, channels, removed, example=model.example)
    return before, sum(parameter.numel() for parameter in module.parameters())
