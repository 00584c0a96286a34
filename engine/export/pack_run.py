"""Runs model.onnx on the test samples of this pack with ONNX Runtime and numpy, and prints the share that is right.

    python run.py

It is the figure that the model has in floats: what another tool makes of it can be measured with the same samples.
"""

import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort


def answers(folder: Path, samples: str = "test") -> np.ndarray:
    """What model.onnx answers to each sample of a folder, in order: float32, (samples, classes)."""
    session = ort.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    files = sorted((folder / samples).glob("[0-9]*.npy"))
    return np.concatenate([session.run(None, {name: np.load(file)})[0] for file in files])


def accuracy(folder: Path) -> float:
    """The share of the test samples whose largest answer is at their label."""
    labels = np.load(folder / "test" / "labels.npy")
    return float((answers(folder).argmax(1) == labels).mean())


if __name__ == "__main__":
    sys.stdout.write(f"{accuracy(Path(__file__).resolve().parent):.4f}\n")
