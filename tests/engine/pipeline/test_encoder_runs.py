"""A transformer encoder of torch's goes the whole way with half of its heads or of its width, interrupted or not."""

from pathlib import Path

import pytest
import torch
from torch import nn

from engine.context import RunContext
from engine.contract.events import CheckpointSaved, RunEvent
from engine.contract.methods import ExportFormat, Optimizer, PruneGranularity
from engine.contract.recipe import (
    DataSpec,
    ExportSpec,
    ModelSpec,
    PruneSpec,
    Recipe,
    RecoverSpec,
    TextSpec,
)
from engine.pipeline.verifying import verify_file
from tests.engine.pipeline.runs import run

NET = """
import torch
from torch import nn


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(40, 16)
        self.places = nn.Parameter(0.1 * torch.randn(1, 8, 16))
        layer = nn.TransformerEncoderLayer(16, 4, 24, dropout=0.1, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 1, nn.LayerNorm(16), enable_nested_tensor=False)
        self.answer = nn.Linear(16, 3)

    def forward(self, words):
        padding = nn.functional.pad(words.eq(0)[:, 1:], (1, 0))
        placed = self.words(words) + self.places[:, :words.shape[1]]
        read = self.encoder(placed, src_key_padding_mask=padding)
        return self.answer(read.masked_fill(padding.unsqueeze(2), 0.0).sum(1))
"""
SAID = ("a good tree", "a bad stone", "no colour at all")


def make_recipe(folder: Path, granularity: PruneGranularity) -> Recipe:
    """Writes network, weights and texts; returns a recipe that removes half along a ramp."""
    (folder / "net.py").write_text(NET)
    names: dict[str, type[nn.Module]] = {}
    exec(compile(NET, "net.py", "exec"), names)
    torch.manual_seed(0)
    torch.save(names["Reader"]().state_dict(), folder / "weights.pt")
    rows = [f"{SAID[place % 3]} {place % 7},{'abc'[place % 3]}" for place in range(90)]
    (folder / "texts.csv").write_text("text,label\n" + "\n".join(rows))
    return Recipe(
        threads=1,
        model=ModelSpec(file=str(folder / "weights.pt"), architecture=f"{folder / 'net.py'}:Reader"),
        data=DataSpec(source=f"csv:{folder / 'texts.csv'}", batch_size=16, text=TextSpec(length=6)),
        prune=PruneSpec(granularity=granularity, ratio=0.5),
        recover=RecoverSpec(epochs=4, optimizer=Optimizer.ADAM, learning_rate=0.02),
        export=ExportSpec(formats=(ExportFormat.ONNX_FLOAT32,)),
    )


HALVES = {
    PruneGranularity.HEAD: {"self_attn": (3 * 8, 16), "linear1": (24, 16)},
    PruneGranularity.CHANNEL: {"self_attn": (3 * 16, 8), "linear1": (12, 8)},
}


@pytest.mark.parametrize("granularity", HALVES)
def test_that_half_of_an_encoder_leaves_and_a_resumed_run_gives_the_same_bits(
    granularity: PruneGranularity, tmp_path: Path
) -> None:
    """The run is ended in the middle of the ramp, where what will be cut is masked."""
    recipe = make_recipe(tmp_path, granularity)
    whole = run(recipe, tmp_path / "whole")
    saved: list[RunEvent] = []

    def die(event: RunEvent) -> None:
        saved.extend([event] if isinstance(event, CheckpointSaved) else [])
        if len(saved) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(recipe, tmp_path / "run", die)
    report = run(recipe, tmp_path / "run", is_resume=True)
    assert report.weights_sha256 == whole.weights_sha256
    assert report.after.metrics.accuracy == 1.0
    shapes = {layer.name: layer.shape for layer in report.after.layers}
    for part, shape in HALVES[granularity].items():
        assert shapes[f"encoder.layers.0.{part}"] == shape
    assert [artifact.why for artifact in report.artifacts if not artifact.verified] == []
    file = tmp_path / "run" / report.artifacts[0].path
    assert verify_file(file, recipe.data, RunContext(), threads=1).accuracy == 1.0
