"""The methods, each an enum member with its name and one sentence of help.

``penjing methods``, the wizard's forms and the documentation are made from these enums. A new method is one
member here, one function, and one line in its family's table; a test checks that every member has its line.
"""

from engine.contract.choice import Choice
from engine.contract.methods_prune import (
    Correction,
    Objective,
    PruneGranularity,
    PruneMethod,
    Schedule,
    Scope,
    SparseTraining,
)
from engine.contract.methods_quantize import (
    ActivationGrid,
    Observer,
    QuantizeGranularity,
    QuantizeMethod,
    QuantizeMode,
    Rounding,
)

__all__ = [
    "FAMILIES",
    "ActivationGrid",
    "AudioFeatures",
    "Augmentation",
    "Choice",
    "Correction",
    "DataKind",
    "Device",
    "ExportFormat",
    "InputKind",
    "LearningRateSchedule",
    "Objective",
    "Observer",
    "Optimizer",
    "Precision",
    "PruneGranularity",
    "PruneMethod",
    "QuantizeGranularity",
    "QuantizeMethod",
    "QuantizeMode",
    "Rounding",
    "Schedule",
    "Scope",
    "SensitivityKind",
    "SourceFormat",
    "SparseTraining",
    "Strategy",
    "Task",
]


class Device(Choice):
    """Where tensors live."""

    CPU = "cpu", "CPU", "The processor; works everywhere and gives the same bits each time."
    CUDA = "cuda", "CUDA", "An NVIDIA graphics card."
    MPS = "mps", "MPS", "The graphics part of an Apple processor."


class Task(Choice):
    """What the model does."""

    CLASSIFICATION = "classification", "Classification", "One label out of several for each sample."


class Augmentation(Choice):
    """How training batches are varied."""

    NONE = "none", "None", "Training samples are used as they are."
    CROP = (
        "crop",
        "Crop",
        "Images are shifted by up to an eighth of their size: for digits and letters, which a mirror would spoil.",
    )
    FLIP_CROP = (
        "flip_crop",
        "Flip and crop",
        "Images are flipped at random and shifted by up to an eighth of their size.",
    )


class Optimizer(Choice):
    """What turns gradients into steps."""

    SGD = "sgd", "SGD", "Stochastic gradient descent with Nesterov momentum."
    ADAM = "adam", "Adam", "Adaptive steps (Kingma & Ba 2015)."


class LearningRateSchedule(Choice):
    """How the learning rate falls."""

    COSINE = "cosine", "Cosine", "Falls along a cosine to zero (Loshchilov & Hutter 2017)."
    CONSTANT = "constant", "Constant", "Stays as it is."


class Precision(Choice):
    """In what numbers training computes."""

    FLOAT32 = (
        "float32",
        "Single (float32)",
        "Single precision throughout; the same bits on every processor of a kind.",
    )
    BFLOAT16 = (
        "bfloat16",
        "Mixed (bfloat16)",
        "Convolutions and matrix products in bfloat16, weights and sums in float32 (Micikevicius 2018): up to twice "
        "as fast where the processor has it. Training with rounding stays float32.",
    )


class Strategy(Choice):
    """In what order pruning, quantization and training happen."""

    SEQUENTIAL = "sequential", "One after the other", "Prune, fine-tune, then quantize."
    SIMULTANEOUS = (
        "simultaneous",
        "Together",
        "Channels or weights go while the network learns to compute with rounded numbers, in one training.",
    )


class ExportFormat(Choice):
    """What file is written."""

    ONNX_FLOAT32 = (
        "onnx-float32",
        "ONNX float32",
        "The compressed network in floats; input for tools that quantize themselves.",
    )
    ONNX_INT8 = "onnx-int8", "ONNX int8", "Integers in ONNX Runtime: the small, fast file."
    ONNX_INT4 = (
        "onnx-int4",
        "ONNX int4",
        "Linear layers with weights of 4 bits in ONNX Runtime: for language and other networks made of them; "
        "convolutions stay in floats.",
    )
    STATE_DICT = (
        "state_dict",
        "PyTorch weights",
        "The pruned weights with a Python file that loads them without Penjing.",
    )
    SAFETENSORS = (
        "safetensors",
        "Safetensors",
        "Tensors without code: rounded weights as levels of 8 bits with their scales; a Python file loads them.",
    )
    PT2 = (
        "pt2",
        "PyTorch program (.pt2)",
        "The compressed network as a program of torch.export in floats: runs without its class, compiles, nothing "
        "pickled.",
    )
    CALIBRATION_PACK = (
        "calibration-pack",
        "Calibration pack",
        "The pruned float32 ONNX with prepared samples, labels and a script, for tools that quantize themselves: "
        "RKNN, Hailo, ncnn, MNN, ESP-DL.",
    )
    ARCHIVE = (
        "archive",
        "Archive (.penjing)",
        "Entropy-coded weights for storage and download: the smallest file; decoded bit for bit before it is run.",
    )


