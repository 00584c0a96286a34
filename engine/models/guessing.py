"""Finds the torchvision architecture that a file's tensors belong to, by their names and shapes.

The names and shapes of all of its classifiers ship in ``resources/architectures``: building eighty networks to
compare would take a minute.
"""

import lzma
from collections.abc import Mapping
from functools import cache

import msgspec
from torch import Tensor

from engine.contract.source import WeightsMatch
from engine.models.names import FREE, NameMatch, Shape, common_prefixes, match_names, plain_name
from engine.models.state import described_match, shapes_of
from resources import architectures_table

_LOWEST_SCORE = 0.5
_MOST = 5
_DEFAULT_CLASSES = 1000


def guess_architectures(state: Mapping[str, Tensor]) -> tuple[WeightsMatch, ...]:
    """The architectures that fit best, best first; none where not half of the tensors find their place."""
    given = shapes_of(state)
    found = [(name, match_names(given, wanted)) for name, wanted in _likely(given)]
    good = [pair for pair in found if pair[1].score >= _LOWEST_SCORE]
    good.sort(key=lambda pair: pair[1].score, reverse=True)
    return tuple(_described(name, match, given) for name, match in good[:_MOST])


def _likely(given: Mapping[str, Shape]) -> list[tuple[str, dict[str, Shape]]]:
    """Architectures of which, under some prefix, half of the names are there; the others need no closer look."""
    plain = [plain_name(name) for name in given]
    stripped = [
        {name.removeprefix(prefix) for name in plain if name.startswith(prefix)}
        for prefix in ("", *common_prefixes(plain, _all_names()))
    ]
    return [
        (architecture, wanted)
        for architecture, wanted in _architectures().items()
        if any(
            len(names & wanted.keys()) >= _LOWEST_SCORE * max(len(names), len(wanted)) for names in stripped
        )
    ]


@cache
def _all_names() -> set[str]:
    return {name for wanted in _architectures().values() for name in wanted}


@cache
def _architectures() -> dict[str, dict[str, Shape]]:
    table = lzma.decompress(architectures_table().read_bytes())
    return msgspec.json.decode(table, type=dict[str, dict[str, Shape]])


def _described(name: str, match: NameMatch, given: Mapping[str, Shape]) -> WeightsMatch:
    """The match in words and numbers; of a guess, nothing of the file may be left over."""
    wanted = _architectures()[name]
    strict = NameMatch(
        renamed=match.renamed,
        total=match.total,
        missing=match.missing,
        unexpected=(*match.unexpected, *match.beside),
        mismatched=match.mismatched,
    )
    classes = _count_classes(match, given, wanted)
    architecture = f"torchvision:{name}"
    if classes != _DEFAULT_CLASSES:
        architecture += f"{'&' if '?' in name else '?'}num_classes={classes}"
    return described_match(strict, architecture, given=given, wanted=wanted)


def _count_classes(match: NameMatch, given: Mapping[str, Shape], wanted: Mapping[str, Shape]) -> int:
    sizes = [
        ours
        for name, old in match.renamed.items()
        for ours, theirs in zip(given[old], wanted[name], strict=True)
        if theirs == FREE
    ]
    return max(set(sizes), key=sizes.count, default=_DEFAULT_CLASSES)
