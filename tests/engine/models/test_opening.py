import hashlib
import sys
from pathlib import Path

import pytest
import torch
import torchvision
from torch import Tensor, nn

from engine.context import RunContext
from engine.contract.errors import RequestError, TrustRequired
from engine.contract.methods import SourceFormat
from engine.contract.source import ModelSource
from engine.models.example import Example
from engine.models.opening import open_model
from engine.models.readers import READERS
from engine.models.trust import RUNS_PYTHON
from resources.sample.net import SimpleNet
from tests.engine.models.strangers import NET_SOURCE, Questions, save_whole, user_module, write_net

SMALL = (1, 8, 8)


def _same(left: nn.Module, right: nn.Module) -> bool:
    pairs = zip(left.state_dict().items(), right.state_dict().items(), strict=True)
    return all(name == other and torch.equal(a, b) for (name, a), (other, b) in pairs)


def test_that_every_format_has_a_reader() -> None:
    assert set(READERS) == set(SourceFormat)


def test_that_the_sample_opens_without_a_question() -> None:
    user = Questions(answer=False)
    model = open_model(ModelSource(file="sample"), user.context(), example=None)
    assert (type(model.module), model.example.shape, model.output_classes) == (SimpleNet, (1, 28, 28), 10)
    assert (model.info.format, model.info.file) == (SourceFormat.SAMPLE, "sample")
    assert not model.module.training
    assert user.asked == []


def test_that_a_whole_torchvision_resnet_opens_without_a_question(tmp_path: Path) -> None:
    path, user = tmp_path / "model.bin", Questions(answer=False)
    saved = torchvision.models.resnet18(num_classes=7)
    torch.save(saved, path)
    model = open_model(ModelSource(file=str(path)), user.context(), example=None)
    assert _same(model.module, saved)
    assert (model.example.shape, model.output_classes) == ((3, 224, 224), 7)
    assert user.asked == []
    assert model.info.format is SourceFormat.MODULE
    assert model.info.size_bytes == path.stat().st_size
    assert model.info.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    "name", ["mobilenet_v3_small", "shufflenet_v2_x0_5", "swin_t", "vit_b_32", "convnext_tiny"]
)
def test_that_other_whole_torchvision_models_open_without_a_question(tmp_path: Path, name: str) -> None:
    path, user = tmp_path / "model.pt", Questions(answer=False)
    torch.save(torchvision.models.get_model(name, weights=None, num_classes=3), path)
    model = open_model(ModelSource(file=str(path)), user.context(), example=None)
    assert model.output_classes == 3
    assert user.asked == []


def test_that_a_whole_module_in_the_old_form_asks_first(tmp_path: Path) -> None:
    path, saved = tmp_path / "model.pt", nn.Sequential(nn.Linear(6, 4))
    torch.save(saved, path, _use_new_zipfile_serialization=False)
    wants = ("torch.nn.modules.container.Sequential", "torch.nn.modules.linear.Linear")
    source, user = ModelSource(file=str(path)), Questions(answer=True)
    with pytest.raises(TrustRequired):
        open_model(source, Questions(answer=False).context(), example=None)
    assert _same(open_model(source, user.context(), example=None).module, saved)
    assert user.asked == [(path, wants)]


def test_that_weights_in_the_old_form_open_without_a_question(tmp_path: Path) -> None:
    path, saved, user = tmp_path / "weights.pt", torchvision.models.resnet18(), Questions(answer=False)
    torch.save(saved.state_dict(), path, _use_new_zipfile_serialization=False)
    source = ModelSource(file=str(path), architecture="torchvision:resnet18")
    assert _same(open_model(source, user.context(), example=None).module, saved)
    assert user.asked == []


def test_that_a_data_parallel_module_is_unwrapped(tmp_path: Path) -> None:
    path, net = tmp_path / "model.pt", nn.Sequential(nn.Linear(6, 4))
    torch.save(nn.DataParallel(net), path)
    model = open_model(ModelSource(file=str(path)), RunContext(), example=None)
    assert isinstance(model.module, nn.Sequential)
    assert model.example.shape == (6,)


