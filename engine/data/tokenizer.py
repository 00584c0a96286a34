"""Turns texts into numbers of words and back: by a vocabulary of our own, or one that comes with a model.

Our own numbers depend on the texts of train alone: the same file gives the same numbers each time, which is what a
model that was trained on them needs.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Protocol

from engine.contract.errors import PenjingError, RequestError

PADDING, UNKNOWN = 0, 1
_OWN_MARKS = ("<pad>", "<unk>")
_WORDPIECE_UNKNOWN = "[UNK]"
_WORDPIECE_INSIDE = "##"
_LONGEST_WORD = 100
# Scripts without spaces are read sign by sign: Han, kana, their extensions, and Hangul.
_ALONE = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
_WORD = re.compile(rf"[{_ALONE}]|(?:(?![{_ALONE}])[^\W_]|(?<=\w)['’](?=\w))+|[^\w\s]|_")


class Tokenizer(Protocol):
    """Texts to numbers of words and back."""

    @property
    def size(self) -> int:
        """How many numbers there are: all lie in [0, size)."""

    def encode(self, text: str, length: int) -> list[int]:
        """Exactly ``length`` numbers: cut, or filled with padding."""

    def decode(self, numbers: Sequence[int]) -> str:
        """The words, parted by blanks, without the padding."""


def split_words(text: str) -> list[str]:
    """Words in lower case; each sign of punctuation, and each Chinese, Japanese or Korean sign, is one.

    >>> split_words("Don't panic, 盆景!")
    ["don't", 'panic', ',', '盆', '景', '!']
    """
    return _WORD.findall(text.lower())


@dataclass(frozen=True)
class WordTokenizer:
    """Whole words. ``words[0]`` is padding, ``words[1]`` stands for all that are not there."""

    words: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many words there are, padding and unknown included."""
        return len(self.words)

    def encode(self, text: str, length: int) -> list[int]:
        """The numbers of a text's words."""
        numbers = [self._numbers.get(word, UNKNOWN) for word in split_words(text)[:length]]
        return numbers + [PADDING] * (length - len(numbers))

    def decode(self, numbers: Sequence[int]) -> str:
        """The words of numbers."""
        return " ".join(self.words[number] for number in numbers if number != PADDING)

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        return {word: number for number, word in enumerate(self.words)}


def vocabulary_of(texts: Iterable[str], size: int) -> WordTokenizer:
    """The most frequent words, equally frequent ones by alphabet; ``size`` counts padding and unknown too."""
    counts = Counter(word for text in texts for word in split_words(text))
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    return WordTokenizer((*_OWN_MARKS, *ranked[: size - len(_OWN_MARKS)]))


@dataclass(frozen=True)
class PieceTokenizer:
    """Pieces of words, the longest first (WordPiece: Schuster & Nakajima 2012; Devlin 2019).

    ``un ##believ ##able`` for a vocabulary that has these three; a word that no pieces make up is unknown as a
    whole. Texts stand between [CLS] and [SEP] where the vocabulary has both, and in lower case where it has no
    letter in upper case.
    """

    words: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many pieces there are."""
        return len(self.words)

    def encode(self, text: str, length: int) -> list[int]:
        """The numbers of a text's pieces."""
        first, last = self._ends
        room = max(length - len(first) - len(last), 0)
        words = split_words(text) if self._is_lower else _WORD.findall(text)
        pieces = [number for word in words[:room] for number in self._pieces(word)][:room]
        numbers = [*first, *pieces, *last][:length]
        return numbers + [self._numbers.get("[PAD]", PADDING)] * (length - len(numbers))

    def decode(self, numbers: Sequence[int]) -> str:
        """The pieces of numbers, joined to words again."""
        hidden = {self._numbers.get("[PAD]", PADDING), *(number for end in self._ends for number in end)}
        text = " ".join(self.words[number] for number in numbers if number not in hidden)
        return text.replace(f" {_WORDPIECE_INSIDE}", "")

    def _pieces(self, word: str) -> list[int]:
        found: list[int] = []
        begin = 0
        while begin < len(word):
            prefix = _WORDPIECE_INSIDE if begin else ""
            ends = range(len(word), begin, -1) if len(word) <= _LONGEST_WORD else ()
            end = next((end for end in ends if prefix + word[begin:end] in self._numbers), None)
            if end is None:
                return [self._numbers[_WORDPIECE_UNKNOWN]]
            found.append(self._numbers[prefix + word[begin:end]])
            begin = end
        return found

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        return {word: number for number, word in enumerate(self.words)}

    @cached_property
    def _ends(self) -> tuple[list[int], list[int]]:
        marks = [self._numbers.get(mark) for mark in ("[CLS]", "[SEP]")]
        first, last = marks
        return ([], []) if first is None or last is None else ([first], [last])

    @cached_property
    def _is_lower(self) -> bool:
        return all(word.startswith("[") or word == word.lower() for word in self.words)


@dataclass(frozen=True)
class LibraryTokenizer:
    """A tokenizer.json, read by the tokenizers package; ``inner`` is its ``Tokenizer``."""

    inner: Any
    padding: int

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return int(self.inner.get_vocab_size())

    def encode(self, text: str, length: int) -> list[int]:
        """The numbers of a text, with the marks that the model wants around it."""
        self.inner.enable_truncation(length)
        numbers: list[int] = self.inner.encode(text).ids
        return numbers + [self.padding] * (length - len(numbers))

    def decode(self, numbers: Sequence[int]) -> str:
        """The text of numbers."""
        return str(self.inner.decode([number for number in numbers if number != self.padding]))


def read_tokenizer(path: str) -> Tokenizer:
    """The tokenizer of a tokenizer.json or a vocab.txt, or of a folder that holds one of them.

    Raises:
        RequestError: it cannot be read.
    """
    file = Path(path)
    if file.is_dir():
        file = next(
            (file / name for name in ("tokenizer.json", "vocab.txt") if (file / name).is_file()), file
        )
    if not file.is_file():
        raise RequestError("file_missing", path=path)
    read: Callable[[], Tokenizer] = partial(
        _read_json if file.read_bytes()[:1] == b"{" else _read_words, file
    )
    try:
        return read()
    except PenjingError:
        raise
    except Exception as error:  # the library has no kind of its own for a broken file
        raise RequestError("tokenizer_unreadable", path=path, reason=error) from None


def _read_words(file: Path) -> Tokenizer:
    """A word a line; a vocabulary of pieces has the mark [UNK]. Numbers are those of the lines."""
    words = tuple(file.read_text(encoding="utf-8-sig").splitlines())
    if _WORDPIECE_UNKNOWN in words:
        return PieceTokenizer(words)
    if not any(words):
        raise RequestError("file_empty", path=file)
    return WordTokenizer(words if words[:2] == _OWN_MARKS else (*_OWN_MARKS, *words))


def _read_json(file: Path) -> Tokenizer:
    try:
        from tokenizers import Tokenizer as Library
    except ImportError:
        raise RequestError(
            "package_missing",
            what="A tokenizer.json",
            package="tokenizers",
            command="pip install tokenizers",
        ) from None
    inner = Library.from_file(str(file))
    paddings = [inner.token_to_id(mark) for mark in ("[PAD]", "<pad>")]
    inner.no_padding()
    return LibraryTokenizer(inner, next((number for number in paddings if number is not None), PADDING))
