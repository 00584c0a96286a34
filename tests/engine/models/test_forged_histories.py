"""What a file says of its cuts is a stranger's word: it is looked over, and nothing in it runs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.contract.errors import RequestError
from engine.models.cuts.history import history_in
from tests.engine.models.pruned_files import opened, write_half
from tests.engine.models.strangers import with_member

Document = dict[str, Any]


def _cut(document: Document) -> Document:
    cut: Document = document["lineage"]["cuts"][0]
    return cut


def _rename_tensor(document: Document) -> None:
    _cut(document)["slices"][0]["tensor"] = "conv9.weight"


def _rename_to_code(document: Document) -> None:
    _cut(document)["slices"][0]["tensor"] = "__class__.__init__"


def _another_dimension(document: Document) -> None:
    _cut(document)["slices"][0]["dim"] = 9


def _another_list(document: Document) -> None:
    _cut(document)["slices"][0]["kept"] = -1


def _twice(document: Document) -> None:
    _cut(document)["slices"].append(_cut(document)["slices"][0])


def _descending(document: Document) -> None:
    _cut(document)["kept"][0] = [1, 0]


def _negative(document: Document) -> None:
    _cut(document)["kept"][0] = [-1, 0]


def _empty(document: Document) -> None:
    _cut(document)["kept"][0] = []


def _too_far(document: Document) -> None:
    _cut(document)["kept"][0] = [0, 10**30]


def _fewer(document: Document) -> None:
    _cut(document)["kept"][0] = _cut(document)["kept"][0][:-1]


def _growing(document: Document) -> None:
    _cut(document)["numbers"][0]["value"] = 10**9


def _nowhere(document: Document) -> None:
    _cut(document)["numbers"][0]["place"] = [7, 7]


def _no_node(document: Document) -> None:
    _cut(document)["numbers"][0]["node"] = "view_9"


def _no_split(document: Document) -> None:
    _cut(document)["parts"] = [{"node": "relu", "axis": 1, "sizes": [1]}]


def _no_shuffle(document: Document) -> None:
    _cut(document)["shuffles"] = [{"node": "relu", "source": "conv1", "axis": 1, "order": [0, 0]}]


def _backwards(document: Document) -> None:
    _cut(document)["bypasses"] = [{"node": "relu", "source": "fc2"}]


def _no_output(document: Document) -> None:
    _cut(document)["erased"] = ["output"]


def _still_read(document: Document) -> None:
    _cut(document)["erased"] = ["relu"]


def _a_python_file(document: Document) -> None:
    document["lineage"]["origin"] = {"architecture": "nets.py:build"}


def _code_of_a_folder(document: Document) -> None:
    document["lineage"]["origin"] = {"configuration": '{"auto_map": {"AutoModel": "net.Net"}}'}


def _no_configuration(document: Document) -> None:
    document["lineage"]["origin"] = {"configuration": "../../etc"}


def _another_network(document: Document) -> None:
    document["lineage"]["origin"] = {"architecture": "torchvision:squeezenet1_0"}


def _no_network(document: Document) -> None:
    document["lineage"]["origin"] = {"architecture": "torchvision:resnet17"}


def _other_weights(document: Document) -> None:
    document["weights"] = "0" * 64


def _later(document: Document) -> None:
    document["schema"] = 2
    document["news"] = "of another form"


def _unknown_field(document: Document) -> None:
    document["code"] = "print()"


def _wrong_kind(document: Document) -> None:
    document["input_shape"] = "a lot"


def _shapeless(document: Document) -> None:
    document["input_shape"] = [-1, 28, 28]


HOSTILE: list[tuple[Callable[[Document], None], str]] = [
    (_rename_tensor, 'no tensor "conv9.weight"'),
    (_rename_to_code, "no tensor"),
    (_another_dimension, "no such dimension"),
    (_another_list, "no such dimension"),
    (_twice, "cut twice"),
    (_descending, "do not ascend"),
    (_negative, "do not ascend"),
    (_empty, "do not ascend"),
    (_too_far, "positions, not"),
    (_fewer, "do not fit sample"),
    (_growing, "larger than before"),
    (_nowhere, "not called with"),
    (_no_node, 'no operation "view_9"'),
    (_no_split, "splits nothing"),
    (_no_shuffle, "no shuffle|not there"),
    (_backwards, "cannot stand for"),
    (_no_output, "cannot be left out"),
    (_still_read, "do not fit sample"),
    (_a_python_file, "no network of a library"),
    (_code_of_a_folder, "wants Python code of its own"),
    (_no_configuration, "damaged"),
    (_another_network, "do not fit torchvision:squeezenet1_0"),
    (_no_network, "no architecture"),
    (_other_weights, "SHA-256 differs"),
    (_later, "newer Penjing"),
    (_unknown_field, "cannot be read"),
    (_wrong_kind, "cannot be read"),
    (_shapeless, "do not fit sample"),
]


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_half(opened("sample"), tmp_path_factory.mktemp("honest") / "model.pt").path


@pytest.mark.parametrize(("harm", "told"), HOSTILE)
def test_that_a_forged_history_is_told_in_one_line(
    harm: Callable[[Document], None], told: str, honest: Path, tmp_path: Path
) -> None:
    document = msgspec.json.decode(msgspec.json.encode(history_in(honest)))
    harm(document)
    forged = with_member(honest, tmp_path / "model.pt", "penjing.json", msgspec.json.encode(document))
    with pytest.raises(RequestError, match=told) as caught:
        opened(forged)
    assert caught.value.code.startswith("history_") and "\n" not in caught.value.message


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b'{"schema": "1"}'])
def test_that_a_history_that_is_none_is_told_in_one_line(
    content: bytes, honest: Path, tmp_path: Path
) -> None:
    forged = with_member(honest, tmp_path / "model.pt", "penjing.json", content)
    with pytest.raises(RequestError) as caught:
        opened(forged)
    assert caught.value.code == "history_damaged"
