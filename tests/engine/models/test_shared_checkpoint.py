"""A stranger's checkpoint that lies outside of the project: it opens, and does as well as its author said."""

import os
from pathlib import Path

import pytest

from engine.context import RunContext
from engine.contract.methods import SourceFormat
from engine.contract.recipe import DataSpec
from engine.contract.source import ModelSource
from engine.models.opening import open_model
from engine.pipeline.inspecting import inspect_model

NETWORKS = Path(__file__).parents[3] / "benchmarks" / "networks.py"
TRUSTING = RunContext(ask=lambda path, wants: True, remembers_word=False)


def data_file(name: str) -> Path:
    for folder in os.environ.get("PENJING_DATA", "data").split(os.pathsep):
        if (Path(folder) / name).is_file():
            return (Path(folder) / name).absolute()
    pytest.skip(f"no folder of PENJING_DATA holds {name}")


def checkpoint() -> ModelSource:
    file = data_file("resnet_cifar10/resnet20-12fca82f.th")
    return ModelSource(file=str(file), architecture=f"{NETWORKS}:ResNet20", input_shape=(3, 32, 32))


def test_that_the_shared_resnet20_opens() -> None:
    model = open_model(checkpoint(), TRUSTING, example=None)
    assert (model.info.format, model.info.entry) == (SourceFormat.CHECKPOINT, "state_dict")
    assert sum(parameter.numel() for parameter in model.module.parameters()) == 269_722
    assert model.output_classes == 10


def test_that_the_shared_resnet20_is_as_good_as_its_author_said() -> None:
    data = DataSpec(
        source=f"npz:{data_file('cifar10.npz')}", mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225)
    )
    accuracy = inspect_model(checkpoint(), data, TRUSTING).metrics.accuracy
    assert accuracy == pytest.approx(0.9173, abs=1e-9)
