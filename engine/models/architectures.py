"""Builds the architecture that a file with weights only belongs to."""

import difflib
import importlib.util
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from torch import nn

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.models.trust import call_python
from engine.models.weightless import build_weightless


def build_architecture(text: str, ctx: RunContext, *, is_weightless: bool = False) -> nn.Module:
    """A network with weights of its own, by its name.

    Names are ``torchvision:NAME?argument=value``, ``timm:NAME`` in the same way, and ``FILE.py:callable``. Where
    ``is_weightless``, the libraries' networks come without memory (see :mod:`engine.models.weightless`); what a user
    wrote is always built as it stands.

    Raises:
        RequestError: there is no such architecture, or it cannot be built.
        TrustRequired: the Python file has not been vouched for.
    """
    for is_named, build in ARCHITECTURES:
        if is_named(text):
            return build(text, ctx, is_weightless)
    raise RequestError("architecture_scheme", text=text)


def _from_torchvision(text: str, ctx: RunContext, is_weightless: bool) -> nn.Module:
    from torchvision import models

    name, _, query = text.removeprefix("torchvision:").partition("?")
    known = models.list_models(module=models)
    if name not in known:
        nearest = difflib.get_close_matches(name, known, 1, 0)
        raise RequestError("architecture_unknown", name=name, nearest=f"torchvision:{nearest[0]}")
    arguments = _arguments_of(query)
    if name in ("googlenet", "inception_v3"):
        # Without a choice they warn that the default is going to change; weights are loaded over it anyway.
        arguments.setdefault("init_weights", False)
    return _built(partial(models.get_model, name, **{**arguments, "weights": None}), text, is_weightless)


def _from_timm(text: str, ctx: RunContext, is_weightless: bool) -> nn.Module:
    if importlib.util.find_spec("timm") is None:
        raise RequestError("package_missing", what=text, package="timm", command="pip install timm")
    import timm

    name, _, query = text.removeprefix("timm:").partition("?")
    if not timm.is_model(name):
        nearest = difflib.get_close_matches(name, timm.list_models(), 1, 0)
        raise RequestError("architecture_unknown", name=name, nearest=f"timm:{nearest[0]}")
    # What would fetch or unpickle a file is not for a recipe to say.
    arguments: dict[str, Any] = {**_arguments_of(query), "pretrained": False, "checkpoint_path": ""}
    return _built(partial(timm.create_model, name, **arguments), text, is_weightless)


def _built(build: Callable[[], nn.Module], text: str, is_weightless: bool) -> nn.Module:
    try:
        return build_weightless(build) if is_weightless else build()
    except (TypeError, ValueError, AttributeError, RuntimeError, AssertionError) as error:
        raise RequestError("architecture_arguments", text=text, reason=error) from None


def _arguments_of(query: str) -> dict[str, int | float | bool | str]:
    return {key: _literal(value) for key, value in parse_qsl(query, keep_blank_values=True)}


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


def _from_python(text: str, ctx: RunContext, is_weightless: bool) -> nn.Module:
    model = call_python(text, ctx)
    if not isinstance(model, nn.Module):
        raise RequestError(
            "python_wrong_result", text=text, found=type(model).__name__, wanted="a torch.nn.Module"
        )
    return model


ARCHITECTURES: tuple[tuple[Callable[[str], bool], Callable[[str, RunContext, bool], nn.Module]], ...] = (
    (lambda text: text.startswith("torchvision:"), _from_torchvision),
    (lambda text: text.startswith("timm:"), _from_timm),
    (lambda text: ".py:" in text, _from_python),
)
"""Who builds what is named how."""
