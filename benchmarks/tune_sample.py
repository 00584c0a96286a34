"""Chooses how the sample's recipe trains: mean validation loss over several splits of train; test is never looked at.

Run: ``.venv/bin/python benchmarks/tune_sample.py [--json]``. The recipe in ``resources/sample`` takes the best row.
"""

import argparse
import itertools
import json
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

import resources
from engine.context import RunContext
from engine.contract.events import MetricsLogged, RunEvent, Stage
from engine.contract.recipe import Recipe
from engine.contract.recipe_file import read_recipe
from engine.contract.run_folder import RunFolder
from engine.pipeline.checkpoints import CheckpointStore
from engine.pipeline.machine import prepare_machine
from engine.pipeline.recorder import Recorder
from engine.pipeline.stages import calibrate, train_together
from engine.pipeline.work import Work, compressed_model, open_inputs

SEEDS = range(4)
FIXED = ("data.validation=0.3", "recover.epochs=40")
GRID = {
    "recover.optimizer": ('"adam"', '"sgd"'),
    "recover.learning_rate": {'"adam"': ("0.001", "0.002", "0.005"), '"sgd"': ("0.01", "0.03", "0.1")},
    "recover.weight_decay": {'"adam"': ("0.0", "0.1"), '"sgd"': ("0.0", "0.001")},
    "data.batch_size": ("32", "64"),
}


@dataclass
class Best:
    """Listens for the validation figures of the last epoch."""

    loss: float = float("nan")
    accuracy: float = float("nan")

    def __call__(self, event: RunEvent) -> None:
        """Keeps the newest figures."""
        if (
            isinstance(event, MetricsLogged)
            and event.stage is Stage.TRAIN
            and event.values.get("loss") is not None
        ):
            self.loss, self.accuracy = event.values["loss"] or 0.0, event.values["accuracy"] or 0.0


def train_once(recipe: Recipe) -> Best:
    """One training as the run does it, without evaluation on test and without export."""
    best = Best()
    with tempfile.TemporaryDirectory() as scratch:
        folder = RunFolder(Path(scratch))
        folder.checkpoints.mkdir()
        recorder = Recorder(folder.events, best)
        ctx = RunContext(emit=recorder, folder=folder.root)
        inputs = open_inputs(recipe, ctx, threads=prepare_machine(recipe))
        model = compressed_model(inputs.loaded, recipe)
        work = Work(inputs=inputs, model=model, folder=folder, ctx=ctx, store=CheckpointStore(folder))
        calibrate(work)
        train_together(work)
        recorder.close()
    return best


def rows() -> list[tuple[str, ...]]:
    """Every combination of the grid as settings."""
    found = []
    for optimizer in GRID["recover.optimizer"]:
        rates, decays = GRID["recover.learning_rate"][optimizer], GRID["recover.weight_decay"][optimizer]
        for rate, decay, size in itertools.product(rates, decays, GRID["data.batch_size"]):
            found.append(
                (
                    f"recover.optimizer={optimizer}",
                    f"recover.learning_rate={rate}",
                    f"recover.weight_decay={decay}",
                    f"data.batch_size={size}",
                )
            )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    for settings in rows():
        results = [
            train_once(read_recipe(resources.sample_recipe(), (*FIXED, *settings, f"seed={seed}")))
            for seed in SEEDS
        ]
        row = {
            "settings": " ".join(settings),
            "validation_loss": statistics.mean(result.loss for result in results),
            "validation_accuracy": statistics.mean(result.accuracy for result in results),
        }
        text = f"{row['validation_loss']:.4f}  {row['validation_accuracy']:.2%}  {row['settings']}"
        print(json.dumps(row) if arguments.json else text, flush=True)


if __name__ == "__main__":
    main()
