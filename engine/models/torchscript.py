"""Files of ``torch.jit.save``: their tensors are read without running anything; the program runs on the user's word."""

import io
import pickle
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.export import ExportedProgram
from torch.fx.experimental.proxy_tensor import make_fx

from engine.contract.errors import RequestError, one_line
from engine.models.example import Example
from engine.models.mapped_zip import MappedZip, TensorPlace, tensor_in
from engine.models.raising.aten import Hints
from engine.models.raising.program import raise_program
from engine.models.raising.proof import prove_equal
from engine.models.raising.sketch import EXAMPLE

_DEEPEST = 100
_BATCH = 61
"""A batch that no other size of a network is likely to have: where it was burnt in, it shows."""
_SIDES = (224, 32, 28, 64, 96, 128, 112, 160, 192, 256, 299, 48, 16, 8)
_LENGTHS = (64, 128, 32, 16, 256, 512, 1000, 1024, 8000, 16000, 8)
_RECURRENT = ("LSTM", "GRU", "RNN")


class Placeholder:
    """What stands for an object of the program: it has the attributes, and can do nothing."""

    attributes: dict[str, object]

    def __setstate__(self, state: object) -> None:
        self.attributes = state if isinstance(state, dict) else {}


class _Unpickler(pickle.Unpickler):
    """Makes tensors, lists and placeholders; there is nothing else that it could call."""

    def __init__(self, archive: MappedZip) -> None:
        super().__init__(io.BytesIO(archive.read("data.pkl")))
        self._archive = archive

    def find_class(self, module: str, name: str) -> Any:
        if module == "__torch__" or module.startswith("__torch__."):
            return Placeholder
        if module == "torch" and name in _STORAGES:
            return _STORAGES[name]
        if (module, name) in _HARMLESS:
            return _HARMLESS[module, name]
        raise pickle.UnpicklingError(f"it names {module}.{name}, which no program of torch.jit needs")

    def persistent_load(self, pid: Any) -> Any:
        """A storage as its element type and mapped bytes."""
        kind, dtype, key, _, _ = pid
        if kind != "storage" or not isinstance(dtype, torch.dtype):
            raise pickle.UnpicklingError("it refers to something else than a storage")
        return dtype, self._archive.storage(f"data/{key}")


def _tensor(
    storage: Any, offset: int, sizes: tuple[int, ...], strides: tuple[int, ...], *_: object
) -> Tensor:
    dtype, content = storage
    return tensor_in(content, TensorPlace(dtype=dtype, sizes=sizes, strides=strides, offset=offset))


_STORAGES = {
    "FloatStorage": torch.float32,
    "DoubleStorage": torch.float64,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
}
_HARMLESS: dict[tuple[str, str], Any] = {
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("collections", "OrderedDict"): dict,
    **{
        ("torch.jit._pickle", name): lambda items, *_: items
        for name in (
            "build_intlist",
            "build_tensorlist",
            "build_doublelist",
            "build_boollist",
            "restore_type_tag",
        )
    },
}


def script_state(path: Path) -> dict[str, Tensor]:
    """The state_dict of the program's modules, mapped from the file; nothing is run.

    Raises:
        RequestError: the file is broken, or names what no such program needs.
    """
    try:
        root = _Unpickler(MappedZip(path)).load()
        return dict(_tensors_of(root, "", 0))
    except Exception as error:
        raise RequestError("file_truncated", path=path, reason=error) from None


def _tensors_of(value: object, prefix: str, depth: int) -> Iterator[tuple[str, Tensor]]:
    if depth > _DEEPEST:
        raise ValueError("its modules lie too deep within each other")
    for name, part in getattr(value, "attributes", {}).items():
        if isinstance(part, Tensor):
            yield f"{prefix}{name}", part
        elif isinstance(part, Placeholder):
            yield from _tensors_of(part, f"{prefix}{name}.", depth + 1)


