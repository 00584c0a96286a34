"""Texts of a CSV file as numbers of words."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.recipe import DataSpec, TextSpec
from engine.data.arrays import Arrays
from engine.data.choosing import choose, part
from engine.data.memory import require_memory
from engine.data.tables import read_table, texts_of
from engine.data.tokenizer import Tokenizer, read_tokenizer, vocabulary_of

_CANCEL_EVERY = 256
_INT64_BYTES = 8


def read_csv(spec: DataSpec, ctx: RunContext) -> Arrays:
    """The texts of ``csv:FILE``, int64 (N, length).

    A file with "train" in its name is parted from the one beside it that has "test" there; else test is split off.
    The vocabulary is that of the whole train split, so that ``spec.limit`` changes no number.

    Raises:
        RequestError: the file, a column or the tokenizer is not there or cannot be read.
    """
    path = Path(spec.source.removeprefix("csv:"))
    text_spec = spec.text or TextSpec()
    sibling = _test_beside(path)
    whole = texts_of(read_table(path), text_spec)
    apart = None if sibling is None else texts_of(read_table(sibling), text_spec)
    if len(whole) == 0 or (apart is not None and len(apart) == 0):
        raise RequestError("data_empty", split="test" if len(whole) else "train")
    train, test = part(whole, apart, spec.test)
    ctx.raise_if_cancelled()
    tokenizer = _tokenizer_of(train.items, text_spec)
    chosen = choose(str(path), train, test, spec)
    require_memory(str(path), samples=len(chosen), sample_bytes=text_spec.length * _INT64_BYTES)
    return Arrays(
        x_train=encode_all(chosen.train, tokenizer, text_spec.length, ctx),
        y_train=chosen.y_train,
        x_test=encode_all(chosen.test, tokenizer, text_spec.length, ctx),
        y_test=chosen.y_test,
        class_names=chosen.class_names,
        tokenizer=tokenizer,
    )


def _test_beside(path: Path) -> Path | None:
    if "train" not in path.name:
        return None
    head, _, tail = path.name.rpartition("train")
    sibling = path.with_name(f"{head}test{tail}")
    return sibling if sibling.is_file() else None


def _tokenizer_of(texts: Sequence[str], spec: TextSpec) -> Tokenizer:
    return read_tokenizer(spec.tokenizer) if spec.tokenizer else vocabulary_of(texts, spec.vocabulary)


def encode_all(texts: Sequence[str], tokenizer: Tokenizer, length: int, ctx: RunContext) -> Tensor:
    """All texts, int64 (N, length)."""
    numbers = torch.empty((len(texts), length), dtype=torch.int64)
    for place, text in enumerate(texts):
        if place % _CANCEL_EVERY == 0:
            ctx.raise_if_cancelled()
        numbers[place] = torch.tensor(tokenizer.encode(text, length), dtype=torch.int64)
    return numbers
