from pathlib import Path

import pytest

from engine.contract.methods import DataKind
from gui.pages.open_places import DataPlace, name_of, place_of, place_of_path, source_of

PLACES = [
    DataPlace(kind=DataKind.SAMPLE),
    DataPlace(kind=DataKind.NPZ, path="/d/mnist.npz"),
    DataPlace(kind=DataKind.FOLDER, path="/d/flowers & trees"),
    DataPlace(kind=DataKind.TORCHVISION, path="CIFAR10"),
    DataPlace(kind=DataKind.TORCHVISION, path="MNIST", root="/d/a b&c+d?e", may_download=True),
    DataPlace(kind=DataKind.TORCHVISION, path="EMNIST?split=letters", root="/d"),
    DataPlace(kind=DataKind.CSV, path="/d/t.csv"),
    DataPlace(kind=DataKind.AUDIO, path="/d/spoken"),
    DataPlace(kind=DataKind.PYTHON, path="/d/own.py:load"),
]


@pytest.mark.parametrize("place", PLACES, ids=source_of)
def test_that_a_place_comes_back_from_its_source(place):
    assert place_of(source_of(place)) == place


def test_that_the_engine_reads_the_same_out_of_a_torchvision_source():
    from engine.data.torchvision_sets import parse

    place = DataPlace(kind=DataKind.TORCHVISION, path="MNIST", root="/d/a b&c+d?e", may_download=True)

    assert parse(source_of(place)) == ("MNIST", {"root": "/d/a b&c+d?e", "download": "true"})


def test_that_nothing_is_downloaded_unless_that_is_switched_on():
    assert source_of(DataPlace(kind=DataKind.TORCHVISION, path="MNIST")) == "torchvision:MNIST"


def test_that_a_relative_path_counts_from_where_the_window_was_started(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert source_of(DataPlace(kind=DataKind.CSV, path="t.csv")) == f"csv:{tmp_path / 't.csv'}"
    assert source_of(DataPlace(kind=DataKind.PYTHON, path="own.py:load")) == f"{tmp_path / 'own.py'}:load"


def test_that_a_place_without_a_path_names_no_source():
    assert all(not source_of(DataPlace(kind=kind)) for kind in DataKind if kind is not DataKind.SAMPLE)


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("x.npz", DataKind.NPZ),
        ("t.csv", DataKind.CSV),
        ("own.py", DataKind.PYTHON),
        ("arrays/x_train.npy", DataKind.NPZ),
        ("spoken/one/a.wav", DataKind.AUDIO),
        ("flowers/rose/a.png", DataKind.FOLDER),
    ],
)
def test_that_what_is_dropped_is_taken_for_what_it_looks_like(tmp_path, file, kind):
    path: Path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    dropped = tmp_path / Path(file).parts[0]

    assert place_of_path(dropped).kind is kind


def test_that_a_list_names_data_shortly():
    assert name_of("sample") == "sample"
    assert name_of("folder:/d/flowers/") == "flowers"
    assert name_of(r"npz:C:\data\mnist.npz") == "mnist.npz"
