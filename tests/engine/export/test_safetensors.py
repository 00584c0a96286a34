"""Safetensors of a finished model: tensors that anybody multiplies out, and that open again."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.methods import SourceFormat
from engine.contract.recipe import QuantizeSpec
from engine.export.archive_file import tensors_of
from engine.export.job import ExportJob
from engine.export.safetensors_writer import export_safetensors, verify_safetensors
from engine.export.verify_archive import different_tensor
from engine.models.safetensors_file import read_own, weights_in
from tests.engine.export.jobs import make_data, make_job
from tests.engine.export.test_archive import of_sample
from tests.engine.models.pruned_files import opened
from tests.engine.networks import Branching, compress, error_between, some_inputs

LOAD = """
import sys, torch
sys.path.insert(0, sys.argv[1])
from weights import load
with torch.no_grad():
    answers = load()(torch.load(sys.argv[1] + "/inputs.bin"))
torch.save(answers, sys.argv[1] + "/answers.bin")
assert not {"engine", "gui", "resources"} & {name.partition(".")[0] for name in sys.modules}
"""


@pytest.mark.parametrize(("name", "bits"), [("simple", 4), ("residual", 8), ("tokens", None)])
def test_that_every_tensor_is_the_one_that_the_network_computes_with(
    name: str, bits: int | None, tmp_path: Path
) -> None:
    job, path = make_job(name, bits=bits), tmp_path / "weights.safetensors"
    artifact = export_safetensors(job, path)
    assert (artifact.verified, artifact.agreement) == (True, 1.0)
    assert artifact.size_bytes == path.stat().st_size
    assert different_tensor(read_own(path)[0], tensors_of(job.model)) is None


def test_that_rounded_weights_are_levels_that_one_line_multiplies_out(tmp_path: Path) -> None:
    job, path = make_job("residual", bits=3), tmp_path / "weights.safetensors"
    export_safetensors(job, path)
    stored = load_file(path)
    for name in job.model.placement.bits:
        levels, scale = stored[f"{name}.weight"], stored[f"{name}.weight_scale"]
        assert levels.dtype is torch.int8 and int(levels.abs().max()) <= 3
        assert torch.equal(levels.float() * scale, job.model.module.get_submodule(name).weight)


def test_that_rounded_weights_take_a_quarter_of_the_bytes(tmp_path: Path) -> None:
    sizes = []
    for bits in (None, 8):
        export_safetensors(make_job("simple", bits=bits), tmp_path / "weights.safetensors")
        sizes.append(sum(t.nbytes for t in load_file(tmp_path / "weights.safetensors").values()))
    assert sizes[0] / sizes[1] > 3.5


def test_that_a_python_file_loads_the_weights_where_penjing_is_not(tmp_path: Path) -> None:
    job = make_job("residual", bits=8)
    export_safetensors(job, tmp_path / "weights.safetensors")
    inputs = some_inputs(job.model.captured.example_shape, 4)
    torch.save(inputs, tmp_path / "inputs.bin")
    done = subprocess.run(
        [sys.executable, "-I", "-c", LOAD, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    assert done.returncode == 0, done.stderr
    job.model.switch_quantizers(is_on=False)
    with torch.no_grad():
        wanted = job.model.module(inputs)
    assert 0 < error_between(torch.load(tmp_path / "answers.bin"), wanted) <= 0.05


def test_that_the_header_opens_the_pruned_network_by_itself(tmp_path: Path) -> None:
    job, path = of_sample(), tmp_path / "weights.safetensors"
    export_safetensors(job, path)
    loaded = opened(path)
    assert (loaded.info.format, loaded.output_classes) == (SourceFormat.SAFETENSORS, 10)
    assert loaded.info.pruned_from is not None and loaded.info.pruned_from.parameters == 21_840
    assert different_tensor(dict(loaded.module.state_dict()), tensors_of(job.model)) is None


def test_that_a_network_of_somebodys_own_class_names_the_file_beside_it(tmp_path: Path) -> None:
    job, path = make_job("residual"), tmp_path / "weights.safetensors"
    export_safetensors(job, path)
    with pytest.raises(RequestError, match=r"weights\.py:Network"):
        opened(path)
    loaded = opened(
        path, architecture=f"{tmp_path / 'weights.py'}:Network", shape=job.model.captured.example_shape
    )
    assert different_tensor(dict(loaded.module.state_dict()), tensors_of(job.model)) is None


def test_that_an_untraced_network_is_written_for_its_own_class(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network, path = Branching().eval(), tmp_path / "weights.safetensors"
    job = ExportJob(model=compress(network, (6,)), data=make_data((6,)), ctx=RunContext(), threads=1)
    assert export_safetensors(job, path).verified
    again = Branching()
    again.load_state_dict(load_file(path))
    assert torch.equal(again.hidden.weight, network.hidden.weight)
    assert 'safetensors.torch.load_file("weights.safetensors")' in path.with_suffix(".py").read_text()


class Tied(nn.Module):
    """Two layers of one weight, which safetensors refuses to write twice from one memory."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two, self.head = nn.Linear(6, 6), nn.Linear(6, 6), nn.Linear(6, 5)
        self.two.weight = self.one.weight

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(torch.relu(self.two(torch.relu(self.one(x)))))


