"""How small and how fast the archive's codec is: sizes beside the order-0 entropy, speeds beside a plain copy.

Run: ``.venv/bin/python benchmarks/archive.py [--json] [--only ROW] [--runs DIR]``. Sizes are of LeNet-5 (Caffe's:
20-50-500-10) at 2 % density, biases in float32, the whole file counted: the bound is 1.03 × the entropy of positions
and symbols, the biases, and 64 bytes a layer. The row ``trained`` has the masks of a run that ``lenet.py`` left in DIR,
if there is one. Speeds are of the 62 trained tensors of ResNet-18 with channels of uneven size, in MB of float32
weights a second on one thread, best of three: by the clock, and by the processor's time, which the machine's other
work lengthens less. ``copy`` is numpy's own copy of as many bytes, in turn with them.
"""

import argparse
import importlib.metadata
import platform
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import msgspec
import numpy as np

from engine.archive.container import decode_archive, encode_archive
from engine.archive.records import Archive, DataType, GridTensor, PlainTensor, Tensor

HERE = Path(__file__).parent
LENET5 = {"conv1": (20, 1, 5, 5), "conv2": (50, 20, 5, 5), "fc1": (500, 800), "fc2": (10, 500)}
DENSITY = 0.02
ROUNDS = 3
Masks = dict[str, np.ndarray]
Job = tuple[str, Callable[[], "SizeRow | SpeedRow"]]


