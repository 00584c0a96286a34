"""What makes the weight quantizer of each method."""

from collections.abc import Callable

from engine.contract.methods import QuantizeMethod
from engine.contract.recipe import QuantizeSpec
from engine.quantization.learned_weights import LearnedStepWeight
from engine.quantization.plain_weights import (
    AdditivePowersWeight,
    PowerOfTwoWeight,
    SignWeight,
    TernaryWeight,
)
from engine.quantization.weights import UniformWeight, WeightForm, WeightQuantizer


def make_weight_quantizer(spec: QuantizeSpec, bits: int) -> WeightQuantizer:
    """The quantizer of one layer; uniform where it was given more bits than the recipe's method has."""
    method = spec.method if bits <= spec.method.most_bits else QuantizeMethod.UNIFORM
    form = WeightForm(bits=bits, granularity=spec.granularity, group_size=spec.group_size)
    return WEIGHT_QUANTIZERS[method](form)


WEIGHT_QUANTIZERS: dict[QuantizeMethod, Callable[[WeightForm], WeightQuantizer]] = {
    QuantizeMethod.UNIFORM: UniformWeight,
    QuantizeMethod.POWER_OF_TWO: PowerOfTwoWeight,
    QuantizeMethod.APOT: AdditivePowersWeight,
    QuantizeMethod.SIGN: SignWeight,
    QuantizeMethod.TERNARY: TernaryWeight,
    QuantizeMethod.LSQ: LearnedStepWeight,
}
"""The class of each method."""
