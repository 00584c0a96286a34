"""Whether the bits that a recipe asks for are such as its method, and what computes with them, have."""

from engine.contract.errors import RequestError
from engine.contract.methods_quantize import INTEGER_BITS, ActivationGrid, QuantizeMode
from engine.contract.recipe_quantize import QuantizeSpec


def check_bits(spec: QuantizeSpec) -> None:
    """Refuses bits that a method does not have, or that nothing computes with.

    Raises:
        RequestError: with the setting that is to be changed.
    """
    _check_weight_bits(spec)
    _check_value_bits(spec)
    _check_grid(spec)


def _check_weight_bits(spec: QuantizeSpec) -> None:
    """The default of the recipe's field stands for no wish where the method says the bits."""
    method, own = spec.method, spec.method.own_bits
    if own is not None and spec.weight_bits not in (own, QuantizeSpec().weight_bits):
        raise RequestError("recipe_bits_of_method", method=method.value, bits=own, found=spec.weight_bits)
    if own is None and spec.weight_bits > method.most_bits:
        raise RequestError(
            "recipe_most_bits", method=method.value, limit=method.most_bits, found=spec.weight_bits
        )


def _check_grid(spec: QuantizeSpec) -> None:
    """A grid around zero is int8, of a range that was measured before the file runs."""
    if spec.activation_grid is ActivationGrid.AFFINE:
        return
    others = {
        f'method = "{spec.method.value}"': spec.method.is_learned,
        f'mode = "{spec.mode.value}"': spec.mode is QuantizeMode.DYNAMIC,
        f"activation_bits = {spec.value_bits}": spec.value_bits != INTEGER_BITS,
        f"first_last_bits = {spec.first_last_bits}": spec.first_last_bits not in (0, INTEGER_BITS),
    }
    for setting, is_other in others.items():
        if is_other:
            raise RequestError("recipe_symmetric", setting=setting, bits=INTEGER_BITS)


def _check_value_bits(spec: QuantizeSpec) -> None:
    """Where weights are such as no file of integers holds, the default of activation_bits stands for no wish."""
    found = spec.activation_bits
    if spec.past_integers and spec.mode is QuantizeMode.DYNAMIC:
        raise RequestError("recipe_dynamic_past_integers", setting=spec.past_integers)
    if spec.mode is QuantizeMode.DYNAMIC and found != QuantizeSpec().activation_bits:
        raise RequestError("recipe_dynamic_bits", found=found)
    if spec.past_integers and found not in (0, QuantizeSpec().activation_bits):
        raise RequestError("recipe_weights_alone", setting=spec.past_integers, found=found)
    for name, layer in spec.layers.items():
        if spec.value_bits and (layer.weight_bits or 0) > INTEGER_BITS:
            raise RequestError("recipe_layer_bits", layer=name, found=layer.weight_bits, limit=INTEGER_BITS)
