import numpy as np
import pytest
import torch
from torch import nn

from engine.analysis.outputs import output_stats
from engine.context import RunContext


def test_that_outputs_are_measured_as_numpy_measures_them() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(6, 9), nn.ReLU(), nn.Linear(9, 4)).eval()
    batches = [torch.randn(20, 6), torch.randn(7, 6)]
    found = output_stats(network, ("0", "1", "2"), batches, RunContext())
    with torch.no_grad():
        wanted = network[:2](torch.cat(batches)).numpy()
    stats = found["1"]
    assert (stats.min, stats.max) == (wanted.min(), wanted.max())
    assert stats.mean == pytest.approx(wanted.mean(), rel=1e-5)
    assert stats.std == pytest.approx(wanted.std(), rel=1e-5)
    assert stats.zeros == (wanted == 0).mean()
    counts, _ = np.histogram(wanted, 256)
    assert np.abs(np.cumsum(stats.histogram.counts) - np.cumsum(counts)).max() <= 2
    assert not any(part._forward_hooks for part in network)


def test_that_layers_that_are_never_called_or_answer_nan_are_left_out() -> None:
    class Lame(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.used, self.unused = nn.Linear(3, 2), nn.Linear(3, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.used(x)

    network = Lame().eval()
    assert set(output_stats(network, ("used", "unused"), [torch.zeros(2, 3)], RunContext())) == {"used"}
    assert output_stats(network, ("used",), [torch.full((2, 3), float("nan"))], RunContext()) == {}


def test_that_of_a_recurrent_layer_the_sequence_is_measured() -> None:
    network = nn.Sequential(nn.LSTM(3, 4, batch_first=True)).eval()
    found = output_stats(network, ("0",), [torch.randn(2, 5, 3)], RunContext())["0"]
    assert sum(found.histogram.counts) == 2 * 5 * 4
