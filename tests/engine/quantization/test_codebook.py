"""Weights that share a few trained values: k-means by hand, gradients, what masks leave, and what the archive holds."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.archive.container import decode_archive
from engine.archive.records import CodebookTensor
from engine.context import RunContext
from engine.contract.events import RunEvent, WarningRaised
from engine.contract.methods import ExportFormat, PruneGranularity, QuantizeMethod, QuantizeMode, Strategy
from engine.contract.recipe import JointSpec, PruneSpec, QuantizeSpec, RecoverSpec
from engine.export.formats import FILE_NAMES, WRITERS
from engine.export.job import ExportJob
from engine.joint.compressed import CompressedModel
from engine.pipeline.measure import measure_totals
from engine.quantization.attach import weight_quantizers_by_tensor
from engine.quantization.codebook import CodebookWeight, find_centroids, nearest_places
from engine.quantization.weights import WeightForm
from engine.training.optimizers import make_sgd, parameter_groups
from tests.engine.export.jobs import make_data
from tests.engine.networks import compress, make_network, train_rounded_
from tests.engine.pipeline.runs import make_project, run, with_
from tests.engine.pipeline.test_corrected_runs import die_and_resume_until_done

SHARED = QuantizeSpec(method=QuantizeMethod.CODEBOOK, weight_bits=3)


def some_weight() -> Tensor:
    """A third of it masked."""
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(12, 5, 3, 3, generator=generator)
    return weight * (torch.rand(weight.shape, generator=generator) > 0.3)


def lloyd(numbers: np.ndarray, count: int) -> np.ndarray:
    """K-means as it is defined: each number to the nearest value, each value but 0 to the mean of its numbers."""
    values = np.concatenate([np.linspace(numbers.min(), numbers.max(), count), [0.0]])
    for _ in range(30):
        nearest = np.abs(numbers[:, None] - values).argmin(1)
        for place in range(count):
            if (nearest == place).any():
                values[place] = numbers[nearest == place].mean()
    return values[:count]


@pytest.mark.parametrize("count", [3, 7, 15])
def test_that_centroids_are_those_of_k_means_from_even_steps_with_0_held(count: int) -> None:
    numbers = torch.randn(500, generator=torch.Generator().manual_seed(count)) + 0.3
    found = find_centroids(numbers, count)
    assert np.allclose(found.numpy(), lloyd(numbers.double().numpy(), count), rtol=1e-5, atol=1e-6)


def test_that_every_weight_stands_for_the_nearest_value_and_what_is_masked_for_0() -> None:
    weight = some_weight()
    coded = CodebookWeight(WeightForm(bits=3)).code(weight)
    assert coded.table is not None
    assert (len(coded.table), coded.table[0].item()) == (8, 0.0)
    nearest = (weight.unsqueeze(-1) - coded.table).abs().amin(-1)
    assert torch.equal((coded.values() - weight).abs(), nearest)
    assert not coded.values()[weight == 0].any()


def test_that_what_is_masked_counts_for_no_centroid() -> None:
    weight = some_weight()
    whole, kept = CodebookWeight(WeightForm(bits=3)), CodebookWeight(WeightForm(bits=3))
    whole(weight)
    kept(weight[weight != 0].view(1, -1))
    assert torch.equal(whole.centroids, kept.centroids)


def test_that_values_need_not_stay_in_order() -> None:
    table = torch.tensor([0.0, 2.0, -1.0, 0.5])
    weight = torch.tensor([[1.9, -3.0, 0.3, 0.2, 1.2, 0.0]])
    assert nearest_places(weight, table).tolist() == [[1, 2, 3, 0, 3, 0]]


def test_that_a_centroid_has_the_mean_gradient_of_its_weights() -> None:
    """In float64 from the places; to the weights gradients pass as they come."""
    quantizer = CodebookWeight(WeightForm(bits=3))
    leaf = some_weight().requires_grad_()
    upstream = torch.randn(leaf.shape, generator=torch.Generator().manual_seed(1))
    quantizer(leaf).backward(upstream)
    places = quantizer.code(leaf.detach()).levels.numpy()
    wanted = [upstream.double().numpy()[places == place].mean() for place in range(1, 8)]
    assert quantizer.centroids.grad is not None
    assert np.allclose(quantizer.centroids.grad.numpy(), wanted, rtol=1e-5, atol=1e-7)
    assert leaf.grad is not None
    assert torch.equal(leaf.grad, upstream)


def test_that_k_means_comes_once_and_training_has_the_rest() -> None:
    quantizer = CodebookWeight(WeightForm(bits=2))
    quantizer.is_on = False
    assert torch.equal(quantizer(some_weight()), some_weight())
    assert not quantizer.centroids.any()
    quantizer.is_on = True
    quantizer(some_weight())
    first = quantizer.centroids.detach().clone()
    assert first.all()
    quantizer(some_weight() * 2)
    assert torch.equal(quantizer.centroids, first)


def sharing_model(granularity: PruneGranularity) -> CompressedModel:
    network, shape = make_network("residual")
    model = compress(network, shape, PruneSpec(ratio=0.4, granularity=granularity), SHARED)
    model.attach_masks()
    model.attach_quantizers()
    return model


def optimizer_of(model: CompressedModel) -> torch.optim.Optimizer:
    spec = RecoverSpec(learning_rate=0.02)
    return make_sgd(parameter_groups(model.module, spec), spec)


def test_that_masked_weights_stay_0_while_values_are_trained() -> None:
    model = sharing_model(PruneGranularity.WEIGHT)
    model.set_share(1.0)
    zeros = {name: model.masked_weight(name) == 0 for name in model.prunable_layers()}
    losses = train_rounded_(model, 15, optimizer_of(model))
    assert losses[-1] < 0.7 * losses[0]
    for name, is_zero in zeros.items():
        weight = model.module.get_submodule(name).weight
        assert is_zero.any()
        assert not weight[is_zero].any()
        assert len(weight.unique()) <= 8


def test_that_values_and_the_memory_of_them_outlive_a_cut() -> None:
    model = sharing_model(PruneGranularity.CHANNEL)
    optimizer = optimizer_of(model)
    train_rounded_(model, 3, optimizer)
    former = {
        name: part.get_parameter("centroids")
        for name, part in weight_quantizers_by_tensor(model.module).items()
    }
    memory = {name: optimizer.state[centroids]["momentum_buffer"] for name, centroids in former.items()}
    model.set_share(1.0)
    model.cut(optimizer)
    for name, part in weight_quantizers_by_tensor(model.module).items():
        centroids = part.get_parameter("centroids")
        assert torch.equal(centroids, former[name])
        assert torch.equal(optimizer.state[centroids]["momentum_buffer"], memory[name])
    assert (
        len(
            {id(p) for group in optimizer.param_groups for p in group["params"]}
            ^ {id(p) for p in model.module.parameters()}
        )
        == 0
    )


def test_that_values_count_as_no_parameters_and_weights_as_their_bits() -> None:
    network, shape = make_network("residual")
    total = sum(parameter.numel() for parameter in network.parameters())
    model = compress(network, shape, quantize=SHARED)
    model.attach_quantizers()
    assert model.placement is not None
    weights = sum(model.module.get_submodule(name).weight.numel() for name in model.placement.bits)
    totals = measure_totals(model)
    assert totals.parameters == total
    assert totals.parameter_bytes == (3 * weights + 32 * (total - weights) + 7) // 8


def test_that_the_archive_holds_a_table_and_places(tmp_path: Path) -> None:
    network, shape = make_network("residual")
    model = compress(network, shape, quantize=SHARED)
    model.attach_quantizers()
    model.finish()
    job = ExportJob(model=model, data=make_data(shape), ctx=RunContext(), threads=1)
    path = tmp_path / FILE_NAMES[ExportFormat.ARCHIVE]
    artifact = WRITERS[ExportFormat.ARCHIVE](job, path)
    assert artifact.verified, artifact.why
    assert artifact.agreement == 1.0
    tensors = {tensor.name: tensor for tensor in decode_archive(path.read_bytes(), path=str(path)).tensors}
    assert model.placement is not None
    assert model.placement.values == ()
    for name in model.placement.bits:
        held = tensors[f"{name}.weight"]
        assert isinstance(held, CodebookTensor)
        assert held.table.shape == (8,)
        assert np.array_equal(held.dense(), model.module.get_submodule(name).weight.detach().numpy())


@pytest.mark.parametrize("strategy", [Strategy.SEQUENTIAL, Strategy.SIMULTANEOUS])
def test_that_a_run_gives_the_same_weights_when_it_died_and_was_resumed(
    strategy: Strategy, tmp_path: Path
) -> None:
    """Dying at each checkpoint in turn: before rounding comes on, before channels are cut, and after."""
    spec = QuantizeSpec(
        method=QuantizeMethod.CODEBOOK, mode=QuantizeMode.AWARE, weight_bits=3, calibration_samples=32
    )
    recipe = with_(make_project(tmp_path / "project"), quantize=spec, joint=JointSpec(strategy=strategy))
    told: list[RunEvent] = []
    whole = run(recipe, tmp_path / "whole", told.append)
    codes = [event.code for event in told if isinstance(event, WarningRaised)]
    assert codes.count("note_rounded_as_floats") == 1
    again, deaths = die_and_resume_until_done(recipe, tmp_path / "run")
    assert deaths >= 4
    assert again.weights_sha256 == whole.weights_sha256
    assert {layer.weight_bits for layer in again.layers} == {3}