class SizeRow(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes; ``share`` is of positions and symbols alone: what the biases and the ends of the file take is left out."""

    name: str
    density: float
    order_zero_bytes: float
    bias_bytes: int
    bound_bytes: float
    size_bytes: int
    share: float
    within: bool


class SpeedRow(msgspec.Struct, frozen=True, kw_only=True):
    """MB of float32 a second, by the clock and by the processor's time."""

    name: str
    float_mb: float
    size_mb: float
    encode: float
    decode: float
    encode_cpu: float
    decode_cpu: float
    copy: float


def sizes(runs: Path) -> Iterator[Job]:
    masks: dict[str, Callable[[], Masks]] = {"random": random_masks, "structured": structured_masks}
    kept = sorted(runs.glob("lenet5-*/checkpoints/*.pt"))
    if kept:
        masks["trained"] = lambda: trained_masks(kept[-1])
    for name, make in masks.items():
        for bits in (2, 4, 8):
            row = f"{name}-{bits}-bits"
            yield row, partial(size_row, row, make, bits)


def size_row(name: str, make: Callable[[], Masks], bits: int) -> SizeRow:
    rng, masks = np.random.default_rng(bits), make()
    levels = {layer: levels_of(keep, rng, bits) for layer, keep in masks.items()}
    weights = [grid(f"{layer}.weight", values) for layer, values in levels.items()]
    biases = [plain(f"{layer}.bias", rng.normal(size=len(values))) for layer, values in levels.items()]
    file, ends = encode_archive(Archive(tensors=(*weights, *biases))), encode_archive(Archive(tensors=()))
    only_weights = len(encode_archive(Archive(tensors=tuple(weights)))) - len(ends)
    entropy = sum(order_zero_bytes(values) for values in levels.values())
    bias_bytes = sum(tensor.values.nbytes for tensor in biases)
    bound = 1.03 * entropy + bias_bytes + 64 * len(levels)
    total = sum(keep.size for keep in masks.values())
    return SizeRow(
        name=name,
        density=sum(int(np.count_nonzero(keep)) for keep in masks.values()) / total,
        order_zero_bytes=entropy,
        bias_bytes=bias_bytes,
        bound_bytes=bound,
        size_bytes=len(file),
        share=only_weights / entropy,
        within=len(file) <= bound,
    )


def random_masks() -> Masks:
    rng = np.random.default_rng(0)
    return {name: rng.random(shape) < DENSITY for name, shape in LENET5.items()}


def structured_masks() -> Masks:
    """Two fifths of the outputs and of the inputs of each layer are left, and of these a part."""
    rng = np.random.default_rng(0)
    masks = random_masks()
    for name, shape in LENET5.items():
        rows = rng.random((shape[0], 1, 1, 1)[: len(shape)]) < 0.4
        columns = rng.random((1, *shape[1:2], 1, 1)[: len(shape)]) < 0.4
        masks[name] = (rng.random(shape) < DENSITY / 0.16) & rows & columns
    return masks


def trained_masks(checkpoint: Path) -> Masks:
    import torch

    state = torch.load(checkpoint, map_location="cpu", weights_only=True)["model"]
    ending = ".parametrizations.weight.0.keep"
    return {
        key.removesuffix(ending): keep.numpy() != 0 for key, keep in state.items() if key.endswith(ending)
    }


def levels_of(keep: np.ndarray, rng: np.random.Generator, bits: int) -> np.ndarray:
    most = 2 ** (bits - 1) - 1
    magnitudes = np.clip(np.ceil(np.abs(rng.laplace(size=keep.shape)) * most / 4), 1, most)
    return (keep * magnitudes * rng.choice([-1, 1], keep.shape)).astype(np.int32)


def order_zero_bytes(levels: np.ndarray) -> float:
    flat = levels.ravel()
    return (entropy_bits(flat != 0) + entropy_bits(flat[flat != 0])) / 8


def entropy_bits(symbols: np.ndarray) -> float:
    counts = np.unique(symbols, return_counts=True)[1]
    return float(-(counts * np.log2(counts / symbols.size)).sum())


def grid(name: str, levels: np.ndarray) -> GridTensor:
    return GridTensor(name=name, levels=levels, scales=np.array([0.01], np.float32))


def plain(name: str, values: np.ndarray) -> PlainTensor:
    return PlainTensor(name=name, values=values.astype(np.float32), data_type=DataType.FLOAT32)


def speeds() -> Iterator[Job]:
    yield "float32", partial(speed_row, "float32", uncompressed)
    for bits, density in ((8, 1.0), (4, 1.0), (4, 0.2), (4, 0.02)):
        row = f"{bits}-bits-{density:.0%}"
        yield row, partial(speed_row, row, partial(compressed, bits, density))


def resnet18() -> Iterator[tuple[str, np.ndarray]]:
    """Tensors of ResNet-18's shapes; outputs and inputs differ in size, as trained ones do."""
    rng = np.random.default_rng(0)
    for name, shape in resnet18_shapes():
        rows = rng.lognormal(sigma=0.5, size=(shape[0], *[1] * (len(shape) - 1)))
        columns = rng.lognormal(sigma=0.5, size=(1, *shape[1:2], *[1] * (len(shape) - 2))) if shape[1:] else 1
        yield name, (rng.normal(size=shape) * rows * columns).astype(np.float32)


def resnet18_shapes() -> Iterator[tuple[str, tuple[int, ...]]]:
    yield "conv1.weight", (64, 3, 7, 7)
    inputs = 64
    for stage, outputs in enumerate((64, 128, 256, 512)):
        for block in range(2):
            name = f"layer{stage + 1}.{block}"
            yield f"{name}.conv1.weight", (outputs, inputs, 3, 3)
            yield f"{name}.conv2.weight", (outputs, outputs, 3, 3)
            if inputs != outputs:
                yield f"{name}.downsample.0.weight", (outputs, inputs, 1, 1)
            for norm in ("bn1", "bn2") if inputs == outputs else ("bn1", "bn2", "downsample.1"):
                yield f"{name}.{norm}.weight", (outputs,)
                yield f"{name}.{norm}.bias", (outputs,)
            inputs = outputs
    yield from (("bn1.weight", (64,)), ("bn1.bias", (64,)), ("fc.weight", (1000, 512)), ("fc.bias", (1000,)))


def uncompressed() -> tuple[Tensor, ...]:
    return tuple(plain(name, values) for name, values in resnet18())


def compressed(bits: int, density: float) -> tuple[Tensor, ...]:
    """Weights pruned by magnitude and rounded, with a scale for each channel; vectors stay float."""
    return tuple(
        plain(name, values) if values.ndim == 1 else pruned_grid(name, values, bits, density)
        for name, values in resnet18()
    )


def pruned_grid(name: str, values: np.ndarray, bits: int, density: float) -> GridTensor:
    kept = values * (np.abs(values) >= np.quantile(np.abs(values), 1 - density))
    most = 2 ** (bits - 1) - 1
    scales = np.maximum(np.abs(kept).reshape(len(kept), -1).max(axis=1), 1e-6).astype(np.float32) / most
    levels = np.round(kept.reshape(len(kept), -1) / scales[:, None]).astype(np.int32)
    return GridTensor(name=name, levels=levels.reshape(values.shape), scales=scales)


def speed_row(name: str, make: Callable[[], tuple[Tensor, ...]]) -> SpeedRow:
    tensors = make()
    float_mb = 4 * sum(tensor.dense().size for tensor in tensors) / 1e6
    dense = np.concatenate([tensor.dense().ravel() for tensor in tensors])
    data = encode_archive(Archive(tensors=tensors))
    found = decode_archive(data, path=name).tensors
    if any(
        one.dense().tobytes() != other.dense().tobytes() for one, other in zip(found, tensors, strict=True)
    ):
        raise SystemExit(f"{name}: other tensors came back.")
    tasks = (
        lambda: encode_archive(Archive(tensors=tensors)),
        lambda: decode_archive(data, path=name),
        dense.copy,
    )
    best = best_seconds(tasks)
    return SpeedRow(
        name=name,
        float_mb=float_mb,
        size_mb=len(data) / 1e6,
        encode=float_mb / best[0][0],
        decode=float_mb / best[1][0],
        encode_cpu=float_mb / best[0][1],
        decode_cpu=float_mb / best[1][1],
        copy=float_mb / best[2][0],
    )


def best_seconds(tasks: tuple[Callable[[], object], ...]) -> list[tuple[float, float]]:
    """By the clock and by the processor's time, each the best of its rounds, in turn."""
    best = [(float("inf"), float("inf"))] * len(tasks)
    for _ in range(ROUNDS):
        for index, task in enumerate(tasks):
            clock, cpu = time.perf_counter(), time.process_time()
            task()
            taken = time.perf_counter() - clock, time.process_time() - cpu
            best[index] = min(best[index][0], taken[0]), min(best[index][1], taken[1])
    return best


def as_text(row: SizeRow | SpeedRow) -> str:
    if isinstance(row, SizeRow):
        return (
            f"{row.name:<16}{row.order_zero_bytes:10.0f}{row.bound_bytes:10.0f}{row.size_bytes:10d}"
            f"{row.share:10.3f}  {'within' if row.within else 'BEYOND'}"
        )
    return (
        f"{row.name:<16}{row.float_mb:7.1f} MB →{row.size_mb:7.2f} MB{row.encode:9.1f}{row.decode:9.1f}"
        f"{row.encode_cpu:9.1f}{row.decode_cpu:9.1f}{row.copy:9.0f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    parser.add_argument("--only", help="only rows whose name begins so")
    parser.add_argument("--runs", type=Path, default=HERE / "results" / "lenet" / "runs", help="of lenet.py")
    arguments = parser.parse_args()
    if not arguments.json:
        versions = [f"{name} {importlib.metadata.version(name)}" for name in ("numpy", "constriction")]
        print(f"Python {platform.python_version()}, {', '.join(versions)}, {platform.machine()}, 1 thread")
        print("name             order 0     bound      file     share | MB/s: encode, decode, by cpu, copy")
    for name, make in (*sizes(arguments.runs), *speeds()):
        if name.startswith(arguments.only or ""):
            row = make()
            print(msgspec.json.encode(row).decode() if arguments.json else as_text(row), flush=True)


if __name__ == "__main__":
    main()
