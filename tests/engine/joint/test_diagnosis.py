"""What rounding does to each layer, against a network that is rounded by hand, and who is named for it."""

import copy

import pytest
import torch
from torch import Tensor, nn

from engine.contract.recipe import LayerQuantizeSpec, QuantizeSpec
from engine.contract.report import LayerDiagnosis
from engine.joint.compressed import CompressedModel
from engine.joint.diagnosis import diagnose, named_guilty
from engine.quantization.attach import activation_quantizers
from tests.engine.joint.test_post_training import sqnr
from tests.engine.networks import compress, make_network, some_inputs

SHAPE = (3, 8, 8)


def finished(
    network: nn.Module, shape: tuple[int, ...], spec: QuantizeSpec, inputs: Tensor
) -> CompressedModel:
    model = compress(copy.deepcopy(network), shape, quantize=spec)
    model.attach_quantizers()
    model.calibrate([inputs])
    model.finish()
    return model


def cosine(one: Tensor, other: Tensor) -> float:
    return float(torch.nn.functional.cosine_similarity(one.flatten(), other.flatten(), 0))


def test_that_both_ratios_are_those_of_a_network_rounded_by_hand() -> None:
    """Two layers of 4 bits; local reads the float network's values, cumulative the rounded one's."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 4)).eval()
    inputs = torch.randn(60, 6)
    model = finished(network, (6,), QuantizeSpec(weight_bits=4), inputs)
    found = diagnose(model, inputs.split(20))
    of_inputs, of_hidden = activation_quantizers(model.module).values()
    weight = model.module.get_submodule("2").weight
    assert isinstance(weight, Tensor)
    with torch.no_grad():
        first = model.module.get_submodule("0")(of_inputs(inputs))
        hidden, wanted = torch.relu(network[0](inputs)), network(inputs)
        alone = of_hidden(hidden) @ weight.T + network[2].bias
        behind = model.module(inputs)
        second = found["2"]
        assert found["0"].local_sqnr_db == pytest.approx(sqnr(first, network[0](inputs)), abs=1e-3)
        assert found["0"].cumulative_sqnr_db == found["0"].local_sqnr_db
        assert second.local_sqnr_db == pytest.approx(sqnr(alone, wanted), abs=1e-3)
        assert second.local_cosine == pytest.approx(cosine(alone, wanted), abs=1e-5)
        assert second.cumulative_sqnr_db == pytest.approx(sqnr(behind, wanted), abs=1e-3)
        assert second.cumulative_cosine == pytest.approx(cosine(behind, wanted), abs=1e-5)
        assert second.weight_cosine == pytest.approx(cosine(weight, network[2].weight), abs=1e-5)


def test_that_looking_changes_neither_answers_nor_switches() -> None:
    network, _ = make_network("residual")
    inputs = some_inputs(SHAPE, 16)
    model = finished(network, SHAPE, QuantizeSpec(weight_bits=4), inputs)
    switches = [part.is_on for part in model.module.modules() if hasattr(part, "is_on")]
    with torch.no_grad():
        before = model.module(inputs)
        diagnose(model, [inputs])
        assert torch.equal(model.module(inputs), before)
    assert [part.is_on for part in model.module.modules() if hasattr(part, "is_on")] == switches
    assert not any(part._forward_hooks for part in model.module.modules())


@pytest.mark.parametrize("guilty", ["first", "head"])
def test_that_the_layer_of_two_bits_among_others_of_eight_is_named(guilty: str) -> None:
    network, _ = make_network("residual")
    inputs = some_inputs(SHAPE, 16)
    spec = QuantizeSpec(layers={guilty: LayerQuantizeSpec(weight_bits=2)})
    found = diagnose(finished(network, SHAPE, spec, inputs), [inputs])
    assert [name for name, one in found.items() if one.is_guilty] == [guilty]


def test_that_nobody_is_named_where_all_err_alike_or_harmlessly() -> None:
    def told(*decibels: float | None) -> list[bool]:
        found = {
            str(place): LayerDiagnosis(
                weight_cosine=1.0,
                local_sqnr_db=value,
                local_cosine=1.0,
                cumulative_sqnr_db=value,
                cumulative_cosine=1.0,
            )
            for place, value in enumerate(decibels)
        }
        return [one.is_guilty for one in named_guilty(found).values()]

    assert told(20, 21, 19, 22) == [False] * 4
    assert told(60, 40, 62) == [False] * 3
    assert told(28, 12, 30, None) == [False, True, False, False]
    assert told() == []


def test_that_a_model_that_is_not_rounded_has_no_diagnosis() -> None:
    network, _ = make_network("residual")
    model = compress(network, SHAPE, quantize=QuantizeSpec())
    assert diagnose(model, [some_inputs(SHAPE)]) == {}
