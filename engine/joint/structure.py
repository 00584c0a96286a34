"""What stands on a model and what was cut from it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Structure:
    """Enough to rebuild a model from its source.

    Attributes:
        removed: the numbers of what is gone, or masked; where single weights go, their masks alone say which.
        condemned: channels that a penalty grows on until they are removed.
        slower: layers that stay float because integers were measured to be slower: name, milliseconds of both.
    """

    removed: tuple[int, ...] = ()
    condemned: tuple[int, ...] = ()
    slower: tuple[tuple[str, float, float], ...] = ()
    is_cut: bool = False
    is_masked: bool = False
    is_quantized: bool = False
