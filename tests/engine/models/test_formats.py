"""Files as each library writes them: opened, they answer as the network that was saved."""

import argparse
import json
import sys
import warnings
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from engine.contract.errors import RequestError, TrustRequired
from engine.contract.methods import SourceFormat
from engine.contract.source import ModelSource
from engine.models.opening import LoadedModel, open_model
from engine.models.readers import content_of
from tests.engine.models.strangers import Questions, Runs, user_module, write_net

SMALL = (1, 8, 8)
TINY = {
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "num_labels": 3,
}


class Written(NamedTuple):
    """What a builder wrote: the file, what it answered, and how it is to be opened."""

    path: Path
    inputs: Tensor
    wanted: Tensor
    format: SourceFormat
    entry: str = ""
    is_network: bool = False


def make_net(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    net = user_module("trained_net").SmallNet()
    net.norm.running_mean.normal_()
    assert isinstance(net, nn.Module)
    return net.eval()


def answer(net: nn.Module, inputs: Tensor) -> Tensor:
    with torch.no_grad():
        result = net.eval()(inputs)
    assert isinstance(result, Tensor)
    return result


def _written(path: Path, net: nn.Module, kind: SourceFormat, entry: str = "") -> Written:
    inputs = torch.rand(2, *SMALL)
    return Written(path, inputs, answer(net, inputs), kind, entry)


def _state_dict(folder: Path) -> Written:
    torch.save(make_net().state_dict(), folder / "model.pt")
    return _written(folder / "model.pt", make_net(), SourceFormat.STATE_DICT)


def _data_parallel(folder: Path) -> Written:
    torch.save(nn.DataParallel(make_net()).state_dict(), folder / "model.pt")
    return _written(folder / "model.pt", make_net(), SourceFormat.STATE_DICT)


def _compiled_inside(folder: Path) -> Written:
    state = {f"model._orig_mod.{name}": tensor for name, tensor in make_net().state_dict().items()}
    torch.save(state, folder / "model.pt")
    return _written(folder / "model.pt", make_net(), SourceFormat.STATE_DICT)


def _profiled(folder: Path) -> Written:
    state = {**make_net().state_dict(), "conv.total_ops": torch.zeros(1), "total_params": torch.zeros(1)}
    torch.save(state, folder / "model.pt")
    return _written(folder / "model.pt", make_net(), SourceFormat.STATE_DICT)


def _trained(folder: Path) -> Written:
    net = make_net()
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.rand(2, *SMALL)).sum().backward()
    optimizer.step()
    training = {
        "epoch": 3,
        "best_accuracy": torch.tensor(0.9),
        "model_state_dict": net.state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
        "loss": torch.zeros(5),
    }
    torch.save(training, folder / "model.pt")
    return _written(folder / "model.pt", net, SourceFormat.CHECKPOINT, "model_state_dict")


def _averaged_beside(folder: Path) -> Written:
    training = {"model": make_net().state_dict(), "model_ema": make_net(1).state_dict(), "epoch": 1}
    torch.save(training, folder / "model.pt")
    return _written(folder / "model.pt", make_net(1), SourceFormat.CHECKPOINT, "model_ema")


def _averaged_by_torch(folder: Path) -> Written:
    averaged = AveragedModel(make_net(), multi_avg_fn=get_ema_multi_avg_fn(0.5), use_buffers=True)
    averaged.update_parameters(make_net(1))
    averaged.update_parameters(make_net(2))
    torch.save({"ema": averaged.state_dict(), "state_dict": make_net(1).state_dict()}, folder / "model.pt")
    return _written(folder / "model.pt", averaged.module, SourceFormat.CHECKPOINT, "ema")


