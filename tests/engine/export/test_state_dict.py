"""The pruned weights and the Python file beside them, loaded where Penjing is not."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import torchvision
from torch import Tensor, nn

from engine.context import RunContext
from engine.contract.errors import RunError
from engine.export.formats import export_state_dict
from engine.export.job import ExportJob
from engine.export.python_loader import loader_source
from engine.models.example import Example
from engine.models.graph import capture
from tests.engine.export.jobs import finish, make_data, make_job
from tests.engine.networks import Branching, Shape, compress, error_between, shake_, some_inputs

# A fresh interpreter that sees neither this checkout nor the user's folders.
LOAD = """
import sys, torch
sys.path.insert(0, sys.argv[1])
from model import load
with torch.no_grad():
    answers = load()(torch.load(sys.argv[1] + "/inputs.bin"))
torch.save(answers, sys.argv[1] + "/answers.bin")
assert not {"engine", "gui", "resources"} & {name.partition(".")[0] for name in sys.modules}
"""


@pytest.mark.parametrize("name", ["simple", "residual", "padded_shortcut", "tokens"])
def test_that_torch_alone_loads_the_weights_and_answers_equally(name: str, tmp_path: Path) -> None:
    job = make_job(name, bits=None)
    artifact = export_state_dict(job, tmp_path / "model.pt")
    assert artifact.verified
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
    with torch.no_grad():
        wanted = job.model.module(inputs)
    assert error_between(torch.load(tmp_path / "answers.bin"), wanted) <= 1e-5


class WithPosition(nn.Module):
    """A parameter of its own, outside of layers."""

    def __init__(self) -> None:
        super().__init__()
        self.position = nn.Parameter(torch.randn(6))
        self.hidden = nn.Linear(6, 8)
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(torch.relu(self.hidden(x + self.position)))


def test_that_parameters_outside_of_layers_are_loaded_too(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = finish(shake_(WithPosition()).eval(), (6,), bits=None)
    job = ExportJob(model=model, data=make_data((6,)), ctx=RunContext(), threads=1)
    assert export_state_dict(job, tmp_path / "model.pt").verified
    assert "position" in torch.load(tmp_path / "model.pt", weights_only=True)


class DroppingBlocks(nn.Module):
    """As the blocks of an EfficientNet: a function that the trace does not look into."""

    def __init__(self) -> None:
        super().__init__()
        self.drop = torchvision.ops.StochasticDepth(0.2, "row")
        self.hidden = nn.Linear(6, 8)
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(torch.relu(self.drop(self.hidden(x))))


class Attention(nn.Module):
    """A layer that shows what is inside it instead of how it is made."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.hidden = nn.Linear(8, 8)
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x, _ = self.attention(x, x, x)
        return self.head(torch.relu(self.hidden(x.mean(1))))


class SamePadding(nn.Module):
    """Torch shows its words without quotes."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Conv2d(3, 8, 3, padding="same", padding_mode="circular")
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(torch.relu(self.hidden(x)).mean((2, 3)))


@pytest.mark.parametrize(
    ("build", "shape"), [(DroppingBlocks, (6,)), (Attention, (4, 8)), (SamePadding, (3, 6, 6))]
)
def test_that_what_has_no_short_form_of_its_own_is_loaded_too(
    build: Callable[[], nn.Module], shape: Shape, tmp_path: Path
) -> None:
    torch.manual_seed(0)
    model = finish(shake_(build()).eval(), shape, bits=None)
    job = ExportJob(model=model, data=make_data(shape), ctx=RunContext(), threads=1)
    assert export_state_dict(job, tmp_path / "model.pt").verified
    assert "def load(" in (tmp_path / "model.py").read_text(encoding="utf-8")
    assert torch.load(tmp_path / "model.pt", weights_only=True)["hidden.weight"].shape[0] == 4


def test_that_weights_of_an_untraced_network_are_written_for_its_own_class(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Branching().eval()
    job = ExportJob(model=compress(network, (6,)), data=make_data((6,)), ctx=RunContext(), threads=1)
    assert export_state_dict(job, tmp_path / "model.pt").verified
    again = Branching()
    again.load_state_dict(torch.load(tmp_path / "model.pt", weights_only=True))
    assert torch.equal(again.hidden.weight, network.hidden.weight)


def test_that_a_hostile_attribute_is_never_run(tmp_path: Path) -> None:
    """No forward pass reads ``affine``, so a crafted file may hold anything there; repr shows it as it stands."""
    network = nn.Sequential(nn.BatchNorm1d(6), nn.Linear(6, 5)).eval()
    network[0].affine = f"open({str(tmp_path / 'pwned')!r}, 'w')"
    captured = capture(network, Example((6,)))
    with pytest.raises(RunError, match="no short form"):
        loader_source(captured.module, title="t", stem="model")
    assert not (tmp_path / "pwned").exists()


def test_that_a_hostile_name_is_never_run(tmp_path: Path) -> None:
    """torch.fx writes names into the text of the forward pass."""
    target = str(tmp_path / "pwned").replace("/", chr(92) + "x2f")
    network = nn.Sequential(nn.Linear(6, 5)).eval()
    name = f'x", open("{target}", "w"), "'
    network._modules = {name: network[0]}
    captured = capture(network, Example((6,)))
    assert captured.untraced_because is not None and "no plain name" in captured.untraced_because
    assert not (tmp_path / "pwned").exists()
