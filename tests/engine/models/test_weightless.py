"""Networks without memory, and whose memory a file's tensors are."""

from pathlib import Path

import pytest
import torch
import torchvision
from torch import Tensor, nn

from engine.context import RunContext
from engine.contract.source import ModelSource
from engine.models.architectures import build_architecture
from engine.models.opening import open_model
from engine.models.weightless import build_weightless

FAMILIES = (
    "alexnet", "convnext_tiny", "densenet121", "efficientnet_b0", "googlenet", "inception_v3", "maxvit_t", "mnasnet0_5",
    "mobilenet_v2", "mobilenet_v3_small", "regnet_y_400mf", "resnet18", "resnext50_32x4d", "shufflenet_v2_x0_5",
    "squeezenet1_0", "swin_t", "swin_v2_t", "vgg11", "vit_b_32", "wide_resnet50_2",
)  # fmt: skip


@pytest.mark.parametrize("name", FAMILIES)
def test_that_a_family_is_built_without_memory_and_with_real_buffers(name: str) -> None:
    network = build_architecture(f"torchvision:{name}", RunContext(), is_weightless=True)
    assert all(parameter.is_meta for parameter in network.parameters())
    assert not any(buffer.is_meta for buffer in network.buffers())


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(4, 4), nn.Linear(4, 4)
        self.second.weight = self.first.weight


class Reading(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 4)
        self.scale = float(self.fc.weight.detach().abs().max())


class Following(nn.Module):
    """Makes a buffer where its parameters are."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 4)
        self.register_buffer("places", torch.arange(4, device=self.fc.weight.device), persistent=False)


@pytest.mark.parametrize("kind", [Tied, Reading, Following])
def test_that_what_cannot_do_without_memory_is_built_with_it(kind: type[nn.Module]) -> None:
    network = build_weightless(kind)
    assert not any(tensor.is_meta for tensor in (*network.parameters(), *network.buffers()))


def test_that_networks_built_later_have_memory() -> None:
    build_weightless(lambda: nn.Linear(4, 4))
    assert not nn.Linear(4, 4).weight.is_meta


@pytest.fixture
def saved(tmp_path: Path) -> tuple[ModelSource, nn.Module]:
    path, network = tmp_path / "weights.pt", torchvision.models.shufflenet_v2_x0_5(num_classes=5).eval()
    torch.save(network.state_dict(), path)
    architecture = "torchvision:shufflenet_v2_x0_5?num_classes=5"
    return ModelSource(file=str(path), architecture=architecture), network


@pytest.mark.parametrize("is_read_only", [True, False])
def test_that_assigned_weights_answer_as_those_that_were_saved(
    saved: tuple[ModelSource, nn.Module], is_read_only: bool
) -> None:
    source, network = saved
    model = open_model(source, RunContext(), example=None, is_read_only=is_read_only)
    inputs = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.equal(model.module(inputs), network(inputs))
        assert torch.equal(model.captured.module(inputs), network(inputs))


@pytest.mark.parametrize("is_read_only", [True, False])
def test_that_training_steps_never_reach_the_file(
    saved: tuple[ModelSource, nn.Module], is_read_only: bool
) -> None:
    source, _ = saved
    before = Path(source.file).read_bytes()
    model = open_model(source, RunContext(), example=None, is_read_only=is_read_only)
    optimizer = torch.optim.SGD(model.module.parameters(), lr=1.0)
    model.module.train()(torch.rand(2, 3, 64, 64)).sum().backward()
    optimizer.step()
    assert Path(source.file).read_bytes() == before


def test_that_a_model_that_is_trained_does_not_change_with_its_file(
    saved: tuple[ModelSource, nn.Module],
) -> None:
    source, network = saved
    model = open_model(source, RunContext(), example=None)
    with Path(source.file).open("r+b") as file:
        file.write(b"\0" * Path(source.file).stat().st_size)
    wanted = network.state_dict()
    assert all(torch.equal(tensor, wanted[name]) for name, tensor in model.module.state_dict().items())


def test_that_tensors_that_share_memory_in_the_file_part_when_they_are_trained(tmp_path: Path) -> None:
    shared = torch.rand(4, 4)
    state = {"0.weight": shared, "0.bias": torch.rand(1).expand(4), "1.weight": shared, "1.bias": shared[0]}
    torch.save(_with(state), tmp_path / "net.pt")
    model = open_model(ModelSource(file=str(tmp_path / "net.pt")), RunContext(), example=None)
    with torch.no_grad():
        for parameter in model.module.parameters():
            parameter.add_(1)
    assert torch.equal(model.module.get_parameter("1.weight"), shared + 1)
    assert torch.equal(model.module.get_parameter("0.bias"), state["0.bias"] + 1)


def _with(state: dict[str, Tensor]) -> nn.Module:
    network = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))
    network.load_state_dict(state, assign=True)
    return network
