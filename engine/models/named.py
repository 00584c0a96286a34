"""Models by name, ``torchvision:NAME`` and ``timm:NAME``: initialized as the library does, or with its trained weights.

``?weights=DEFAULT`` takes trained weights that lie in the library's cache; ``&download=true`` fetches them first.
"""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import torch
from torch import nn

from engine.context import RunContext
from engine.contract.errors import PenjingError, RequestError
from engine.contract.methods import SourceFormat
from engine.contract.source import ModelSource
from engine.models.architectures import build_architecture
from engine.models.content import Content, ReadModel
from engine.models.cuts.records import Origin
from engine.models.pickles import pickle_content
from engine.models.safetensors_file import safetensors_content
from engine.models.state import fit_weights_

_SCHEMES = ("torchvision:", "timm:")
_SEED = 0
_TRAINED_WITH = {"googlenet": {"transform_input": "true"}, "inception_v3": {"transform_input": "true"}}
"""What the trained weights were trained with and a network without weights does not do."""


def is_named(file: str) -> bool:
    """Whether ``file`` names a model of a library instead of a file."""
    return file.startswith(_SCHEMES)


def named_content(source: ModelSource) -> Content:
    """Nothing to be read: the library builds the network."""
    return Content(format=SourceFormat.NAMED, path=Path(source.file), needs_architecture=False)


def read_named(content: Content, source: ModelSource, ctx: RunContext) -> ReadModel:
    """The network; the same name gives the same initial weights each time.

    Raises:
        RequestError: there is none of that name, or its trained weights are not there.
    """
    text, _, query = source.file.partition("?")
    arguments = dict(parse_qsl(query, keep_blank_values=True))
    download = arguments.pop("download", "false").lower() == "true"
    weights = arguments.pop("weights", None)
    scheme, _, name = text.partition(":")
    if weights is not None:
        arguments = _TRAINED_WITH.get(name, {}) | arguments
    architecture = f"{text}?{urlencode(arguments)}" if arguments else text
    if weights is None:
        return ReadModel(module=_initialized(architecture, ctx), origin=Origin(architecture=architecture))
    module = build_architecture(architecture, ctx, is_weightless=True)
    file = _FETCHERS[scheme](name, weights, download)
    read = safetensors_content if file.suffix == ".safetensors" else pickle_content
    state = read(file, ModelSource(file=str(file)), ctx).entries[0].state
    fit_weights_(module, state, architecture)
    return ReadModel(module=module, origin=Origin(architecture=architecture))


def _initialized(architecture: str, ctx: RunContext) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_SEED)
        return build_architecture(architecture, ctx)


def _torchvision_weights(name: str, weights: str, download: bool) -> Path:
    """The file in torch.hub's cache."""
    from torchvision import models

    try:
        url = str(models.get_model_weights(name)[weights].url)
    except KeyError:
        known = ", ".join(["DEFAULT", *(member.name for member in models.get_model_weights(name))])
        raise RequestError("weights_unknown", name=name, weights=weights, known=known) from None
    file = Path(torch.hub.get_dir()) / "checkpoints" / url.rpartition("/")[2]
    if file.exists():
        return file
    if not download:
        raise RequestError("weights_not_here", name=name)
    digest = re.search(r"-([a-f0-9]+)\.", file.name)
    file.parent.mkdir(parents=True, exist_ok=True)
    torch.hub.download_url_to_file(url, str(file), digest and digest[1], progress=False)
    return file


def _timm_weights(name: str, weights: str, download: bool) -> Path:
    """The file in the hub's cache."""
    import timm
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    cfg = timm.get_pretrained_cfg(name)
    if cfg is None or not cfg.hf_hub_id:
        raise RequestError("weights_unknown", name=name, weights=weights, known="none")
    try:
        file = hf_hub_download(cfg.hf_hub_id, "model.safetensors", local_files_only=not download)
    except LocalEntryNotFoundError:
        if download:
            raise
        raise RequestError("weights_not_here", name=name) from None
    return Path(file)


def _fetching(
    fetch: Callable[[str, str, bool], Path],
) -> Callable[[str, str, bool], Path]:
    """``fetch``, with whatever a network does to it told in one line."""

    def fetched(name: str, weights: str, download: bool) -> Path:
        try:
            return fetch(name, weights, download)
        except PenjingError:
            raise
        except Exception as error:
            raise RequestError("download_failed", name=name, reason=error) from None

    return fetched


_FETCHERS: dict[str, Callable[[str, str, bool], Path]] = {
    "torchvision": _fetching(_torchvision_weights),
    "timm": _fetching(_timm_weights),
}
