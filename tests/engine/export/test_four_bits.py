"""Weights of 4 bits: what the file holds, what the runtime makes of it, and what stays as it is."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from torch import nn

from engine.context import RunContext
from engine.contract.events import RunEvent, WarningRaised
from engine.contract.methods import ExportFormat, QuantizeGranularity
from engine.contract.recipe import LayerQuantizeSpec, QuantizeSpec
from engine.export.four_bits import FourBitMatrix, block_weight_of, round_in_blocks
from engine.export.int4_file import export_int4
from engine.export.job import ExportJob
from engine.export.onnx_file import build_onnx
from engine.export.prepare import Prepared
from engine.export.runtime import session_of
from engine.models.example import Example
from engine.quantization.coded import CodedWeight
from tests.engine.export.jobs import make_data, make_job
from tests.engine.networks import compress, error_between


class Matrices(nn.Module):
    """Linear layers on tokens and on one row, a batch norm that melts into one, and a convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = nn.Conv1d(4, 32, 1)
        self.mix = nn.Linear(32, 40)
        self.back = nn.Linear(40, 48, bias=False)
        self.norm = nn.BatchNorm1d(48)
        self.small = nn.Linear(48, 8)
        self.head = nn.Linear(8, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        tokens = torch.relu(self.mix(self.patch(x).transpose(1, 2)))
        return self.head(torch.relu(self.small(torch.relu(self.norm(self.back(tokens.mean(1)))))))


def make_matrices(quantize: QuantizeSpec | None = None, told: list[RunEvent] | None = None) -> ExportJob:
    torch.manual_seed(0)
    network = Matrices().eval()
    nn.init.normal_(network.norm.running_mean)
    nn.init.uniform_(network.norm.weight, -1.5, 1.5)
    model = compress(network, (4, 6), quantize=quantize)
    if quantize is not None:
        model.attach_quantizers()
        if quantize.activation_bits:
            model.calibrate([torch.randn(32, 4, 6)])
        model.finish()
    ctx = RunContext() if told is None else RunContext(emit=told.append)
    return ExportJob(model=model, data=make_data((4, 6)), ctx=ctx, threads=1)


def four_bits_of(path: Path) -> dict[tuple[int, int], tuple[np.ndarray, int]]:
    """The values that a file holds in 4 bits, unpacked by numpy as ONNX Runtime documents it, and their blocks."""
    model = onnx.load(str(path))
    tensors = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    found = {}
    for node in (node for node in model.graph.node if node.op_type == "MatMulNBits"):
        given = {a.name: a.i for a in node.attribute}
        packed, scale = tensors[node.input[1]], tensors[node.input[2]]
        nibbles = np.stack([packed & 15, packed >> 4], axis=-1).reshape(*packed.shape[:2], -1)
        values = (nibbles.astype(np.float32) - 8) * scale.reshape(*packed.shape[:2], 1)
        whole = values.reshape(given["N"], -1)[:, : given["K"]]
        assert (given["bits"], given["accuracy_level"]) == (4, 4)
        found[given["N"], given["K"]] = (whole, given["block_size"])
    return found


@pytest.mark.parametrize(("inputs", "block"), [(25, 16), (100, 32), (256, 128)])
def test_that_torch_computes_what_the_runtime_computes(inputs: int, block: int) -> None:
    generator = torch.Generator().manual_seed(inputs)
    weight, bias = (torch.randn(*shape, generator=generator) for shape in ((7, inputs), (7,)))
    matrix = FourBitMatrix(round_in_blocks(weight, block), bias)
    values = torch.randn(9, 3, inputs, generator=generator)
    file = build_onnx(
        Prepared(module=nn.Sequential(matrix), integers={}), Example((3, inputs))
    ).SerializeToString()
    (found,) = session_of(file, threads=1).run(None, {"input": values.numpy()})
    assert error_between(torch.from_numpy(found), matrix(values)) <= 1e-5


def test_that_blocks_round_to_the_nearest_of_fifteen_levels() -> None:
    weight = torch.randn(5, 40, generator=torch.Generator().manual_seed(1))
    found = round_in_blocks(weight, 16).values().numpy()
    rows = np.pad(weight.numpy(), ((0, 0), (0, 8))).reshape(5, 3, 16)
    scale = np.abs(rows).max(2, keepdims=True) / 7
    wanted = (np.round(rows / scale) * scale).reshape(5, -1)[:, :40]
    np.testing.assert_allclose(found, wanted, atol=1e-6)


def test_that_the_file_is_verified_and_smaller_and_says_what_stays_in_floats(tmp_path: Path) -> None:
    told: list[RunEvent] = []
    job, path = make_matrices(told=told), tmp_path / "model-int4.onnx"
    artifact = export_int4(job, path)
    assert artifact.verified, artifact.why
    assert artifact.format is ExportFormat.ONNX_INT4
    assert artifact.integer_operators == 3
    assert artifact.max_error is not None and artifact.max_error <= 1e-4
    assert four_bits_of(path).keys() == {(40, 32), (48, 40), (8, 48)}
    notes = [event.arguments for event in told if isinstance(event, WarningRaised)]
    assert notes == [{"count": "3", "share": f"{3584 / (3584 + 128 + 40):.1%}"}]


def test_that_levels_that_the_recipe_rounded_to_are_those_of_the_file(tmp_path: Path) -> None:
    """Behind the batch norm's layer they are multiplied by its factors, whose signs are not all the same."""
    spec = QuantizeSpec(
        weight_bits=4, activation_bits=0, granularity=QuantizeGranularity.PER_GROUP, group_size=16
    )
    job = make_matrices(spec)
    assert export_int4(job, tmp_path / "model.onnx").verified
    found = four_bits_of(tmp_path / "model.onnx")
    module = job.model.module
    mix, back, norm = module.get_submodule("mix"), module.get_submodule("back"), module.get_submodule("norm")
    factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    assert bool((factor < 0).any())
    for shape, weight in (((40, 32), mix.weight), ((48, 40), back.weight * factor.unsqueeze(1))):
        values, block = found[shape]
        assert block == 16
        np.testing.assert_allclose(values, weight.detach().numpy(), rtol=1e-6)


def test_that_a_scale_for_each_channel_is_that_of_all_its_blocks() -> None:
    levels = torch.randint(-7, 8, (3, 70), dtype=torch.int32)
    coded = CodedWeight(levels=levels, scale=torch.tensor([0.1, 0.2, 0.3]))
    taken = block_weight_of(coded)
    assert taken is not None and taken.levels.shape == (3, 2, 64)
    assert torch.equal(taken.values(), coded.values())


@pytest.mark.parametrize(
    "coded",
    [
        CodedWeight(levels=torch.full((2, 32), 8, dtype=torch.int32), scale=torch.ones(1)),
        CodedWeight(levels=torch.zeros(2, 48, dtype=torch.int32), scale=torch.ones(2, 2), group_size=24),
        CodedWeight(levels=torch.zeros(2, 32, dtype=torch.int32), scale=torch.ones(1), table=torch.zeros(3)),
    ],
    ids=["more than four bits", "groups that are no blocks", "a table"],
)
def test_that_what_does_not_lie_on_such_a_grid_is_rounded_anew(coded: CodedWeight) -> None:
    assert block_weight_of(coded) is None


def test_that_a_layer_that_the_recipe_leaves_in_float_stays_in_float(tmp_path: Path) -> None:
    spec = QuantizeSpec(weight_bits=4, activation_bits=0, layers={"mix": LayerQuantizeSpec(skip=True)})
    assert export_int4(make_matrices(spec), tmp_path / "model.onnx").verified
    assert four_bits_of(tmp_path / "model.onnx").keys() == {(48, 40), (8, 48)}


@pytest.mark.parametrize("bits", [None, 8])
def test_that_convolutions_stay_as_they_are(bits: int | None, tmp_path: Path) -> None:
    artifact = export_int4(make_job("simple", bits=bits), tmp_path / "model.onnx")
    assert artifact.verified, artifact.why
    assert (artifact.integer_operators, artifact.float_operators) == (2, 2)
