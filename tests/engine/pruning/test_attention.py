"""Heads of attention and hidden units by themselves: what goes, what stays, and that a cut head equals a masked one."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from engine.contract.methods import PruneGranularity
from engine.contract.recipe import PruneSpec
from engine.export.python_loader import loader_source
from engine.joint.compressed import CompressedModel
from engine.models.attention import PrunedAttention
from tests.engine.networks import compress, error_between, some_inputs

SHAPE = (7, 12)
HALF = PruneSpec(ratio=0.5, granularity=PruneGranularity.HEAD)


class Attending(nn.Module):
    """One block of a transformer by hand, then a recurrent layer."""

    def __init__(self, *, bias: bool = True, batch_first: bool = True) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(12, 4, bias=bias, batch_first=batch_first)
        self.widen, self.narrow = nn.Linear(12, 16), nn.Linear(16, 12)
        self.read = nn.GRU(12, 6, batch_first=True)
        self.head = nn.Linear(6, 3)
        self.is_time_first = not batch_first

    def forward(self, x: Tensor) -> Tensor:
        rows = x.transpose(0, 1) if self.is_time_first else x
        answer, _ = self.attention(rows, rows, rows, need_weights=False)
        x = x + (answer.transpose(0, 1) if self.is_time_first else answer)
        x = x + self.narrow(torch.relu(self.widen(x)))
        return self.head(self.read(x)[0][:, -1])


def make_attending(*, bias: bool = True, batch_first: bool = True) -> Attending:
    torch.manual_seed(0)
    network = Attending(bias=bias, batch_first=batch_first).eval()
    for parameter in network.attention.parameters():
        nn.init.normal_(parameter, std=0.4)
    return network


@torch.no_grad()
def masked_and_cut(model: CompressedModel, inputs: Tensor) -> tuple[Tensor, Tensor]:
    model.attach_masks()
    model.set_share(1.0)
    masked = model.module(inputs)
    model.cut()
    return masked, model.module(inputs)


def attend_by_loops(whole: nn.MultiheadAttention, heads: list[int], x: Tensor) -> Tensor:
    """The formula of Vaswani 2017, one head after the other, in double precision; x is (time, stream)."""
    weight, bias = whole.in_proj_weight.double(), whole.in_proj_bias
    shift = torch.zeros(36).double() if bias is None else bias.double()
    out = whole.out_proj.bias.double() if whole.out_proj.bias is not None else 0
    total = torch.zeros(len(x), 12).double() + out
    for head in heads:
        rows = [slice(part * 12 + head * 3, part * 12 + head * 3 + 3) for part in range(3)]
        query, key, value = (x.double() @ weight[row].T + shift[row] for row in rows)
        answer = torch.softmax(query @ key.T / 3**0.5, dim=1) @ value
        total += answer @ whole.out_proj.weight.double()[:, head * 3 : head * 3 + 3].T
    return total


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("bias", [True, False])
def test_that_half_of_the_heads_leave_and_the_rest_attend_as_before(bias: bool, batch_first: bool) -> None:
    whole, inputs = make_attending(bias=bias, batch_first=batch_first), some_inputs(SHAPE)
    rows = whole.attention.in_proj_weight.detach().abs().sum(1).tolist()
    sums = [sum(rows[part * 12 + head * 3 + i] for part in range(3) for i in range(3)) for head in range(4)]
    strongest = sorted(sorted(range(4), key=sums.__getitem__)[2:])
    with torch.no_grad():
        uncut = whole(inputs)
        wanted = torch.stack([attend_by_loops(whole.attention, strongest, sample) for sample in inputs])
    model = compress(whole, SHAPE, HALF)
    masked, cut = masked_and_cut(model, inputs)
    assert error_between(cut, masked) <= 1e-5
    assert error_between(cut, uncut) > 0.01, "half of the heads must matter"
    narrow = model.module.get_submodule("attention")
    assert isinstance(narrow, PrunedAttention)
    with torch.no_grad():
        found, _ = narrow(inputs if batch_first else inputs.transpose(0, 1))
    assert error_between((found if batch_first else found.transpose(0, 1)).double(), wanted) <= 1e-5
    shapes = [tuple(narrow.in_proj_weight.shape), tuple(narrow.out_proj.weight.shape)]
    assert shapes == [(18, 12), (12, 6)]


def test_that_the_written_loader_rebuilds_cut_attention_without_penjing(tmp_path: Path) -> None:
    model = compress(make_attending(), SHAPE, HALF)
    inputs = some_inputs(SHAPE)
    _, cut = masked_and_cut(model, inputs)
    source = loader_source(model.module, title="attending", stem="model")
    assert "engine" not in source
    torch.save(model.module.state_dict(), tmp_path / "model.pt")
    names: dict[str, object] = {"__file__": str(tmp_path / "model.py"), "__name__": "model"}
    exec(source, names)
    load = names["load"]
    assert callable(load)
    with torch.no_grad():
        assert torch.equal(load()(inputs), cut)


WIDTHS = {
    PruneGranularity.CHANNEL: (36, 8, 3),
    PruneGranularity.UNIT: (36, 16, 3),
    PruneGranularity.HEAD: (18, 16, 6),
}


@pytest.mark.parametrize("granularity", WIDTHS)
def test_that_each_granularity_removes_its_own_kind(granularity: PruneGranularity) -> None:
    model = compress(make_attending(), SHAPE, PruneSpec(ratio=0.5, granularity=granularity))
    masked, cut = masked_and_cut(model, some_inputs(SHAPE))
    assert error_between(cut, masked) <= 1e-5
    parts = (model.module.get_parameter(f"{name}") for name in ("attention.in_proj_weight", "widen.weight"))
    read = model.module.get_submodule("read")
    assert (*(len(part) for part in parts), read.hidden_size) == WIDTHS[granularity]


def test_that_attention_whose_weights_are_read_keeps_its_heads() -> None:
    class Showing(Attending):
        def forward(self, x: Tensor) -> Tensor:
            answer, weights = self.attention(x, x, x)
            return self.head(self.read(answer)[0][:, -1]) + weights.mean((1, 2)).unsqueeze(1)

    model = compress(Showing().eval(), SHAPE)
    assert model.locked["attention"].code == "locked_operation"
    assert "attention" in model.channels.table.ranges
