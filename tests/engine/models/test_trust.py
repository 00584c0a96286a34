"""The user's word: asked once for each content, kept between sessions, and given to the very bytes that are run."""

import pickle
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import torch

from engine.context import RunContext
from engine.contract.errors import RequestError, TrustRequired
from engine.models import trust, vouching
from engine.models.trust import load_python, vouched_copy
from engine.models.unpickling import unpickle
from engine.models.vouching import VouchedFiles, vouched_path
from tests.engine.models.strangers import Questions, Runs


@pytest.fixture(autouse=True)
def new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this process remembers is forgotten, as when another worker starts."""
    monkeypatch.setattr(trust, "_VOUCHED", set())


def hostile(path: Path, marker: Path) -> Path:
    torch.save([Runs(marker)], path)
    return path


def remembering(user: Questions) -> RunContext:
    return replace(user.context(), remembers_word=True)


def test_that_the_word_holds_for_the_content_wherever_it_lies_and_in_later_sessions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, user = hostile(tmp_path / "model.pt", tmp_path / "ran"), Questions(answer=True)
    unpickle(path, None, remembering(user))
    monkeypatch.setattr(trust, "_VOUCHED", set())
    moved, later = path.rename(tmp_path / "moved.pt"), Questions(answer=False)
    unpickle(moved, None, remembering(later))
    assert len(user.asked) == 1
    assert later.asked == []
    (known,) = msgspec.json.decode(vouched_path().read_bytes(), type=VouchedFiles).files.values()
    assert (known.path, known.wants) == (str(path), ("posix.system",))


def test_that_another_content_at_the_same_place_is_asked_about(tmp_path: Path) -> None:
    path = hostile(tmp_path / "model.pt", tmp_path / "ran")
    unpickle(path, None, remembering(Questions(answer=True)))
    hostile(path, tmp_path / "ran too")
    with pytest.raises(TrustRequired):
        unpickle(path, None, remembering(Questions(answer=False)))
    assert not (tmp_path / "ran too").exists()


def test_that_trust_by_option_is_not_remembered(tmp_path: Path) -> None:
    unpickle(hostile(tmp_path / "model.pt", tmp_path / "ran"), None, Questions(answer=True).context())
    assert not vouched_path().exists()


@pytest.mark.parametrize(
    "damage", [b"", b"{", b'{"files": 3}', b"\xff\xfe", b'{"files": {"a": {"wants": 1}}}']
)
def test_that_a_damaged_memory_has_forgotten_and_learns_anew(tmp_path: Path, damage: bytes) -> None:
    vouched_path().write_bytes(damage)
    assert not vouching.is_vouched("a", ())
    vouching.remember("a", tmp_path, ("os.system",))
    assert vouching.is_vouched("a", ("os.system",))
    assert not vouching.is_vouched("a", ("os.system", "os.popen"))


def test_that_a_memory_that_cannot_be_written_only_asks_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("PENJING_TRUSTED", str(tmp_path / "file" / "trusted.json"))
    vouching.remember("a", tmp_path, ())
    assert not vouching.is_vouched("a", ())


def test_that_a_pickle_exchanged_while_the_user_is_asked_is_not_the_one_that_runs(tmp_path: Path) -> None:
    path = hostile(tmp_path / "model.pt", tmp_path / "shown")

    def ask(asked: Path, wants: tuple[str, ...]) -> bool:
        hostile(path, tmp_path / "hidden")
        return True

    unpickle(path, None, RunContext(ask=ask))
    assert (tmp_path / "shown").exists()
    assert not (tmp_path / "hidden").exists()


def test_that_a_python_file_exchanged_while_the_user_is_asked_is_not_the_one_that_runs(
    tmp_path: Path,
) -> None:
    path = tmp_path / "net.py"
    path.write_text("NAME = 'shown'\n")

    def ask(asked: Path, wants: tuple[str, ...]) -> bool:
        path.write_text("NAME = 'hidden'\n")
        return True

    assert load_python(path, RunContext(ask=ask)).NAME == "shown"


def test_that_the_private_copy_is_gone_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(pickle.dumps(3))
    with vouched_copy(path, lambda copy: (), RunContext()) as copy:
        assert copy.read_bytes() == path.read_bytes()
    assert not copy.exists()


def test_that_a_file_that_vanishes_before_it_is_copied_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(RequestError) as caught,
        vouched_copy(tmp_path / "nowhere.pt", lambda copy: (), RunContext()),
    ):
        pass
    assert caught.value.code == "file_unreadable"
