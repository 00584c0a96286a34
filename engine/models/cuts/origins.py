"""How a network was before its first cut: what is written of that, and how it is built again."""

from pathlib import Path

from torch import nn

from engine.context import RunContext
from engine.models.architectures import build_architecture
from engine.models.cuts.records import Origin
from engine.models.hugging_face import build_configured
from resources.sample.net import SimpleNet

SAMPLE = "sample"
_OF_LIBRARIES = ("torchvision:", "timm:")


def origin_named(architecture: str | None, file: str) -> Origin:
    """Of an architecture as the user named it; without one, of the file that held the network itself."""
    if architecture is None:
        return Origin(described=Path(file).name)
    if architecture.startswith(_OF_LIBRARIES):
        return Origin(architecture=architecture)
    # Where it lay on this machine is nobody else's business.
    return Origin(described=Path(architecture).name)


def build_origin(origin: Origin, ctx: RunContext, is_weightless: bool) -> nn.Module:
    """The network, with weights of its own or none; no code is run but that of installed libraries.

    Raises:
        ValueError: its name is not one of a library.
        RequestError: the library has no such network, or is not there.
    """
    if origin.configuration:
        return build_configured(origin.configuration)
    if origin.architecture == SAMPLE:
        return SimpleNet()
    # A stranger's file may name anything here, a Python file too.
    if not origin.architecture.startswith(_OF_LIBRARIES):
        raise ValueError(f'"{origin.architecture}" is no network of a library')
    return build_architecture(origin.architecture, ctx, is_weightless=is_weightless)
