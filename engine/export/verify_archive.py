"""Decodes an archive that was written, compares every tensor with the network's, and runs what it holds."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from engine.archive.container import decode_archive
from engine.contract.methods import ExportFormat
from engine.contract.report import Artifact
from engine.export.archive_file import round_values_, without_negative_zeros
from engine.export.job import ExportJob
from engine.export.prepare import prepare_float
from engine.export.verify import AGREEMENT_LIMIT, VERIFIED, Verdict, answers_of, largest_error, torch_artifact
from engine.models.archived import document_of, state_of
from engine.models.cuts.reopening import give_weights_
from engine.tasks.table import methods_of


def verify_archive(path: Path, job: ExportJob, wanted: Mapping[str, Tensor]) -> Artifact:
    """One archive against the network that was written into it.

    Args:
        path: the file.
        job: what it was written from.
        wanted: every tensor that the network computes with, by name.
    """
    archive = decode_archive(path.read_bytes(), path=str(path))
    document, state = document_of(archive, path), state_of(archive)
    network = give_weights_(prepare_float(job.model, is_folded=False).module, state)
    grids = {} if document is None else document.values
    found = answers_of(round_values_(network, grids), job.data, job.ctx)
    agreement = methods_of(job.data).agreement(found, job.rounded_answers)
    metrics, _ = methods_of(job.data).measure(found, job.data.test.labels.cpu())
    verdict = tensors_verdict(state, wanted, agreement)
    error = largest_error(found, job.rounded_answers)
    return torch_artifact(
        path, ExportFormat.ARCHIVE, verdict, accuracy=metrics.accuracy, agreement=agreement, error=error
    )


def different_tensor(found: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> str | None:
    """The first tensor that is missing, or has one other bit; the sign of zeros does not count."""
    names = sorted(found.keys() | wanted.keys())
    return next((name for name in names if not _is_same(found.get(name), wanted.get(name))), None)


def _is_same(one: Tensor | None, other: Tensor | None) -> bool:
    if one is None or other is None:
        return False
    return (one.dtype, one.shape) == (other.dtype, other.shape) and torch.equal(_bits(one), _bits(other))


def _bits(tensor: Tensor) -> Tensor:
    return without_negative_zeros(tensor.detach()).cpu().contiguous().reshape(-1).view(torch.uint8)


def tensors_verdict(found: Mapping[str, Tensor], wanted: Mapping[str, Tensor], agreement: float) -> Verdict:
    """What the tensors of a file, and its agreement with the network that they are of, say of it."""
    different = different_tensor(found, wanted)
    if different is not None:
        return Verdict(False, "verdict_tensors", {"name": different})
    if agreement < AGREEMENT_LIMIT:
        return Verdict(
            False, "verdict_agreement", {"found": f"{agreement:.4f}", "limit": str(AGREEMENT_LIMIT)}
        )
    return VERIFIED
