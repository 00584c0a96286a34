"""Layers that stay float because integers were measured to be slower."""

from pathlib import Path

import torch

from engine.context import RunContext
from engine.contract.methods import ExportFormat
from engine.contract.recipe import ExportSpec, LayerQuantizeSpec, QuantizeSpec
from engine.export.latency.probes import Probe
from engine.export.latency.timing import time_probes
from engine.export.latency.window import Window
from engine.pipeline.measure import measure_layers
from engine.pipeline.paying import slower_in_integers
from engine.pipeline.reports import why_left
from tests.engine.networks import compress, make_network, some_inputs
from tests.engine.pipeline.runs import make_project, run, with_

MEASURED = (("second", 0.25, 0.125),)


def test_that_a_slower_layer_is_skipped_and_says_its_times() -> None:
    network, shape = make_network("residual")
    model = compress(network, shape, quantize=QuantizeSpec())
    skipped = compress(
        *make_network("residual"), quantize=QuantizeSpec(layers={"second": LayerQuantizeSpec(skip=True)})
    )
    model.leave_in_float(MEASURED)
    assert model.placement is not None and skipped.placement is not None
    assert model.placement.bits == skipped.placement.bits
    assert model.placement.values == skipped.placement.values
    stats = next(layer for layer in measure_layers(model) if layer.name == "second")
    assert why_left(model, stats) == ("float_slower", {"integers": "0.250", "floats": "0.125"})


def test_that_a_resumed_run_leaves_the_same_layers_in_float() -> None:
    first, again = (compress(*make_network("residual"), quantize=QuantizeSpec()) for _ in range(2))
    first.leave_in_float(MEASURED)
    first.attach_quantizers()
    first.calibrate([some_inputs((3, 8, 8), 8)])
    again.restore(first.structure)
    again.module.load_state_dict(first.module.state_dict())
    for model in (first, again):
        model.finish()
    assert again.placement == first.placement
    inputs = some_inputs((3, 8, 8))
    with torch.no_grad():
        assert torch.equal(again.module(inputs), first.module(inputs))


def test_that_layers_are_timed_as_they_differ() -> None:
    """Sixteen times the multiplications take longer, whatever else the machine does."""
    small, large = (
        Probe(outputs=width, inputs=width, places=(24, 24), window=Window.point(2), is_integer=True)
        for width in (32, 128)
    )
    times = time_probes([small, large], threads=1)
    assert times[1] > times[0] > 0


def test_that_only_quantized_layers_are_candidates_and_never_all_of_them() -> None:
    skip = {"first": LayerQuantizeSpec(skip=True)}
    model = compress(*make_network("residual"), quantize=QuantizeSpec(layers=skip))
    slower = slower_in_integers(model, RunContext(), threads=1)
    assert model.placement is not None
    assert {name for name, _, _ in slower} < model.placement.bits.keys()
    assert all(integers > floats for _, integers, floats in slower)


def test_that_a_run_that_asks_keeps_its_file_verified(tmp_path: Path) -> None:
    """Whatever the clock says: what stays float says why, and the rest runs in integers."""
    spec = QuantizeSpec(calibration_samples=32, only_where_faster=True)
    exports = ExportSpec(formats=(ExportFormat.ONNX_INT8,))
    recipe = with_(make_project(tmp_path / "project"), prune=None, quantize=spec, export=exports)
    report = run(recipe, tmp_path / "run")
    assert report.artifacts[0].verified
    codes = {layer.why_code for layer in report.layers if layer.weight_bits == 32}
    assert codes <= {"float_slower"}
    assert any(layer.weight_bits == 8 for layer in report.layers)
