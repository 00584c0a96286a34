"""Small files that would need much memory or time, and modules that nobody built."""

import struct
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from tests.faults.hostile.pickles import Build, call, legacy, text, whole, zipped


def storage(elements: bytes, key: str = "0", kind: str = "FloatStorage") -> bytes:
    """Opcodes of a storage that claims ``elements``."""
    return b"(" + text("storage") + f"ctorch\n{kind}\n".encode() + text(key) + text("cpu") + elements + b"tQ"


def tensor(elements: bytes, sizes: bytes, strides: bytes, offset: bytes = b"K\x00") -> bytes:
    """Opcodes of a dictionary of one tensor on such a storage."""
    hooks = b"ccollections\nOrderedDict\n)R"
    parts = storage(elements) + offset + sizes + strides + b"\x89" + hooks
    made = b"ctorch._utils\n_rebuild_tensor_v2\n(" + parts + b"tR"
    return whole(b"}" + text("weight") + made + b"s")


def long(value: int) -> bytes:
    raw = value.to_bytes(16, "little", signed=True)
    return b"\x8a\x10" + raw


def _tensor(elements: bytes, sizes: bytes, strides: bytes, offset: bytes = b"K\x00") -> Build:
    content = tensor(elements, sizes, strides, offset)
    return lambda folder, canary: zipped(folder, content, records={"data/0": bytes(16)})


def _pickle(body: bytes) -> Build:
    return lambda folder, canary: zipped(folder, whole(body))


def _module(make: Callable[[], object]) -> Build:
    def build(folder: Path, canary: Path) -> Path:
        torch.save(make(), folder / "model.pt")
        return folder / "model.pt"

    return build


def _laughing_modules() -> nn.Module:
    model: nn.Module = nn.Linear(4, 4)
    for _ in range(40):
        model = nn.Sequential(model, model)
    return model


def _module_in_itself() -> nn.Module:
    model = nn.Sequential(nn.Linear(4, 4))
    vars(model)["_modules"]["1"] = model
    return model


def _deep_modules() -> nn.Module:
    model: nn.Module = nn.Linear(4, 4)
    for _ in range(150):
        model = nn.Sequential(model)
    return model


def _with(**attributes: object) -> Callable[[], nn.Module]:
    def make() -> nn.Module:
        model = nn.Linear(4, 4)
        vars(model).update(attributes)
        return model

    return make


def _parametrized() -> nn.Module:
    model = nn.Sequential(nn.Linear(4, 4))
    forged = nn.ModuleDict()
    vars(forged)["_modules"]["forward"] = nn.Sequential(nn.Linear(4, 4))
    vars(model[0])["_modules"]["parametrizations"] = forged
    return model


def _named(name: str) -> Build:
    return _module(lambda: {name: torch.zeros(2, 2), "bias": torch.zeros(2)})


def _laughing_tuples() -> bytes:
    return b")q\x00" + b"h\x00h\x00\x86q\x00" * 60


def _codec_bomb() -> bytes:
    body = text("x" * 1000)
    for _ in range(30):
        body = call("_codecs", "encode", body, text("hex"))
    return body


