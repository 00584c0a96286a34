"""ONNX Runtime: opens a file, runs it, counts what runs in integers, measures milliseconds."""

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.stats import Latency
from engine.data.splits import Data, Split

RUNTIME = f"onnxruntime {ort.__version__}"
_ERROR_LEVEL = 3
_OPTIMISED_WEIGHTS = "session.optimized_model_external_initializers_file_name"
INTEGER_MATRIX = frozenset(
    {
        "QLinearConv",
        "QGemm",
        "QLinearMatMul",
        "MatMulInteger",
        "MatMulIntegerToFloat",
        "ConvInteger",
        "DynamicQuantizeMatMul",
        "DynamicQuantizeLSTM",
        "QAttention",
        "MatMulNBits",
    }
)
FLOAT_MATRIX = frozenset(
    {"Conv", "FusedConv", "Gemm", "FusedGemm", "MatMul", "FusedMatMul", "ConvTranspose", "LSTM", "GRU", "RNN"}
)


def open_session(path: Path, *, threads: int) -> ort.InferenceSession:
    """A session on the CPU whose idle threads do not spin (they would steal another session's core).

    Raises:
        RequestError: the file cannot be opened.
    """
    try:
        return session_of(str(path), threads=threads)
    except Exception as error:
        raise RequestError("artifact_broken", path=path, runtime=RUNTIME, reason=error) from None


def session_of(model: str | bytes, *, threads: int) -> ort.InferenceSession:
    """The same of a file's name or of its content.

    Raises:
        Exception: whatever the runtime says of it.
    """
    return ort.InferenceSession(model, _options(threads), providers=["CPUExecutionProvider"])


def _options(threads: int) -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERROR_LEVEL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def run_split(
    session: ort.InferenceSession, split: Split, data: Data, ctx: RunContext, batch_size: int = 256
) -> torch.Tensor:
    """The answers to a whole split, float32 (N, classes); one by one where the file's batch is fixed."""
    entry = session.get_inputs()[0]
    size = entry.shape[0] if isinstance(entry.shape[0], int) else batch_size
    parts = []
    for start in range(0, len(split), size):
        ctx.raise_if_cancelled()
        inputs = data.to_inputs(split.inputs[start : start + size]).cpu().numpy()
        parts.append(session.run(None, {entry.name: inputs})[0])
    return torch.from_numpy(np.concatenate(parts))


def count_operators(path: Path) -> tuple[int, int, tuple[str, ...]]:
    """What the runtime makes of a file: operators in integers, matrix operators still in float, their types."""
    with tempfile.TemporaryDirectory() as folder:
        optimised = Path(folder) / "optimised.onnx"
        options = _options(1)
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(optimised)
        # Weights stay out of what is only counted: with them it may be longer than a protobuf can be.
        options.add_session_config_entry(_OPTIMISED_WEIGHTS, "optimised.data")
        ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        kinds = Counter(
            node.op_type for node in onnx.load(str(optimised), load_external_data=False).graph.node
        )
    integers = sum(
        count for kind, count in kinds.items() if kind in INTEGER_MATRIX or kind.startswith("QLinear")
    )
    floats = {kind: count for kind, count in kinds.items() if kind in FLOAT_MATRIX}
    return integers, sum(floats.values()), tuple(sorted(floats))


def measure_latency(
    sessions: Sequence[ort.InferenceSession],
    sample: np.ndarray,
    ctx: RunContext,
    *,
    threads: int,
) -> tuple[Latency, ...]:
    """Milliseconds of one run each, alternating, so that a noisy machine is noisy for all.

    Args:
        sessions: what is compared.
        sample: one batch, float32.
        ctx: stops between rounds.
        threads: of the sessions, for the record.
    """
    calls = [_caller(session, sample) for session in sessions]
    rounds = _affordable_rounds(calls)
    times = np.empty((rounds, len(calls)))
    for row in times:
        ctx.raise_if_cancelled()
        for place, call in enumerate(calls):
            start = time.perf_counter()
            call()
            row[place] = (time.perf_counter() - start) * 1000
    p50, p95 = np.percentile(times, [50, 95], axis=0)
    return tuple(
        Latency(p50=float(a), p95=float(b), threads=threads, batch=len(sample), runs=rounds)
        for a, b in zip(p50, p95, strict=True)
    )


def _affordable_rounds(calls: list[Callable[[], object]], warm_up: int = 5) -> int:
    """As many rounds as take about four seconds, 50 to 400, after a warm-up that is timed."""
    begin = time.perf_counter()
    for _ in range(warm_up):
        for call in calls:
            call()
    per_round = (time.perf_counter() - begin) / warm_up
    return int(min(max(4.0 / max(per_round, 1e-6), 50), 400))


def _caller(session: ort.InferenceSession, sample: np.ndarray) -> Callable[[], object]:
    feed = {session.get_inputs()[0].name: sample}
    return lambda: session.run(None, feed)
