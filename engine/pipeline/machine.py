"""The machine that a run uses: threads, device, and what it is called in the report."""

import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path

import onnxruntime
import torch

from engine import __version__
from engine.contract.errors import RequestError
from engine.contract.methods import Device
from engine.contract.recipe import Recipe
from engine.contract.report import Environment


def resolve_threads(threads: int) -> int:
    """The number of threads: as asked, or one less than the cores, so that the window keeps one."""
    cores = os.cpu_count() or 1
    if threads > cores * 4:
        raise RequestError("option_threads", value=threads, limit=cores * 4)
    return threads or max(cores - 1, 1)


def prepare_machine(recipe: Recipe) -> int:
    """Sets threads and seeds before any work; returns the number of threads.

    Raises:
        RequestError: the device is not there, or the number of threads is absurd.
    """
    torch.manual_seed(recipe.seed)
    return claim_machine(recipe.threads, recipe.device)


def claim_machine(threads: int, device: Device) -> int:
    """Sets the number of threads, as asked or by default, and returns it.

    Raises:
        RequestError: the device is not there, or the number of threads is absurd.
    """
    require_device(device)
    resolved = resolve_threads(threads)
    torch.set_flush_denormal(True)
    torch.set_num_threads(resolved)
    return resolved


def require_device(device: Device) -> None:
    """Refuses a device that this machine does not have."""
    is_there: dict[Device, Callable[[], bool]] = {
        Device.CPU: lambda: True,
        Device.CUDA: torch.cuda.is_available,
        Device.MPS: torch.backends.mps.is_available,
    }
    if not is_there[device]():
        raise RequestError("device_missing", device=device.value)


def describe_environment(threads: int, device: Device) -> Environment:
    """Where the figures were measured."""
    return Environment(
        penjing=__version__,
        python=sys.version.split()[0],
        torch=str(torch.__version__),
        onnxruntime=onnxruntime.__version__,
        cpu=cpu_name(),
        threads=threads,
        device=device.value,
        platform=platform.platform(terse=True),
    )


def cpu_name() -> str:
    """The processor's name, as the system tells it."""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
