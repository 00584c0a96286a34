"""How a convolution moves over its input, as ONNX has it."""

from dataclasses import dataclass

from torch import nn


@dataclass(frozen=True, kw_only=True)
class Window:
    """How a convolution moves; ``padding`` is as ONNX has it, all begins before all ends."""

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: tuple[int, ...]

    @classmethod
    def point(cls, dimensions: int) -> "Window":
        """A convolution that looks at one place."""
        ones = (1,) * dimensions
        return cls(kernel=ones, stride=ones, dilation=ones, padding=(0,) * 2 * dimensions)


def window_of(layer: nn.Conv1d | nn.Conv2d) -> Window:
    """The window of a layer."""
    # Torch has it from the last dimension to the first, each with its begin and its end.
    torch_padding = layer._reversed_padding_repeated_twice
    return Window(
        kernel=tuple(layer.kernel_size),
        stride=tuple(layer.stride),
        dilation=tuple(layer.dilation),
        padding=(*torch_padding[-2::-2], *torch_padding[::-2]),
    )
