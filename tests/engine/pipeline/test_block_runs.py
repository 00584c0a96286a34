"""Runs that remove whole residual blocks: to the end, stopped and gone on with, exported, and opened elsewhere."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from engine.context import Control, RunContext
from engine.contract.errors import RunCancelled
from engine.contract.events import CheckpointSaved, RunEvent
from engine.contract.methods import (
    ExportFormat,
    PruneGranularity,
    PruneMethod,
    QuantizeMode,
    Schedule,
    Scope,
    Strategy,
)
from engine.contract.recipe import (
    ExportSpec,
    JointSpec,
    ModelSpec,
    PruneSpec,
    QuantizeSpec,
    Recipe,
    RecoverSpec,
)
from engine.contract.run_folder import RunFolder
from engine.pipeline.estimating import estimate
from tests.engine.networks import error_between, shake_, some_inputs
from tests.engine.pipeline.runs import make_project, run, with_

NET = """
import torch
from torch import nn

class Block(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.stride, self.extra = outputs // inputs, outputs // 4
        self.conv1 = nn.Conv2d(inputs, outputs, 3, self.stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)

    def forward(self, x):
        branch = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        if self.stride > 1:
            x = nn.functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.extra, self.extra))
        return torch.relu(branch + x)

class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 8, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(8)
        self.layer1 = nn.Sequential(Block(8, 8), Block(8, 8))
        self.layer2 = nn.Sequential(Block(8, 16), Block(16, 16))
        self.head = nn.Linear(16, 3)

    def forward(self, x):
        x = self.layer2(self.layer1(torch.relu(self.norm(self.stem(x)))))
        return self.head(x.mean((2, 3)))
"""
HALF = PruneSpec(
    granularity=PruneGranularity.LAYER, method=PruneMethod.MEAN_ACTIVATION, scope=Scope.GLOBAL, ratio=0.5
)
# A fresh interpreter that sees neither this checkout nor the user's folders.
LOAD = """
import importlib, sys, torch
sys.path.insert(0, sys.argv[1])
network = importlib.import_module(sys.argv[2]).load()
with torch.no_grad():
    torch.save(network(torch.load(sys.argv[3] + "/inputs.bin")), sys.argv[3] + "/answers.bin")
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    """Four blocks of which half go, then training with rounding."""
    folder = tmp_path_factory.mktemp("project")
    recipe = make_project(folder)
    (folder / "deep.py").write_text(NET)
    torch.manual_seed(0)
    torch.save(shake_(deep()).state_dict(), folder / "deep.pt")
    return with_(
        recipe,
        model=ModelSpec(file=str(folder / "deep.pt"), architecture=f"{folder / 'deep.py'}:Residual"),
        prune=HALF,
        recover=RecoverSpec(epochs=2, learning_rate=0.02),
    )


def deep() -> nn.Module:
    """The user's network; it knows nothing of what was removed."""
    names: dict[str, type[nn.Module]] = {}
    exec(compile(NET, "deep.py", "exec"), names)
    return names["Residual"]()


def shallow(state: dict[str, torch.Tensor]) -> nn.Module:
    """The user's network, whose missing branches answer zeros."""
    network = deep()
    missing = network.load_state_dict(state, strict=False).missing_keys
    for block in {name.rpartition(".")[0].rpartition(".")[0] for name in missing}:
        norm = network.get_submodule(f"{block}.bn2")
        nn.init.zeros_(norm.weight)  # type: ignore[arg-type]
        nn.init.zeros_(norm.bias)  # type: ignore[arg-type]
    return network.eval()


def test_that_a_run_writes_a_shallower_network_that_others_run(project: Recipe, tmp_path: Path) -> None:
    """The int8 file is verified against the fake quantizers; weights and their loader stand alone."""
    formats = (ExportFormat.ONNX_INT8, ExportFormat.STATE_DICT)
    report = run(with_(project, export=ExportSpec(formats=formats)), tmp_path / "run")
    int8, weights = report.artifacts
    assert int8.verified and weights.verified, report.artifacts
    assert int8.integer_operators >= 6
    gone = [layer for layer in report.layers if not layer.shape_after]
    assert (len(gone), len(report.layers)) == (4, 10)
    assert {(layer.why_code, layer.macs_after, layer.parameter_bytes_after) for layer in gone} == {
        ("layer_gone", 0, 0)
    }
    assert sum(layer.macs_after or 0 for layer in report.layers) == report.after.macs
    file, inputs = tmp_path / "run" / weights.path, some_inputs((1, 8, 8), 4)
    torch.save(inputs, tmp_path / "inputs.bin")
    command = [sys.executable, "-I", "-c", LOAD, str(file.parent), file.stem, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stderr
    wanted = shallow(torch.load(file, weights_only=True))(inputs).detach()
    assert error_between(torch.load(tmp_path / "answers.bin"), wanted) <= 1e-5


ORDERS: dict[str, dict[str, object]] = {
    "sequential": {},
    "together, in rounds, by movement": {
        "prune": PruneSpec(
            granularity=PruneGranularity.LAYER,
            method=PruneMethod.MOVEMENT,
            scope=Scope.GLOBAL,
            schedule=Schedule.ITERATIVE,
            rounds=3,
        ),
        "joint": JointSpec(strategy=Strategy.SIMULTANEOUS),
    },
}


@pytest.mark.parametrize("order", ORDERS)
def test_that_a_cancelled_run_goes_on_to_the_same_weights(
    order: str, project: Recipe, tmp_path: Path
) -> None:
    """It is cancelled at each of its checkpoints in turn: with gates open and shut, before the cut and behind it."""
    recipe = with_(project, **ORDERS[order])
    whole = run(recipe, tmp_path / "whole")
    control, cancelled = Control(), 0

    def cancel(event: RunEvent) -> None:
        if isinstance(event, CheckpointSaved):
            control.cancel()

    while True:
        control = Control()
        try:
            found = run(recipe, tmp_path / "run", cancel, control=control, is_resume=cancelled > 0)
            break
        except RunCancelled:
            cancelled += 1
            assert cancelled < 20, "it does not come to an end"
    assert cancelled >= 4
    assert found.weights_sha256 == whole.weights_sha256


def test_that_the_best_so_far_of_a_run_that_was_cancelled_on_its_ramp_is_cut(
    project: Recipe, tmp_path: Path
) -> None:
    control, folder = Control(), RunFolder(tmp_path / "run")

    def cancel(event: RunEvent) -> None:
        if isinstance(event, CheckpointSaved) and event.step > 0:
            control.cancel()

    with pytest.raises(RunCancelled):
        run(project, folder.root, cancel, control=control)
    report = folder.read_report()
    assert report.outcome == "cancelled"
    gone = [layer for layer in report.layers if not layer.shape_after]
    assert len(gone) in (2, 4)
    assert report.after.parameters < report.before.parameters


def test_that_the_estimate_is_what_the_run_gives(project: Recipe, tmp_path: Path) -> None:
    recipe = with_(
        project,
        quantize=QuantizeSpec(mode=QuantizeMode.POST_TRAINING, calibration_samples=32),
        recover=RecoverSpec(epochs=0),
    )
    ctx = RunContext(folder=tmp_path, ask=lambda path, wants: True)
    found = estimate(recipe, ctx)
    report = run(recipe, tmp_path / "run")
    assert found.parameters_after == report.after.parameters < found.parameters_before
    assert found.parameter_bytes_after == report.after.parameter_bytes
    assert found.macs_after == report.after.macs
    assert (found.pruned_layers, found.locked_layers) == (8, 2)
