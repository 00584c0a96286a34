"""The captured graph: what the model computes, with the shape of every value.

Functional ReLUs, pools, adds and reshapes matter as much as modules do, so one graph serves channel groups, cost and
the placing of quantizers. ``torch.fx`` keeps the user's module and parameter names; where it gives up,
``torch.export`` follows one run; where both do, the user's module is kept as it is, with the reason, and only what
modules alone allow is done to it.
"""

import logging
import os
import re
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import fx, nn
from torch.fx.passes.shape_prop import TensorMetadata

from engine.contract.errors import RequestError, one_line
from engine.models.attention import PrunedAttention
from engine.models.encoders import PartsTracer
from engine.models.example import Example
from engine.models.raising.following import follow
from engine.models.shapes import LayerCall, ShapeNotes, note_shapes_on_meta_, noting_calls

log = logging.getLogger("penjing")
PROBE_BATCH = 2
_NOT_THE_USERS = tuple(f"{Path(file).parent}{os.sep}" for file in (torch.__file__, __file__))
_PLAIN_NAME = re.compile(r"[\w.-]*")
WEIGHTED = (
    nn.Linear,
    nn.Conv1d,
    nn.Conv2d,
    nn.Conv3d,
    nn.ConvTranspose1d,
    nn.ConvTranspose2d,
    nn.ConvTranspose3d,
    nn.Embedding,
    nn.LSTM,
    nn.GRU,
    nn.RNN,
    nn.MultiheadAttention,
    PrunedAttention,
)
TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)


@dataclass(frozen=True, kw_only=True)
class CapturedGraph:
    """A model ready to be worked on.

    Attributes:
        module: the traced GraphModule, or the user's module where ``untraced_because`` says why.
        example: the form of one sample.
        output_shape: of one answer, without the batch.
        hidden_calls: how the layers are called that no node of the graph calls: those inside of other layers, and
            all where there is no graph.
    """

    module: nn.Module
    example: Example
    output_shape: tuple[int, ...]
    untraced_because: str | None = None
    hidden_calls: Mapping[str, list[LayerCall]] = field(default_factory=dict)

    @property
    def example_shape(self) -> tuple[int, ...]:
        """The shape of one sample."""
        return self.example.shape

    @property
    def graph(self) -> fx.Graph | None:
        """The traced graph, or None."""
        return self.module.graph if isinstance(self.module, fx.GraphModule) else None

    def nodes_of(self, layer: str) -> list[fx.Node]:
        """The calls of a layer."""
        graph = self.graph
        return (
            [] if graph is None else [n for n in graph.nodes if n.op == "call_module" and n.target == layer]
        )


def capture(module: nn.Module, example: Example) -> CapturedGraph:
    """Traces ``module`` in evaluation mode and learns all shapes, without computing where that can be.

    The parameters are shared with ``module``, not copied.

    Raises:
        RequestError: the model does not run on ``example``.
    """
    module.eval()
    try:
        return _captured(trace(module), example)
    except Exception as error:
        reason = _what_blocked(error)
    with noting_calls(dict(layers_of(module))) as calls:
        answer = run_probe(module, example)
    try:
        return _captured(_followed(module, example, calls), example)
    except Exception as error:
        log.debug("torch.export gives no graph either: %s", one_line(str(error), 160))
    return CapturedGraph(
        module=module,
        example=example,
        output_shape=tuple(answer.shape[1:]),
        untraced_because=reason,
        hidden_calls=calls,
    )


def _captured(traced: fx.GraphModule, example: Example) -> CapturedGraph:
    with noting_calls(_hidden_layers(traced)) as calls:
        answer = propagate_shapes_(traced, example)
    return CapturedGraph(
        module=traced, example=example, output_shape=tuple(answer.shape[1:]), hidden_calls=calls
    )


