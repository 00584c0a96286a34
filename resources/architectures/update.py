"""Writes the names and shapes of the tensors of torchvision's classifiers, by which a file's architecture is guessed.

``python resources/architectures/update.py``, after a new torchvision has come.
"""

import json
import lzma
import sys

from torchvision import models

from engine.context import RunContext
from engine.models.architectures import build_architecture
from engine.models.names import FREE, Shape
from resources import architectures_table

_VARIANTS = {"googlenet": ("aux_logits=false",), "inception_v3": ("aux_logits=false",)}
"""Arguments that leave parts of the network away."""


def names_and_shapes(architecture: str) -> dict[str, Shape]:
    """The shape of each tensor; a dimension that follows the number of classes is ``FREE``."""
    usual, other = (_shapes(architecture, classes) for classes in (1000, 7))
    return {
        name: tuple(FREE if size != theirs else size for size, theirs in zip(shape, other[name], strict=True))
        for name, shape in usual.items()
    }


def _shapes(architecture: str, classes: int) -> dict[str, Shape]:
    mark = "&" if "?" in architecture else "?"
    text = f"torchvision:{architecture}{mark}num_classes={classes}"
    state = build_architecture(text, RunContext(), is_weightless=True).state_dict()
    return {name: tuple(tensor.shape) for name, tensor in state.items()}


def known_names() -> list[str]:
    """All classifiers, and their variants."""
    names = models.list_models(module=models)
    return [
        f"{name}?{variant}" if variant else name
        for name in names
        for variant in ("", *_VARIANTS.get(name, ()))
    ]


def main() -> int:
    """Writes the table."""
    table = {name: names_and_shapes(name) for name in known_names()}
    text = json.dumps(table, separators=(",", ":"))
    architectures_table().write_bytes(lzma.compress(text.encode(), preset=9))
    sys.stdout.write(f"{len(table)} architectures\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