def _averaged_by_timm(folder: Path) -> Written:
    timm = silent_import("timm")
    averaged = timm.utils.ModelEmaV3(make_net(), decay=0.5)
    averaged.update(make_net(1), step=1)
    training = {"arch": "net", "state_dict": make_net(1).state_dict()}
    training["state_dict_ema"] = timm.utils.get_state_dict(averaged, lambda model: model)
    torch.save(training, folder / "model.pt")
    return _written(folder / "model.pt", averaged.module, SourceFormat.CHECKPOINT, "state_dict_ema")


def _module_inside(folder: Path) -> Written:
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 3))
    torch.save({"epoch": 1, "model": net, "optimizer": None}, folder / "model.pt")
    return _written(folder / "model.pt", net, SourceFormat.MODULE, "model")._replace(is_network=True)


def _safetensors(folder: Path) -> Written:
    safetensors.torch.save_file(make_net().state_dict(), folder / "model.bin")
    return _written(folder / "model.bin", make_net(), SourceFormat.SAFETENSORS)


def _half_safetensors(folder: Path) -> Written:
    net = make_net().bfloat16()
    safetensors.torch.save_file(net.state_dict(), folder / "model.safetensors")
    return _written(folder / "model.safetensors", net.float(), SourceFormat.SAFETENSORS)