HUGE = b"J\xff\xff\xff\x7f"
BOMBS: dict[str, Build] = {
    "a stride of zero": _tensor(b"K\x04", b"J\x00\x00\x10\x00J\x00\x00\x10\x00\x86", b"K\x00K\x00\x86"),
    "a storage that is not there": lambda folder, canary: zipped(
        folder, tensor(b"K\x04", b"K\x04\x85", b"K\x01\x85")
    ),
    "a storage that is too small": _tensor(HUGE, b"K\x04\x85", b"K\x01\x85"),
    "a tensor beyond its storage": _tensor(b"K\x04", b"M\xff\xff\x85", b"K\x01\x85"),
    "an offset beyond its storage": _tensor(b"K\x04", b"K\x01\x85", b"K\x01\x85", HUGE),
    "a storage of 2 to the 100": _tensor(long(2**100), b"K\x04\x85", b"K\x01\x85"),
    "sizes of 2 to the 62": _tensor(b"K\x04", long(2**62) + long(2**62) + b"\x86", b"K\x01K\x01\x86"),
    "a negative storage": _tensor(b"J\xff\xff\xff\xff", b"K\x04\x85", b"K\x01\x85"),
    "a negative size": _tensor(b"K\x04", b"J\xff\xff\xff\xff\x85", b"K\x01\x85"),
    "a negative stride": _tensor(b"K\x04", b"K\x02\x85", b"J\xff\xff\xff\xff\x85"),
    "a size that is no number": _tensor(b"K\x04", b"G\x7f\xf8\0\0\0\0\0\0\x85", b"K\x01\x85"),
    "an unknown device": lambda folder, canary: zipped(
        folder,
        tensor(b"K\x04", b"K\x04\x85", b"K\x01\x85").replace(text("cpu"), text("cuda:99")),
        records={"data/0": bytes(16)},
    ),
    "the old form's storage": lambda folder, canary: legacy(
        folder,
        tensor(HUGE, b"K\x04\x85", b"K\x01\x85").replace(b"tQ", b"NtQ"),
        whole(b"](" + text("0") + b"e"),
    ),
    "bytearrays": _pickle(b"](" + call("builtins", "bytearray", HUGE) * 50 + b"e"),
    "a tensor that is called": _pickle(call("torch", "FloatTensor", HUGE)),
    "a storage that is called": _pickle(call("torch.storage", "UntypedStorage", long(2**40))),
    "a codec that doubles": _pickle(_codec_bomb()),
    "a far place in the memo": _pickle(b"Nr\xff\xff\xff\x7f"),
    "a text longer than the file": _pickle(b"X\xff\xff\xff\x7f"),
    "tuples of tuples": _pickle(_laughing_tuples()),
    "lists in lists": _pickle(b"]" * 100_000 + b"a" * 99_999),
    "a stack that is empty": _pickle(b"00000"),
    "a list in itself": _pickle(b"]q\x00h\x00a"),
    "modules of modules": _module(_laughing_modules),
    "a module in itself": _module(_module_in_itself),
    "modules in modules": _module(_deep_modules),
    "a forward that is hidden": _module(_with(forward=nn.ReLU())),
    "a hook": _module(_with(_forward_hooks={0: nn.ReLU()})),
    "parts that are no table": _module(_with(_modules=[nn.ReLU()])),
    "parts that are no modules": _module(_with(_modules={"a": 3})),
    "no parameters at all": _module(_with(_parameters=None)),
    "forged parametrizations": _module(_parametrized),
    "weights that are text": _module(_with(weight="x", in_features=10**12)),
    "an image of terabytes": _module(
        lambda: nn.Sequential(nn.Linear(4, 4), nn.Unflatten(1, (1, 2, 2)), nn.Upsample(scale_factor=100_000))
    ),
    "a convolution of terabytes": _module(_with(_modules={"0": nn.ConstantPad1d(2**40, 0.0)})),
    "a name of ten megabytes": _named("x" * 10_000_000),
    "a name of lines": _named("weight\nTraceback\n"),
    "a name of ANSI escapes": _named("\x1b[2J\x1b]0;owned\x07weight"),
    "a name of braces": _named("{path.__class__.__mro__}{0}{"),
    "a name that is a formula": _named("=HYPERLINK(1)"),
    "a name that turns the line": _named("\u202etp.weight\u0000"),
    "half a letter as a name": _pickle(b"}X\x03\x00\x00\x00\xed\xa0\x80K\x01s"),
    "a sparse matrix": _module(
        lambda: {"w": torch.sparse_coo_tensor([[0], [0]], [1.0], (2**31, 2**31), check_invariants=True)}
    ),
    "a tensor without data": _module(lambda: {"w": torch.empty(10**6, 10**6, device="meta")}),
    "a thousand sizes": _tensor(b"K\x04", b"(" + b"K\x01" * 5000 + b"t", b"(" + b"K\x01" * 5000 + b"t"),
    "a number of a million digits": _pickle(b"I" + b"9" * 1_000_000 + b"\n"),
    "nothing": _pickle(b"N"),
    "a claim in the version": lambda folder, canary: zipped(folder, struct.pack("<Q", 2**63)),
}
