"""A Python file that rebuilds the pruned network with torch alone and loads its weights."""

import ast
import inspect
import re
from collections.abc import Callable

from torch import fx, nn

from engine.contract.errors import RunError
from engine.models.attention import PrunedAttention

_HEAD = '''"""{title}: the pruned network, rebuilt without Penjing.

{usage}
"""
{paths}
import torch
from torch import nn
{imports}

LAYERS = {{
{layers}
}}


class Network(nn.Module):
    """The traced network with the widths that pruning left."""

    def __init__(self):
        super().__init__()
        for name, layer in LAYERS.items():
            place(self, name, layer())
{buffers}
{forward}


def place(root, name, layer):
    """Puts a layer at its dotted name, so that the state_dict keeps the names it was trained with."""
    path, _, leaf = name.rpartition(".")
    folder(root, path).add_module(leaf, layer)


def folder(root, path):
    """The module at a dotted name, made where it is missing."""
    for part in filter(None, path.split(".")):
        if not hasattr(root, part):
            root.add_module(part, nn.Module())
        root = getattr(root, part)
    return root
'''
_USAGE = """\
    from {stem} import load
    network = load("{stem}{suffix}")"""
_LOAD_PICKLE = '''

def load(path=Path(__file__).with_suffix(".pt")):
    """The network in evaluation mode, with its weights."""
    network = Network()
    network.load_state_dict(torch.load(path, weights_only=True, map_location="cpu"))
    return network.eval()
'''
_LOAD_SAFETENSORS = '''

def load(path=Path(__file__).with_suffix(".safetensors")):
    """The network in evaluation mode, with its weights; levels of 8 bits are multiplied by their scale."""
    from safetensors.torch import load_file

    state = load_file(path)
    for name in [name for name, tensor in state.items() if tensor.dtype == torch.int8]:
        if f"{name}_scale" in state:
            state[name] = state[name].float() * state.pop(f"{name}_scale")
    network = Network()
    network.load_state_dict(state)
    return network.eval()
'''
_LOADS = {".pt": _LOAD_PICKLE, ".safetensors": _LOAD_SAFETENSORS}
"""How each kind of file is loaded."""
_ARCHIVE_USAGE = "    penjing inspect {stem}.penjing --architecture {stem}.py:Network --trust"
_OWN_CLASS = '''"""{title}: the weights fit the class they were trained with.

    network = YourNetwork()
    network.load_state_dict({reading})
"""
'''
_READINGS = {
    ".pt": 'torch.load("{stem}.pt", weights_only=True)',
    ".safetensors": 'safetensors.torch.load_file("{stem}.safetensors")',
}
"""What reads the tensors of each kind of file."""


def loader_source(module: nn.Module, *, title: str, stem: str, suffix: str = ".pt") -> str:
    """The text of a Python file ``stem.py`` whose ``load`` rebuilds ``module`` from the tensors beside it.

    Raises:
        RunError: a layer cannot be written as Python.
    """
    if not isinstance(module, fx.GraphModule):
        return own_class_source(title=title, stem=stem, suffix=suffix)
    usage = _USAGE.format(stem=stem, suffix=suffix)
    paths = "\nfrom pathlib import Path\n"
    return _network_source(module, title=title, usage=usage, paths=paths) + _LOADS[suffix]


def architecture_source(module: fx.GraphModule, *, title: str, stem: str) -> str:
    """The text of a Python file ``stem.py`` whose ``Network`` has the places for the tensors of ``stem.penjing``.

    Raises:
        RunError: a layer cannot be written as Python.
    """
    return _network_source(module, title=title, usage=_ARCHIVE_USAGE.format(stem=stem))


def _network_source(module: fx.GraphModule, *, title: str, usage: str, paths: str = "") -> str:
    code = module.graph.python_code("self")
    # What torch.fx calls by a name of its own it marks for a later trace; that is no business of a network's.
    lines = [line for line in code.src.strip().splitlines() if not line.startswith("torch.fx.")]
    forward = "\n".join(f"    {line}" if line else "" for line in lines).strip("\n")
    return _HEAD.format(
        title=title,
        usage=usage,
        paths=paths,
        imports="\n".join([*_imports(code.src, code.globals), *_own_classes(module)]),
        layers="\n".join(
            f'    "{name}": lambda: {_construction(name, layer)},' for name, layer in _leaves(module)
        ),
        buffers="\n".join(_own_tensors(module)),
        forward=forward,
    )


def own_class_source(*, title: str, stem: str, suffix: str = ".pt") -> str:
    """The text beside weights that are loaded into the class they were trained with."""
    return _OWN_CLASS.format(title=title, reading=_READINGS[suffix].format(stem=stem))


