"""The methods of pruning: what matters least, what goes as one piece, and when."""

from engine.contract.choice import Choice


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
    LAMP = (
        "lamp",
        "Layer-adaptive magnitude",
        "Removes the weight that is the smallest share of those its layer would keep, so that scope global leaves "
        "every layer some (Lee 2021, LAMP).",
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
    def is_of_blocks(self) -> bool:
        """Whether the criterion says something about whole residual blocks."""
        return self not in (
            PruneMethod.LAMP,
            PruneMethod.GEOMETRIC_MEDIAN,
            PruneMethod.APOZ,
            PruneMethod.SENSITIVITY,
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
    LAYER = (
        "layer",
        "Residual blocks",
        "Removes whole branches that are added to their own input, x + f(x); the network becomes shallower.",
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
    LATENCY = (
        "latency",
        "Measured time",
        "Importance for each millisecond that goes with the channels: every layer is timed in ONNX Runtime at several "
        "widths, and widths that save no time are jumped over (Yang 2018, NetAdapt; Shen 2022, HALP).",
    )


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


class Correction(Choice):
    """What makes up for a cut without training."""

    NONE = "none", "None", "Weights stay as the cut left them."
    LEAST_SQUARES = (
        "least_squares",
        "Least squares",
        "Layers that lost inputs are solved anew, so that they answer as before the cut (He 2017; ThiNet 2017).",
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