class DataKind(Choice):
    """Where data comes from."""

    SAMPLE = "sample", "Sample", "The digits that ship with Penjing."
    NPZ = "npz", "Arrays", "npz:FILE with x_train, y_train, x_test and y_test, or a folder of such npy files."
    FOLDER = (
        "folder",
        "Image folder",
        "folder:DIR with one folder of images a class, or such folders in train and test.",
    )
    TORCHVISION = (
        "torchvision",
        "Torchvision",
        "torchvision:NAME?root=DIR, such as MNIST or CIFAR10; fetched only with &download=true.",
    )
    CSV = "csv", "Text table", "csv:FILE with a column of texts and a column of labels."
    AUDIO = (
        "audio",
        "Audio folder",
        "audio:DIR with one folder of recordings a class, or names that begin with the label.",
    )
    PYTHON = "python", "Python file", "FILE.py:callable, which returns the splits; runs that file."


class InputKind(Choice):
    """What one sample is, and so how it is shown."""

    IMAGE = "image", "Image", "Channels, height and width."
    TEXT = "text", "Text", "Numbers of words, in order."
    AUDIO = "audio", "Sound", "A waveform, or its spectrum over time."
    VALUES = "values", "Values", "Numbers of any other meaning."


class AudioFeatures(Choice):
    """What a model hears of a recording."""

    WAVEFORM = "waveform", "Waveform", "The samples themselves, (1, samples)."
    LOG_MEL = "log_mel", "Log-mel", "Logarithms of the energy in mel bands over time, (1, bands, frames)."


class SourceFormat(Choice):
    """What kind of model file was found, by its content."""

    SAMPLE = "sample", "Sample", "The network that ships with Penjing."
    STATE_DICT = "state_dict", "Weights only", "Tensors by name; the architecture is named separately."
    CHECKPOINT = "checkpoint", "Checkpoint", "What a training saved: weights among other things."
    LIGHTNING = "lightning", "Lightning checkpoint", "A .ckpt of PyTorch Lightning."
    MODULE = "module", "Whole module", "A pickled torch.nn.Module."
    SAFETENSORS = (
        "safetensors",
        "Safetensors",
        "Tensors by name, without code; the architecture is named separately.",
    )
    HUGGING_FACE = (
        "hugging_face",
        "Hugging Face folder",
        "config.json beside safetensors; built by transformers.",
    )
    TORCHSCRIPT = "torchscript", "TorchScript", "A program that torch.jit saved."
    EXPORTED = "exported", "Exported program", "A graph that torch.export saved, a .pt2 file."
    ONNX = "onnx", "ONNX", "A graph for ONNX Runtime, turned back into modules."
    ARCHIVE = "archive", "Archive", "Entropy-coded weights that Penjing wrote, a .penjing file."
    NAMED = "named", "By name", "torchvision:NAME or timm:NAME, with weights as they are initialized."


class SensitivityKind(Choice):
    """How the sensitivity of layers is found."""

    QUICK = "quick", "Quick", "From the weights alone: noise of rounding, and energy that pruning leaves."
    FULL = (
        "full",
        "Full",
        "Each layer is pruned and rounded by itself, and the accuracy on validation samples measured.",
    )


FAMILIES: dict[str, type[Choice]] = {
    "prune.method": PruneMethod,
    "prune.granularity": PruneGranularity,
    "prune.scope": Scope,
    "prune.objective": Objective,
    "prune.schedule": Schedule,
    "prune.sparse": SparseTraining,
    "prune.correction": Correction,
    "quantize.method": QuantizeMethod,
    "quantize.mode": QuantizeMode,
    "quantize.observer": Observer,
    "quantize.activation_grid": ActivationGrid,
    "quantize.granularity": QuantizeGranularity,
    "quantize.rounding": Rounding,
    "recover.optimizer": Optimizer,
    "recover.schedule": LearningRateSchedule,
    "recover.precision": Precision,
    "joint.strategy": Strategy,
    "data.source": DataKind,
    "data.augment": Augmentation,
    "data.task": Task,
    "data.audio.features": AudioFeatures,
    "inspect.sensitivity": SensitivityKind,
    "model.format": SourceFormat,
    "export.formats": ExportFormat,
}
"""Where each family stands in the recipe."""
