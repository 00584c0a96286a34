"""What makes the weight quantizer of each method."""

from collections.abc import Callable

from engine.contract.methods import QuantizeMethod, Rounding
from engine.contract.recipe import QuantizeSpec
from engine.quantization.adaround_weight import AdaRoundWeight
from engine.quantization.codebook import CodebookWeight
from engine.quantization.halves import BFloat16Weight, Float16Weight
from engine.quantization.learned_weights import LearnedStepWeight
from engine.quantization.plain_weights import (
    AdditivePowersWeight,
    LeastErrorWeight,
    PowerOfTwoWeight,
    SignWeight,
    TernaryWeight,
)
from engine.quantization.weights import UniformWeight, WeightForm, WeightQuantizer


def make_weight_quantizer(spec: QuantizeSpec, bits: int) -> WeightQuantizer:
    """The quantizer of one layer; uniform where it was given more bits than the recipe's method has."""
    method = spec.method if bits <= spec.method.most_bits else QuantizeMethod.UNIFORM
    form = WeightForm(bits=bits, granularity=spec.granularity, group_size=spec.group_size)
    is_uniform = method is QuantizeMethod.UNIFORM
    return ROUNDINGS[spec.rounding](form) if is_uniform else WEIGHT_QUANTIZERS[method](form)


WEIGHT_QUANTIZERS: dict[QuantizeMethod, Callable[[WeightForm], WeightQuantizer]] = {
    QuantizeMethod.UNIFORM: UniformWeight,
    QuantizeMethod.POWER_OF_TWO: PowerOfTwoWeight,
    QuantizeMethod.APOT: AdditivePowersWeight,
    QuantizeMethod.SIGN: SignWeight,
    QuantizeMethod.TERNARY: TernaryWeight,
    QuantizeMethod.CODEBOOK: CodebookWeight,
    QuantizeMethod.FLOAT16: Float16Weight,
    QuantizeMethod.BFLOAT16: BFloat16Weight,
    QuantizeMethod.LSQ: LearnedStepWeight,
    QuantizeMethod.PACT: LeastErrorWeight,
}
"""The class of each method."""
ROUNDINGS: dict[Rounding, Callable[[WeightForm], WeightQuantizer]] = {
    Rounding.NEAREST: UniformWeight,
    Rounding.ADAROUND: AdaRoundWeight,
}
"""The class of each way to choose among uniform levels."""
