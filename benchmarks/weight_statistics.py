"""Statistics and 256-bin histograms of a 1 GB safetensors file, beside a plain pass over the same mapped tensors.

Run: ``.venv/bin/python benchmarks/weight_statistics.py [--json] [--gigabytes N] [--rounds N] [--threads N]``.

*Plain* is what anybody would write: ``aminmax``, ``histc`` and ``var_mean`` of each tensor. *Ours* is what Inspect
does: those, and kurtosis, zeros, dead channels and the range of every channel. The two alternate in one process, and
the ratio is the median over the rounds. Peak memory is measured in a fresh process that does ours alone, above what it
held before: all of it, pages of the mapped file included, and without those.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from engine.analysis.weights import weight_facts

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


def write_file(path: Path, gigabytes: float) -> None:
    """Layers as a vision network has them, from small to large, normally distributed."""
    generator = torch.Generator().manual_seed(0)
    tensors: dict[str, Tensor] = {}
    shapes = [(64, 3, 7, 7), (128, 64, 3, 3), (256, 128, 3, 3), (512, 512, 3, 3), (2048, 1024), (4096, 2048)]
    left, index = int(gigabytes * 2**30) // 4, 0
    while left > 0:
        shape = shapes[min(index % 12, 5)]
        tensors[f"layers.{index}.weight"] = torch.randn(shape, generator=generator)
        left -= tensors[f"layers.{index}.weight"].numel()
        index += 1
    save_file(tensors, path)


def mapped(path: Path) -> dict[str, Tensor]:
    with safe_open(path, framework="pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping


def plain_pass(tensors: dict[str, Tensor]) -> None:
    for tensor in tensors.values():
        low, high = tensor.aminmax()
        torch.histc(tensor, 256, float(low), float(high))
        torch.var_mean(tensor)


def our_pass(tensors: dict[str, Tensor]) -> None:
    for tensor in tensors.values():
        weight_facts(tensor, is_read_only=True)


def bare_pass(tensors: dict[str, Tensor]) -> None:
    for tensor in tensors.values():
        tensor.aminmax()


def seconds_of(work: Callable[[dict[str, Tensor]], None], path: Path) -> float:
    tensors = mapped(path)
    begin = time.perf_counter()
    work(tensors)
    return time.perf_counter() - begin


def peak_of(path: Path, threads: int) -> dict[str, float]:
    """Megabytes above idle, of a fresh process."""
    code = f"import weight_statistics as w; w.torch.set_num_threads({threads}); w.print_peak({str(path)!r})"
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=here, env={**os.environ, "PYTHONPATH": str(here.parent)},
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout)
    return found


def print_peak(path: str) -> None:
    our_pass({"warm": torch.randn(256, 1024)})
    idle, own = memory("VmRSS"), memory("RssAnon")
    _CLEAR.write_text("5")
    tensors = mapped(Path(path))
    most_own = 0.0
    for tensor in tensors.values():
        weight_facts(tensor, is_read_only=True)
        most_own = max(most_own, memory("RssAnon"))
    print(json.dumps({"peak_mb": memory("VmHWM") - idle, "own_mb": most_own - own}))


def memory(key: str) -> float:
    """Megabytes of this process, as the kernel tells them."""
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(key))
    return int(line.split()[1]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=max((os.cpu_count() or 2) - 1, 1))
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.safetensors"
        write_file(path, arguments.gigabytes)
        seconds_of(bare_pass, path)
        rounds = [
            (seconds_of(plain_pass, path), seconds_of(our_pass, path), seconds_of(bare_pass, path))
            for _ in range(arguments.rounds)
        ]
        row = {
            "gigabytes": path.stat().st_size / 2**30,
            "threads": arguments.threads,
            "plain_s": statistics.median(plain for plain, _, _ in rounds),
            "ours_s": statistics.median(ours for _, ours, _ in rounds),
            "bare_aminmax_s": statistics.median(bare for _, _, bare in rounds),
            "ratio": statistics.median(ours / plain for plain, ours, _ in rounds),
            **peak_of(path, arguments.threads),
            "torch": torch.__version__,
        }
    if arguments.json:
        print(json.dumps(row))
        return
    for name, value in row.items():
        print(f"{name:16} {value:.3f}" if isinstance(value, float) else f"{name:16} {value}")


if __name__ == "__main__":
    main()
