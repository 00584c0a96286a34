"""The methods of quantization: what levels there are, when rounding is learned, and how ranges are measured."""

from engine.contract.choice import Choice


class QuantizeMethod(Choice):
    """How real numbers are mapped to few bits."""

    UNIFORM = "uniform", "Uniform", "Evenly spaced levels (Jacob 2018): what integer hardware computes with."
    POWER_OF_TWO = (
        "power_of_two",
        "Power-of-two scales",
        "Evenly spaced levels whose scales are powers of two (Jain 2020): shifts in place of multiplications.",
    )
    APOT = (
        "apot",
        "Sums of powers of two",
        "Levels that are sums of powers of two, denser around zero (Li 2020); 2 to 6 bits.",
    )
    SIGN = (
        "sign",
        "Signs",
        "The sign of each weight times the mean size of its channel (Rastegari 2016); 1 bit.",
    )
    TERNARY = "ternary", "Ternary", "Minus, zero or plus one value for each channel (Li 2016); 2 bits."
    CODEBOOK = (
        "codebook",
        "Shared values",
        "All weights of a layer share a few values, from k-means and trained (Han 2016); weights alone are rounded.",
    )
    FLOAT16 = (
        "float16",
        "Half precision (float16)",
        "Floats of 16 bits, 10 of them fraction (IEEE 754); weights alone are rounded.",
    )
    BFLOAT16 = (
        "bfloat16",
        "Brain float (bfloat16)",
        "Floats of 16 bits with the range of 32, 7 of them fraction; weights alone are rounded.",
    )
    LSQ = (
        "lsq",
        "Learned steps",
        "Evenly spaced levels whose steps are trained with the weights (Esser 2020; LSQ+, Bhalgat 2020).",
    )
    PACT = (
        "pact",
        "Learned clips",
        "The upper end of values behind a ReLU is trained with the weights, which are clipped where they err least "
        "(Choi 2018, 2019).",
    )

    @property
    def own_bits(self) -> int | None:
        """The bits of a method that says them by itself; None where the recipe does."""
        return _OWN_BITS.get(self)

    @property
    def is_learned(self) -> bool:
        """Whether it begins with a guess that only a training makes good."""
        return self in (QuantizeMethod.LSQ, QuantizeMethod.PACT)

    @property
    def most_bits(self) -> int:
        """The most bits that it has; a layer that is given more is rounded uniformly."""
        return self.own_bits or _MOST_BITS.get(self, INTEGER_BITS)

    @property
    def is_of_integers(self) -> bool:
        """Whether a weight is a whole number times a scale, which files of integers hold."""
        return self not in _OF_OTHER_NUMBERS


INTEGER_BITS = 8
"""The most bits of a weight that files of integers hold."""
_MOST_BITS = {QuantizeMethod.UNIFORM: 16, QuantizeMethod.APOT: 6}
_OWN_BITS = {
    QuantizeMethod.SIGN: 1,
    QuantizeMethod.TERNARY: 2,
    QuantizeMethod.FLOAT16: 16,
    QuantizeMethod.BFLOAT16: 16,
}
_OF_OTHER_NUMBERS = {QuantizeMethod.CODEBOOK, QuantizeMethod.FLOAT16, QuantizeMethod.BFLOAT16}


class QuantizeMode(Choice):
    """When quantization happens."""

    POST_TRAINING = "post_training", "After training", "Ranges are measured on a few batches; takes seconds."
    AWARE = (
        "aware",
        "During training",
        "The model is trained with rounding switched on; takes longer and loses less.",
    )
    DYNAMIC = (
        "dynamic",
        "As it runs",
        "Weights are rounded, and values by their own range whenever the file runs: matrices, LSTMs and attention.",
    )


class Observer(Choice):
    """How the range of activations is measured."""

    MIN_MAX = "min_max", "Minimum and maximum", "The smallest and largest value seen during calibration."
    MOVING_AVERAGE = (
        "moving_average",
        "Moving average",
        "The smallest and largest value of each batch, averaged; a single outlier counts for less (Jacob 2018).",
    )
    PERCENTILE = "percentile", "Percentile", "Leaves a small share of the outermost values out on each side."
    MSE = "mse", "Least squared error", "The range whose rounding and clipping together change values least."
    ENTROPY = (
        "entropy",
        "Entropy",
        "The range that keeps most of what the distribution of values tells (Migacz 2017).",
    )


class ActivationGrid(Choice):
    """Where the levels of activations lie."""

    AFFINE = (
        "affine",
        "Affine",
        "From the smallest value to the largest, as uint8: what ONNX Runtime computes fastest.",
    )
    SYMMETRIC = (
        "symmetric",
        "Symmetric",
        "As far below zero as above it, as int8 with zero point 0 and biases in floats: what TensorRT takes.",
    )


class QuantizeGranularity(Choice):
    """How many weights share one scale."""

    PER_TENSOR = "per_tensor", "Per tensor", "All weights of a layer share one scale."
    PER_CHANNEL = "per_channel", "Per channel", "Each output channel has its own scale."
    PER_GROUP = (
        "per_group",
        "Per group",
        "Some neighbouring weights of a channel share a scale (group_size); weights alone are rounded.",
    )


class Rounding(Choice):
    """How a weight chooses its level."""

    NEAREST = "nearest", "Nearest", "To the nearest level, halves to even."
    ADAROUND = (
        "adaround",
        "AdaRound",
        "Down or up, as each layer's answers on calibration samples have it (Nagel 2020); after training, uniform "
        "levels.",
    )
