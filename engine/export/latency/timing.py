"""Measures grids of layers: files that differ in widths alone run by turns, and the median of their times counts."""

import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from engine.context import RunContext
from engine.export.latency.grids import LayerGrid
from engine.export.latency.probes import Probe
from engine.export.runtime import open_session, session_of
from engine.joint.latency.table import LayerLatency

FEWEST_ROUNDS, MOST_ROUNDS, SECONDS_A_GRID = 3, 25, 0.8
# The first run after another file's finds its weights gone from the cache.
RUNS_A_TURN = 3
SHORTEST_MS = 1e-4


def time_layers(
    grids: dict[str, LayerGrid], ctx: RunContext, *, threads: int, on_grid: Callable[[int], None]
) -> dict[str, LayerLatency]:
    """Milliseconds of every layer at every pair of widths.

    Args:
        grids: by layer; those that are equal are measured once.
        ctx: stops between grids.
        threads: of the runtime.
        on_grid: told how many different grids are done.
    """
    found: dict[LayerGrid, LayerLatency] = {}
    for grid in dict.fromkeys(grids.values()):
        ctx.raise_if_cancelled()
        found[grid] = _time_grid(grid, threads)
        on_grid(len(found))
    return {name: found[grid] for name, grid in grids.items()}


@lru_cache(maxsize=1024)
def _time_grid(grid: LayerGrid, threads: int) -> LayerLatency:
    """Kept as long as the process lives: an estimate, and the run behind it, ask for the same."""
    probes = list(grid.probes)
    bases = {probe.inputs: probe for probe in probes}
    calls = [_call(probe, threads, has_layer=False) for probe in bases.values()]
    calls += [_call(probe, threads, has_layer=True) for probe in probes]
    times = _medians(calls)
    without = dict(zip(bases, times, strict=False))
    layer = [
        max(took - without[probe.inputs], SHORTEST_MS)
        for probe, took in zip(probes, times[len(bases) :], strict=True)
    ]
    rows = np.reshape(layer, (len(grid.outputs), len(grid.inputs)))
    return LayerLatency(
        outputs=grid.outputs, inputs=grid.inputs, milliseconds=tuple(tuple(row) for row in rows.tolist())
    )


def time_probes(probes: Sequence[Probe], *, threads: int) -> list[float]:
    """Milliseconds of single layers, each less what its file takes without it, all by turns."""
    calls = [_call(probe, threads, has_layer=has_layer) for probe in probes for has_layer in (True, False)]
    times = _medians(calls)
    return [max(whole - rest, SHORTEST_MS) for whole, rest in zip(times[::2], times[1::2], strict=True)]


def time_file(path: Path, sample: np.ndarray, *, threads: int) -> float:
    """Milliseconds of a whole network for one batch, measured as its layers are.

    Raises:
        RequestError: the file cannot be opened.
    """
    session = open_session(path, threads=threads)
    feed = {session.get_inputs()[0].name: sample}
    return _medians([lambda: session.run(None, feed)])[0]


def _call(probe: Probe, threads: int, *, has_layer: bool) -> Callable[[], object]:
    session = session_of(probe.model(has_layer=has_layer).SerializeToString(), threads=threads)
    sample = np.random.default_rng(0).random(probe.input_shape, dtype=np.float32)
    return lambda: session.run(None, {"input": sample})


def _medians(calls: list[Callable[[], object]]) -> list[float]:
    """Median milliseconds of each call's best run in a turn, over as many rounds of turns as time allows."""
    warm_up_s = sum(_best_ms(call) for call in calls) * RUNS_A_TURN / 1000
    affordable = min(max(int(SECONDS_A_GRID / warm_up_s), FEWEST_ROUNDS), MOST_ROUNDS)
    rounds = [[_best_ms(call) for call in calls] for _ in range(affordable)]
    return [float(median) for median in np.median(rounds, axis=0)]


def _best_ms(call: Callable[[], object]) -> float:
    times = []
    for _ in range(RUNS_A_TURN):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return min(times) * 1000
