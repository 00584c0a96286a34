"""A user's own Python file as the source of data."""

from pathlib import Path

import pytest

from engine.context import Control, RunContext
from engine.contract.errors import RequestError, RunCancelled, TrustRequired
from engine.contract.recipe import DataSpec
from engine.data.splits import load_data
from engine.models.trust import RUNS_PYTHON
from tests.engine.models.strangers import Questions, write_net

PYTHON = """
import numpy as np
import torch
from torch.utils.data import TensorDataset

IMAGES = np.arange(40 * 9, dtype=np.float32).reshape(40, 1, 3, 3)
LABELS = np.arange(40) % 4


def arrays():
    return {"x_train": IMAGES, "y_train": LABELS, "x_test": torch.from_numpy(IMAGES[:8]), "y_test": LABELS[:8]}


def data_sets():
    whole = TensorDataset(torch.from_numpy(IMAGES), torch.from_numpy(LABELS))
    return whole, [(IMAGES[0], 0), (IMAGES[1], 1)]


def lacks():
    return {"x_train": IMAGES}


def number():
    return 3


def three():
    return 1, 2, 3


def ragged():
    return [(np.zeros(3), 0), (np.zeros(4), 1)], [(np.zeros(3), 0)]


def unlabelled():
    return TensorDataset(torch.zeros(3, 2)), TensorDataset(torch.zeros(3, 2))
"""


def python_spec(folder: Path, name: str) -> DataSpec:
    return DataSpec(source=f"{write_net(folder, PYTHON)}:{name}")


def test_that_a_users_function_may_return_arrays_or_tensors(tmp_path: Path) -> None:
    user = Questions(answer=True)
    data = load_data(python_spec(tmp_path, "arrays"), user.context(), seed=0)
    assert (len(data.train), len(data.validation), len(data.test), data.classes) == (36, 4, 8, 4)
    assert data.test.inputs[1].flatten().tolist() == list(range(9, 18))
    assert user.asked == [(tmp_path / "net.py", RUNS_PYTHON)]


def test_that_a_users_function_may_return_two_data_sets(tmp_path: Path) -> None:
    data = load_data(python_spec(tmp_path, "data_sets"), Questions(answer=True).context(), seed=0)
    assert (len(data.train), len(data.validation), len(data.test)) == (36, 4, 2)
    assert (data.sample_shape, data.test.labels.tolist()) == ((1, 3, 3), [0, 1])


def test_that_a_users_function_does_not_run_without_the_users_word(tmp_path: Path) -> None:
    with pytest.raises(TrustRequired):
        load_data(python_spec(tmp_path, "arrays"), Questions(answer=False).context(), seed=0)


@pytest.mark.parametrize(
    ("name", "code", "says"),
    [
        ("lacks", "data_missing_arrays", "y_train, x_test, y_test"),
        ("number", "python_wrong_result", "a int instead of a mapping"),
        ("three", "python_wrong_result", "a tuple of 3"),
        ("ragged", "python_failed", "same shape"),
        ("unlabelled", "python_failed", "unpack"),
        ("nothing", "python_no_callable", "arrays, data_sets"),
    ],
)
def test_that_a_users_function_that_gives_no_data_is_explained(
    tmp_path: Path, name: str, code: str, says: str
) -> None:
    with pytest.raises(RequestError) as caught:
        load_data(python_spec(tmp_path, name), Questions(answer=True).context(), seed=0)
    assert caught.value.code == code
    assert says in caught.value.message


def test_that_a_users_data_sets_can_be_left_unread(tmp_path: Path) -> None:
    control = Control()
    control.cancel()
    with pytest.raises(RunCancelled):
        load_data(
            python_spec(tmp_path, "data_sets"),
            RunContext(control=control, ask=lambda path, wants: True),
            seed=0,
        )
