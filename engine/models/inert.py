"""Stand-ins for what trainings save beside weights: options, paths, figures of other packages.

Nobody needs them to use the weights, and without them most checkpoints open with no question and no package more.
"""

import re
from collections.abc import Iterable
from typing import Self

_RECORDS = re.compile(
    r"argparse\.Namespace|types\.SimpleNamespace|pathlib\.\w+|datetime\.\w+|collections\.(defaultdict|deque)"
    r"|builtins\.(list|dict|set|tuple|int|float|complex|str|bool|bytearray)"
    r"|numpy\.(dtype|ndarray|bool_?|u?int\d+|float\d+|dtypes\.\w+)"
    r"|numpy\._?core\.multiarray\.(scalar|_reconstruct)|_codecs\.encode"
    r"|(pytorch_lightning|lightning)\.[\w.]*AttributeDict"
    r"|(omegaconf|yacs|easydict|addict|ml_collections)\.[\w.]+"
)
_TABLES = re.compile(r"collections\.defaultdict|[\w.]+\.AttributeDict")


class Inert:
    """Stands for any object: takes whatever a pickle gives it, keeps nothing, can do nothing."""

    def __new__(cls, *_: object) -> Self:
        """Whatever the arguments."""
        return super().__new__(cls)

    def __init__(self, *_: object) -> None:
        pass

    def __setstate__(self, state: object) -> None:
        pass


def _table(*_: object) -> dict[object, object]:
    """Stands for a dictionary with a default: torch sets items of plain ones only."""
    return {}


def is_record(name: str) -> bool:
    """Whether ``name`` is of a kind that holds figures or options and never weights.

    >>> is_record("argparse.Namespace"), is_record("os.system")
    (True, False)
    """
    return _RECORDS.fullmatch(name) is not None


def stand_ins(names: Iterable[str]) -> dict[str, object]:
    """Something inert for each name."""
    return {name: _table if _TABLES.fullmatch(name) else type("Inert", (Inert,), {}) for name in names}