def test_that_weights_that_layers_share_are_written_for_each(tmp_path: Path) -> None:
    torch.manual_seed(0)
    path = tmp_path / "weights.safetensors"
    model = compress(Tied().eval(), (6,))
    job = ExportJob(model=model, data=make_data((6,)), ctx=RunContext(), threads=1)
    assert export_safetensors(job, path).verified
    stored = load_file(path)
    assert torch.equal(stored["one.weight"], stored["two.weight"])


def test_that_a_file_with_one_other_bit_is_not_verified(tmp_path: Path) -> None:
    job, path = of_sample(), tmp_path / "weights.safetensors"
    export_safetensors(job, path)
    wanted = tensors_of(job.model)
    wanted["fc1.bias"] = torch.nextafter(wanted["fc1.bias"], torch.tensor(9.0))
    artifact = verify_safetensors(path, job, wanted)
    assert (artifact.verified, artifact.why_code) == (False, "verdict_tensors")


@pytest.mark.parametrize(("words", "code"), [("{", "history_damaged"), ('{"schema": 9}', "history_newer")])
def test_that_a_header_that_cannot_be_read_is_refused_in_one_line(
    words: str, code: str, tmp_path: Path
) -> None:
    path = tmp_path / "weights.safetensors"
    save_file({"weight": torch.zeros(2, 2)}, path, {"penjing": words})
    with pytest.raises(RequestError) as caught:
        opened(path)
    assert caught.value.code == code


def test_that_a_scale_of_another_shape_is_a_tensor_like_any_other() -> None:
    """A few bytes of levels and of scales would else be multiplied out to all of the memory."""
    stored = {
        "weight": torch.zeros(4, 1, dtype=torch.int8),
        "weight_scale": torch.zeros(1, 9),
        "other": torch.zeros(4, 2),
        "other_scale": torch.zeros(4, 1),
    }
    assert weights_in(stored).keys() == stored.keys()


def test_that_where_weights_alone_are_rounded_the_file_says_so_and_holds_no_grids(tmp_path: Path) -> None:
    network = make_job("simple", bits=None).model.module
    model = compress(network, (1, 28, 28), quantize=QuantizeSpec(weight_bits=2, activation_bits=0))
    model.attach_quantizers()
    model.finish()
    job = ExportJob(
        model=model, data=make_data((1, 28, 28), classes=10), ctx=RunContext(), threads=1, title="two bits"
    )
    path = tmp_path / "weights.safetensors"
    assert export_safetensors(job, path).verified
    with safe_open(path, framework="pt") as file:
        assert file.metadata()["format"] == "pt"
    document = read_own(path)[1]
    assert (document.quantize, document.values) == (model.recipe.quantize, {})
