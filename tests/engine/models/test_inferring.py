"""The form of one sample, found by trying."""

import pytest
import torch
from torch import Tensor, nn

from engine.contract.errors import RequestError
from engine.contract.source import ModelSource
from engine.models.example import Example
from engine.models.inferring import infer_example

SOURCE = ModelSource(file="model.pt")


def _images(side_behind: int, *, channels: int = 3) -> nn.Module:
    """Two convolutions with pools, then a Linear layer over all positions."""
    return nn.Sequential(
        nn.Conv2d(channels, 4, 5),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 6, 5),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(6 * side_behind**2, 3),
    )


class Reader(nn.Module):
    """Words, read by a recurrent layer."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(40, 6)
        self.read = nn.LSTM(6, 5, batch_first=True)
        self.head = nn.Linear(5, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.read(self.words(x))[0][:, -1])


class Listener(nn.Module):
    """Frames of sound, read by a recurrent layer."""

    def __init__(self) -> None:
        super().__init__()
        self.read = nn.GRU(12, 5, batch_first=True)
        self.head = nn.Linear(5, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.read(x)[0].mean(1))


class Positioned(nn.Module):
    """A sum of words and positions, of which there are 20."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(40, 6)
        self.places = nn.Parameter(torch.zeros(20, 6))
        self.head = nn.Linear(6, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.head((self.words(x) + self.places).mean(1))


@pytest.mark.parametrize(
    ("module", "wanted"),
    [
        # 28 to 31 pixels leave 4 x 4 positions: pools drop what is left over.
        (_images(4), Example((3, 28, 28))),
        (_images(5, channels=1), Example((1, 32, 32))),
        (_images(13), Example((3, 64, 64))),
        (_images(2), Example((3, 20, 20))),
        (
            nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(2 * 15 * 15, 3)),
            Example((1, 17, 17)),
        ),
        (
            nn.Sequential(nn.Conv1d(9, 4, 3, stride=2), nn.Flatten(), nn.Linear(4 * 63, 3)),
            Example((9, 128)),
        ),
        (nn.Sequential(nn.Embedding(40, 6), nn.Flatten(), nn.Linear(6 * 24, 3)), Example((24,), 40)),
        (Reader(), Example((32,), 40)),
        (Positioned(), Example((20,), 40)),
        (Listener(), Example((32, 12))),
        (nn.Sequential(nn.ReLU(), nn.Linear(9, 4)), Example((9,))),
    ],
)
def test_that_the_form_is_found_on_which_a_network_runs(module: nn.Module, wanted: Example) -> None:
    assert infer_example(module.eval(), SOURCE) == wanted


class Choosing(nn.Module):
    """Cannot be traced."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x).mean((2, 3)) if x.sum() > 0 else self.conv(-x).mean((2, 3))


@pytest.mark.parametrize(
    "module",
    [
        nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)),
        nn.Sequential(nn.Conv1d(3, 4, 3), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(4, 2)),
        nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(7, 2)),
        nn.Sequential(nn.LayerNorm(4), nn.Flatten()),
        Choosing(),
    ],
)
def test_that_a_form_that_cannot_be_known_is_asked_for(module: nn.Module) -> None:
    with pytest.raises(RequestError) as caught:
        infer_example(module.eval(), SOURCE)
    assert caught.value.code == "input_shape_needed"


def test_that_a_said_form_goes_before_one_that_is_found() -> None:
    said, source = Example((3, 31, 31)), ModelSource(file="model.pt", input_shape=(3, 30, 30))
    assert infer_example(_images(4), SOURCE, said) == said
    assert infer_example(_images(4), source, said) == Example((3, 30, 30))


def test_that_timm_says_what_its_networks_take() -> None:
    timm = pytest.importorskip("timm")
    assert infer_example(timm.create_model("mobilenetv3_small_050"), SOURCE) == Example((3, 224, 224))
    assert infer_example(timm.create_model("vit_tiny_patch16_384"), SOURCE) == Example((3, 384, 384))