def _what_blocked(error: Exception) -> str:
    """The error in one line, with the line of the user's code that met it, where it was not in torch's or ours."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_file() and not frame.filename.startswith(_NOT_THE_USERS)
    ]
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}: " if frames else ""
    return one_line(f"{place}{type(error).__name__}: {error}", 160)


def _followed(module: nn.Module, example: Example, calls: Mapping[str, list[LayerCall]]) -> fx.GraphModule:
    """What ``torch.export`` makes of the module.

    Raises:
        Exception: it makes nothing of it, or a layer that is called would be none any more.
    """
    _refuse_code_in_names(module)
    called = {name for name, found in calls.items() if found}
    if any(isinstance(module.get_submodule(name), nn.MultiheadAttention) for name in called):
        raise ValueError("attention would be taken to pieces")
    followed = follow(module, example)
    lost = called - {name for name, _ in layers_of(followed)}
    if lost:
        raise ValueError(f"{min(lost)} is no layer any more")
    return followed


def trace(module: nn.Module) -> fx.GraphModule:
    """The graph of a module in evaluation mode.

    Raises:
        Exception: it cannot be traced.
    """
    _refuse_code_in_names(module)
    tracer = PartsTracer()
    # In a network that is a graph already, nothing asks a buffer for its values any more.
    tracer.proxy_buffer_attributes = isinstance(module, fx.GraphModule)
    graph = tracer.trace(module)
    return _tolerate_layouts_(fx.GraphModule(tracer.root, graph, type(module).__name__))


def _hidden_layers(traced: fx.GraphModule) -> dict[str, nn.Module]:
    called = {node.target for node in traced.graph.nodes if node.op == "call_module"}
    return {name: layer for name, layer in layers_of(traced) if name not in called}


def _refuse_code_in_names(module: nn.Module) -> None:
    """Names become Python text in a traced module, and a stranger's file may name its parts as it likes."""
    # A tensor that is no buffer is found by its attribute, whose name is pasted as it stands.
    attributes = (vars(part).items() for part in module.modules())
    for named in (module.named_modules(), module.named_parameters(), module.named_buffers(), *attributes):
        for name, _ in named:
            if not _PLAIN_NAME.fullmatch(name):
                raise ValueError(f"{name!r} is no plain name")


def _tolerate_layouts_(traced: fx.GraphModule) -> fx.GraphModule:
    """Turns ``view`` into ``reshape``, which means the same and takes channels-last tensors too."""
    for node in traced.graph.nodes:
        if node.op == "call_method" and node.target == "view" and not isinstance(node.args[-1], torch.dtype):
            node.target = "reshape"
    traced.recompile()
    return traced


def probe_input(example: Example, module: nn.Module) -> torch.Tensor:
    """A fixed batch of :data:`PROBE_BATCH` samples, on the module's device."""
    device = next((p.device for p in module.parameters()), torch.device("cpu"))
    return example.probe(PROBE_BATCH).to(device)


def propagate_shapes_(module: nn.Module, example: Example) -> torch.Tensor:
    """Writes ``tensor_meta`` on every node of a traced module; the answer has the probe's shape and no values.

    Raises:
        Exception: the model does not run on ``example``.
    """
    assert isinstance(module, fx.GraphModule)
    was_training = module.training
    module.eval()
    try:
        return _checked(_answer_of(module, example))
    finally:
        module.train(was_training)


def _answer_of(traced: fx.GraphModule, example: Example) -> object:
    # Meta tensors take numbers of words where only floats can be multiplied.
    if example.vocabulary is None:
        try:
            return note_shapes_on_meta_(traced, example, PROBE_BATCH)
        except Exception as error:
            # It may only have asked for values, such as the number of ones in a mask.
            log.debug("no shapes without values: %s", error)
    with torch.no_grad():
        return ShapeNotes(traced)(probe_input(example, traced))


def run_probe(module: nn.Module, example: Example) -> torch.Tensor:
    """The answer to the probe batch, in evaluation mode.

    Raises:
        RequestError: the model does not run, or answers something else than one row a sample.
    """
    was_training = module.training
    module.eval()
    try:
        with torch.no_grad():
            return _checked(module(probe_input(example, module)))
    except RequestError:
        raise
    except Exception as error:
        raise RequestError("forward_failed", shape=list(example.shape), reason=error) from None
    finally:
        module.train(was_training)


def _checked(answer: object) -> torch.Tensor:
    if not isinstance(answer, torch.Tensor):
        raise RequestError("output_not_logits", found=type(answer).__name__)
    if answer.dim() != 2 or answer.shape[0] != PROBE_BATCH:
        raise RequestError("output_not_logits", found=f"a tensor of shape {tuple(answer.shape)}")
    return answer


def layers_of(module: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Every layer that has weights of its own, by name, in the order of the module tree.

    A module of a weighted type counts as one layer with all that is inside it.
    """
    inside: set[nn.Module] = set()
    for name, layer in module.named_modules():
        if layer not in inside and isinstance(layer, WEIGHTED):
            inside.update(layer.modules())
            yield name, layer


def shape_of(node: object) -> tuple[int, ...] | None:
    """The shape of a node's tensor, batch included; None where it is no single tensor."""
    meta = node.meta.get("tensor_meta") if isinstance(node, fx.Node) else None
    return tuple(meta.shape) if isinstance(meta, TensorMetadata) else None


def nodes_in(arguments: fx.node.Argument) -> list[fx.Node]:
    """All nodes in a node's arguments, in order."""
    found: list[fx.Node] = []
    fx.node.map_arg(arguments, found.append)
    return found


def weight_of(layer: nn.Module) -> torch.Tensor | None:
    """The layer's weight; the largest matrix of recurrent layers and attention."""
    weight = getattr(layer, "weight", None)
    if isinstance(weight, torch.Tensor):
        return weight
    matrices = [parameter for parameter in layer.parameters() if parameter.dim() >= 2]
    return max(matrices, key=torch.Tensor.numel, default=None)
