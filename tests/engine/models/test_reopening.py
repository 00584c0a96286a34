"""A pruned network is opened again by what its file says, without anybody's class."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from engine.context import RunContext
from engine.contract.methods import PruneGranularity
from engine.contract.recipe import ModelSpec, PruneSpec, Recipe
from engine.contract.source import ModelSource
from engine.export.formats import ExportJob, export_state_dict
from engine.export.prepare import prepare_float
from engine.models.opening import LoadedModel, open_model
from engine.pipeline.work import compressed_model
from tests.engine.export.jobs import make_data
from tests.engine.networks import Shape, shake_, some_inputs

SIDE = (3, 32, 32)


@dataclass(frozen=True)
class Written:
    """A file, and the network that was written into it."""

    path: Path
    network: nn.Module

    def answers(self, shape: Shape) -> Tensor:
        with torch.no_grad():
            return self.network(some_inputs(shape, 3))


def opened(file: str | Path, *, shape: Shape | None = None, architecture: str | None = None) -> LoadedModel:
    source = ModelSource(file=str(file), input_shape=shape, architecture=architecture)
    return open_model(source, RunContext(ask=lambda path, wants: True), example=None)


def write_half(
    loaded: LoadedModel, path: Path, granularity: PruneGranularity = PruneGranularity.CHANNEL
) -> Written:
    """Half of what the granularity removes is cut, and the rest written."""
    recipe = Recipe(model=ModelSpec(file="-"), prune=PruneSpec(granularity=granularity, ratio=0.5))
    model = compressed_model(loaded, recipe)
    model.set_share(1.0)
    model.cut()
    model.finish()
    data = make_data(loaded.example.shape, samples=4, classes=loaded.output_classes)
    job = ExportJob(model=model, data=data, ctx=RunContext(), threads=1, lineage=loaded.lineage)
    assert export_state_dict(job, path).verified
    return Written(path, prepare_float(model, is_folded=False).module)


def answers_of(loaded: LoadedModel, shape: Shape) -> Tensor:
    with torch.no_grad():
        return loaded.captured.module(some_inputs(shape, 3))


NAMED = [
    ("torchvision:resnet18?num_classes=5", PruneGranularity.CHANNEL),
    ("torchvision:mobilenet_v2?width_mult=0.35&num_classes=5", PruneGranularity.CHANNEL),
    ("torchvision:shufflenet_v2_x0_5?num_classes=5", PruneGranularity.CHANNEL),
    ("torchvision:squeezenet1_1?num_classes=5", PruneGranularity.CHANNEL),
    ("torchvision:vit_b_16?image_size=32&num_classes=5", PruneGranularity.HEAD),
]


@pytest.mark.parametrize(("name", "granularity"), NAMED)
def test_that_two_generations_of_a_library_network_open_and_answer_bit_for_bit(
    name: str, granularity: PruneGranularity, tmp_path: Path
) -> None:
    first = opened(name, shape=SIDE)
    shake_(first.module)
    before = sum(parameter.numel() for parameter in first.module.parameters())
    child = write_half(first, tmp_path / "child.pt", granularity)
    again = opened(child.path)
    assert torch.equal(answers_of(again, SIDE), child.answers(SIDE))
    assert again.captured.untraced_because is None
    assert again.info.architecture == name and again.lineage.parameters == before
    if granularity is PruneGranularity.CHANNEL:
        grandchild = write_half(again, tmp_path / "grandchild.pt", granularity)
        last = opened(grandchild.path)
        assert torch.equal(answers_of(last, SIDE), grandchild.answers(SIDE))
        assert len(last.lineage.cuts) == 2 and last.lineage.parameters == before


def test_that_a_file_is_still_a_plain_state_dict_with_its_batch_norms(tmp_path: Path) -> None:
    child = write_half(opened("torchvision:resnet18?num_classes=5", shape=SIDE), tmp_path / "model.pt")
    state = torch.load(child.path, weights_only=True)
    assert state.keys() == child.network.state_dict().keys()
    assert "layer1.0.bn1.running_var" in state
    mapped = torch.load(child.path, weights_only=True, mmap=True)
    assert all(torch.equal(state[name], tensor) for name, tensor in mapped.items())
