"""Programs of torch.export: torch alone runs them, nothing in them is pickled, and they open again."""

import io
import json
import zipfile
from pathlib import Path

import pytest
import torch
from torch import nn

from engine.context import RunContext
from engine.contract.errors import RequestError, RunError, TrustRequired
from engine.contract.source import ModelSource
from engine.export.job import ExportJob
from engine.export.prepare import prepare_float
from engine.export.program_file import export_pt2, program_of, verify_pt2
from engine.models.exported import exported_state, load_unpickled
from engine.models.opening import open_model
from tests.engine.export.jobs import make_data, make_job
from tests.engine.networks import Branching, compress, error_between, some_inputs


@pytest.mark.parametrize(("name", "bits"), [("simple", None), ("residual", 8)])
def test_that_torch_alone_runs_the_program_on_any_batch(name: str, bits: int | None, tmp_path: Path) -> None:
    job, path = make_job(name, bits=bits), tmp_path / "model.pt2"
    artifact = export_pt2(job, path)
    assert artifact.verified, artifact.why
    assert (artifact.agreement, artifact.size_bytes) == (1.0, path.stat().st_size)
    job.model.switch_quantizers(is_on=False)
    program = torch.export.load(path).module()
    for batch in (1, 5):
        inputs = some_inputs(job.model.captured.example_shape, batch)
        with torch.no_grad():
            assert error_between(program(inputs), job.model.module(inputs)) <= 1e-5


def test_that_channels_that_were_cut_are_not_in_the_file(tmp_path: Path) -> None:
    job, path = make_job("simple", bits=None), tmp_path / "model.pt2"
    export_pt2(job, path)
    found = {name: tensor.shape for name, tensor in exported_state(path).items()}
    wanted = {name: p.shape for name, p in job.model.module.named_parameters()}
    assert found == wanted
    assert found["fc1.weight"] == (25, 160)


def test_that_nothing_in_it_is_pickled_or_names_files_of_this_machine(tmp_path: Path) -> None:
    path = tmp_path / "model.pt2"
    export_pt2(make_job("tokens", bits=None), path)
    with zipfile.ZipFile(path) as archive:
        members = {info.filename.partition("/")[2]: archive.read(info) for info in archive.infolist()}
    assert members["data/sample_inputs/model.pt"] == b""
    config = json.loads(members["data/weights/model_weights_config.json"])["config"]
    assert not any(entry["use_pickle"] for entry in config.values())
    assert b".py" not in b"".join(members.values())


class OneBatch(nn.Module):
    """Code that counts its samples fixes the batch."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden, self.head = nn.Linear(6, 8), nn.Linear(8, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows = [self.head(torch.relu(self.hidden(x[place]))) for place in range(len(x))]
        return torch.stack(rows)


def test_that_a_program_of_one_batch_is_verified_sample_by_sample(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = compress(OneBatch().eval(), (6,))
    job = ExportJob(model=model, data=make_data((6,), samples=16), ctx=RunContext(), threads=1)
    assert export_pt2(job, tmp_path / "model.pt2").verified


def test_that_a_program_with_one_other_bit_is_not_verified(tmp_path: Path) -> None:
    job, path = make_job("simple", bits=None), tmp_path / "model.pt2"
    export_pt2(job, path)
    wanted = dict(program_of(prepare_float(job.model).module, job.model.captured.example).state_dict)
    wanted["fc1.bias"] = torch.nextafter(wanted["fc1.bias"].detach(), torch.tensor(9.0))
    artifact = verify_pt2(path, wanted, job)
    assert (artifact.verified, artifact.why_code) == (False, "verdict_tensors")


def test_that_it_opens_again_on_the_users_word(tmp_path: Path) -> None:
    job, path = make_job("simple", bits=None), tmp_path / "model.pt2"
    export_pt2(job, path)
    source = ModelSource(file=str(path))
    with pytest.raises(TrustRequired):
        open_model(source, RunContext(), example=None)
    loaded = open_model(source, RunContext(ask=lambda path, wants: True), example=None)
    inputs = some_inputs((1, 28, 28), 3)
    with torch.no_grad():
        assert error_between(loaded.module(inputs), job.model.module(inputs)) <= 1e-5


def test_that_a_file_with_something_pickled_is_not_loaded(tmp_path: Path) -> None:
    network, content = nn.Sequential(nn.Linear(6, 5)).eval(), io.BytesIO()
    torch.export.save(torch.export.export(network, (torch.zeros(2, 6),)), content)
    path = tmp_path / "model.pt2"
    path.write_bytes(content.getvalue())
    with pytest.raises(RequestError, match="pickled"):
        load_unpickled(path)


def test_that_what_torch_cannot_follow_is_said_in_one_line() -> None:
    torch.manual_seed(0)
    model = compress(Branching().eval(), (6,))
    with pytest.raises(RunError, match="cannot be written as pt2"):
        program_of(prepare_float(model).module, model.captured.example)
