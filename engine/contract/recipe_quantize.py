"""What the recipe says of quantization."""

from typing import Annotated

import msgspec
from msgspec import Meta

from engine.contract.methods import (
    ActivationGrid,
    Observer,
    QuantizeGranularity,
    QuantizeMethod,
    QuantizeMode,
    Rounding,
)
from engine.contract.methods_quantize import INTEGER_BITS
from engine.contract.record import Record


class LayerQuantizeSpec(Record, frozen=True, kw_only=True, omit_defaults=True):
    """How one layer is quantized, where it differs from the rest."""

    weight_bits: Annotated[
        Annotated[int, Meta(ge=2, le=16)] | None,
        Meta(title="Weight bits", description="Bits of each weight."),
    ] = None
    skip: Annotated[bool, Meta(title="Leave in float", description="This layer is not quantized.")] = False


class QuantizeSpec(Record, frozen=True, kw_only=True, omit_defaults=True):
    """How numbers are stored in few bits."""

    method: Annotated[
        QuantizeMethod, Meta(title="Method", description="How numbers are mapped to few bits.")
    ] = QuantizeMethod.UNIFORM
    mode: Annotated[
        QuantizeMode, Meta(title="Mode", description="After training, during it, or as files run.")
    ] = QuantizeMode.POST_TRAINING
    observer: Annotated[
        Observer, Meta(title="Observer", description="How ranges of activations are measured.")
    ] = Observer.MIN_MAX
    percentile: Annotated[
        float,
        Meta(
            gt=50,
            le=100,
            title="Percentile",
            description="Of the values below the upper end, and above the lower one, with the observer percentile.",
        ),
    ] = 99.99
    rounding: Annotated[Rounding, Meta(title="Rounding", description="How a weight chooses its level.")] = (
        Rounding.NEAREST
    )
    equalize: Annotated[
        bool,
        Meta(
            title="Equalize layers",
            description="Before ranges are measured, channels between two layers get weights of one size on both "
            "sides; the network computes what it computed (Nagel 2019).",
        ),
    ] = False
    correct_bias: Annotated[
        bool,
        Meta(
            title="Correct biases",
            description="After ranges are measured, what rounding shifts a layer's answers by is taken off its bias "
            "(Nagel 2019).",
        ),
    ] = False
    only_where_faster: Annotated[
        bool,
        Meta(
            title="Only where it is faster",
            description="Before ranges are measured, layers are timed in ONNX Runtime; those that are slower in "
            "integers stay float if the whole file is faster so.",
        ),
    ] = False
    calibration_samples: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            title="Calibration samples",
            description="Training samples on which ranges are measured.",
        ),
    ] = 512
    weight_bits: Annotated[
        int,
        Meta(
            ge=2,
            le=16,
            title="Weight bits",
            description="Bits of each weight; fewer than 8 ride on the int8 grid, with more weights alone are rounded.",
        ),
    ] = 8
    activation_bits: Annotated[
        int,
        Meta(
            ge=0,
            le=8,
            title="Activation bits",
            description="Bits of what layers read; fewer than 8 ride on the uint8 grid, 0 rounds weights only.",
        ),
    ] = 8
    activation_grid: Annotated[
        ActivationGrid,
        Meta(title="Activation grid", description="Where the levels of activations lie: for which hardware."),
    ] = ActivationGrid.AFFINE
    first_last_bits: Annotated[
        int,
        Meta(
            ge=0,
            le=8,
            title="Bits of the first and last layer",
            description="Of their weights and what they read; 0: as many as the others have.",
        ),
    ] = 0
    round_values_from: Annotated[
        float,
        Meta(
            ge=0,
            lt=1,
            title="Round values from",
            description="Share of the training with rounding after which values are rounded too, and not weights "
            "alone; until then ranges follow what they see.",
        ),
    ] = 0.0
    hold_ranges_from: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            title="Hold ranges from",
            description="Share of the training with rounding after which observed ranges stand still.",
        ),
    ] = 0.8
    freeze_norms_from: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            title="Freeze batch norms from",
            description="Share of the training with rounding after which batch norms compute with the statistics they "
            "have, as files do (Krishnamoorthi 2018); 1: never.",
        ),
    ] = 1.0
    granularity: Annotated[
        QuantizeGranularity, Meta(title="Granularity", description="How many weights share one scale.")
    ] = QuantizeGranularity.PER_CHANNEL
    group_size: Annotated[
        int,
        Meta(
            ge=2,
            le=65536,
            title="Group size",
            description="Neighbouring weights of a channel that share a scale, with granularity per_group; the last "
            "group of a channel may be shorter.",
        ),
    ] = 32
    layers: Annotated[
        dict[str, LayerQuantizeSpec], Meta(title="Layers", description="Exceptions, by layer name.")
    ] = msgspec.field(default_factory=dict)

    @property
    def default_bits(self) -> int:
        """Bits of the weights of layers without an exception: the method's own, where it has them."""
        return self.method.own_bits or self.weight_bits

    @property
    def past_integers(self) -> str | None:
        """The setting, as recipes write it, whose weights no file of 8-bit integers holds; None where there is none."""
        if not self.method.is_of_integers:
            return f'method = "{self.method.value}"'
        if self.granularity is QuantizeGranularity.PER_GROUP:
            return f'granularity = "{self.granularity.value}"'
        return f"weight_bits = {self.default_bits}" if self.default_bits > INTEGER_BITS else None

    @property
    def value_bits(self) -> int:
        """Bits of what layers read; 0 where weights alone are rounded, as asked or as no file would compute with it."""
        return 0 if self.past_integers else self.activation_bits
