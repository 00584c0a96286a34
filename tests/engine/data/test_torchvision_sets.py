"""Data sets by name: files as torchvision lays them, nothing fetched unasked."""

import bz2
import hashlib
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision import datasets

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.recipe import DataSpec
from engine.data.splits import Data, load_data
from engine.data.torchvision_sets import SETS, default_root


def load(source: str, **spec: object) -> Data:
    return load_data(DataSpec(source=source, **spec), RunContext(), seed=0)  # type: ignore[arg-type]


def write_idx(path: Path, values: np.ndarray) -> None:
    header = bytes([0, 0, 8, values.ndim]) + b"".join(size.to_bytes(4, "big") for size in values.shape)
    path.write_bytes(header + values.astype(np.uint8).tobytes())


def write_mnist(root: Path, name: str = "MNIST") -> np.ndarray:
    folder = root / name / "raw"
    folder.mkdir(parents=True)
    images = np.random.default_rng(0).integers(0, 256, (40, 28, 28), np.uint8)
    for prefix, count in (("train", 40), ("t10k", 20)):
        write_idx(folder / f"{prefix}-images-idx3-ubyte", images[:count])
        write_idx(folder / f"{prefix}-labels-idx1-ubyte", np.arange(count) % 10)
    return images


def test_that_every_named_set_is_one_of_torchvisions() -> None:
    assert all(isinstance(getattr(datasets, name), type) for name in SETS)


@pytest.mark.parametrize("name", ["MNIST", "FashionMNIST", "KMNIST"])
def test_that_files_that_lie_there_are_read(tmp_path: Path, name: str) -> None:
    images = write_mnist(tmp_path, name)
    data = load(f"torchvision:{name}?root={tmp_path}", limit=20)
    assert (data.sample_shape, data.classes) == ((1, 28, 28), 10)
    assert (len(data.train), len(data.validation), len(data.test)) == (18, 2, 20)
    assert torch.equal(data.test.inputs[:, 0], torch.from_numpy(images[:20]))
    assert data.class_names == tuple(getattr(datasets, name).classes)


def test_that_cifars_pictures_become_channels_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    images = np.random.default_rng(0).integers(0, 256, (10, 3072), np.uint8)
    names = [f"data_batch_{number}" for number in range(1, 6)] + ["test_batch", "batches.meta"]
    meta = {"label_names": list("abcdefghij")}
    for name in names:
        content = {"data": images, "labels": list(range(10))} if "batch_" in name or "test" in name else meta
        (folder / name).write_bytes(pickle.dumps(content))
    sums = [(name, hashlib.md5((folder / name).read_bytes()).hexdigest()) for name in names]
    # The real files are known by their sums; these are ours.
    monkeypatch.setattr(datasets.CIFAR10, "train_list", [list(entry) for entry in sums[:5]])
    monkeypatch.setattr(datasets.CIFAR10, "test_list", [list(sums[5])])
    meta_entry = {"filename": "batches.meta", "key": "label_names", "md5": sums[6][1]}
    monkeypatch.setattr(datasets.CIFAR10, "meta", meta_entry)
    data = load(f"torchvision:CIFAR10?root={tmp_path}")
    assert (data.sample_shape, data.class_names, len(data.test)) == ((3, 32, 32), tuple("abcdefghij"), 10)
    assert torch.equal(data.test.inputs, torch.from_numpy(images).view(10, 3, 32, 32))


def test_that_usps_is_read_from_its_two_files(tmp_path: Path) -> None:
    rows = [f"{label} " + " ".join(f"{place + 1}:{1.0}" for place in range(256)) for label in (1, 2, 10)]
    for name in ("usps.bz2", "usps.t.bz2"):
        (tmp_path / name).write_bytes(bz2.compress("\n".join(rows * 10).encode()))
    data = load(f"torchvision:USPS?root={tmp_path}")
    assert (data.sample_shape, data.classes) == ((1, 16, 16), 10)
    assert sorted(set(data.test.labels.tolist())) == [0, 1, 9]
    assert int(data.test.inputs.min()) == 255


@pytest.mark.parametrize(
    ("source", "code", "says"),
    [
        ("torchvision:MNIST?root={0}", "torchvision_missing", "&download=true"),
        ("torchvision:CIFAR10?root={0}", "torchvision_missing", "not found"),
        ("torchvision:USPS?root={0}&download=false", "torchvision_missing", "usps.bz2"),
        ("torchvision:Mnist", "torchvision_unknown", "torchvision:MNIST"),
        ("torchvision:MNIST?split=a", "torchvision_argument", "root, download"),
        ("torchvision:EMNIST?root={0}&split=nonsense", "torchvision_missing", "nonsense"),
    ],
)
def test_that_what_is_not_there_is_explained_and_not_fetched(
    tmp_path: Path, source: str, code: str, says: str
) -> None:
    with pytest.raises(RequestError) as caught:
        load(source.format(tmp_path))
    assert caught.value.code == code
    assert says in caught.value.message
    assert list(tmp_path.iterdir()) == []


def test_that_sets_lie_beside_the_runs_where_no_folder_is_named(tmp_path: Path) -> None:
    write_mnist(default_root())
    assert default_root() == tmp_path / "data"
    assert len(load("torchvision:MNIST").test) == 20
