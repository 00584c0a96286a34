"""A network of texts goes the whole way: opened, pruned, trained, written, run again on word numbers."""

from pathlib import Path

import torch
from torch import nn

from engine.context import RunContext
from engine.contract.methods import ExportFormat, PruneGranularity
from engine.contract.recipe import (
    DataSpec,
    ExportSpec,
    ModelSpec,
    PruneSpec,
    QuantizeSpec,
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
        self.reader = nn.GRU(16, 12, batch_first=True)
        self.answer = nn.Linear(12, 3)

    def forward(self, words):
        read, _ = self.reader(self.words(words))
        return self.answer(read.mean(1))
"""
SAID = ("a good tree", "a bad stone", "no colour at all")


def make_recipe(folder: Path) -> Recipe:
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
        prune=PruneSpec(granularity=PruneGranularity.WEIGHT, ratio=0.5),
        quantize=QuantizeSpec(calibration_samples=32),
        recover=RecoverSpec(epochs=6, learning_rate=0.5),
        export=ExportSpec(formats=(ExportFormat.ONNX_INT8, ExportFormat.STATE_DICT)),
    )


def test_that_a_network_of_texts_is_compressed_and_its_files_take_word_numbers(tmp_path: Path) -> None:
    report = run(make_recipe(tmp_path), tmp_path / "run")
    assert report.after.metrics.accuracy == 1.0
    assert [artifact.verified for artifact in report.artifacts] == [True, True]
    assert report.before.latency_ms is not None
    assert report.source.vocabulary is not None
    again = verify_file(
        tmp_path / "run" / report.artifacts[0].path, report.recipe.data, RunContext(), threads=1
    )
    assert (again.verified, again.accuracy) == (True, 1.0)
