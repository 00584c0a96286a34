import json
import sys
from pathlib import Path

import pytest
import torch

from engine.context import RunContext
from engine.contract.errors import RequestError, TrustRequired
from engine.models.architectures import build_architecture
from engine.models.known import known_global
from engine.models.trust import RUNS_PYTHON
from tests.engine.models.strangers import NET_SOURCE, Questions, write_net


def test_that_arguments_reach_torchvision_as_numbers_and_switches() -> None:
    model = build_architecture(
        "torchvision:mobilenet_v2?num_classes=12&width_mult=0.25&dropout=0.5", RunContext()
    )
    assert model.classifier[1].out_features == 12  # type: ignore[index, union-attr]
    assert model.classifier[0].p == 0.5  # type: ignore[index, union-attr]
    small = build_architecture("torchvision:resnet18?zero_init_residual=true", RunContext())
    assert not torch.any(small.layer1[0].bn2.weight)  # type: ignore[index, union-attr]


def test_that_no_weights_are_ever_downloaded() -> None:
    model = build_architecture("torchvision:squeezenet1_1?weights=DEFAULT&num_classes=4", RunContext())
    assert model.num_classes == 4  # type: ignore[comparison-overlap]


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("torchvision:resnet81", "architecture_unknown", "torchvision:resnet18"),
        ("torchvision:", "architecture_unknown", "did you mean"),
        ("torchvision:fasterrcnn_resnet50_fpn", "architecture_unknown", "did you mean"),
        ("torchvision:resnet18?colour=red", "architecture_arguments", "colour"),
        ("torchvision:resnet18?num_classes=-3", "architecture_arguments", "num_classes=-3"),
        ("resnet18", "architecture_scheme", "torchvision:NAME"),
        ("net.py", "architecture_scheme", "FILE.py:callable"),
    ],
)
def test_that_a_wrong_architecture_is_named_with_the_cure(text: str, code: str, says: str) -> None:
    with pytest.raises(RequestError) as caught:
        build_architecture(text, RunContext())
    assert caught.value.code == code
    assert says in caught.value.message


@pytest.mark.parametrize("name", ["googlenet", "inception_v3"])
def test_that_networks_that_warn_about_their_start_are_built_in_silence(name: str) -> None:
    assert build_architecture(f"torchvision:{name}?num_classes=3", RunContext()).fc.out_features == 3  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "code", "says"),
    [
        ("LeNet", "python_no_callable", "SmallNet, not_a_module, fails, leaves"),
        ("not_a_module", "python_wrong_result", "int instead of a torch.nn.Module"),
        ("fails", "python_failed", "ValueError: out of ink"),
        ("leaves", "python_failed", "SystemExit: 7"),
    ],
)
def test_that_a_users_function_that_gives_no_network_is_explained(
    tmp_path: Path, name: str, code: str, says: str
) -> None:
    with pytest.raises(RequestError) as caught:
        build_architecture(f"{write_net(tmp_path)}:{name}", Questions(answer=True).context())
    assert caught.value.code == code
    assert says in caught.value.message


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("def f(:\n", "SyntaxError"),
        ("import no_such_module_anywhere", "no_such_module_anywhere"),
        ("1 / 0", "division"),
    ],
)
def test_that_a_python_file_that_does_not_run_is_explained(tmp_path: Path, source: str, says: str) -> None:
    with pytest.raises(RequestError, match=says) as caught:
        build_architecture(f"{write_net(tmp_path, source)}:f", Questions(answer=True).context())
    assert caught.value.code == "python_failed"


def test_that_a_missing_python_file_is_not_asked_about(tmp_path: Path) -> None:
    user = Questions(answer=True)
    with pytest.raises(RequestError) as caught:
        build_architecture(f"{tmp_path / 'none.py'}:f", user.context())
    assert caught.value.code == "file_missing"
    assert user.asked == []


def test_that_a_python_file_does_not_run_without_the_users_word(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    path = write_net(tmp_path, f"open({str(marker)!r}, 'w').close()")
    with pytest.raises(TrustRequired):
        build_architecture(f"{path}:f", Questions(answer=False).context())
    assert not marker.exists()


def test_that_the_users_word_is_asked_once_for_each_content_of_a_file(tmp_path: Path) -> None:
    path, user = write_net(tmp_path), Questions(answer=True)
    for _ in range(3):
        build_architecture(f"{path}:SmallNet", user.context())
    assert user.asked == [(path, RUNS_PYTHON)]
    write_net(tmp_path, NET_SOURCE + "\nimport os\n")
    with pytest.raises(TrustRequired):
        build_architecture(f"{path}:SmallNet", Questions(answer=False).context())


def test_that_a_refusal_is_not_remembered(tmp_path: Path) -> None:
    path = write_net(tmp_path)
    with pytest.raises(TrustRequired):
        build_architecture(f"{path}:SmallNet", Questions(answer=False).context())
    assert isinstance(
        build_architecture(f"{path}:SmallNet", Questions(answer=True).context()), torch.nn.Module
    )


def test_that_files_beside_the_users_file_shadow_nothing_and_none_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "hostile"
    folder.mkdir()
    for name in ("json", "torch", "fractions"):
        (folder / f"{name}.py").write_text("raise RuntimeError('shadowed')")
    path = write_net(folder, "import json, fractions, torch\n" + NET_SOURCE)
    before, places = sorted(folder.iterdir()), list(sys.path)
    model = build_architecture(f"{path}:SmallNet", Questions(answer=True).context())
    assert type(model).__name__ == "SmallNet"
    assert sys.path == places
    assert sorted(folder.iterdir()) == before
    assert sys.modules["json"] is json
    assert "net" not in sys.modules


def test_that_an_edited_python_file_is_run_anew(tmp_path: Path) -> None:
    user = Questions(answer=True)
    path = write_net(tmp_path)
    first = build_architecture(f"{path}:SmallNet", user.context())
    write_net(tmp_path, NET_SOURCE.replace("2 * 6 * 6, 5", "2 * 6 * 6, 9"))
    second = build_architecture(f"{path}:SmallNet", user.context())
    assert (first.fc.out_features, second.fc.out_features) == (5, 9)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "name",
    [
        "os.system",
        "posix.system",
        "builtins.eval",
        "builtins.getattr",
        "torch.load",
        "torch.hub.load",
        "torch.nn.modules.module.warnings",
        "torch.nn.functional.boolean_dispatch",
        "torch.nn.modules.module._addindent",
        "torch.nn.no_such_module.Linear",
        "torch.nnx.Linear",
        "torchvision.models.get_model",
        "torchvision.models.resnet.resnet18",
        "torchvision.datasets.mnist.MNIST",
        "Linear",
        "",
    ],
)
def test_that_only_modules_and_a_few_functions_of_torch_are_known(name: str) -> None:
    assert known_global(name) is None


def test_that_building_blocks_of_torch_and_torchvision_are_known() -> None:
    assert known_global("torch.nn.modules.conv.Conv2d") is torch.nn.Conv2d
    assert known_global("torch.nn.functional.relu") is torch.nn.functional.relu
    assert known_global("torchvision.models.resnet.BasicBlock") is not None
