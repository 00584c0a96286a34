"""Writers of pruned networks, and what opens them."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.context import RunContext
from engine.contract.methods import PruneGranularity
from engine.contract.recipe import ModelSpec, PruneSpec, Recipe
from engine.contract.source import ModelSource
from engine.export.formats import export_state_dict
from engine.export.job import ExportJob
from engine.export.prepare import prepare_float
from engine.models.opening import LoadedModel, open_model
from engine.pipeline.work import compressed_model
from tests.engine.export.jobs import make_data
from tests.engine.networks import Shape, some_inputs


@dataclass(frozen=True)
class Written:
    """A file, and the network that was written into it."""

    path: Path
    network: nn.Module

    def answers(self, shape: Shape) -> Tensor:
        return answers_of(self.network, shape)


def answers_of(network: nn.Module, shape: Shape) -> Tensor:
    with torch.no_grad():
        answers = network(some_inputs(shape, 3))
    assert isinstance(answers, Tensor)
    return answers


def opened(file: str | Path, *, shape: Shape | None = None, architecture: str | None = None) -> LoadedModel:
    source = ModelSource(file=str(file), input_shape=shape, architecture=architecture)
    return open_model(source, RunContext(ask=lambda path, wants: True), example=None)


def write_half(
    loaded: LoadedModel, path: Path, granularity: PruneGranularity = PruneGranularity.CHANNEL
) -> Written:
    """Half of what the granularity removes is cut, and the rest written."""
    recipe = Recipe(model=ModelSpec(file="-"), prune=PruneSpec(granularity=granularity, ratio=0.5))
    model = compressed_model(loaded, recipe)
    model.attach_masks()
    model.set_share(1.0)
    model.cut()
    model.finish()
    data = make_data(loaded.example.shape, samples=4, classes=loaded.output_classes)
    job = ExportJob(model=model, data=data, ctx=RunContext(), threads=1, lineage=loaded.lineage)
    assert export_state_dict(job, path).verified
    return Written(path, prepare_float(model, is_folded=False).module)
