"""The methods, each an enum member with its name and one sentence of help.

``penjing methods``, the wizard's forms and the documentation are made from these enums. A new method is one
member here, one function, and one line in its family's table; a test checks that every member has its line.
"""

from enum import StrEnum
from typing import Self


class Choice(StrEnum):
    """A choice whose members carry a short label and a sentence of help."""

    label: str
    sentence: str

    def __new__(cls, value: str, label: str, sentence: str) -> Self:
        """A member that is the text ``value`` and carries ``label`` and ``sentence``."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.sentence = sentence
        return member


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
    FLIP_CROP = (
        "flip_crop",
        "Flip and crop",
        "Images are flipped at random and shifted by up to an eighth of their size.",
    )


class PruneMethod(Choice):
    """The criterion that says what matters least."""

    MAGNITUDE = (
        "magnitude",
        "L1 magnitude",
        "Removes what has the smallest absolute weights (Han 2015; Li 2017).",
    )
    MAGNITUDE_L2 = (
        "magnitude_l2",
        "L2 magnitude",
        "Removes what has the smallest sum of squared weights (He 2018).",
    )
    RANDOM = (
        "random",
        "Random",
        "Removes at random, from the recipe's seed: what any other criterion has to be better than.",
    )
    TAYLOR = (
        "taylor",
        "Gradient × weight",
        "Removes what the loss would miss least to first order, weight times gradient (Molchanov 2019).",
    )
    SNIP = (
        "snip",
        "SNIP",
        "Removes the connections of the smallest weight times gradient on one batch (Lee 2019).",
    )
    MOVEMENT = (
        "movement",
        "Movement",
        "Removes what training moves towards zero, summed over the steps of the ramp (Sanh 2020).",
    )
    FISHER = (
        "fisher",
        "Fisher (second order)",
        "Removes what the loss would miss least to second order: optimal brain damage with the empirical "
        "Fisher matrix; channels as coupled groups (LeCun 1990; Liu 2021).",
    )
    BATCH_NORM = (
        "batch_norm",
        "Batch-norm scale",
        "Removes channels of the smallest batch-norm scale, or of the smallest L2 norm where no batch norm follows "
        "(Liu 2017).",
    )
    GEOMETRIC_MEDIAN = (
        "geometric_median",
        "Geometric median",
        "Removes channels whose filters lie nearest to all others, so that the others replace them (He 2019, FPGM).",
    )
    APOZ = (
        "apoz",
        "Percentage of zeros",
        "Removes channels that are zero most often behind the activation, on calibration samples (Hu 2016, APoZ).",
    )
    MEAN_ACTIVATION = (
        "mean_activation",
        "Mean activation",
        "Removes channels of the smallest mean activation on calibration samples (Molchanov 2017).",
    )
    SENSITIVITY = (
        "sensitivity",
        "Layer sensitivity",
        "Gives each layer the ratio at which all layers have lost the same share of their energy; within a layer the "
        "smallest weights go.",
    )

    @property
    def is_of_channels(self) -> bool:
        """Whether the criterion says nothing about single weights."""
        return self in (
            PruneMethod.BATCH_NORM,
            PruneMethod.GEOMETRIC_MEDIAN,
            PruneMethod.APOZ,
            PruneMethod.MEAN_ACTIVATION,
        )

    @property
    def is_of_ratios(self) -> bool:
        """Whether the criterion says how much each layer loses, whatever the scope."""
        return self is PruneMethod.SENSITIVITY


class PruneGranularity(Choice):
    """What is removed as one piece."""

    WEIGHT = (
        "weight",
        "Single weights",
        "Sets single weights to zero; smaller only in the archive, not faster in a dense file.",
    )
    N_M = (
        "n_m",
        "N of M weights",
        "Keeps N of every M neighbouring weights (Zhou 2021): what sparse kernels such as those for 2:4 read.",
    )
    BLOCK = (
        "block",
        "Blocks of weights",
        "Sets blocks of neighbouring weights to zero, such as 4 × 1: what block-sparse kernels skip.",
    )
    CHANNEL = (
        "channel",
        "Channels",
        "Removes whole channels, with all layers that are coupled to them; smaller and faster everywhere.",
    )

    UNIT = (
        "unit",
        "Hidden units",
        "Removes hidden units of LSTM, GRU and RNN layers, and leaves all other layers their channels.",
    )
    HEAD = (
        "head",
        "Attention heads",
        "Removes whole heads of self-attention; the width between the layers stays (Michel 2019).",
    )

    @property
    def is_of_weights(self) -> bool:
        """Whether weights become zeros and every tensor keeps its shape."""
        return self in (PruneGranularity.WEIGHT, PruneGranularity.N_M, PruneGranularity.BLOCK)


class Scope(Choice):
    """Among what importances are compared."""

    GLOBAL = (
        "global",
        "Whole model",
        "Importances are compared over the whole model, so layers lose different shares.",
    )
    LAYER = "layer", "Each layer", "Every layer loses the same share."


class Objective(Choice):
    """What global scope weighs the importance of channels against."""

    IMPORTANCE = "importance", "Nothing", "Importance decides alone, whatever a channel costs."
    SIZE = "size", "Size", "Importance for each parameter that goes with the channel."
    MACS = "macs", "Multiplications", "Importance for each multiplication that goes with the channel."


class Schedule(Choice):
    """When the removed share grows."""

    ONE_SHOT = "one_shot", "At once", "Everything is removed before training goes on."
    ITERATIVE = (
        "iterative",
        "In rounds",
        "The removed share grows by equal steps, with training between them to recover (Han 2015).",
    )
    CUBIC = (
        "cubic",
        "Cubic ramp",
        "The removed share grows fast at first and slower later, during training (Zhu & Gupta 2018).",
    )


class SparseTraining(Choice):
    """What pushes channels towards zero before they are cut."""

    NONE = "none", "None", "Nothing is pushed: the schedule masks what goes."
    GROUP_LASSO = (
        "group_lasso",
        "Group lasso",
        "All channels are pulled towards zero, each by its length; training keeps those it needs (Wen 2016).",
    )
    GROWING = (
        "growing",
        "Growing penalty",
        "Channels that are to go are chosen first, and pulled towards zero ever harder (Wang 2021, GReg-1).",
    )


class Correction(Choice):
    """What makes up for a cut without training."""

    NONE = "none", "None", "Weights stay as the cut left them."
    LEAST_SQUARES = (
        "least_squares",
        "Least squares",
        "Layers that lost inputs are solved anew, so that they answer as before the cut (He 2017; ThiNet 2017).",
    )


class QuantizeMethod(Choice):
    """How real numbers are mapped to few bits."""

    UNIFORM = "uniform", "Uniform", "Evenly spaced levels (Jacob 2018): what integer hardware computes with."


class QuantizeMode(Choice):
    """When quantization happens."""

    POST_TRAINING = "post_training", "After training", "Ranges are measured on a few batches; takes seconds."
    AWARE = (
        "aware",
        "During training",
        "The model is trained with rounding switched on; takes longer and loses less.",
    )


class Observer(Choice):
    """How the range of activations is measured."""

    MIN_MAX = "min_max", "Minimum and maximum", "The smallest and largest value seen during calibration."


class QuantizeGranularity(Choice):
    """How many weights share one scale."""

    PER_CHANNEL = "per_channel", "Per channel", "Each output channel has its own scale."


class Rounding(Choice):
    """How a weight chooses its level."""

    NEAREST = "nearest", "Nearest", "To the nearest level, halves to even."


class Optimizer(Choice):
    """What turns gradients into steps."""

    SGD = "sgd", "SGD", "Stochastic gradient descent with Nesterov momentum."
    ADAM = "adam", "Adam", "Adaptive steps (Kingma & Ba 2015)."


class LearningRateSchedule(Choice):
    """How the learning rate falls."""

    COSINE = "cosine", "Cosine", "Falls along a cosine to zero (Loshchilov & Hutter 2017)."
    CONSTANT = "constant", "Constant", "Stays as it is."


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
    STATE_DICT = (
        "state_dict",
        "PyTorch weights",
        "The pruned weights with a Python file that loads them without Penjing.",
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
    "quantize.granularity": QuantizeGranularity,
    "quantize.rounding": Rounding,
    "recover.optimizer": Optimizer,
    "recover.schedule": LearningRateSchedule,
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
