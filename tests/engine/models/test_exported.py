import json
from pathlib import Path

import pytest
import torch

from engine.contract.errors import RequestError, TrustRequired
from engine.contract.methods import SourceFormat
from engine.contract.source import ModelSource
from engine.contract.texts import TEXTS
from engine.models.exported import exported_state
from engine.models.readers import content_of
from tests.engine.models.graph_writers import cut_first_group, difference, make_net, open_file, write_exported
from tests.engine.models.strangers import Questions
from tests.engine.models.test_torchscript import rewrite


@pytest.mark.parametrize(
    ("name", "is_fixed"),
    [("residual", False), ("depthwise", True), ("padded_shortcut", True), ("two_way_lstm", True),
     ("transformer", False), ("patches", False), ("slopes", True)],
)  # fmt: skip
def test_that_a_program_answers_as_the_network_did(tmp_path: Path, name: str, is_fixed: bool) -> None:
    network, example = make_net(name)
    model = open_file(write_exported(tmp_path / "model", network, example, is_fixed=is_fixed))
    assert (model.info.format, model.captured.untraced_because) == (SourceFormat.EXPORTED, None)
    assert model.example == example
    assert difference(model.module, network, example) < 1e-5
    assert set(model.module.state_dict()) == set(network.state_dict())


@pytest.mark.parametrize("name", ["dense", "grouped"])
def test_that_channels_of_a_program_are_cut(tmp_path: Path, name: str) -> None:
    network, example = make_net(name)
    before, after = cut_first_group(
        open_file(write_exported(tmp_path / "model", network, example, is_fixed=True))
    )
    assert after < before


def test_that_tensors_are_read_without_the_word(tmp_path: Path) -> None:
    network, example = make_net("residual")
    path, user = write_exported(tmp_path / "model", network, example), Questions(answer=False)
    content = content_of(ModelSource(file=str(path)), user.context())
    found, wanted = content.entries[0].state, network.state_dict()
    assert found.keys() == wanted.keys() and all(torch.equal(found[name], wanted[name]) for name in wanted)
    assert (user.asked, content.wants) == ([], (TEXTS["wants_exported"],))


def test_that_nothing_is_loaded_without_the_word(tmp_path: Path) -> None:
    network, example = make_net("called_twice")
    with pytest.raises(TrustRequired, match=r"torch\.export"):
        open_file(write_exported(tmp_path / "model", network, example), word=False)


def test_that_an_export_in_training_mode_says_what_to_do(tmp_path: Path) -> None:
    network, example = make_net("residual")
    path = write_exported(tmp_path / "model", network.train(), example)
    with pytest.raises(RequestError, match=r"call model\.eval"):
        open_file(path)


def test_that_a_batch_which_cannot_be_opened_is_told(tmp_path: Path) -> None:
    network, example = make_net("transformer")
    path = write_exported(tmp_path / "model", network, example, is_fixed=True)
    with pytest.raises(RequestError, match="a batch of 2 only"):
        open_file(path)


def test_that_pickled_weights_are_not_unpickled(tmp_path: Path) -> None:
    network, example = make_net("called_twice")

    def pickled(name: str, content: bytes) -> bytes:
        if not name.endswith("model_weights_config.json"):
            return content
        config = json.loads(content)
        for entry in config["config"].values():
            entry["use_pickle"] = True
        return json.dumps(config).encode()

    path = rewrite(write_exported(tmp_path / "model", network, example), pickled)
    with pytest.raises(RequestError, match="is pickled"):
        exported_state(path)


def test_that_a_damaged_list_of_weights_is_one_line(tmp_path: Path) -> None:
    network, example = make_net("called_twice")
    path = rewrite(
        write_exported(tmp_path / "model", network, example),
        lambda name, content: b"[" * 100_000 if name.endswith("model_weights_config.json") else content,
    )
    with pytest.raises(RequestError, match="damaged"):
        exported_state(path)
