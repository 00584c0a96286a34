"""A pruned network is opened again by what its file says, without anybody's class."""

from pathlib import Path

import pytest
import torch
from torch import nn

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.methods import PruneGranularity
from engine.contract.source import PrunedFrom
from engine.models.architectures import build_architecture
from engine.models.cuts.history import history_in
from tests.engine.models.pruned_files import answers_of, opened, write_half
from tests.engine.models.test_formats import silent_import
from tests.engine.networks import NETWORKS, Shape, shake_

SIDE = (3, 32, 32)
CHANNEL, UNIT, HEAD, LAYER = (
    PruneGranularity.CHANNEL,
    PruneGranularity.UNIT,
    PruneGranularity.HEAD,
    PruneGranularity.LAYER,
)
NAMED = [
    ("sample", CHANNEL),
    ("torchvision:resnet18?num_classes=5", LAYER),
    ("torchvision:mobilenet_v2?width_mult=0.35&num_classes=5", CHANNEL),
    ("torchvision:shufflenet_v2_x0_5?num_classes=5", CHANNEL),
]


@pytest.mark.parametrize(("name", "granularity"), NAMED)
def test_that_a_library_network_opens_by_its_file_alone_and_answers_bit_for_bit(
    name: str, granularity: PruneGranularity, tmp_path: Path
) -> None:
    shape = (1, 28, 28) if name == "sample" else SIDE
    first = opened(name, shape=shape)
    shake_(first.module)
    before = sum(parameter.numel() for parameter in first.module.parameters())
    written = write_half(first, tmp_path / "model.pt", granularity)
    again = opened(written.path)
    assert torch.equal(answers_of(again.captured.module, shape), written.answers(shape))
    assert again.info.pruned_from == PrunedFrom(name=name, parameters=before)
    assert sum(parameter.numel() for parameter in again.module.parameters()) < before


def test_that_a_pruned_network_is_pruned_again_and_opens_by_both_cuts(tmp_path: Path) -> None:
    first = opened("torchvision:resnet18?num_classes=5", shape=SIDE)
    shake_(first.module)
    child = write_half(first, tmp_path / "child.pt", LAYER)
    grandchild = write_half(opened(child.path), tmp_path / "grandchild.pt", CHANNEL)
    last = opened(grandchild.path)
    assert torch.equal(answers_of(last.captured.module, SIDE), grandchild.answers(SIDE))
    assert len(last.lineage.cuts) == 2 and last.lineage.parameters == first.lineage.parameters


def own_class(folder: Path, build: str) -> str:
    """A user's Python file, as the architecture that names it."""
    file = folder / "nets.py"
    file.write_text(
        "from torch import nn\n"
        "from tests.engine.networks import NETWORKS\n"
        "from tests.engine.pruning.test_attention import make_attending\n"
        "from tests.engine.pruning.test_recurrent import make_reading\n"
        f"def build():\n    return {build}\n",
        encoding="utf-8",
    )
    return f"{file}:build"


OWN = [
    *((f"NETWORKS[{name!r}][0]()", NETWORKS[name][1], CHANNEL) for name in NETWORKS),
    ("make_reading(nn.LSTM, 2, True)", (7, 5), UNIT),
    ("make_reading(nn.GRU)", (7, 5), UNIT),
    ("make_attending()", (7, 12), HEAD),
]


@pytest.mark.parametrize(("build", "shape", "granularity"), OWN)
def test_that_an_own_network_opens_by_its_class_or_by_the_file_beside_its_weights(
    build: str, shape: Shape, granularity: PruneGranularity, tmp_path: Path
) -> None:
    architecture = own_class(tmp_path, build)
    torch.manual_seed(0)
    network = build_own(architecture)
    torch.save(shake_(network).state_dict(), tmp_path / "whole.pt")
    first = opened(tmp_path / "whole.pt", shape=shape, architecture=architecture)
    written = write_half(first, tmp_path / "model.pt", granularity)
    for text in (architecture, f"{tmp_path / 'model.py'}:Network"):
        again = opened(written.path, shape=shape, architecture=text)
        assert torch.equal(answers_of(again.captured.module, shape), written.answers(shape))
    with pytest.raises(RequestError, match=r"pruned from nets\.py:build, .*model\.py:Network"):
        opened(written.path)


