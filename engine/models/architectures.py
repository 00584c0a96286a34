"""Builds the architecture that a file with weights only belongs to."""

import difflib
from collections.abc import Callable
from urllib.parse import parse_qsl

from torch import nn

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.models.trust import call_python


def build_architecture(text: str, ctx: RunContext) -> nn.Module:
    """A network with weights of its own, as ``torchvision:NAME?argument=value`` or ``FILE.py:callable`` names it.

    Raises:
        RequestError: there is no such architecture, or it cannot be built.
        TrustRequired: the Python file has not been vouched for.
    """
    for is_named, build in ARCHITECTURES:
        if is_named(text):
            return build(text, ctx)
    raise RequestError("architecture_scheme", text=text)


def _from_torchvision(text: str, ctx: RunContext) -> nn.Module:
    from torchvision import models

    name, _, query = text.removeprefix("torchvision:").partition("?")
    known = models.list_models(module=models)
    if name not in known:
        nearest = difflib.get_close_matches(name, known, 1, 0)
        raise RequestError("architecture_unknown", name=name, nearest=f"torchvision:{nearest[0]}")
    arguments = {key: _literal(value) for key, value in parse_qsl(query, keep_blank_values=True)}
    if name in ("googlenet", "inception_v3"):
        # Without a choice they warn that the default is going to change; weights are loaded over it anyway.
        arguments.setdefault("init_weights", False)
    try:
        model = models.get_model(name, **{**arguments, "weights": None})
    except (TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise RequestError("architecture_arguments", text=text, reason=error) from None
    assert isinstance(model, nn.Module)
    return model


def _literal(text: str) -> int | float | bool | str:
    words = {"true": True, "false": False}
    if text.lower() in words:
        return words[text.lower()]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _from_python(text: str, ctx: RunContext) -> nn.Module:
    model = call_python(text, ctx)
    if not isinstance(model, nn.Module):
        raise RequestError(
            "python_wrong_result", text=text, found=type(model).__name__, wanted="a torch.nn.Module"
        )
    return model


ARCHITECTURES: tuple[tuple[Callable[[str], bool], Callable[[str, RunContext], nn.Module]], ...] = (
    (lambda text: text.startswith("torchvision:"), _from_torchvision),
    (lambda text: ".py:" in text, _from_python),
)
"""Who builds what is named how."""