def test_that_halves_and_frozen_parameters_become_trainable_float32(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    torch.save(nn.Sequential(nn.Linear(6, 4)).half().requires_grad_(False), path)
    model = open_model(ModelSource(file=str(path)), RunContext(), example=None)
    assert all(part.dtype == torch.float32 and part.requires_grad for part in model.module.parameters())


def test_that_opening_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    torch.save(nn.Sequential(nn.Linear(6, 4)), path)
    path.chmod(0o444)
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    open_model(ModelSource(file=str(path)), RunContext(), example=None)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("is_legacy", [False, True], ids=["zip", "legacy"])
@pytest.mark.parametrize("pickled_as", ["__main__", "trained_net"])
def test_that_a_users_class_opens_once_its_python_file_is_vouched_for(
    tmp_path: Path, pickled_as: str, is_legacy: bool
) -> None:
    net, path, user = write_net(tmp_path), tmp_path / "model.pt", Questions(answer=True)
    saved = save_whole(path, pickled_as, is_legacy=is_legacy)
    source = ModelSource(file=str(path), architecture=f"{net}:SmallNet")
    model = open_model(source, user.context(), example=Example(SMALL))
    assert _same(model.module, saved)
    assert user.asked[0] == (net, RUNS_PYTHON)
    assert [asked for asked, _ in user.asked[1:]] == ([path] if is_legacy else [])


def test_that_a_users_class_is_not_loaded_when_its_python_file_is_not_vouched_for(tmp_path: Path) -> None:
    net, path, marker = write_net(tmp_path), tmp_path / "model.pt", tmp_path / "ran"
    net.write_text(f"open({str(marker)!r}, 'w').close()\n{NET_SOURCE}")
    save_whole(path, "trained_net")
    source = ModelSource(file=str(path), architecture=f"{net}:SmallNet")
    with pytest.raises(TrustRequired):
        open_model(source, Questions(answer=False).context(), example=Example(SMALL))
    assert not marker.exists()


def test_that_a_users_class_that_is_nowhere_is_named_with_the_cure(tmp_path: Path) -> None:
    path, user = tmp_path / "model.pt", Questions(answer=True)
    save_whole(path, "trained_net")
    with pytest.raises(RequestError, match=r"needs trained_net\.SmallNet.*FILE\.py:SmallNet"):
        open_model(ModelSource(file=str(path)), user.context(), example=Example(SMALL))
    assert user.asked == []


def test_that_an_installed_class_of_others_asks_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, module = tmp_path / "model.pt", user_module("installed_nets")
    monkeypatch.setitem(sys.modules, "installed_nets", module)
    saved = module.SmallNet()
    torch.save(saved, path)
    source = ModelSource(file=str(path))
    with pytest.raises(TrustRequired, match=r"installed_nets\.SmallNet"):
        open_model(source, Questions(answer=False).context(), example=Example(SMALL))
    user = Questions(answer=True)
    assert _same(open_model(source, user.context(), example=Example(SMALL)).module, saved)
    assert user.asked == [(path, ("installed_nets.SmallNet",))]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda state: state,
        lambda state: {"epoch": 3, "state_dict": state},
        lambda state: {"model_state_dict": state, "optimizer": {"lr": 0.1}},
        lambda state: {"net": {f"module.{name}": tensor for name, tensor in state.items()}},
        lambda state: {f"_orig_mod.module.{name}": tensor for name, tensor in state.items()},
        lambda state: {f"module._orig_mod.{name}": tensor for name, tensor in state.items()},
        lambda state: {
            name: tensor for name, tensor in state.items() if not name.endswith("num_batches_tracked")
        },
    ],
    ids=[
        "plain",
        "state_dict",
        "model_state_dict",
        "net+module",
        "_orig_mod.module",
        "module._orig_mod",
        "no counters",
    ],
)
def test_that_checkpoints_are_unwrapped_and_prefixes_taken_off(tmp_path: Path, wrap: object) -> None:
    net, path, trained = write_net(tmp_path), tmp_path / "weights.pt", user_module("x").SmallNet()
    torch.save(wrap(trained.state_dict()), path)  # type: ignore[operator]
    source = ModelSource(file=str(path), architecture=f"{net}:SmallNet", input_shape=SMALL)
    model = open_model(source, Questions(answer=True).context(), example=None)
    assert _same(model.module, trained)
    assert model.info.format in (SourceFormat.STATE_DICT, SourceFormat.CHECKPOINT)


