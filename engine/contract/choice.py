"""A choice that explains itself: an enum member with its label and one sentence of help."""

from enum import StrEnum
from typing import Self


class Choice(StrEnum):
    """A choice whose members carry a short label and a sentence of help."""

    label: str
    sentence: str

    def __new__(cls, value: str, label: str, sentence: str) -> Self:
        """A member that is the text ``value`` and carries ``label`` and ``sentence``."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.sentence = sentence
        return member
