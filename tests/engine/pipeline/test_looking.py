"""What a file is, before it is opened."""

from pathlib import Path

import pytest
import torch
from torch import nn
from torchvision import models

from engine.contract.errors import RequestError, TrustRequired
from engine.contract.methods import SourceFormat
from engine.contract.source import FileContents, ModelSource, PrunedFrom
from engine.pipeline.looking import look_at
from tests.engine.models.pruned_files import opened, write_half
from tests.engine.models.strangers import Questions, Runs, user_module, write_net


def look(path: Path, user: Questions, **arguments: str) -> FileContents:
    return look_at(ModelSource(file=str(path), **arguments), user.context())


def test_that_weights_are_described_with_what_fits_them(tmp_path: Path) -> None:
    path, net = tmp_path / "weights.pt", models.squeezenet1_1(num_classes=3)
    torch.save({"model": net.state_dict(), "ema": net.state_dict(), "epoch": 2}, path)
    found = look(path, Questions(answer=False))
    assert (found.format, found.entries) == (SourceFormat.CHECKPOINT, ("ema", "model"))
    assert (found.tensors, found.needs_architecture, found.match) == (52, True, None)
    assert found.parameters == sum(parameter.numel() for parameter in net.parameters())
    assert found.size_bytes == path.stat().st_size
    assert found.guesses[0].architecture == "torchvision:squeezenet1_1?num_classes=3"
    assert found.guesses[0].fits


def test_that_the_set_that_was_asked_for_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "weights.pt"
    torch.save({"ema": nn.Linear(3, 2).state_dict(), "model": nn.Linear(3, 4).state_dict()}, path)
    found = look(path, Questions(answer=False), entry="model")
    assert (found.entries, found.parameters) == (("model", "ema"), 16)
    with pytest.raises(RequestError, match="it has: ema, model"):
        look(path, Questions(answer=False), entry="best")


def test_that_an_architecture_is_compared_key_by_key(tmp_path: Path) -> None:
    path, state = tmp_path / "weights.pt", models.squeezenet1_1().state_dict()
    state["head.weight"] = state.pop("classifier.1.weight")
    state["classifier.1.bias"] = torch.zeros(7)
    torch.save(state, path)
    match = look(path, Questions(answer=False), architecture="torchvision:squeezenet1_1").match
    assert match is not None
    assert (match.matched, match.total, match.fits) == (50, 52, False)
    assert (match.missing, match.missing_names) == (1, ("classifier.1.weight",))
    assert (match.unexpected, match.unexpected_names) == (1, ("head.weight",))
    assert match.mismatched_names == ("classifier.1.bias (7,) for (1000,)",)


def test_that_a_file_that_wants_code_is_described_and_neither_asked_about_nor_run(tmp_path: Path) -> None:
    path, marker, user = tmp_path / "model.pt", tmp_path / "ran", Questions(answer=True)
    torch.save({"weight": torch.zeros(3), "x": Runs(marker)}, path)
    found = look(path, user)
    assert (found.format, found.wants) == (SourceFormat.MODULE, ("posix.system",))
    assert user.asked == []
    assert not marker.exists()


def test_that_a_whole_network_needs_no_architecture(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    torch.save(nn.Sequential(nn.Linear(4, 3)), path)
    found = look(path, Questions(answer=False))
    assert (found.format, found.needs_architecture, found.guesses) == (SourceFormat.MODULE, False, ())
    assert (found.tensors, found.parameters, found.wants) == (2, 15, ())


def test_that_a_python_file_is_compared_with_only_on_the_users_word(tmp_path: Path) -> None:
    path, net = tmp_path / "weights.pt", write_net(tmp_path)
    torch.save(user_module("trained").SmallNet().state_dict(), path)
    architecture = f"{net}:SmallNet"
    with pytest.raises(TrustRequired):
        look(path, Questions(answer=False), architecture=architecture)
    match = look(path, Questions(answer=True), architecture=architecture).match
    assert match is not None
    assert match.fits


@pytest.mark.parametrize("file", ["sample", "torchvision:resnet18"])
def test_that_what_is_no_file_of_the_users_needs_nothing(file: str) -> None:
    found = look_at(ModelSource(file=file), Questions(answer=False).context())
    assert not found.needs_architecture
    assert found.guesses == ()


def test_that_a_pruned_file_says_what_it_was_and_needs_nobodys_word(tmp_path: Path) -> None:
    written = write_half(opened("sample"), tmp_path / "model.pt")
    found = look(written.path, Questions(answer=False))
    assert found.pruned_from == PrunedFrom(name="sample", parameters=21_840)
    assert (found.format, found.needs_architecture, found.guesses) == (SourceFormat.STATE_DICT, False, ())
    assert found.parameters == sum(parameter.numel() for parameter in written.network.parameters())
