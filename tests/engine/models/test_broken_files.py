import io
import random
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from engine.context import RunContext
from engine.contract.errors import RequestError, TrustRequired
from engine.contract.source import ModelSource
from engine.models.opening import open_model
from tests.engine.models.strangers import Questions, Runs, rewritten_zip, write_zip


def _saved(path: Path, value: object | None = None) -> Path:
    torch.save(nn.Linear(4, 3).state_dict() if value is None else value, path)
    return path


def _text(path: Path) -> None:
    path.write_text("epoch 1: accuracy 0.98\n" * 500)


def _text_cut_in_a_letter(path: Path) -> None:
    path.write_text("盆景" * 3000)


def _compressed(path: Path) -> None:
    rewritten_zip(_saved(path), lambda name: name, compression=zipfile.ZIP_DEFLATED)


def _bomb(path: Path) -> None:
    write_zip(
        path,
        [("a/data.pkl", b"\x80\x02N."), ("a/data/0", bytes(50_000_000))],
        compression=zipfile.ZIP_DEFLATED,
    )


def _dotted(path: Path) -> None:
    rewritten_zip(_saved(path), lambda name: name.replace("/version", "/../../version"))


def _absolute(path: Path) -> None:
    rewritten_zip(_saved(path), lambda name: f"/{name}")


def _doubled(path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of what is made here on purpose
        rewritten_zip(_saved(path), lambda name: name.replace("byteorder", "version"))


def _two_folders(path: Path) -> None:
    with zipfile.ZipFile(_saved(path), "a") as archive:
        archive.writestr("second/data.pkl", b"\x80\x02N.")


def _truncated(path: Path) -> None:
    path.write_bytes(_saved(path).read_bytes()[:-400])


def _truncated_legacy(path: Path) -> None:
    torch.save(nn.Linear(4, 3).state_dict(), path, _use_new_zipfile_serialization=False)
    path.write_bytes(path.read_bytes()[:-8])


def _stride_bomb(path: Path) -> None:
    _saved(path, {"weight": torch.zeros(1).expand(10**6, 10**6)})


def _numpy_zip(path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, weight=np.zeros(3), bias=np.zeros(3))


def _new_pickle_protocol(path: Path) -> None:
    torch.save({"weight": torch.zeros(3)}, path, pickle_protocol=4)


BROKEN: list[tuple[Callable[[Path], object], str, str]] = [
    (_text, "file_unknown_format", "it is text"),
    (_text_cut_in_a_letter, "file_unknown_format", "it is text"),
    (lambda path: path.write_bytes(b""), "file_empty", "empty"),
    (lambda path: path.mkdir(), "file_is_folder", "folder"),
    (lambda path: None, "file_missing", "no file"),
    (lambda path: path.write_bytes(random.Random(0).randbytes(5000)), "file_unknown_format", "other binary"),
    (lambda path: path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(99)), "file_unknown_format", "HDF5"),
    (lambda path: path.write_bytes(b"\x80\x04N."), "file_unknown_format", "plain pickle"),
    (
        lambda path: path.write_bytes(b'\x08\0\0\0\0\0\0\0{"w":{}}' + bytes(30)),
        "file_truncated",
        '"w" is not described',
    ),
    (lambda path: path.write_bytes(b"PK\x03\x04 not really"), "file_truncated", "its end is missing"),
    (_numpy_zip, "file_unknown_format", "zip without weights"),
    (_compressed, "file_unknown_format", "compressed members"),
    (_bomb, "file_unknown_format", "compressed members"),
    (_dotted, "file_unknown_format", "lead out"),
    (_absolute, "file_unknown_format", "lead out"),
    (_doubled, "file_unknown_format", "two members of one name"),
    (_two_folders, "file_unknown_format", "several folders"),
    (_new_pickle_protocol, "file_unknown_format", "another protocol"),
    (_truncated, "file_truncated", "damaged"),
    (_truncated_legacy, "file_truncated", "damaged"),
    (_stride_bomb, "file_truncated", "claims 4000000000000 bytes"),
    (lambda path: _saved(path, [1, 2]), "file_no_weights", "a list"),
    (
        lambda path: _saved(path, {"epoch": 3, "loss": 0.1}),
        "file_no_weights",
        "a dictionary with epoch, loss",
    ),
    (lambda path: _saved(path, {}), "file_no_weights", "nothing in it"),
    (lambda path: _saved(path, {"w": torch.eye(3).to_sparse()}), "file_no_weights", 'the tensor "w"'),
]


@pytest.mark.parametrize(
    ("make", "code", "says"), BROKEN, ids=[f"{code}: {says}" for _, code, says in BROKEN]
)
def test_that_a_broken_file_is_one_clear_line_of_what_is_wrong(
    tmp_path: Path, make: Callable[[Path], object], code: str, says: str
) -> None:
    path = tmp_path / "model.pt"
    make(path)
    source = ModelSource(file=str(path), architecture="torchvision:resnet18")
    with pytest.raises(RequestError) as caught:
        open_model(source, RunContext(), example=None)
    assert caught.value.code == code
    assert says in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.exit_status == 2


@pytest.mark.parametrize("is_zip", [True, False], ids=["zip", "legacy"])
def test_that_a_pickle_that_would_run_a_command_does_not_run_it_without_the_users_word(
    tmp_path: Path, is_zip: bool
) -> None:
    path, marker = tmp_path / "model.pt", tmp_path / "ran"
    torch.save({"weight": torch.zeros(3), "x": Runs(marker)}, path, _use_new_zipfile_serialization=is_zip)
    user = Questions(answer=False)
    with pytest.raises(TrustRequired) as caught:
        open_model(ModelSource(file=str(path)), user.context(), example=None)
    assert user.asked == [(path, ("posix.system",))]
    assert "posix.system" in caught.value.message
    assert not marker.exists()


@pytest.mark.parametrize("is_zip", [True, False], ids=["zip", "legacy"])
def test_that_the_users_word_lets_a_pickle_run_what_it_wants(tmp_path: Path, is_zip: bool) -> None:
    path, marker = tmp_path / "model.pt", tmp_path / "ran"
    torch.save([Runs(marker)], path, _use_new_zipfile_serialization=is_zip)
    with pytest.raises(RequestError) as caught:
        open_model(ModelSource(file=str(path)), Questions(answer=True).context(), example=None)
    assert caught.value.code == "file_no_weights"
    assert marker.exists()


def test_that_a_file_cut_anywhere_raises_only_our_error(tmp_path: Path) -> None:
    whole = _saved(tmp_path / "whole.pt").read_bytes()
    path = tmp_path / "cut.pt"
    for length in range(1, len(whole), 37):
        path.write_bytes(whole[:length])
        with pytest.raises(RequestError):
            open_model(ModelSource(file=str(path)), RunContext(), example=None)


@pytest.mark.parametrize("is_zip", [True, False], ids=["zip", "legacy"])
def test_that_flipped_bytes_raise_only_our_error(tmp_path: Path, is_zip: bool) -> None:
    buffer = io.BytesIO()
    torch.save(nn.Sequential(nn.Linear(4, 3)), buffer, _use_new_zipfile_serialization=is_zip)
    whole, dice, path = buffer.getvalue(), random.Random(1), tmp_path / "model.pt"
    opened = 0
    for _ in range(300):
        broken = bytearray(whole)
        broken[dice.randrange(len(whole))] = dice.randrange(256)
        path.write_bytes(broken)
        try:
            open_model(ModelSource(file=str(path)), Questions(answer=not is_zip).context(), example=None)
            opened += 1
        except RequestError:
            pass
    assert 0 < opened < 300