def raise_script(path: Path, shape: tuple[int, ...] | None) -> tuple[fx.GraphModule, Example | None]:
    """Runs the program, once the user has vouched for it, and turns it into layers that answer alike.

    Args:
        path: the file.
        shape: of one sample, where known; otherwise usual ones are tried.

    Returns:
        The network, and the form of one sample unless several fit.

    Raises:
        RequestError: it does not run, or cannot be turned into layers.
    """
    try:
        script = torch.jit.load(str(path), map_location="cpu").eval()  # type: ignore[no-untyped-call]
    except Exception as error:
        raise RequestError("file_truncated", path=path, reason=one_line(str(error), 160)) from None
    fitting = [example for example in _candidates(script, shape) if _runs(script, example)][:2]
    if not fitting:
        if shape is not None:
            raise RequestError("forward_failed", shape=list(shape), reason="the program refuses it")
        raise RequestError("input_shape_needed", architecture=path.name)
    raised = _convert(script, fitting[0])
    for example in fitting:
        prove_equal(raised, script, example, batches=(1, 3))
    if len(fitting) > 1:
        del raised.meta[EXAMPLE]
        return raised, None
    return raised, fitting[0]


def _convert(script: torch.jit.ScriptModule, example: Example) -> fx.GraphModule:
    hints = Hints(
        vocabulary=example.vocabulary, marked_batch=_BATCH, parameters=dict(script.named_parameters())
    )
    raised = raise_program(_program_of(script, example), hints)
    raised.meta[EXAMPLE] = example
    return raised


def _program_of(script: torch.jit.ScriptModule, example: Example) -> ExportedProgram:
    """Torch's converter, on the program as it is or with all that is fixed worked out, else what one run did."""
    problems = []
    for convert in (_convert_whole, _convert_frozen, _follow_run):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return convert(script, example.probe(_BATCH))
        except Exception as error:
            problems.append(one_line(f"{type(error).__name__}: {error}", 200))
    raise RequestError("graph_not_raised", reason=problems[0])


def _convert_whole(script: torch.jit.ScriptModule, samples: Tensor) -> ExportedProgram:
    from torch._export.converter import TS2EPConverter

    return TS2EPConverter(script, (samples,)).convert()


def _convert_frozen(script: torch.jit.ScriptModule, samples: Tensor) -> ExportedProgram:
    return _convert_whole(torch.jit.freeze(script, optimize_numerics=False), samples)


def _follow_run(script: torch.jit.ScriptModule, samples: Tensor) -> ExportedProgram:
    """The operators that ran, whichever way the program's conditions went."""
    followed = make_fx(script.forward, tracing_mode="real")(samples)
    return torch.export.export(followed, (samples,), strict=False)


def _runs(script: nn.Module, example: Example) -> bool:
    try:
        with torch.no_grad():
            return isinstance(script(example.zeros(2)), Tensor)
    except Exception:
        return False


def _candidates(script: nn.Module, shape: tuple[int, ...] | None) -> Iterator[Example]:
    """Forms that the first layer with weights could take."""
    kind, weight = _first_weight(script)
    words = weight.shape[0] if kind == "Embedding" else None
    if shape is not None:
        yield Example(shape, words)
    elif words is not None:
        yield from (Example((length,), words) for length in _LENGTHS)
    elif kind in _RECURRENT:
        yield from (Example((length, weight.shape[1])) for length in _LENGTHS)
    elif weight.dim() == 4:
        yield from (Example((weight.shape[1], side, side)) for side in _SIDES)
    elif weight.dim() == 3:
        yield from (Example((weight.shape[1], length)) for length in _LENGTHS)
    elif weight.dim() == 2:
        yield Example((weight.shape[1],))


def _first_weight(script: nn.Module) -> tuple[str, Tensor]:
    """The kind and weight of the first layer that has one."""
    for part in script.modules():
        for name in ("weight", "weight_ih_l0"):
            weight = getattr(part, name, None)
            if isinstance(weight, Tensor) and weight.dim() >= 2:
                return str(getattr(part, "original_name", "")), weight
    return "", torch.empty(0)
