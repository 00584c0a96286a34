"""Networks without memory: their parameters have shapes but no values, until a file's tensors take their places.

A network that is initialized only to be overwritten costs seconds and its whole size in memory; assigned tensors may
lie in a mapped file and are read when they are looked at.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from torch import nn
from torch.nn.modules.module import register_module_parameter_registration_hook
from torch.utils.weak import WeakIdKeyDictionary


def build_weightless(build: Callable[[], nn.Module]) -> nn.Module:
    """What ``build`` returns, with parameters on the meta device; buffers are real, as files may lack them.

    The network is built with memory after all where its constructor reads values of parameters or makes buffers beside
    them, and where one parameter has two names: assigned tensors would part these.
    """
    try:
        with _parameters_on_meta():
            module = build()
    except Exception:
        return build()
    names = module.named_parameters(remove_duplicate=False)
    has_tied = len(list(names)) > len(list(module.parameters()))
    return build() if has_tied or any(buffer.is_meta for buffer in module.buffers()) else module


@contextmanager
def _parameters_on_meta() -> Iterator[None]:
    replaced = WeakIdKeyDictionary()

    def replace(module: nn.Module, name: str, parameter: nn.Parameter | None) -> nn.Parameter | None:
        if parameter is None or parameter.is_meta:
            return None
        # One parameter under two names stays one.
        if parameter not in replaced:
            replaced[parameter] = nn.Parameter(parameter.detach().to("meta"), parameter.requires_grad)
        return replaced[parameter]  # type: ignore[no-any-return]

    hook = register_module_parameter_registration_hook(replace)  # type: ignore[arg-type]
    try:
        yield
    finally:
        hook.remove()


def own_memory_(module: nn.Module) -> None:
    """Copies every parameter and buffer: nothing of it lies in a mapped file any more, and no two overlap."""
    for tensor in (*module.parameters(), *module.buffers()):
        tensor.data = tensor.detach().clone()