def test_that_weights_of_another_architecture_are_refused_with_the_keys(tmp_path: Path) -> None:
    path, state = tmp_path / "weights.pt", torchvision.models.resnet18().state_dict()
    state["head.weight"] = state.pop("fc.weight")
    state["conv1.weight"] = torch.zeros(64, 1, 7, 7)
    torch.save(state, path)
    with pytest.raises(RequestError) as caught:
        open_model(
            ModelSource(file=str(path), architecture="torchvision:resnet18"), RunContext(), example=None
        )
    arguments = caught.value.arguments
    assert caught.value.code == "weights_do_not_fit"
    assert (arguments["missing"], arguments["missing_names"]) == ("1", "fc.weight")
    assert (arguments["unexpected"], arguments["unexpected_names"]) == ("1", "head.weight")
    assert arguments["mismatched"] == "1"
    assert arguments["mismatched_names"] == "conv1.weight (64, 1, 7, 7) for (64, 3, 7, 7)"


def test_that_only_the_first_keys_of_many_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "weights.pt"
    torch.save({"weight": torch.zeros(3)}, path)
    with pytest.raises(RequestError) as caught:
        open_model(
            ModelSource(file=str(path), architecture="torchvision:resnet18"), RunContext(), example=None
        )
    assert caught.value.arguments["missing"] == "102"  # 122 entries, of which 20 count batches
    assert caught.value.arguments["missing_names"].endswith(", …")


def test_that_weights_only_want_an_architecture(tmp_path: Path) -> None:
    path = tmp_path / "weights.pt"
    torch.save(nn.Linear(3, 2).state_dict(), path)
    with pytest.raises(RequestError) as caught:
        open_model(ModelSource(file=str(path)), RunContext(), example=None)
    assert caught.value.code == "architecture_missing"


def _open_module(
    tmp_path: Path, module: nn.Module, shape: tuple[int, ...] | None, *, said: bool = False
) -> object:
    path = tmp_path / "model.pt"
    torch.save(module, path)
    source = ModelSource(file=str(path), input_shape=shape if said else None)
    example = None if said or shape is None else Example(shape)
    return open_model(source, RunContext(), example=example).example.shape


def test_that_a_first_linear_layer_says_the_shape(tmp_path: Path) -> None:
    assert _open_module(tmp_path, nn.Sequential(nn.ReLU(), nn.Linear(9, 4)), None) == (9,)


def test_that_the_said_shape_goes_before_the_inferred_one(tmp_path: Path) -> None:
    module = nn.Sequential(nn.Flatten(), nn.Linear(12, 4))
    assert _open_module(tmp_path, module, (3, 2, 2), said=True) == (3, 2, 2)
    assert _open_module(tmp_path, module, (3, 4)) == (3, 4)


@pytest.mark.parametrize(
    ("module", "shape", "code"),
    [
        (nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten()), None, "input_shape_needed"),
        (nn.Sequential(nn.Linear(9, 4)), (8,), "data_wrong_shape"),
        (nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(144, 4)), (3, 9, 9), "data_wrong_shape"),
        (nn.Sequential(nn.Conv2d(3, 4, 3)), (3, 8, 8), "output_not_logits"),
        (nn.Sequential(nn.Flatten(0), nn.Linear(18, 4)), (9,), "output_not_logits"),
        (nn.Sequential(nn.GRU(5, 4)), (5,), "output_not_logits"),
    ],
)
def test_that_what_is_no_classifier_of_that_shape_is_refused(
    tmp_path: Path, module: nn.Module, shape: tuple[int, ...] | None, code: str
) -> None:
    with pytest.raises(RequestError) as caught:
        _open_module(tmp_path, module, shape)
    assert caught.value.code == code


def test_that_the_check_of_the_shape_leaves_batch_norms_alone(tmp_path: Path) -> None:
    path, module = tmp_path / "model.pt", nn.Sequential(nn.Linear(6, 4), nn.BatchNorm1d(4))
    module(torch.randn(8, 6))
    torch.save(module, path)
    model = open_model(ModelSource(file=str(path)), RunContext(), example=None)
    assert isinstance(model.module[1].running_mean, Tensor)  # type: ignore[index]
    assert _same(model.module, module)
