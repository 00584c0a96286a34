"""Weights that are rounded alone: no file computes in integers, so those of floats hold the rounded values."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper

from engine.context import RunContext
from engine.contract.methods import ExportFormat
from engine.contract.recipe import QuantizeSpec
from engine.export.formats import FILE_NAMES, WRITERS
from engine.export.job import ExportJob
from tests.engine.export.jobs import make_data
from tests.engine.networks import compress, make_network

BITS = 3
LEVELS = 2**BITS - 1


@pytest.fixture(scope="module")
def job() -> ExportJob:
    network, shape = make_network("residual")
    model = compress(network, shape, quantize=QuantizeSpec(weight_bits=BITS, activation_bits=0))
    model.attach_quantizers()
    model.finish()
    return ExportJob(model=model, data=make_data(shape), ctx=RunContext(), threads=1)


def test_that_the_onnx_file_holds_as_few_levels_as_were_asked_for(job: ExportJob, tmp_path: Path) -> None:
    path = tmp_path / FILE_NAMES[ExportFormat.ONNX_FLOAT32]
    artifact = WRITERS[ExportFormat.ONNX_FLOAT32](job, path)
    assert artifact.verified, artifact.why
    matrices = [numpy_helper.to_array(t) for t in onnx.load(path).graph.initializer if len(t.dims) > 1]
    assert matrices
    for matrix in matrices:
        # Folding scales each channel by itself, so levels are counted a channel.
        assert max(len(np.unique(channel)) for channel in matrix.reshape(len(matrix), -1)) <= LEVELS


def test_that_the_weights_of_torch_are_those_that_were_measured(job: ExportJob, tmp_path: Path) -> None:
    path = tmp_path / FILE_NAMES[ExportFormat.STATE_DICT]
    artifact = WRITERS[ExportFormat.STATE_DICT](job, path)
    assert artifact.verified, artifact.why
    assert artifact.agreement == 1.0
    state = torch.load(path, weights_only=True)
    assert job.model.placement is not None
    for name in job.model.placement.bits:
        assert torch.equal(state[f"{name}.weight"], job.model.module.get_submodule(name).weight)
