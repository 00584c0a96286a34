"""Pickles that call what they should not, in each of the forms that torch.load takes."""

import io
import pickle
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

Build = Callable[[Path, Path], Path]
"""Makes a file in the first folder that would, if it could, make the second path; returns what to open."""

MAGIC = pickle.dumps(torch.serialization.MAGIC_NUMBER, 2)
PROTOCOL = pickle.dumps(torch.serialization.PROTOCOL_VERSION, 2)
SYSTEM = pickle.dumps({"protocol_version": 1001, "little_endian": True, "type_sizes": {}}, 2)


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def call(module: str, name: str, *arguments: bytes) -> bytes:
    """Opcodes of ``module.name(*arguments)``."""
    return f"c{module}\n{name}\n".encode() + b"(" + b"".join(arguments) + b"tR"


def whole(body: bytes) -> bytes:
    return b"\x80\x02" + body + b"."


def zipped(folder: Path, content: bytes, *, records: dict[str, bytes] | None = None) -> Path:
    """As torch.save lays a file out."""
    path = folder / "model.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/data.pkl", content)
        archive.writestr("model/byteorder", "little")
        for name, held in (records or {}).items():
            archive.writestr(f"model/{name}", held)
        archive.writestr("model/version", "3\n")
    return path


def legacy(folder: Path, content: bytes, rest: bytes = b"\x80\x02].") -> Path:
    """As torch before 1.6 laid a file out."""
    path = folder / "model.pth"
    path.write_bytes(MAGIC + PROTOCOL + SYSTEM + content + rest)
    return path


def touching(canary: Path) -> str:
    return f'touch "{canary}"'


def python(canary: Path) -> str:
    return f"open({str(canary)!r}, 'w')"


def _calling(module: str, name: str, words: Callable[[Path], str] = touching) -> Build:
    return lambda folder, canary: zipped(folder, whole(call(module, name, text(words(canary)))))


CALLS: dict[str, Build] = {
    f"{module}.{name}": _calling(module, name, words)
    for module, name, words in (
        ("os", "system", touching),
        ("posix", "system", touching),
        ("os", "popen", touching),
        ("subprocess", "getoutput", touching),
        ("builtins", "eval", python),
        ("builtins", "exec", python),
        ("__builtin__", "eval", python),
        ("builtins", "compile", python),
        ("builtins", "__import__", python),
        ("importlib", "import_module", python),
        ("runpy", "run_path", str),
        ("pip", "main", python),
        ("pip._internal", "main", python),
        ("webbrowser", "open", str),
        ("timeit", "timeit", python),
        ("cProfile", "run", python),
        ("pdb", "run", python),
        ("doctest", "debug_script", python),
        ("code", "interact", python),
        ("ctypes", "CDLL", str),
        ("pathlib", "Path", str),
        ("pickle", "loads", python),
        ("marshal", "loads", python),
        ("shutil", "rmtree", str),
        ("torch", "load", str),
        ("torch.hub", "load", str),
        ("torch.jit", "load", str),
        ("torch.storage", "_load_from_bytes", python),
        ("torch.ops", "load_library", str),
        ("torch.utils.collect_env", "run", touching),
        ("torch.fx.graph_module", "reduce_graph_module", python),
        ("torchvision.models.feature_extraction", "DualGraphModule", python),
        ("torchvision.models._api", "get_model", python),
        ("numpy", "load", str),
        ("numpy", "fromfile", str),
        ("numpy.testing._private.utils", "runstring", python),
        ("numpy.f2py.capi_maps", "load_f2cmap_file", str),
        ("_io", "FileIO", str),
        ("torch.nn", "functional.F", python),
        ("no_such_package", "Net", python),
        ("__main__", "Net", python),
    )
}


def _partial(folder: Path, canary: Path) -> Path:
    made = call("functools", "partial", b"cos\nsystem\n", text(touching(canary)))
    return zipped(folder, whole(made + b")R"))


def _hidden_in_a_state(folder: Path, canary: Path) -> Path:
    """Among honest weights, as the value of a key."""
    path = folder / "model.pt"
    torch.save({"weight": torch.zeros(2), "note": 1}, path)
    with zipfile.ZipFile(path) as archive:
        content = archive.read("model/data.pkl")
        records = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    assert b"K\x01" in content
    payload = call("os", "system", text(touching(canary)))
    records = {name: held for name, held in records.items() if name.startswith("data/")}
    return zipped(folder, content.replace(b"K\x01", payload), records=records)


