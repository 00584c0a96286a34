"""ResNet-20 as Torch-Pruning cuts it (Fang 2023: global, group magnitude), trained and written as ours is.

Torch-Pruning is no part of Penjing. It cannot follow the padded shortcut of ResNet-20: cut across it, the network
no longer runs. So the channels that the shortcuts pass on are held back from it, and those within blocks are given.
"""

import copy
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from channel_choices import vouched
from networks import ResNet20
from torch import nn

from engine.contract.events import Stage
from engine.contract.methods import ExportFormat
from engine.contract.recipe import RecoverSpec
from engine.contract.report import Artifact
from engine.contract.run_folder import RunFolder
from engine.export.formats import FILE_NAMES, WRITERS
from engine.export.job import ExportJob
from engine.joint.compressed import CompressedModel
from engine.models.graph import capture
from engine.pipeline.checkpoints import CheckpointStore, pack, unpack_training_
from engine.pipeline.measure import measure_totals
from engine.pipeline.work import Inputs, calibration_batches
from engine.training.loop import Hooks, Training, steps_per_epoch, train_until

HALVINGS = 12
HOW_TO_INSTALL = (
    "Torch-Pruning is not here; for its rows, type: .venv/bin/python -m pip install torch-pruning"
)


def find_library() -> ModuleType | None:
    """Torch-Pruning, if it is installed."""
    try:
        import torch_pruning
    except ImportError:
        return None
    library: ModuleType = torch_pruning
    return library


def cut_by_macs(library: ModuleType, inputs: Inputs, times_fewer: float) -> CompressedModel:
    """The network with ``times_fewer`` multiplications, in the form that our loop and our files take."""
    original = ResNet20()
    original.load_state_dict(inputs.loaded.module.state_dict())

    def cut(share: float) -> CompressedModel:
        pruned = _cut(library, original, inputs, share)
        return CompressedModel(capture(pruned, inputs.data.example), inputs.recipe)

    before = measure_totals(CompressedModel(inputs.loaded.captured, inputs.recipe)).macs or 0
    return cut(nearest_share(lambda share: measure_totals(cut(share)).macs or 0, before / times_fewer))


def nearest_share(macs_of: Callable[[float], int], wanted: float) -> float:
    """The share that comes nearest to ``wanted`` multiplications, which fall as the share grows."""
    low, high = 0.0, 0.98
    tried: dict[float, int] = {}
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        tried[middle] = macs_of(middle)
        low, high = (middle, high) if tried[middle] > wanted else (low, middle)
    return min(tried, key=lambda share: abs(tried[share] - wanted))


def _cut(library: ModuleType, original: ResNet20, inputs: Inputs, share: float) -> nn.Module:
    model = copy.deepcopy(original).eval()
    blocks = [block for stage in (model.layer1, model.layer2, model.layer3) for block in stage]
    library.pruner.MagnitudePruner(
        model,
        inputs.data.example.zeros(1),
        importance=library.importance.GroupMagnitudeImportance(),
        global_pruning=True,
        pruning_ratio=share,
        ignored_layers=[model.conv1, model.linear, *(block.conv2 for block in blocks)],
    ).step()
    return model


def train_(model: CompressedModel, inputs: Inputs, folder: RunFolder, recover: RecoverSpec) -> None:
    """A recovery, gone on with from the last whole epoch; leaves the weights of the best one."""
    recipe, ctx = inputs.recipe, vouched()
    per_epoch = steps_per_epoch(inputs.data, recipe.data.batch_size)
    training = Training(
        model=model.module,
        data=inputs.data,
        data_spec=recipe.data,
        spec=recover,
        teacher=None if recover.distill is None else inputs.fresh_model(ctx).module,
        precision=recover.precision,
        seed=recipe.seed,
        steps_per_epoch=per_epoch,
        total_steps=recover.epochs * per_epoch,
    )
    folder.checkpoints.mkdir(parents=True, exist_ok=True)
    store = CheckpointStore(folder)
    found = store.newest(ctx)
    if found is not None:
        model.module.load_state_dict(found[1]["model"])
        unpack_training_(training, found[1])
    hooks = Hooks(after_epoch=lambda is_best: _save(store, model, training, is_best=is_best))
    train_until(training, training.total_steps, Stage.FINE_TUNE, hooks, ctx)
    best = store.best(ctx)
    if best is not None:
        model.module.load_state_dict(best[1]["model"])


def _save(store: CheckpointStore, model: CompressedModel, training: Training, *, is_best: bool) -> None:
    accuracy = training.best.accuracy
    store.save(
        pack(model, training, stage_index=0),
        step=training.step,
        events_offset=0,
        is_best=is_best,
        accuracy=accuracy if is_best else None,
    )
    print(f"Torch-Pruning, step {training.step}: best validation {accuracy:.2%}", file=sys.stderr, flush=True)


def write_files(model: CompressedModel, inputs: Inputs, folder: Path) -> dict[ExportFormat, Artifact]:
    """Both files, calibrated, written and verified as a run does it."""
    assert inputs.recipe.quantize is not None
    folder.mkdir(exist_ok=True)
    model.attach_quantizers()
    samples = inputs.recipe.quantize.calibration_samples
    model.calibrate(calibration_batches(inputs.data, samples, seed=inputs.recipe.seed))
    model.finish()
    job = ExportJob(model=model, data=inputs.data, ctx=vouched(), threads=inputs.threads)
    return {
        format_: WRITERS[format_](job, folder / FILE_NAMES[format_])
        for format_ in inputs.recipe.export.formats
    }
