"""Checkpoints: all that a run needs to go on bit for bit, written so that a crash leaves the last good one."""

import io
import random
from dataclasses import asdict
from typing import Any

import msgspec
import numpy as np
import torch

from engine.context import RunContext
from engine.contract.run_folder import (
    CheckpointEntry,
    Manifest,
    RunFolder,
    sha256_of,
    write_atomically,
    write_record,
)
from engine.joint.compressed import CompressedModel
from engine.joint.structure import Structure
from engine.training.loop import Score, Training

KEPT = 2
Payload = dict[str, Any]


def pack(model: CompressedModel, training: Training | None, *, stage_index: int) -> Payload:
    """The state of a run as tensors and plain values, which ``weights_only`` loading takes."""
    return {
        "stage_index": stage_index,
        "structure": asdict(model.structure),
        "model": model.module.state_dict(),
        "training": None if training is None else _pack_training(training),
        "random": {"torch": torch.get_rng_state(), "python": _python_state(), "numpy": _numpy_state()},
    }


def _pack_training(training: Training) -> Payload:
    return {
        "step": training.step,
        "best": [training.best.accuracy, training.best.negative_loss],
        "optimizer": training.optimizer.state_dict(),
        "parameters": _parameter_names(training),
    }


def _parameter_names(training: Training) -> list[list[str]]:
    """In the optimizer's own order, which a cut does not change while it changes that of the module."""
    names = {parameter: name for name, parameter in training.model.named_parameters()}
    return [[names[parameter] for parameter in group["params"]] for group in training.optimizer.param_groups]


def structure_of(payload: Payload) -> Structure:
    """What stood on the model."""
    return Structure(**payload["structure"])


def unpack_training_(training: Training, payload: Payload) -> None:
    """Brings a training to where the checkpoint was taken."""
    state = payload["training"]
    training.step = state["step"]
    training.best = Score(*state["best"])
    parameters = dict(training.model.named_parameters())
    for group, names in zip(training.optimizer.param_groups, state["parameters"], strict=True):
        group["params"] = [parameters[name] for name in names]
    training.optimizer.load_state_dict(state["optimizer"])


def unpack_random(payload: Payload) -> None:
    """Sets all random states as they were; user's layers may draw from any of them."""
    state = payload["random"]
    torch.set_rng_state(state["torch"])
    version, numbers, gauss = state["python"]
    random.setstate((version, tuple(numbers), gauss))
    name, keys, position, has_gauss, cached = state["numpy"]
    np.random.set_state((name, keys.numpy().astype(np.uint32), position, has_gauss, cached))


def _python_state() -> list[Any]:
    version, numbers, gauss = random.getstate()
    return [version, list(numbers), gauss]


def _numpy_state() -> list[Any]:
    name, keys, position, has_gauss, cached = np.random.get_state(legacy=True)
    return [name, torch.from_numpy(np.asarray(keys).astype(np.int64)), position, has_gauss, cached]


class CheckpointStore:
    """The checkpoints of one run: the newest two and the best."""

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self.manifest = folder.read_manifest()

    def save(
        self,
        payload: Payload,
        *,
        step: int,
        events_offset: int,
        is_best: bool = False,
        accuracy: float | None = None,
    ) -> str:
        """Writes a checkpoint and then the manifest; returns the path relative to the run's folder."""
        buffer = io.BytesIO()
        torch.save(payload, buffer)
        path = self._folder.checkpoints / f"stage-{payload['stage_index']}-step-{step:07d}.pt"
        write_atomically(path, buffer.getvalue())
        entry = CheckpointEntry(
            file=path.name,
            sha256=sha256_of(path),
            step=step,
            stage_index=payload["stage_index"],
            events_offset=events_offset,
            accuracy=accuracy,
        )
        older = [e for e in self.manifest.checkpoints if e.file != entry.file]
        best = entry if is_best else self.manifest.best
        self._write(Manifest(checkpoints=(*older, entry)[-KEPT:], best=best))
        return f"{self._folder.checkpoints.name}/{path.name}"

    def forget_best(self) -> None:
        """A new training begins: its best epoch is still to come."""
        self._write(msgspec.structs.replace(self.manifest, best=None))

    def newest(self, ctx: RunContext) -> tuple[CheckpointEntry, Payload] | None:
        """The newest checkpoint that holds."""
        for entry in reversed(self.manifest.checkpoints):
            payload = self._load(entry, ctx)
            if payload is not None:
                return entry, payload
        return None

    def best(self, ctx: RunContext) -> tuple[CheckpointEntry, Payload] | None:
        """The best checkpoint, if it holds."""
        entry = self.manifest.best
        payload = None if entry is None else self._load(entry, ctx)
        return None if entry is None or payload is None else (entry, payload)

    def _load(self, entry: CheckpointEntry, ctx: RunContext) -> Payload | None:
        path = self._folder.checkpoints / entry.file
        try:
            if sha256_of(path) == entry.sha256:
                payload: Payload = torch.load(path, weights_only=True, map_location="cpu")
                return payload
        except OSError:
            pass
        ctx.warn("checkpoint_damaged", path=path)
        return None

    def _write(self, manifest: Manifest) -> None:
        self.manifest = manifest
        write_record(self._folder.manifest, manifest)
        wanted = {entry.file for entry in (*manifest.checkpoints, manifest.best) if entry is not None}
        for path in self._folder.checkpoints.glob("*.pt"):
            if path.name not in wanted:
                path.unlink(missing_ok=True)