@cache
def silent_import(name: str) -> Any:
    """Others' packages warn when they are imported, which is theirs to mend."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return __import__(name)


def _lightning(folder: Path) -> Written:
    lightning = silent_import("pytorch_lightning")

    class Classifier(lightning.LightningModule):  # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.save_hyperparameters({"width": 2})
            self.net = make_net()
            self.criterion = nn.CrossEntropyLoss(weight=torch.ones(5))

        def training_step(self, batch: list[Tensor], index: int) -> Tensor:
            loss = self.criterion(self.net(batch[0]), batch[1])
            assert isinstance(loss, Tensor)
            return loss

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.Adam(self.parameters(), lr=0.1)

    samples = torch.utils.data.TensorDataset(torch.rand(4, *SMALL), torch.tensor([0, 1, 2, 3]))
    classifier, path = Classifier(), folder / "last.ckpt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trainer = lightning.Trainer(
            max_steps=1,
            accelerator="cpu",
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            default_root_dir=folder,
        )
        trainer.fit(classifier, torch.utils.data.DataLoader(samples, batch_size=4))
        trainer.save_checkpoint(path)
    return _written(path, classifier.net, SourceFormat.LIGHTNING, "state_dict")


def _vit(folder: Path, **saving: object) -> Written:
    transformers = silent_import("transformers")
    torch.manual_seed(0)
    net = transformers.ViTForImageClassification(transformers.ViTConfig(image_size=16, patch_size=8, **TINY))
    return _saved_folder(folder, net, torch.rand(2, 3, 16, 16), **saving)


def _sharded_vit(folder: Path) -> Written:
    written = _vit(folder, max_shard_size="8KB")
    assert len(list(written.path.glob("*.safetensors"))) > 1
    return written


def _pickled_vit(folder: Path) -> Written:
    written = _vit(folder)
    weights = written.path / "model.safetensors"
    torch.save(safetensors.torch.load_file(weights), written.path / "pytorch_model.bin")
    weights.unlink()
    return written


def _bert(folder: Path) -> Written:
    transformers = silent_import("transformers")
    torch.manual_seed(0)
    config = transformers.BertConfig(vocab_size=50, max_position_embeddings=12, **TINY)
    return _saved_folder(
        folder, transformers.BertForSequenceClassification(config), torch.randint(1, 50, (2, 12))
    )


def _saved_folder(folder: Path, net: Any, inputs: Tensor, **saving: object) -> Written:
    path = folder / "model"
    net.eval().save_pretrained(path, **saving)
    with torch.no_grad():
        wanted = net(inputs).logits
    return Written(path, inputs, wanted, SourceFormat.HUGGING_FACE, is_network=True)


WRITERS: list[Callable[[Path], Written]] = [
    _state_dict,
    _data_parallel,
    _compiled_inside,
    _profiled,
    _trained,
    _averaged_beside,
    _averaged_by_torch,
    _averaged_by_timm,
    _module_inside,
    _safetensors,
    _half_safetensors,
    _lightning,
    _vit,
    _sharded_vit,
    _pickled_vit,
    _bert,
]


@pytest.fixture(scope="module")
def net_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_net(tmp_path_factory.mktemp("architecture"))


def _open(written: Written, net_file: Path, **arguments: str) -> LoadedModel:
    architecture = None if written.is_network else f"{net_file}:SmallNet"
    shape = tuple(written.inputs.shape[1:])
    source = ModelSource(file=str(written.path), architecture=architecture, input_shape=shape, **arguments)
    return open_model(source, Questions(answer=True).context(), example=None)


@pytest.mark.parametrize("write", WRITERS, ids=[write.__name__.strip("_") for write in WRITERS])
def test_that_what_a_library_wrote_answers_as_it_did(
    tmp_path: Path, net_file: Path, write: Callable[[Path], Written]
) -> None:
    written = write(tmp_path)
    model = _open(written, net_file)
    assert torch.allclose(answer(model.module, written.inputs), written.wanted, rtol=1e-5, atol=1e-6)
    assert (model.info.format, model.info.entry) == (written.format, written.entry)
    assert all(parameter.dtype == torch.float32 for parameter in model.module.parameters())


def _gone(kind: str, base: type) -> object:
    """An object of a class whose module is nowhere once it has been pickled."""
    module = ModuleType("gone_training")
    found = type(kind, (base,), {"__module__": module.__name__})
    setattr(module, kind, found)
    sys.modules[module.__name__] = module
    return found()


@pytest.mark.parametrize("is_zip", [True, False], ids=["zip", "legacy"])
@pytest.mark.parametrize(
    "make",
    [
        lambda: argparse.Namespace(lr=0.1, out=Path("runs"), best=np.float64(0.9)),
        lambda: {"history": defaultdict(list, loss=[1.0]), "curve": np.zeros(3), "at": datetime(2026, 1, 1)},
        lambda: _gone("Options", object),
        lambda: [_gone("Options", object)],
    ],
    ids=["options", "figures", "a class that is nowhere", "a list of them"],
)
def test_that_what_a_training_saves_beside_weights_asks_for_nothing(
    tmp_path: Path, make: Callable[[], object], is_zip: bool
) -> None:
    path, user = tmp_path / "model.pt", Questions(answer=False)
    torch.save(
        {"state_dict": make_net().state_dict(), "beside": make()}, path, _use_new_zipfile_serialization=is_zip
    )
    sys.modules.pop("gone_training", None)
    content = content_of(ModelSource(file=str(path)), user.context())
    assert [entry.name for entry in content.entries] == ["state_dict"]
    state = content.entries[0].state
    assert all(torch.equal(state[name], tensor) for name, tensor in make_net().state_dict().items())
    assert user.asked == []


def test_that_a_network_whose_class_is_nowhere_is_not_replaced_by_a_stand_in(tmp_path: Path) -> None:
    torch.save({"model": _gone("Net", nn.Identity), "epoch": 3}, tmp_path / "model.pt")
    sys.modules.pop("gone_training")
    with pytest.raises(RequestError, match=r"needs gone_training\.Net"):
        content_of(ModelSource(file=str(tmp_path / "model.pt")), Questions(answer=True).context())


def test_that_another_set_of_weights_is_taken_when_it_is_named(tmp_path: Path, net_file: Path) -> None:
    written = _averaged_beside(tmp_path)
    model = _open(written, net_file, entry="model")
    assert torch.equal(answer(model.module, written.inputs), answer(make_net(0), written.inputs))
    with pytest.raises(RequestError, match=r'no set of weights "best"; it has: model_ema, model\.'):
        _open(written, net_file, entry="best")


def test_that_a_set_of_weights_that_does_not_fit_gives_way_to_one_that_does(
    tmp_path: Path, net_file: Path
) -> None:
    averaged = dict(make_net(1).named_parameters())  # without the norms' statistics
    torch.save({"ema": averaged, "model": make_net().state_dict()}, tmp_path / "model.pt")
    written = _written(tmp_path / "model.pt", make_net(), SourceFormat.CHECKPOINT)
    model = _open(written, net_file)
    assert model.info.entry == "model"
    assert torch.equal(answer(model.module, written.inputs), written.wanted)


def test_that_a_network_and_its_average_in_one_table_are_told_apart(tmp_path: Path, net_file: Path) -> None:
    state = {f"model.{name}": tensor for name, tensor in make_net().state_dict().items()}
    state |= {f"ema_model.module.{name}": tensor for name, tensor in make_net(1).state_dict().items()}
    torch.save({"state_dict": {**state, "ema_model.n_averaged": torch.tensor(2)}}, tmp_path / "model.pt")
    written = _written(tmp_path / "model.pt", make_net(1), SourceFormat.CHECKPOINT)
    model = _open(written, net_file)
    assert model.info.entry == "state_dict.ema_model"
    assert torch.equal(answer(model.module, written.inputs), written.wanted)


def test_that_tensors_beside_the_network_are_told(tmp_path: Path, net_file: Path) -> None:
    state = {f"student.{name}": tensor for name, tensor in make_net().state_dict().items()}
    torch.save({**state, "projector.weight": torch.zeros(3, 3)}, tmp_path / "model.pt")
    told: list[Any] = []
    source = ModelSource(
        file=str(tmp_path / "model.pt"), architecture=f"{net_file}:SmallNet", input_shape=SMALL
    )
    context = Questions(answer=True).context()
    open_model(source, type(context)(ask=context.ask, emit=told.append), example=None)
    assert [event.code for event in told] == ["note_tensors_beside"]
    assert told[0].arguments == {"count": "1", "names": "projector.weight"}


def test_that_writing_to_mapped_weights_leaves_the_file_alone(tmp_path: Path, net_file: Path) -> None:
    written = _safetensors(tmp_path)
    before = written.path.read_bytes()
    model = _open(written, net_file)
    with torch.no_grad():
        for parameter in model.module.parameters():
            parameter.add_(1.0)
    assert written.path.read_bytes() == before


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"auto_map": {"AutoModel": "net.Net"}}, "Python code of its own"),
        ({"architectures": ["ViTModel"]}, "holds ViTModel"),
        ({"architectures": None}, "holds none"),
        ({"architectures": ["NoSuchForImageClassification"]}, "holds NoSuchForImageClassification"),
        ({"model_type": "no_such_kind"}, "could not be built by transformers"),
        ({"num_labels": 7, "id2label": None}, "have another shape"),
        ({"num_hidden_layers": 2}, "keys are missing"),
    ],
)
def test_that_a_folder_that_holds_no_classifier_of_transformers_is_one_clear_line(
    tmp_path: Path, net_file: Path, changes: dict[str, object], says: str
) -> None:
    written = _vit(tmp_path)
    config = written.path / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | changes))
    with pytest.raises(RequestError, match=says) as caught:
        _open(written, net_file)
    assert "\n" not in caught.value.message


def test_that_a_hostile_pickle_in_a_folder_does_not_run(tmp_path: Path) -> None:
    written, marker = _pickled_vit(tmp_path), tmp_path / "ran"
    torch.save({"weight": torch.zeros(3), "x": Runs(marker)}, written.path / "pytorch_model.bin")
    with pytest.raises(TrustRequired):
        open_model(ModelSource(file=str(written.path)), Questions(answer=False).context(), example=None)
    assert not marker.exists()


def test_that_padding_says_nothing_to_a_text_model(tmp_path: Path, net_file: Path) -> None:
    written = _bert(tmp_path)
    model = _open(written, net_file)
    padded = written.inputs.clone()
    padded[:, 8:] = 0
    network = silent_import("transformers").BertForSequenceClassification.from_pretrained(written.path).eval()
    with torch.no_grad():
        wanted = network(padded[:, :8]).logits
    assert torch.allclose(answer(model.module, padded), wanted, rtol=1e-4, atol=1e-6)
    assert (model.info.vocabulary, model.info.input_shape) == (50, (12,))


def test_that_a_folders_network_keeps_its_names_and_its_parts_can_be_replaced(
    tmp_path: Path, net_file: Path
) -> None:
    written = _vit(tmp_path)
    module = _open(written, net_file).module
    network = silent_import("transformers").ViTForImageClassification.from_pretrained(written.path)
    assert list(module.state_dict()) == list(network.state_dict())
    module.classifier = nn.Linear(16, 9)
    assert answer(module, written.inputs).shape == (2, 9)


def test_that_a_name_is_the_same_network_each_time(tmp_path: Path, net_file: Path) -> None:
    before = torch.random.get_rng_state()
    first, second = (
        open_model(
            ModelSource(file="torchvision:mobilenet_v2?width_mult=0.25&num_classes=4"),
            Questions(answer=False).context(),
            example=None,
        )
        for _ in range(2)
    )
    assert torch.equal(before, torch.random.get_rng_state())
    assert first.info == second.info
    assert (first.info.format, first.output_classes) == (SourceFormat.NAMED, 4)
    state, other = first.module.state_dict(), second.module.state_dict()
    assert all(torch.equal(state[name], other[name]) for name in state)
    assert first.info.size_bytes == sum(part.numel() * part.element_size() for part in state.values())


def test_that_trained_weights_are_taken_from_the_cache_and_never_fetched_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from torchvision import models

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    source = ModelSource(file="torchvision:squeezenet1_1?weights=DEFAULT")
    user = Questions(answer=False)
    with pytest.raises(RequestError, match="are not on this machine; add &download=true"):
        open_model(source, user.context(), example=None)
    with pytest.raises(RequestError, match='no trained weights "BEST"; known: DEFAULT, IMAGENET1K_V1'):
        open_model(ModelSource(file="torchvision:squeezenet1_1?weights=BEST"), user.context(), example=None)
    folder, trained = tmp_path / "hub" / "checkpoints", models.squeezenet1_1()
    folder.mkdir(parents=True)
    url = models.SqueezeNet1_1_Weights.DEFAULT.url
    torch.save(trained.state_dict(), folder / url.rpartition("/")[2])
    module = open_model(source, user.context(), example=None).module
    assert all(torch.equal(part, module.state_dict()[name]) for name, part in trained.state_dict().items())


def test_that_timms_trained_weights_are_never_fetched_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent_import("timm")
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(RequestError, match='weights of "test_vit" are not on this machine'):
        open_model(
            ModelSource(file="timm:test_vit?weights=DEFAULT"), Questions(answer=False).context(), example=None
        )


def test_that_timms_networks_open_by_name_and_from_their_weights(tmp_path: Path) -> None:
    timm = silent_import("timm")
    user = Questions(answer=False)
    name = "timm:test_vit?num_classes=5"
    model = open_model(ModelSource(file=name), user.context(), example=None)
    assert (model.info.format, model.output_classes) == (SourceFormat.NAMED, 5)
    trained = timm.create_model("test_vit", num_classes=5).eval()
    safetensors.torch.save_file(trained.state_dict(), tmp_path / "model.safetensors")
    source = ModelSource(file=str(tmp_path / "model.safetensors"), architecture=name)
    opened = open_model(source, user.context(), example=None)
    inputs = torch.rand(2, *opened.example.shape)
    assert torch.allclose(answer(opened.module, inputs), answer(trained, inputs), atol=1e-6)
