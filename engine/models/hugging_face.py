"""Folders of Hugging Face: a configuration, from which the installed transformers builds the network, and weights.

No code of the folder is ever run: the class comes from the package, by the name that the configuration gives.
"""

import importlib.util
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor, nn

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.methods import SourceFormat
from engine.contract.source import ModelSource, WeightsMatch
from engine.models.content import Content, Entry, ReadModel
from engine.models.cuts.records import Origin
from engine.models.example import Example
from engine.models.fitting import read_weights
from engine.models.names import few
from engine.models.safetensors_file import mapped_tensors
from engine.models.sniffing import FileKind, sniff
from engine.models.state import check_tensors, does_not_fit
from engine.models.structure.folders import CONFIG, check_config, weight_files
from engine.models.unpickling import unpickle

_CLASSIFIERS = ("ForImageClassification", "ForSequenceClassification", "ForAudioClassification")
_PAD = 0
_SIDE = 224
_LONGEST_TEXT = 128
_SECOND = 16000


class Logits(nn.Module):
    """A network of transformers that takes one tensor and answers logits alone.

    It shares its parts with the network, so that all names stay as transformers has them.
    """

    def __init__(self, network: Any) -> None:
        super().__init__()
        # In a tuple, or it would be registered as a part and its parts have two names.
        self._network = (network,)
        self._modules, self._parameters = network._modules, network._parameters
        self._buffers = network._buffers

    def forward(self, batch: Tensor) -> Tensor:
        """The logits of a batch."""
        network = self._network[0]
        arguments = {network.main_input_name: batch}
        if not batch.is_floating_point():
            # A text of padding alone keeps one word, for a mean over none is not a number.
            is_first = torch.arange(batch.shape[1], device=batch.device) == 0
            arguments["attention_mask"] = ((batch != network.config.pad_token_id) | is_first).long()
        # Not as a call: a trace would take the network for a part that the model lacks.
        logits = network.forward(**arguments).logits
        assert isinstance(logits, Tensor)
        return logits

    def train(self, mode: bool = True) -> Self:
        """As of any module; the network itself is told too."""
        self._network[0].training = mode
        return super().train(mode)

    @property
    def config(self) -> Any:
        """What transformers built it from."""
        return self._network[0].config


def hugging_face_content(path: Path, source: ModelSource, ctx: RunContext) -> Content:
    """The tensors of all its files together.

    Raises:
        RequestError: a file is damaged.
        TrustRequired: a pickle among them wants code that the user has not vouched for.
    """
    files = weight_files(path)
    state: dict[str, Tensor] = {}
    for file in files:
        state |= _tensors_of(file, ctx)
    check_tensors(path, state)
    return Content(
        format=SourceFormat.HUGGING_FACE,
        path=path,
        entries=(Entry(state=state),),
        files=files,
        needs_architecture=False,
    )


def _tensors_of(file: Path, ctx: RunContext) -> dict[str, Tensor]:
    if sniff(file) is FileKind.SAFETENSORS:
        return mapped_tensors(file)
    value = unpickle(file, None, ctx)
    if not isinstance(value, Mapping):
        raise RequestError("file_no_weights", path=file, found=f"a {type(value).__name__}")
    return {str(name): tensor for name, tensor in value.items() if isinstance(tensor, Tensor)}


def read_hugging_face(content: Content, source: ModelSource, ctx: RunContext) -> ReadModel:
    """The classifier that its configuration names, or the architecture that ``source`` names.

    Raises:
        RequestError: transformers is missing, the folder holds no classifier, or its weights do not fit.
        TrustRequired: the architecture is a Python file that the user has not vouched for.
    """
    if source.architecture is not None:
        return read_weights(content, source, ctx)
    _require_transformers(content.path)
    config, kind = _configured(content.path)
    network = _loaded(content, config, kind)
    text = (content.path / CONFIG).read_text(encoding="utf-8")
    origin = Origin(configuration=text, described=kind.__name__)
    return ReadModel(module=Logits(network), example=example_of(network), origin=origin)


def build_configured(configuration: str) -> nn.Module:
    """The classifier that the text of a config.json names, with weights of its own.

    Raises:
        RequestError: transformers is missing, or has no such classifier.
    """
    _require_transformers("a network of transformers")
    with tempfile.TemporaryDirectory(prefix="penjing-config-") as name:
        folder = Path(name)
        (folder / CONFIG).write_text(configuration, encoding="utf-8")
        check_config(folder)
        config, kind = _configured(folder)
        return Logits(kind(config))


def _require_transformers(what: object) -> None:
    if importlib.util.find_spec("transformers") is None:
        command = "pip install transformers tokenizers"
        raise RequestError("package_missing", what=what, package="transformers", command=command)


def _configured(path: Path) -> tuple[Any, Any]:
    """The folder's configuration, and the class of transformers that it names."""
    import transformers

    library: Any = transformers  # its types stop at the names of its modules
    library.utils.logging.disable_progress_bar()
    library.utils.logging.set_verbosity_error()
    try:
        config = transformers.AutoConfig.from_pretrained(
            str(path), local_files_only=True, trust_remote_code=False
        )
    except Exception as error:
        raise RequestError("hugging_face_config", path=path, reason=error) from None
    name = str(next(iter(config.architectures or ["none"])))
    if not name.endswith(_CLASSIFIERS) or not hasattr(transformers, name):
        raise RequestError("hugging_face_no_classifier", path=path, found=name)
    if getattr(config, "pad_token_id", _PAD) is None:
        # Networks that read the last word look for where the padding begins.
        config.pad_token_id = _PAD
    return config, getattr(transformers, name)


def _loaded(content: Content, config: Any, kind: Any) -> Any:
    """The network with its weights; transformers knows the names that older versions gave them."""
    state = content.entries[0].state
    try:
        network, report = kind.from_pretrained(
            None,
            config=config,
            state_dict=dict(state),
            output_loading_info=True,
            dtype="float32",
            ignore_mismatched_sizes=True,
        )
    except Exception as error:
        raise RequestError("hugging_face_config", path=content.path, reason=error) from None
    missing, mismatched = sorted(report["missing_keys"]), sorted(report["mismatched_keys"])
    if missing or mismatched:
        match = WeightsMatch(
            architecture=kind.__name__,
            matched=len(network.state_dict()) - len(missing) - len(mismatched),
            total=len(network.state_dict()),
            missing=len(missing),
            mismatched=len(mismatched),
            missing_names=few(missing),
            mismatched_names=few(" ".join(map(str, name)) for name in mismatched),
        )
        raise does_not_fit(match)
    return network


def example_of(network: Any) -> Example | None:
    """The form of one sample, as far as the configuration says it."""
    form = _EXAMPLES.get(network.main_input_name)
    return None if form is None else form(network.config)


def _image(config: Any) -> Example:
    size = getattr(config, "image_size", None) or _SIDE
    height, width = size if isinstance(size, list | tuple) else (size, size)
    return Example((getattr(config, "num_channels", 3), height, width))


def _text(config: Any) -> Example:
    length = getattr(config, "max_position_embeddings", _LONGEST_TEXT)
    return Example((min(_LONGEST_TEXT, length),), config.vocab_size)


def _sound(config: Any) -> Example:
    if hasattr(config, "num_mel_bins") and hasattr(config, "max_length"):
        return Example((config.max_length, config.num_mel_bins))
    return Example((_SECOND,))


_EXAMPLES: dict[str, Callable[[Any], Example]] = {
    "pixel_values": _image,
    "input_ids": _text,
    "input_values": _sound,
}
"""By the name of what a network reads."""