def _leaves(module: fx.GraphModule) -> list[tuple[str, nn.Module]]:
    called = {str(node.target) for node in module.graph.nodes if node.op == "call_module"}
    return [(name, layer) for name, layer in module.named_modules() if name in called]


def _construction(name: str, layer: nn.Module) -> str:
    """The expression that makes a layer of the same shape; torch's own layers show it as their repr."""
    text = _SHORT_FORMS.get(type(layer), _shown)(layer)
    try:
        _refuse_code(text)
        maker = "" if isinstance(layer, PrunedAttention) else "nn."
        twin = eval(maker + text, {"nn": nn, "PrunedAttention": PrunedAttention})  # noqa: S307 - a known class, literals
    except Exception as error:
        raise _unwritable(name, layer) from error
    shapes = {key: value.shape for key, value in layer.state_dict().items()}
    if {key: value.shape for key, value in twin.state_dict().items()} != shapes:
        raise _unwritable(name, layer)
    return maker + text


def _shown(layer: nn.Module) -> str:
    """Torch's own repr; words such as ``padding=same`` stand in it without quotes."""
    return re.sub(r"=([a-z_]+)(?=[,)])", r"='\1'", " ".join(repr(layer).split()))


def _attention(layer: nn.Module) -> str:
    assert isinstance(layer, nn.MultiheadAttention)
    return (
        f"MultiheadAttention({layer.embed_dim!r}, {layer.num_heads!r}, dropout={layer.dropout!r}, "
        f"bias={layer.in_proj_bias is not None}, add_bias_kv={layer.bias_k is not None}, "
        f"add_zero_attn={layer.add_zero_attn!r}, kdim={layer.kdim!r}, vdim={layer.vdim!r}, "
        f"batch_first={layer.batch_first!r})"
    )


def _pruned_attention(layer: nn.Module) -> str:
    assert isinstance(layer, PrunedAttention)
    return (
        f"PrunedAttention({layer.stream!r}, {layer.heads!r}, {layer.width!r}, "
        f"bias={layer.in_proj_bias is not None}, batch_first={layer.batch_first!r})"
    )


_SHORT_FORMS: dict[type[nn.Module], Callable[[nn.Module], str]] = {
    nn.MultiheadAttention: _attention,
    PrunedAttention: _pruned_attention,
}
"""How layers are written whose repr says what is inside them instead of how they are made."""


def _own_classes(module: fx.GraphModule) -> list[str]:
    """The text of Penjing's own layers that the network has, so that the file stands alone."""
    has_any = any(isinstance(layer, PrunedAttention) for _, layer in _leaves(module))
    source = inspect.getsource(PrunedAttention).strip()
    return ["import torch.nn.functional as F", "", "", source] if has_any else []


def _refuse_code(text: str) -> None:
    """Attributes that no forward pass reads come from a stranger's file unseen: only literals may be evaluated."""
    call = ast.parse(text, mode="eval").body
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        raise ValueError("no call")
    for value in (*call.args, *(keyword.value for keyword in call.keywords)):
        ast.literal_eval(value)


def _unwritable(name: str, layer: nn.Module) -> RunError:
    reason = f'layer "{name}" of type {type(layer).__name__} has no short form in Python'
    return RunError("export_failed", format="state_dict", reason=reason)


def _imports(code: str, names: dict[str, object]) -> list[str]:
    """Imports of the functions that the traced code calls by names of its own."""
    lines = []
    for alias, value in sorted(names.items()):
        if alias == "torch" or not re.search(rf"\b{re.escape(alias)}\b", code):
            continue
        if isinstance(value, float):
            lines.append(f"from math import {alias}")
            continue
        module, name = getattr(value, "__module__", ""), getattr(value, "__qualname__", alias)
        lines.append(f"from {module} import {name} as {alias}")
    return lines


def _own_tensors(module: fx.GraphModule) -> list[str]:
    """Parameters and buffers that stand outside of layers, such as position embeddings."""
    inside = {name for name, _ in _leaves(module)}
    lines = []
    for kind, tensors in (
        ("register_parameter", module.named_parameters()),
        ("register_buffer", module.named_buffers()),
    ):
        for name, tensor in tensors:
            path, _, leaf = name.rpartition(".")
            if path not in inside:
                value = f"torch.zeros({tuple(tensor.shape)}, dtype={tensor.dtype})"
                wrapped = f"nn.Parameter({value})" if kind == "register_parameter" else value
                lines.append(f'        folder(self, "{path}").{kind}("{leaf}", {wrapped})')
    return lines
