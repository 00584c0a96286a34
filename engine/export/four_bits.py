"""Linear layers whose weights lie in the file in 4 bits, two in a byte, with one scale for each block of a row.

ONNX Runtime's MatMulNBits reads them as they lie. With ``accuracy_level = 4`` it rounds each block of what comes in to
int8 by its own range, sums products of integers, and multiplies by both scales: that is what the module computes too.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, fx, nn

from engine.contract.recipe import QuantizeSpec
from engine.export.matrices import onnx_operator
from engine.quantization.coded import CodedWeight

BLOCKS = (16, 32, 64, 128, 256)
"""The lengths of blocks that the runtime knows."""
DEFAULT_BLOCK = 32
LARGEST_LEVEL = 7
_MIDDLE = 8
_INT8_MAX = 127
_INTEGER_ACCURACY = 4


@dataclass(frozen=True, kw_only=True)
class BlockWeight:
    """A weight (outputs, inputs) in blocks of a row; zeros fill the last block.

    Attributes:
        levels: int32, -8 … 7, (outputs, blocks, block).
        scale: float32, (outputs, blocks).
        inputs: how many of a row's levels count.
    """

    levels: Tensor
    scale: Tensor
    inputs: int

    def values(self) -> Tensor:
        """The float32 values, (outputs, inputs)."""
        return (self.levels * self.scale.unsqueeze(2)).flatten(1)[:, : self.inputs]

    def packed(self) -> Tensor:
        """The levels from 0, two in a byte, the earlier one in the lower half: uint8, (outputs, blocks, block / 2)."""
        nibbles = (self.levels + _MIDDLE).to(torch.uint8)
        return nibbles[..., 0::2] | nibbles[..., 1::2] << 4


def in_blocks(weight: Tensor, block: int) -> Tensor:
    """A weight (outputs, inputs) as (outputs, blocks, block)."""
    return F.pad(weight, (0, -weight.shape[1] % block)).reshape(len(weight), -1, block)


def round_in_blocks(weight: Tensor, block: int) -> BlockWeight:
    """The nearest of evenly spaced levels -7 … 7, with a scale for each block (Jacob 2018, equation 1)."""
    rows = in_blocks(weight.detach(), block)
    scale = (rows.abs().amax(2) / LARGEST_LEVEL).clamp_min(1e-12)
    levels = (rows / scale.unsqueeze(2)).round().clamp(-LARGEST_LEVEL, LARGEST_LEVEL)
    return BlockWeight(levels=levels.to(torch.int32), scale=scale, inputs=weight.shape[1])


def block_weight_of(coded: CodedWeight) -> BlockWeight | None:
    """A rounded weight in blocks, level by level; None where its levels or groups are not the runtime's."""
    levels, size = coded.levels, coded.group_size
    if coded.table is not None or int(levels.min()) < -_MIDDLE or int(levels.max()) > LARGEST_LEVEL:
        return None
    block = _longest_block(levels.shape[1]) if size is None else size
    if block not in BLOCKS:
        return None
    rows = in_blocks(levels, block)
    scale = coded.scale if size is not None else coded.scale.unsqueeze(1)
    return BlockWeight(levels=rows, scale=scale.expand(rows.shape[:2]).contiguous(), inputs=levels.shape[1])


def _longest_block(inputs: int) -> int:
    """Where all blocks of a row have one scale: as few scales as fill no more than they save."""
    return next((block for block in reversed(BLOCKS[:-1]) if block <= inputs), BLOCKS[0])


def block_asked(spec: QuantizeSpec | None) -> int:
    """The length of blocks that a recipe asks for, where it rounds groups and the runtime knows their length."""
    asked = DEFAULT_BLOCK if spec is None else spec.group_size
    is_grouped = spec is not None and spec.granularity.value == "per_group"
    return asked if is_grouped and asked in BLOCKS else DEFAULT_BLOCK


class FourBitMatrix(nn.Module):
    """A Linear layer, (…, inputs) → (…, outputs), of a weight in blocks."""

    packed: Tensor
    levels: Tensor
    scale: Tensor
    bias: Tensor | None

    def __init__(self, weight: BlockWeight, bias: Tensor | None) -> None:
        super().__init__()
        self.inputs, self.block = weight.inputs, weight.levels.shape[2]
        self.register_buffer("packed", weight.packed())
        self.register_buffer("levels", weight.levels.float())
        self.register_buffer("scale", weight.scale)
        self.register_buffer("bias", None if bias is None else bias.detach().clone())

    def forward(self, values: Tensor) -> Tensor:
        """The products, and the bias added in floats."""
        products = self._operator(values) if torch.onnx.is_in_onnx_export() else self._computed(values)
        return products if self.bias is None else products + self.bias

    def _operator(self, values: Tensor) -> Tensor:
        outputs = len(self.scale)
        product: Tensor = onnx_operator(
            "com.microsoft::MatMulNBits",
            (values, self.packed, self.scale),
            {
                "K": self.inputs,
                "N": outputs,
                "bits": 4,
                "block_size": self.block,
                "accuracy_level": _INTEGER_ACCURACY,
            },
            dtype=torch.float32,
            shape=(*values.shape[:-1], outputs),
            version=1,
        )
        return product

    def _computed(self, values: Tensor) -> Tensor:
        """``Σ_blocks s_w · s_x · Σ q_w · q_x`` with ``s_x = max |x| / 127`` of each block."""
        padded = F.pad(values, (0, -self.inputs % self.block))
        blocks = padded.reshape(*padded.shape[:-1], -1, self.block)
        scale = blocks.abs().amax(-1, keepdim=True) / _INT8_MAX
        levels = (blocks / scale.clamp_min(1e-30)).round()
        sums = torch.einsum("...bk,nbk->...nb", levels, self.levels)
        scaled: Tensor = sums * self.scale * scale.transpose(-1, -2)
        return scaled.sum(-1)


def put_four_bits_(
    module: fx.GraphModule, coded: Mapping[str, CodedWeight], spec: QuantizeSpec | None
) -> tuple[str, ...]:
    """Puts matrices of 4 bits where Linear layers stand, and says which.

    Args:
        module: prepared for a file of floats.
        coded: what rounded weights are, by layer; those that fit in 4 bits are taken level by level.
        spec: what is left in float, and how long blocks are.
    """
    names = [name for name in _linear_layers(module) if not _is_skipped(spec, name)]
    for name in names:
        layer = module.get_submodule(name)
        assert isinstance(layer, nn.Linear)
        taken = block_weight_of(coded[name]) if name in coded else None
        weight = round_in_blocks(layer.weight, block_asked(spec)) if taken is None else taken
        module.set_submodule(name, FourBitMatrix(weight, layer.bias))
    return tuple(names)


def _linear_layers(module: fx.GraphModule) -> list[str]:
    """Linear layers that are called as such, and are long enough for a block."""
    called = dict.fromkeys(str(node.target) for node in module.graph.nodes if node.op == "call_module")
    layers = {name: module.get_submodule(name) for name in called}
    return [
        name for name, layer in layers.items() if type(layer) is nn.Linear and layer.in_features >= BLOCKS[0]
    ]


def _is_skipped(spec: QuantizeSpec | None, name: str) -> bool:
    return spec is not None and name in spec.layers and spec.layers[name].skip
