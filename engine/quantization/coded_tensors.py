"""Which tensors of a layer are rounded, and what a file holds of each."""

from collections.abc import Iterable, Mapping

from torch import Tensor, nn
from torch.nn.utils import parametrize

from engine.models.attention import ATTENTION
from engine.quantization.coded import CodedWeight
from engine.quantization.weights import WeightQuantizer


def coded_leaves(layer: nn.Module) -> tuple[str, ...]:
    """The names within a layer of its matrices.

    >>> coded_leaves(nn.LSTM(2, 3))
    ('weight_ih_l0', 'weight_hh_l0')
    """
    if isinstance(layer, nn.RNNBase):
        ends = [f"l{number}{side}" for number in range(layer.num_layers) for side in sides_of(layer)]
        return tuple(f"weight_{kind}_{end}" for end in ends for kind in ("ih", "hh"))
    return ("in_proj_weight", "out_proj.weight") if isinstance(layer, ATTENTION) else ("weight",)


def sides_of(layer: nn.RNNBase) -> tuple[str, ...]:
    """The ends of the names of a recurrent layer's tensors, one for each direction."""
    return ("", "_reverse") if layer.bidirectional else ("",)


def coded_tensors(module: nn.Module, layers: Iterable[str]) -> dict[str, str]:
    """The full names of all matrices of some layers, and whose they are."""
    return {
        f"{layer}.{leaf}": layer for layer in layers for leaf in coded_leaves(module.get_submodule(layer))
    }


def tensor_of(module: nn.Module, name: str) -> Tensor:
    """A tensor by its full name, as it computes."""
    path, _, leaf = name.rpartition(".")
    tensor = getattr(module.get_submodule(path), leaf)
    assert isinstance(tensor, Tensor)
    return tensor.detach()


def codes_of(rounded: nn.Module, bare: nn.Module, layers: Iterable[str]) -> dict[str, CodedWeight]:
    """What the quantizers of ``rounded`` make of the tensors of ``bare``, by their full names."""
    return {
        name: quantizer_on(rounded, name).code(tensor_of(bare, name)) for name in coded_tensors(bare, layers)
    }


def quantizer_on(module: nn.Module, name: str) -> WeightQuantizer:
    """The quantizer that stands on a tensor.

    Raises:
        LookupError: none does.
    """
    path, _, leaf = name.rpartition(".")
    owner = module.get_submodule(path)
    if parametrize.is_parametrized(owner, leaf):
        for part in owner.parametrizations[leaf]:  # type: ignore[index,union-attr]
            if isinstance(part, WeightQuantizer):
                return part
    raise LookupError(f"{name} has no quantizer")


def of_layer(coded: Mapping[str, CodedWeight], layer: str) -> dict[str, CodedWeight]:
    """Those of one layer, by their names within it."""
    return {
        name.removeprefix(f"{layer}."): code for name, code in coded.items() if name.startswith(f"{layer}.")
    }
