"""Heads and inner channels of torch's transformer encoders: what stays, and that a cut equals its mask."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from engine.contract.methods import PruneGranularity
from engine.contract.recipe import LayerPruneSpec, PruneSpec
from engine.export.python_loader import loader_source
from engine.joint.compressed import CompressedModel
from engine.models.attention import PrunedAttention
from engine.models.graph import capture
from tests.engine.encoders import EXAMPLE, LENGTH, READERS, WIDTH, Reader, make_reader, one_layer, some_words
from tests.engine.networks import error_between, make_recipe

LIMIT = 1e-5
KINDS = (PruneGranularity.HEAD, PruneGranularity.CHANNEL)


def halved(
    network: nn.Module, granularity: PruneGranularity, *, skip: tuple[str, ...] = ()
) -> CompressedModel:
    layers = {name: LayerPruneSpec(skip=True) for name in skip}
    spec = PruneSpec(ratio=0.5, granularity=granularity, layers=layers)
    return CompressedModel(capture(network, EXAMPLE), make_recipe(spec))


@torch.no_grad()
def masked_and_cut(model: CompressedModel) -> tuple[Tensor, Tensor]:
    model.attach_masks()
    model.set_share(1.0)
    masked = model.module(some_words())
    model.cut()
    return masked, model.module(some_words())


@pytest.mark.parametrize("granularity", KINDS)
@pytest.mark.parametrize("name", READERS)
def test_that_a_cut_encoder_answers_as_the_masked_one(name: str, granularity: PruneGranularity) -> None:
    model = halved(make_reader(name), granularity)
    with torch.no_grad():
        uncut = model.module(some_words())
    masked, cut = masked_and_cut(model)
    assert error_between(cut, masked) <= LIMIT
    assert error_between(cut, uncut) > 1e-3, "half of it must matter"
    attention = [part for part in model.module.modules() if isinstance(part, PrunedAttention)]
    widths = [part.out_features for key, part in model.module.named_modules() if key.endswith("linear1")]
    if granularity is PruneGranularity.HEAD:
        assert {(part.heads, part.stream) for part in attention} == {(1, 8)} and set(widths) == {12}
    else:
        assert {(part.heads, part.stream) for part in attention} == {(2, 4)} and set(widths) == {6}


def test_that_half_of_the_inner_channels_leave_torchs_layer_of_half_the_width() -> None:
    network = make_reader("norm first")
    weight = network.get_parameter("encoder.linear1.weight").detach()
    strongest = weight.abs().sum(1).topk(6).indices.sort().values
    model = halved(network, PruneGranularity.CHANNEL, skip=("words",))
    _, cut = masked_and_cut(model)
    assert torch.equal(model.module.get_parameter("encoder.linear1.weight"), weight[strongest])
    smaller = Reader(nn.TransformerEncoderLayer(WIDTH, 2, 6, batch_first=True, norm_first=True)).eval()
    smaller.load_state_dict(model.module.state_dict() | {"later": smaller.state_dict()["later"]})
    with torch.no_grad():
        assert error_between(cut, smaller(some_words())) <= 1e-6


def masks_of_both_kinds() -> tuple[Tensor, Tensor]:
    """What is padding, as truths, and what is not heard of other places, as numbers that are added."""
    far = torch.rand(LENGTH, LENGTH, generator=torch.Generator().manual_seed(0)) - 0.5
    return some_words().eq(0), far.masked_fill(torch.ones(LENGTH, LENGTH).triu(1).bool(), float("-inf"))


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("which", [(True, False), (False, True), (True, True)])
def test_that_masks_mean_to_pruned_attention_what_they_mean_to_torchs(
    which: tuple[bool, bool], batch_first: bool
) -> None:
    torch.manual_seed(0)
    whole = nn.MultiheadAttention(WIDTH, 2, batch_first=batch_first).eval()
    pruned = PrunedAttention(WIDTH, 2, WIDTH // 2, batch_first=batch_first).eval()
    pruned.load_state_dict(whole.state_dict())
    tokens = torch.randn((5, LENGTH, WIDTH) if batch_first else (LENGTH, 5, WIDTH))
    padding, far = (
        mask if is_wanted else None for mask, is_wanted in zip(masks_of_both_kinds(), which, strict=True)
    )
    with torch.no_grad():
        found, _ = pruned(tokens, key_padding_mask=padding, attn_mask=far)
        if padding is not None and far is not None:
            # Torch wants both of one kind.
            padding = torch.zeros_like(padding, dtype=torch.float).masked_fill(padding, float("-inf"))
        wanted, _ = whole(tokens, tokens, tokens, key_padding_mask=padding, attn_mask=far)
    assert error_between(found, wanted) <= 1e-6


def test_that_heads_with_masks_of_their_own_stay() -> None:
    class Masking(Reader):
        def forward(self, words: Tensor) -> Tensor:
            x = self.words(words)
            near = (
                torch.cat([self.later, self.later.T]).reshape(2, LENGTH, LENGTH).repeat(words.shape[0], 1, 1)
            )
            near = near & torch.eye(LENGTH, dtype=torch.bool, device=near.device).logical_not()
            return self.head(self.encoder(x, near).mean(1))

    network = Masking(one_layer()).eval()
    model = halved(network, PruneGranularity.CHANNEL)
    assert model.locked["encoder.self_attn"].code == "locked_operation"
    masked, cut = masked_and_cut(model)
    assert error_between(cut, masked) <= LIMIT


@pytest.mark.parametrize("granularity", KINDS)
def test_that_the_written_loader_rebuilds_a_cut_encoder_without_penjing(
    granularity: PruneGranularity, tmp_path: Path
) -> None:
    model = halved(make_reader("two layers"), granularity)
    _, cut = masked_and_cut(model)
    source = loader_source(model.module, title="reading", stem="model")
    assert "engine" not in source
    torch.save(model.module.state_dict(), tmp_path / "model.pt")
    names: dict[str, object] = {"__file__": str(tmp_path / "model.py"), "__name__": "model"}
    exec(source, names)
    load = names["load"]
    assert callable(load)
    with torch.no_grad():
        assert torch.equal(load()(some_words()), cut)