def build_own(architecture: str) -> nn.Module:
    return build_architecture(architecture, RunContext(ask=lambda path, wants: True))


def test_that_a_file_is_still_a_plain_state_dict_with_its_batch_norms(tmp_path: Path) -> None:
    first = opened("torchvision:shufflenet_v2_x0_5?num_classes=5", shape=SIDE)
    written = write_half(first, tmp_path / "model.pt")
    state = torch.load(written.path, weights_only=True)
    assert state.keys() == written.network.state_dict().keys()
    assert "conv1.1.running_var" in state
    mapped = torch.load(written.path, weights_only=True, mmap=True)
    assert all(torch.equal(state[name], tensor) for name, tensor in mapped.items())


def test_that_the_same_network_makes_the_same_file(tmp_path: Path) -> None:
    files = [write_half(opened("sample"), tmp_path / f"{number}.pt").path for number in (1, 2)]
    assert history_in(files[0]) == history_in(files[1])


def test_that_a_network_of_transformers_opens_by_its_configuration(tmp_path: Path) -> None:
    transformers = silent_import("transformers")
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_attention_heads": 2, "num_hidden_layers": 1, "intermediate_size": 12}
    config = transformers.ViTConfig(image_size=16, patch_size=8, num_labels=5, **sizes)
    transformers.ViTForImageClassification(config).save_pretrained(tmp_path / "whole")
    first = opened(tmp_path / "whole")
    written = write_half(first, tmp_path / "model.pt")
    again = opened(written.path)
    assert torch.equal(answers_of(again.captured.module, (3, 16, 16)), written.answers((3, 16, 16)))
    assert again.info.pruned_from is not None
    assert again.info.pruned_from.name == "ViTForImageClassification"


@pytest.mark.parametrize("granularity", [HEAD, CHANNEL])
def test_that_attention_loses_heads_or_stream_a_second_time(
    granularity: PruneGranularity, tmp_path: Path
) -> None:
    shape, architecture = (7, 12), own_class(tmp_path, "make_attending()")
    torch.save(build_own(architecture).state_dict(), tmp_path / "whole.pt")
    rows, path = [], tmp_path / "whole.pt"
    for number, removed in enumerate((HEAD, granularity)):
        loaded = opened(path, shape=shape, architecture=architecture)
        rows.append(len(loaded.module.get_parameter("attention.in_proj_weight")))
        written = write_half(loaded, tmp_path / f"{number}.pt", removed)
        path = written.path
    last = opened(path, shape=shape, architecture=architecture)
    rows.append(len(last.module.get_parameter("attention.in_proj_weight")))
    assert rows == [36, 18, 9 if granularity is HEAD else 18]
    assert torch.equal(answers_of(last.captured.module, shape), written.answers(shape))


def test_that_a_shuffle_loses_positions_three_times(tmp_path: Path) -> None:
    (_, shape), architecture = NETWORKS["shuffled"], own_class(tmp_path, 'NETWORKS["shuffled"][0]()')
    path, counts = tmp_path / "whole.pt", []
    torch.save(shake_(build_own(architecture)).state_dict(), path)
    for number in range(3):
        loaded = opened(path, shape=shape, architecture=architecture)
        counts.append([buffer.numel() for name, buffer in loaded.module.named_buffers() if "_order" in name])
        written = write_half(loaded, tmp_path / f"{number}.pt")
        path = written.path
        again = opened(path, shape=shape, architecture=architecture)
        assert torch.equal(answers_of(again.captured.module, shape), written.answers(shape))
    assert not counts[0] and counts[1] and sum(counts[2]) < sum(counts[1])