def _forward_of_a_module(folder: Path, canary: Path) -> Path:
    """A Linear whose forward is a command."""
    state = (
        b"}("
        + text("forward")
        + call("functools", "partial", b"cos\nsystem\n", text(touching(canary)))
        + b"u"
    )
    return zipped(folder, whole(b"ctorch.nn.modules.linear\nLinear\n)\x81" + state + b"b"))


def _newer_protocol(folder: Path, canary: Path) -> Path:
    """STACK_GLOBAL, of names that come out of the memo."""
    names = b"\x8c\x05posix\x94\x8c\x06system\x94" + b"00h\x00h\x01\x93"
    return zipped(folder, b"\x80\x04" + names + text(touching(canary)) + b"\x85R.")


def _inst(folder: Path, canary: Path) -> Path:
    return zipped(folder, b"(" + text(touching(canary)) + b"ios\nsystem\n.")


def _extension(folder: Path, canary: Path) -> Path:
    return zipped(folder, b"\x80\x02\x82\x01" + text(touching(canary)) + b"\x85R.")


def _object(folder: Path, canary: Path) -> Path:
    return zipped(folder, b"(cos\nsystem\n" + text(touching(canary)) + b"o.")


def _plain_pickle(folder: Path, canary: Path) -> Path:
    path = folder / "model.pkl"
    path.write_bytes(whole(call("os", "system", text(touching(canary)))))
    return path


def _second_pickle(folder: Path, canary: Path) -> Path:
    """Behind the STOP of an honest one."""
    return zipped(folder, whole(b"}") + whole(call("os", "system", text(touching(canary)))))


def _legacy(folder: Path, canary: Path) -> Path:
    return legacy(folder, whole(call("os", "system", text(touching(canary)))))


def _legacy_keys(folder: Path, canary: Path) -> Path:
    """In the list of storages that stands behind the object."""
    return legacy(folder, whole(b"}"), whole(call("os", "system", text(touching(canary)))))


def _legacy_header(folder: Path, canary: Path) -> Path:
    """Before the object, where the machine's sizes stand."""
    path = folder / "model.pth"
    payload = whole(call("os", "system", text(touching(canary))))
    path.write_bytes(MAGIC + PROTOCOL + payload + whole(b"}") + b"\x80\x02].")
    return path


def _tar(folder: Path, canary: Path, first: str = "storages") -> Path:
    """The form of torch 0.1; the name of the first member is what the file begins with."""
    path = folder / "model.tar"
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT, encoding="latin1") as archive:
        for name in (first, "tensors", "pickle"):
            content = whole(call("os", "system", text(touching(canary))))
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def _tar_and_pickle(folder: Path, canary: Path) -> Path:
    return _tar(folder, canary, first=MAGIC[:15].decode("latin1"))


def _constructed(folder: Path, canary: Path) -> Path:
    """A layer that is called with its sizes instead of restored."""
    return zipped(folder, whole(call("torch.nn.modules.linear", "Linear", b"J\xff\xff\xff\x3f", b"K\x04")))


def _mangled_forward(folder: Path, canary: Path) -> Path:
    """A tensor whose attribute is Python: tracing pastes the name into the code of the traced network."""
    from torchvision.models.vision_transformer import VisionTransformer

    model = VisionTransformer(32, 16, num_layers=1, num_heads=2, hidden_dim=16, mlp_dim=16, num_classes=4)
    encoder = vars(model.encoder)
    position = encoder["_parameters"].pop("pos_embedding").detach()
    code = list(python(canary).encode())
    encoder["pos_embedding"] = encoder[f'training", eval(bytes({code})) or "'] = position
    torch.save(model, folder / "model.pt")
    return folder / "model.pt"


def _python_as_layer_name(folder: Path, canary: Path) -> Path:
    model = nn.Sequential(nn.Linear(4, 4))
    vars(model)["_modules"][f'"), {python(canary)}, ("'] = nn.Linear(4, 4)
    torch.save(model, folder / "model.pt")
    return folder / "model.pt"


SHAPES: dict[str, Build] = {
    "a partial of a command": _partial,
    "a command among weights": _hidden_in_a_state,
    "a command as forward": _forward_of_a_module,
    "STACK_GLOBAL from the memo": _newer_protocol,
    "INST": _inst,
    "EXT1": _extension,
    "OBJ": _object,
    "a plain pickle": _plain_pickle,
    "a second pickle": _second_pickle,
    "the old form": _legacy,
    "the old form's storages": _legacy_keys,
    "the old form's header": _legacy_header,
    "the oldest form": _tar,
    "the oldest form as the old": _tar_and_pickle,
    "a layer that is constructed": _constructed,
    "Python as an attribute": _mangled_forward,
    "Python as a layer's name": _python_as_layer_name,
}
