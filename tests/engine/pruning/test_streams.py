"""Residual streams of transformers: their channels pass through attention, tokens and places, and go everywhere."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torchvision.models import VisionTransformer

from engine.contract.methods import PruneGranularity, PruneMethod
from engine.contract.recipe import PruneSpec
from engine.joint.compressed import CompressedModel
from engine.models.attention import PrunedAttention
from engine.models.example import Example
from engine.models.graph import capture
from engine.pruning.channels import Reason, map_channels, why_locked
from engine.pruning.rows import channel_rows
from tests.engine.networks import compress, error_between, make_recipe, some_inputs

LIMIT = 1e-5
IMAGE, WORDS = (3, 32, 32), Example((6,), 30)


class Placed(nn.Module):
    """Words at places that the network itself has, attention without a norm before it, a mean over half of them."""

    def __init__(self, divisor: Callable[[Tensor, Tensor], Tensor] | float = 3.0) -> None:
        super().__init__()
        self.divisor = divisor
        self.words = nn.Embedding(30, 8, padding_idx=0)
        self.places = nn.Parameter(torch.randn(1, 9, 8))
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.norm = nn.LayerNorm(8)
        self.head = nn.Linear(8, 4)

    def forward(self, words: Tensor) -> Tensor:
        x = self.words(words) + self.places[:, : words.shape[1]]
        x = x + self.attention(x, x, x, need_weights=False)[0]
        x = self.norm(x).masked_fill(words.eq(0).unsqueeze(2), 0.5)
        divisor = self.divisor(x, words) if callable(self.divisor) else self.divisor
        return self.head(x[:, :3].sum(1) / divisor)


def make_vision() -> nn.Module:
    torch.manual_seed(0)
    network = VisionTransformer(32, 8, 2, 4, 32, 48, num_classes=5)
    for parameter in network.parameters():
        nn.init.normal_(parameter, std=0.3)
    return network.eval()


def make_placed(divisor: Callable[[Tensor, Tensor], Tensor] | float = 3.0) -> nn.Module:
    torch.manual_seed(0)
    return Placed(divisor).eval()


@torch.no_grad()
def masked_and_cut(model: CompressedModel, inputs: Tensor) -> tuple[Tensor, Tensor]:
    model.attach_masks()
    model.set_share(1.0)
    masked = model.module(inputs)
    model.cut()
    return masked, model.module(inputs)


def some_words() -> Tensor:
    return torch.randint(0, 30, (5, *WORDS.shape), generator=torch.Generator().manual_seed(0))


def half_of_placed(network: nn.Module, method: PruneMethod = PruneMethod.MAGNITUDE) -> CompressedModel:
    return CompressedModel(capture(network, WORDS), make_recipe(PruneSpec(method=method)))


def test_that_half_of_a_vision_transformers_stream_goes_from_token_to_head() -> None:
    model = compress(make_vision(), IMAGE, PruneSpec(ratio=0.5))
    inputs = some_inputs(IMAGE)
    with torch.no_grad():
        uncut = model.module(inputs)
    masked, cut = masked_and_cut(model, inputs)
    assert error_between(cut, masked) <= LIMIT
    assert error_between(cut, uncut) > 0.01, "half of it must matter"
    shapes = {name: tuple(tensor.shape) for name, tensor in model.module.state_dict().items()}
    assert shapes["class_token"] == (1, 1, 16)
    assert shapes["encoder.pos_embedding"] == (1, 17, 16)
    assert shapes["conv_proj.weight"] == (16, 3, 8, 8)
    assert shapes["encoder.layers.encoder_layer_1.self_attention.in_proj_weight"] == (96, 16)
    assert shapes["encoder.layers.encoder_layer_1.self_attention.out_proj.weight"] == (16, 32)
    assert shapes["encoder.ln.weight"] == (16,)
    assert shapes["heads.head.weight"] == (5, 16)


def test_that_the_stream_stays_where_heads_go() -> None:
    model = compress(make_vision(), IMAGE, PruneSpec(ratio=0.5, granularity=PruneGranularity.HEAD))
    masked, cut = masked_and_cut(model, some_inputs(IMAGE))
    assert error_between(cut, masked) <= LIMIT
    narrow = [part for part in model.module.modules() if isinstance(part, PrunedAttention)]
    assert [(part.heads, part.stream) for part in narrow] == [(2, 32), (2, 32)]


@pytest.mark.parametrize("method", [PruneMethod.MAGNITUDE, PruneMethod.GEOMETRIC_MEDIAN, PruneMethod.RANDOM])
def test_that_words_lose_the_channels_that_their_places_lose(method: PruneMethod) -> None:
    network = make_placed()
    words, places = network.get_parameter("words.weight").detach(), network.get_parameter("places").detach()
    model = half_of_placed(network, method)
    masked, cut = masked_and_cut(model, some_words())
    assert error_between(cut, masked) <= LIMIT
    stays = [
        channel for channel in range(8) if (words[:, channel, None] == model.module.words.weight).all(0).any()
    ]
    assert len(stays) == 4
    assert torch.equal(model.module.get_parameter("places"), places[..., stays])
    assert model.module.get_submodule("words").embedding_dim == 4


def test_that_columns_make_the_channels_of_an_embedding() -> None:
    layer = nn.Embedding(3, 2)
    assert torch.equal(channel_rows(layer, layer.get_parameter), layer.weight.T)


def test_that_division_by_what_differs_between_channels_locks_them() -> None:
    captured = capture(make_placed(lambda x, words: x.sigmoid().amax(1)), WORDS)
    channels = map_channels(captured)
    assert why_locked(captured, channels)["words"] == Reason("locked_operation", {"operation": "truediv"})
    assert not channels.groups


def test_that_division_by_what_all_channels_share_does_not() -> None:
    network = make_placed(lambda x, words: words.lt(0).sum(1, keepdim=True) + 3)
    masked, cut = masked_and_cut(half_of_placed(network), some_words())
    assert error_between(cut, masked) <= LIMIT
    _, wanted = masked_and_cut(half_of_placed(make_placed(3.0)), some_words())
    assert error_between(cut, wanted) <= LIMIT
