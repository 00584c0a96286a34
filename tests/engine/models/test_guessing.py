"""Architectures found by the names and shapes of tensors."""

import importlib.util
import json
import lzma
import time
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import Tensor
from torchvision import models

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.source import ModelSource
from engine.models.architectures import build_architecture
from engine.models.guessing import guess_architectures
from engine.models.names import FREE, match_names
from engine.models.opening import open_model
from resources import architectures_table


def weights_of(architecture: str) -> dict[str, Tensor]:
    """Names and shapes without memory."""
    return build_architecture(f"torchvision:{architecture}", RunContext(), is_weightless=True).state_dict()


def update_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("update", architectures_table().with_name("update.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_that_the_table_is_current_and_small() -> None:
    table = json.loads(lzma.decompress(architectures_table().read_bytes()))
    script = update_script()
    assert list(table) == script.known_names()
    for architecture in ("alexnet", "googlenet?aux_logits=false", "mnasnet0_5", "swin_t", "regnet_y_400mf"):
        current = {name: list(shape) for name, shape in script.names_and_shapes(architecture).items()}
        assert table[architecture] == current
    assert architectures_table().stat().st_size < 100_000


def test_that_no_two_architectures_have_the_same_names_and_shapes() -> None:
    table = json.loads(lzma.decompress(architectures_table().read_bytes()))
    assert len({json.dumps(shapes, sort_keys=True) for shapes in table.values()}) == len(table)


@pytest.mark.parametrize(
    "architecture",
    [
        "resnet18",
        "resnet18?num_classes=10",
        "densenet121?num_classes=7",
        "googlenet?aux_logits=false",
        "googlenet?aux_logits=false&num_classes=5",
        "inception_v3",
        "mobilenet_v3_small",
        "vit_b_32?num_classes=3",
        "swin_v2_t",
        "maxvit_t",
        "squeezenet1_1?num_classes=4",
        "vgg11_bn",
    ],
)
@pytest.mark.parametrize("prefix", ["", "module.student.backbone."])
def test_that_an_architecture_is_guessed_under_any_prefix_and_with_its_classes(
    architecture: str, prefix: str
) -> None:
    state = {prefix + name: tensor for name, tensor in weights_of(architecture).items()}
    guesses = guess_architectures(state)
    assert guesses[0].architecture == f"torchvision:{architecture}"
    assert [guess.fits for guess in guesses] == [True, *[False] * (len(guesses) - 1)]
    assert len(guesses) <= 5


def test_that_guessing_takes_well_under_a_second() -> None:
    state = weights_of("efficientnet_v2_l")
    start = time.thread_time()
    guess_architectures(state)
    assert time.thread_time() - start < 1.0


def test_that_a_changed_network_is_the_nearest_and_does_not_fit() -> None:
    state = weights_of("resnet18?num_classes=10") | {"conv1.weight": torch.zeros(64, 3, 3, 3)}
    nearest = guess_architectures(state)[0]
    assert nearest.architecture == "torchvision:resnet18?num_classes=10"
    assert (nearest.matched, nearest.total, nearest.fits) == (121, 122, False)
    assert nearest.mismatched_names == ("conv1.weight (64, 3, 3, 3) for (64, 3, 7, 7)",)


def test_that_a_part_of_a_larger_network_is_not_taken_for_the_whole() -> None:
    state = {f"encoder.{name}": tensor for name, tensor in weights_of("resnet18").items()}
    guess = guess_architectures({**state, "projector.weight": torch.zeros(3, 3)})[0]
    assert (guess.matched, guess.unexpected_names, guess.fits) == (122, ("projector.weight",), False)


def test_that_other_networks_have_no_guess() -> None:
    assert (
        guess_architectures({"conv1.weight": torch.zeros(6, 1, 5, 5), "fc.weight": torch.zeros(10, 9)}) == ()
    )


def test_that_weights_open_under_the_one_architecture_that_fits(tmp_path: Path) -> None:
    trained = models.mnasnet0_5(num_classes=6)
    torch.save(
        {"state_dict": {f"module.{n}": t for n, t in trained.state_dict().items()}}, tmp_path / "m.pth"
    )
    model = open_model(ModelSource(file=str(tmp_path / "m.pth")), RunContext(), example=None)
    assert (model.info.architecture, model.info.is_guessed) == ("torchvision:mnasnet0_5?num_classes=6", True)
    state = model.module.state_dict()
    assert all(torch.equal(state[name], tensor) for name, tensor in trained.state_dict().items())


def test_that_weights_of_nobody_are_told_with_what_is_nearest(tmp_path: Path) -> None:
    state = models.squeezenet1_1(num_classes=10).state_dict()
    del state["features.0.bias"]
    torch.save(state, tmp_path / "weights.pt")
    with pytest.raises(RequestError) as caught:
        open_model(ModelSource(file=str(tmp_path / "weights.pt")), RunContext(), example=None)
    assert caught.value.code == "architecture_missing"
    assert "torchvision:squeezenet1_1?num_classes=10 (51 of 52 keys)" in caught.value.message


def test_that_densenets_of_old_are_found_under_their_dotted_names() -> None:
    state = {
        name.replace(".norm1.", ".norm.1.").replace(".conv2.", ".conv.2."): tensor
        for name, tensor in weights_of("densenet121").items()
    }
    assert guess_architectures(state)[0].fits


@pytest.mark.parametrize(
    ("given", "wanted", "renamed"),
    [
        (["a.w", "a.b"], ["w", "b"], {"w": "a.w", "b": "a.b"}),
        (["w", "b"], ["net.w", "net.b"], {"net.w": "w", "net.b": "b"}),
        (["a.w", "z.w", "z.b"], ["w", "b"], {"w": "z.w", "b": "z.b"}),
        (["a.w", "a.b", "loss.w"], ["w", "b"], {"w": "a.w", "b": "a.b"}),
        (["w", "b"], ["w", "b"], {"w": "w", "b": "b"}),
    ],
)
def test_that_the_prefix_is_taken_under_which_most_names_agree(
    given: list[str], wanted: list[str], renamed: dict[str, str]
) -> None:
    shape = (2, 3)
    found = match_names(dict.fromkeys(given, shape), dict.fromkeys(wanted, shape))
    assert dict(found.renamed) == renamed
    assert found.fits


def test_that_shapes_agree_in_all_dimensions_that_are_not_free() -> None:
    assert match_names({"w": (7, 3)}, {"w": (FREE, 3)}).fits
    assert not match_names({"w": (7, 4)}, {"w": (FREE, 3)}).fits
    assert not match_names({"w": (7,)}, {"w": (FREE, 3)}).fits
    assert match_names({"w": (7, 4)}, {"w": None}).fits
