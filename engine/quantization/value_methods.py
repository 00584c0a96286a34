"""What makes the quantizer of a value, for each method that learns something of it."""

from typing import Protocol

from engine.contract.methods import QuantizeMethod
from engine.quantization.activations import ActivationQuantizer
from engine.quantization.learned_clips import LearnedClipValue
from engine.quantization.learned_values import LearnedStepValue
from engine.quantization.observing import RangeObserver


class _Maker(Protocol):
    def __call__(self, observer: RangeObserver, *, bits: int) -> ActivationQuantizer: ...


def make_value_quantizer(
    method: QuantizeMethod, observer: RangeObserver, *, bits: int
) -> ActivationQuantizer:
    """The quantizer of one value; its range is the observer's, unless the method learns it."""
    return VALUE_QUANTIZERS.get(method, ActivationQuantizer)(observer, bits=bits)


VALUE_QUANTIZERS: dict[QuantizeMethod, _Maker] = {
    QuantizeMethod.LSQ: LearnedStepValue,
    QuantizeMethod.PACT: LearnedClipValue,
}
"""The class of each method that learns how values are rounded."""
