"""Files of integers whose weights have few bits use all of int8: what biases are rounded to depends on it."""

import numpy as np
import pytest
import torch
from torch import nn

from engine.contract.recipe import QuantizeSpec
from engine.export.prepare import bare_copy, fold_batch_norms_, prepare_integer
from engine.joint.compressed import CompressedModel
from engine.quantization.attach import weight_quantizer_of
from tests.engine.networks import compress, make_network, some_inputs


def few_bits(bits: int) -> CompressedModel:
    network, shape = make_network("residual")
    model = compress(network, shape, quantize=QuantizeSpec(weight_bits=bits, activation_bits=bits))
    model.attach_quantizers()
    model.calibrate([some_inputs(shape, 64)])
    model.finish()
    return model


@pytest.mark.parametrize("bits", [2, 3, 4, 8])
def test_that_weights_stay_and_biases_are_rounded_to_fine_steps(bits: int) -> None:
    """At most one 64th of a level of the weight times one of the input, for 2 bits, and a 16th for 4."""
    model = few_bits(bits)
    folded = bare_copy(model)
    assert isinstance(folded, torch.fx.GraphModule) and model.placement is not None
    factor = fold_batch_norms_(folded)["first"].numpy()
    layer = prepare_integer(model).integers["first"]
    coded = weight_quantizer_of(model.module.get_submodule("first")).code(model.masked_weight("first"))
    wanted = coded.values().numpy() * factor.reshape(-1, 1, 1, 1)
    found = layer.levels * layer.scale.reshape(-1, 1, 1, 1)
    assert np.allclose(found, wanted, rtol=1e-6, atol=0)
    assert np.abs(layer.levels).max() > 63
    times_finer = coded.scale.numpy() * np.abs(factor) / layer.scale
    assert np.allclose(times_finer, 2.0 ** (8 - bits), rtol=1e-6)
    part = folded.get_submodule("first")
    assert isinstance(part, nn.Conv2d) and part.bias is not None and layer.bias is not None
    error = np.abs(layer.bias * layer.bias_scale - part.bias.detach().numpy())
    assert (error <= layer.bias_scale / 2 * (1 + 1e-6) + 1e-7).all()
