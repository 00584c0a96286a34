import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from engine.contract.errors import RequestError, TrustRequired
from engine.contract.methods import SourceFormat
from engine.contract.source import ModelSource
from engine.contract.texts import TEXTS
from engine.models.opening import open_model
from engine.models.readers import content_of
from engine.models.torchscript import script_state
from tests.engine.models.graph_writers import (
    LENGTH,
    cut_first_group,
    difference,
    make_net,
    open_file,
    write_script,
)
from tests.engine.models.strangers import Questions, Runs, write_net


@pytest.mark.parametrize(
    ("name", "is_traced"), [("residual", False), ("dense", True), ("slopes", False), ("lstm", True)]
)
def test_that_a_program_answers_as_the_network_did(tmp_path: Path, name: str, is_traced: bool) -> None:
    network, example = make_net(name)
    path = write_script(tmp_path / "model", network, example, is_traced=is_traced)
    model = open_file(path, shape=example.shape)
    assert (model.info.format, model.captured.untraced_because) == (SourceFormat.TORCHSCRIPT, None)
    assert difference(model.module, network, example) < 1e-5
    assert {name for name, _ in model.module.named_parameters()} == {
        name for name, _ in network.named_parameters()
    }


def test_that_a_program_with_conditions_is_followed(tmp_path: Path) -> None:
    network, example = make_net("transformer")
    model = open_file(write_script(tmp_path / "model", network, example), shape=(LENGTH,))
    assert difference(model.module, network, example) < 1e-5


def test_that_channels_of_a_program_are_cut(tmp_path: Path) -> None:
    network, example = make_net("simple")
    before, after = cut_first_group(open_file(write_script(tmp_path / "model", network, example)))
    assert after < before


def test_that_tensors_are_read_without_the_word(tmp_path: Path) -> None:
    network, example = make_net("lstm")
    path, user = write_script(tmp_path / "model", network, example), Questions(answer=False)
    content = content_of(ModelSource(file=str(path)), user.context())
    found, wanted = content.entries[0].state, network.state_dict()
    assert found.keys() == wanted.keys() and all(torch.equal(found[name], wanted[name]) for name in wanted)
    assert (user.asked, content.wants) == ([], (TEXTS["wants_torchscript"],))


def test_that_weights_fit_a_named_architecture_with_no_word_for_the_program(tmp_path: Path) -> None:
    network, example = make_net("residual")
    path, user = write_script(tmp_path / "model", network, example), Questions(answer=True)
    net = write_net(tmp_path, "from tests.engine.networks import Residual\n")
    source = ModelSource(file=str(path), architecture=f"{net}:Residual", input_shape=example.shape)
    model = open_model(source, user.context(), example=None)
    assert difference(model.module, network, example) == 0
    assert [asked for asked, _ in user.asked] == [net]


def test_that_nothing_runs_without_the_word(tmp_path: Path) -> None:
    network, example = make_net("residual")
    with pytest.raises(TrustRequired, match="TorchScript"):
        open_file(write_script(tmp_path / "model", network, example), word=False)


def rewrite(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """The file with its members changed."""
    with zipfile.ZipFile(path) as archive:
        members = [(member, archive.read(member)) for member in archive.infolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in members:
            archive.writestr(member.filename, change(member.filename, content), member.compress_type)
    return path


def test_that_a_pickle_which_names_more_than_tensors_is_refused_and_not_run(tmp_path: Path) -> None:
    network, example = make_net("called_twice")
    forged, marker = pickle.dumps(Runs(tmp_path / "canary"), protocol=2), tmp_path / "canary"
    path = rewrite(
        write_script(tmp_path / "model", network, example),
        lambda name, content: forged if name.endswith("data.pkl") else content,
    )
    with pytest.raises(RequestError, match=r"no program of torch\.jit needs"):
        script_state(path)
    assert not marker.exists()


def test_that_a_tensor_larger_than_its_storage_is_refused(tmp_path: Path) -> None:
    network, example = make_net("called_twice")
    path = rewrite(
        write_script(tmp_path / "model", network, example),
        lambda name, content: content[:4] if name.endswith("data/0") else content,
    )
    with pytest.raises(RequestError, match="more elements than the file holds"):
        script_state(path)
