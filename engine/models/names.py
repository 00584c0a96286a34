"""Which tensor of a file belongs to which name of a network, whatever wrappers have put before the names."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

Shape = tuple[int, ...]
FREE = -1
"""A dimension of any size."""
_CANDIDATES = 4
_LISTED = 10
# Of batch norms, and of profilers that leave their sums in the network.
_COUNTERS = ("num_batches_tracked", "total_ops", "total_params", "n_averaged")
_NOT_OF_THE_NETWORK = re.compile(r"(criterion|criteria|loss|loss_f\w+|loss_func\w*|metrics?)\.")
# torch.compile puts it before the names of whatever part it was called on.
_COMPILED = re.compile(r"(^|\.)_orig_mod\.")
# Densenets were trained when names could hold a dot more.
_OLD_DENSENET = re.compile(r"(denselayer\d+\.(?:norm|conv))\.([12]\.)")


@dataclass(frozen=True, kw_only=True)
class NameMatch:
    """How names fit.

    Attributes:
        renamed: the file's name of each of the network's names that agree in name and shape.
        total: names of the network that count.
        missing, unexpected: names of the network, and of the file, without a partner.
        mismatched: names of the network whose partner has another shape, with that partner's name.
        beside: names of the file outside what was taken for the network.
    """

    renamed: Mapping[str, str]
    total: int
    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    mismatched: Mapping[str, str]
    beside: tuple[str, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether every tensor has its place and every place its tensor."""
        return not (self.missing or self.unexpected or self.mismatched)

    @property
    def score(self) -> float:
        """The share of all names on either side that agree."""
        others = len(self.missing) + len(self.unexpected) + len(self.mismatched)
        return len(self.renamed) / max(1, len(self.renamed) + others)


def match_names(given: Mapping[str, Shape], wanted: Mapping[str, Shape | None]) -> NameMatch:
    """The best match under any common prefix that one side has and the other lacks.

    Args:
        given: shapes of the file's tensors.
        wanted: shapes of the network's; None where any shape will do, ``FREE`` where any size of a dimension.

    >>> match_names({"module.fc.weight": (5, 3)}, {"fc.weight": (5, 3)}).fits
    True
    """
    plain = {plain_name(name): name for name in given}
    matches = (_match(given, wanted, plain=plain, pair=pair) for pair in _prefixes(plain, wanted))
    return max(matches, key=lambda match: (len(match.renamed), match.score, -len(match.beside)))


def plain_name(name: str) -> str:
    """The name without what compiling and age have put into it."""
    return _OLD_DENSENET.sub(r"\1\2", _COMPILED.sub(r"\1", name))


def _prefixes(plain: Iterable[str], wanted: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Pairs of what to take off the file's names and what to put before them, most promising first."""
    yield "", ""
    for prefix in common_prefixes(plain, wanted):
        yield prefix, ""
    for prefix in common_prefixes(wanted, set(plain)):
        yield "", prefix


def common_prefixes(names: Iterable[str], others: Mapping[str, object] | set[str]) -> list[str]:
    """What stands before names whose rest is among ``others``, the most frequent first."""
    counts = Counter(
        name[: dot + 1]
        for name in names
        for dot in range(len(name) - 1)
        if name[dot] == "." and name[dot + 1 :] in others
    )
    return [prefix for prefix, _ in counts.most_common(_CANDIDATES)]


def _match(
    given: Mapping[str, Shape],
    wanted: Mapping[str, Shape | None],
    *,
    plain: Mapping[str, str],
    pair: tuple[str, str],
) -> NameMatch:
    strip, add = pair
    inside = {add + name.removeprefix(strip): old for name, old in plain.items() if name.startswith(strip)}
    known = {name: old for name, old in inside.items() if name in wanted}
    renamed = {name: old for name, old in known.items() if agree(given[old], wanted[name])}
    lacking = {name for name in wanted if name not in known}
    missing = tuple(name for name in wanted if name in lacking and not name.endswith(_COUNTERS))
    return NameMatch(
        renamed=renamed,
        total=len(wanted) - len(lacking) + len(missing),
        missing=missing,
        unexpected=tuple(old for name, old in inside.items() if name not in wanted and _counts(old)),
        mismatched={name: old for name, old in known.items() if name not in renamed},
        beside=tuple(old for name, old in plain.items() if not name.startswith(strip) and _counts(old)),
    )


def _counts(name: str) -> bool:
    return not (name.endswith(_COUNTERS) or _NOT_OF_THE_NETWORK.match(name))


def agree(given: Shape, wanted: Shape | None) -> bool:
    """Whether a tensor of the shape ``given`` goes where ``wanted`` is asked for.

    >>> agree((10, 512), (FREE, 512))
    True
    """
    if wanted is None:
        return True
    return len(given) == len(wanted) and all(
        theirs in (FREE, ours) for ours, theirs in zip(given, wanted, strict=True)
    )


def few(names: Iterable[str], limit: int = _LISTED) -> tuple[str, ...]:
    """The first names of perhaps many."""
    return tuple(names)[:limit]
