"""Re-opens what was written, re-runs it, and says whether it is what it should be."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import torch
from torch import nn

from engine.context import RunContext
from engine.contract.methods import ExportFormat
from engine.contract.report import Artifact
from engine.contract.run_folder import sha256_of
from engine.contract.texts import TEXTS
from engine.data.splits import Data
from engine.export.runtime import RUNTIME, count_operators, open_session, run_split
from engine.export.tensors_apart import data_file_of, size_of
from engine.tasks.table import methods_of

AGREEMENT_LIMIT = 0.99
ERROR_LIMIT = 1e-4


@dataclass(frozen=True)
class Verdict:
    """Whether a file holds what it promises: a code of the texts and its arguments."""

    is_verified: bool
    code: str
    arguments: dict[str, str]

    @property
    def sentence(self) -> str:
        """The English sentence."""
        return TEXTS[self.code].format(**self.arguments)


VERIFIED = Verdict(True, "verdict_verified", {})


def largest_error(found: torch.Tensor, wanted: torch.Tensor) -> float:
    """The largest difference ÷ the largest output."""
    return float((found - wanted).abs().max() / wanted.abs().max().clamp_min(1e-12))


def answers_of(
    model: Callable[[torch.Tensor], torch.Tensor], data: Data, ctx: RunContext, batch_size: int = 256
) -> torch.Tensor:
    """A model's answers to the test split, float32 (N, classes), in evaluation mode."""
    if isinstance(model, nn.Module):
        model.eval()
    parts = []
    with torch.no_grad():
        for start in range(0, len(data.test), batch_size):
            ctx.raise_if_cancelled()
            parts.append(model(data.to_inputs(data.test.inputs[start : start + batch_size])).cpu())
    return torch.cat(parts)


def verify_onnx(
    path: Path, wanted: torch.Tensor, data: Data, ctx: RunContext, *, planned: int, threads: int
) -> Artifact:
    """One ONNX file against the answers of the torch model.

    Args:
        path: the file.
        wanted: the torch model's answers to the test split.
        data: holds the test split.
        ctx: stops between batches.
        planned: operators that must run in integers; 0 for a float file.
        threads: of the session.
    """
    found = run_split(open_session(path, threads=threads), data.test, data, ctx)
    integers, floats, _ = count_operators(path)
    agreement, error = methods_of(data).agreement(found, wanted), largest_error(found, wanted)
    verdict = _integer_verdict(agreement, integers, planned) if planned else float_verdict(error)
    metrics, _ = methods_of(data).measure(found, data.test.labels.cpu())
    return Artifact(
        path=path.name,
        format=ExportFormat.ONNX_INT8 if planned else ExportFormat.ONNX_FLOAT32,
        size_bytes=size_of(path),
        sha256=sha256_of(path),
        data=data_file_of(path),
        verified=verdict.is_verified,
        why=verdict.sentence,
        why_code=verdict.code,
        why_arguments=verdict.arguments,
        runtime=RUNTIME,
        accuracy=metrics.accuracy,
        agreement=agreement,
        max_error=error,
        integer_operators=integers,
        float_operators=floats,
    )


def _integer_verdict(agreement: float, integers: int, planned: int) -> Verdict:
    verdict = agreement_verdict(agreement)
    if verdict.is_verified and integers < planned:
        return Verdict(False, "verdict_operators", {"found": str(integers), "planned": str(planned)})
    return verdict


def agreement_verdict(agreement: float) -> Verdict:
    """What an agreement says of a file that rounds."""
    if agreement < AGREEMENT_LIMIT:
        return Verdict(
            False, "verdict_agreement", {"found": f"{agreement:.4f}", "limit": str(AGREEMENT_LIMIT)}
        )
    return VERIFIED


def with_verdict(artifact: Artifact, verdict: Verdict) -> Artifact:
    """An artifact with another verdict on it."""
    return msgspec.structs.replace(
        artifact,
        verified=verdict.is_verified,
        why=verdict.sentence,
        why_code=verdict.code,
        why_arguments=verdict.arguments,
    )


def float_verdict(error: float) -> Verdict:
    """What an error says of a file of floats."""
    if not error <= ERROR_LIMIT:
        return Verdict(False, "verdict_error", {"found": f"{error:.2e}", "limit": f"{ERROR_LIMIT:.0e}"})
    return VERIFIED


def verify_python(
    weights: Path, module: nn.Module, wanted: torch.Tensor, data: Data, ctx: RunContext
) -> Artifact:
    """Weights with their loader beside them: loaded as a user would, against the torch model's answers.

    Where the network could not be traced there is no loader, and the weights are loaded into ``module``.
    """
    load = loaded_names(weights.with_suffix(".py")).get("load")
    if callable(load):
        network = load(weights)
    else:
        module.load_state_dict(torch.load(weights, weights_only=True))
        network = module
    found = answers_of(network, data, ctx)
    error = largest_error(found, wanted)
    metrics, _ = methods_of(data).measure(found, data.test.labels.cpu())
    agreement = methods_of(data).agreement(found, wanted)
    return torch_artifact(
        weights,
        ExportFormat.STATE_DICT,
        float_verdict(error),
        accuracy=metrics.accuracy,
        agreement=agreement,
        error=error,
    )


def loaded_names(loader: Path) -> dict[str, object]:
    """All that a Python file of ours defines, run as if it was imported."""
    names: dict[str, object] = {"__file__": str(loader), "__name__": loader.stem}
    exec(compile(loader.read_text(encoding="utf-8"), loader.name, "exec"), names)  # noqa: S102 - our own text
    return names


def torch_artifact(
    path: Path,
    format_: ExportFormat,
    verdict: Verdict,
    *,
    accuracy: float | None,
    agreement: float,
    error: float,
) -> Artifact:
    """A file that torch has run, with the verdict on it."""
    return Artifact(
        path=path.name,
        format=format_,
        size_bytes=path.stat().st_size,
        sha256=sha256_of(path),
        verified=verdict.is_verified,
        why=verdict.sentence,
        why_code=verdict.code,
        why_arguments=verdict.arguments,
        runtime=f"torch {torch.__version__}",
        accuracy=accuracy,
        agreement=agreement,
        max_error=error,
    )
