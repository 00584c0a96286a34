"""Models and data that belong together, and those that do not."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.recipe import DataSpec
from engine.contract.source import ModelSource
from engine.data.fit import check_data_fits
from engine.models.architectures import build_architecture
from engine.models.opening import LoadedModel, open_model
from tests.engine.data.test_splits import Arrays, load, make_arrays, write_npz
from tests.engine.models.strangers import write_net


def _sample_model() -> LoadedModel:
    return open_model(ModelSource(file="sample"), RunContext(), example=None)


def test_that_the_sample_fits_its_data() -> None:
    check_data_fits(load(DataSpec()), _sample_model())


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        ({}, "data_wrong_shape", "(1, 8, 8), the model takes (1, 28, 28)"),
        ({"y_test": np.full(30, 10)}, "labels_out_of_range", '"test" go from 10 to 10'),
        ({"y_train": np.arange(60) - 1}, "labels_out_of_range", '"train" go from -1'),
    ],
)
def test_that_data_of_another_shape_or_with_strange_labels_does_not_fit(
    tmp_path: Path, change: Arrays, code: str, says: str
) -> None:
    arrays = make_arrays(shape=(28, 28) if change else (8, 8)) | change
    spec = DataSpec(source=write_npz(tmp_path, arrays).source, validation=0.0)
    with pytest.raises(RequestError) as caught:
        check_data_fits(load(spec), _sample_model())
    assert caught.value.code == code
    assert says in caught.value.message


WORD_NET = """
from torch import nn


def words():
    return nn.Sequential(nn.Embedding(50, 4), nn.Flatten(), nn.Linear(16, 3))


def floats():
    return nn.Sequential(nn.Linear(4, 3))
"""


@pytest.mark.parametrize(
    ("net", "samples", "code"),
    [
        ("words", np.ones((60, 4), np.int64), ""),
        ("words", np.full((60, 4), 49), ""),
        ("words", np.full((60, 4), 50), "data_vocabulary"),
        ("words", np.ones((60, 4), np.float32), "data_not_words"),
        ("floats", np.ones((60, 4), np.int64), "data_words"),
        ("floats", np.ones((60, 4), np.float32), ""),
    ],
)
def test_that_words_go_to_models_of_words_and_floats_to_those_of_floats(
    tmp_path: Path, net: str, samples: np.ndarray, code: str
) -> None:
    spec = write_npz(tmp_path, make_arrays() | {"x_train": samples, "x_test": samples[:30]})
    reference = f"{write_net(tmp_path, WORD_NET)}:{net}"
    ctx = RunContext(ask=lambda path, wants: True)
    torch.save(build_architecture(reference, ctx).state_dict(), tmp_path / "weights.pt")
    source = ModelSource(file=str(tmp_path / "weights.pt"), architecture=reference)
    data, found = load(spec), ""
    try:
        check_data_fits(data, open_model(source, ctx, example=data.example))
    except RequestError as error:
        found = error.code
        assert "\n" not in error.message
    assert found == code


def test_that_more_class_names_than_the_model_answers_are_refused() -> None:
    data = load(DataSpec(class_names=tuple("abcdefghijkl")))
    with pytest.raises(RequestError, match="names 12 classes, the model answers 10"):
        check_data_fits(data, _sample_model())
