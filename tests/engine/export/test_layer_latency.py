"""One-layer files and what is measured of them: against torch's shapes, and against layers four times as large."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from engine.context import Control, RunContext
from engine.contract.errors import RunCancelled
from engine.contract.recipe import PruneSpec, QuantizeSpec
from engine.export.latency.grids import LayerGrid, grids_of
from engine.export.latency.probes import Probe
from engine.export.latency.timing import time_layers
from engine.export.latency.window import Window, window_of
from engine.export.latency.writing import ProbeGraph
from engine.export.runtime import count_operators, session_of
from tests.engine.networks import compress, make_network

WIDE = Window.point(2)


def run(model: onnx.ModelProto, shape: tuple[int, ...]) -> np.ndarray:
    session = session_of(model.SerializeToString(), threads=1)
    answer: np.ndarray = session.run(None, {"input": np.zeros(shape, dtype=np.float32)})[0]
    return answer


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize("is_integer", [False, True])
@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(4, 6, 3),
        nn.Conv2d(4, 6, (3, 5), stride=(2, 1), padding=(0, 2)),
        nn.Conv2d(4, 6, (2, 3), padding="same", dilation=(1, 2)),
        nn.Conv2d(4, 8, 3, groups=2),
        nn.Conv1d(4, 6, 3, stride=2, padding=1),
    ],
)
def test_that_the_files_convolution_has_the_layers_own_form(
    layer: nn.Conv1d | nn.Conv2d, is_integer: bool
) -> None:
    shape = (1, 4, 9, 8) if isinstance(layer, nn.Conv2d) else (1, 4, 9)
    graph = ProbeGraph(is_integer=is_integer)
    graph.quantize()
    graph.convolve((layer.out_channels, layer.weight.shape[1]), window_of(layer), groups=layer.groups)
    assert run(graph.model(shape), shape).shape == layer(torch.zeros(shape)).shape


@pytest.mark.parametrize(
    ("probe", "integers"),
    [
        (Probe(outputs=16, inputs=8, places=(6, 6), window=WIDE, is_integer=True), {"QLinearConv": 2}),
        (Probe(outputs=16, inputs=3, places=(6, 6), window=WIDE, is_integer=True), {"QLinearConv": 1}),
        (Probe(outputs=16, inputs=8, is_integer=True), {"QGemm": 1}),
    ],
)
def test_that_integer_layers_run_in_integers(probe: Probe, integers: dict[str, int], tmp_path: Path) -> None:
    path = tmp_path / "probe.onnx"
    onnx.save(probe.model(has_layer=True), path)
    found, floats, kinds = count_operators(path)
    assert (found, floats, kinds) == (sum(integers.values()), 0, ())


def test_that_a_matrix_of_a_sequence_answers_every_token() -> None:
    probe = Probe(outputs=5, inputs=8, places=(7,))
    assert run(probe.model(has_layer=True), probe.input_shape).shape == (1, 7, 5)


def test_that_a_layer_four_times_as_wide_takes_longer() -> None:
    full = Probe(outputs=64, inputs=64, places=(12, 12), window=WIDE)
    grid = LayerGrid(full=full, outputs=(16, 64), inputs=(16, 64))
    told: list[int] = []
    found = time_layers({"a": grid, "b": grid}, RunContext(), threads=1, on_grid=told.append)
    assert told == [1], "equal layers are measured once"
    assert found["a"] == found["b"]
    (least, _), (_, most) = found["a"].milliseconds
    assert 0 < least < most == found["a"].full


@pytest.mark.parametrize(
    ("name", "layer", "outputs", "inputs"),
    [
        ("simple", "conv1", (2, 4, 6, 8, 10), (1,)),
        ("simple", "fc1", (8, 16, 24, 32, 40, 48, 50), (128, 256, 320)),
        ("residual", "stem", (2, 4, 6, 8), (3,)),
    ],
)
def test_that_grids_hold_the_widths_that_groups_may_have(
    name: str, layer: str, outputs: tuple[int, ...], inputs: tuple[int, ...]
) -> None:
    network, shape = make_network(name)
    grid = grids_of(compress(network, shape, PruneSpec()), is_integer=False)[layer]
    assert (grid.outputs, grid.inputs) == (outputs, inputs)


def test_that_a_depthwise_convolution_loses_groups_and_a_grouped_one_their_channels() -> None:
    wide = Probe(outputs=16, inputs=16, places=(4, 4), window=WIDE, groups=16)
    depthwise = LayerGrid(full=wide, outputs=(8, 16), inputs=(1,))
    assert [(p.outputs, p.inputs, p.groups) for p in depthwise.probes] == [(8, 8, 8), (16, 16, 16)]
    wide = Probe(outputs=16, inputs=8, places=(4, 4), window=WIDE, groups=2)
    grouped = LayerGrid(full=wide, outputs=(8, 16), inputs=(4,))
    assert [(p.outputs, p.inputs, p.groups) for p in grouped.probes] == [(8, 8, 2), (16, 8, 2)]


def test_that_only_what_is_quantized_is_measured_in_integers() -> None:
    network, shape = make_network("simple")
    model = compress(network, shape, PruneSpec(), QuantizeSpec())
    for is_integer in (True, False):
        grids = grids_of(model, is_integer=is_integer)
        assert {grid.full.is_integer for grid in grids.values()} == {is_integer}


def test_that_measuring_stops_between_two_layers() -> None:
    control = Control()
    control.cancel()
    grid = LayerGrid(full=Probe(outputs=8, inputs=8), outputs=(8,), inputs=(8,))
    with pytest.raises(RunCancelled):
        time_layers({"a": grid}, RunContext(control=control), threads=1, on_grid=lambda done: None)
