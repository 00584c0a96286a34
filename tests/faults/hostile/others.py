"""Safetensors and ONNX that lie, folders that lead out of themselves, and things that are no files."""

import json
import os
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from onnx import ModelProto, TensorProto, helper

from tests.faults.hostile.pickles import Build, call, python, text, touching, whole, zipped


def _safetensors(header: object, body: bytes = bytes(16), *, length: int | None = None) -> Build:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()

    def build(folder: Path, canary: Path) -> Path:
        path = folder / "model.safetensors"
        path.write_bytes(struct.pack("<Q", len(raw) if length is None else length) + raw + body)
        return path

    return build


def entry(start: int = 0, end: int = 16, shape: object = (4,), dtype: str = "F32") -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


SAFETENSORS: dict[str, Build] = {
    "a header of 2 to the 63": _safetensors({"w": entry()}, length=2**63),
    "a header beyond the file": _safetensors({"w": entry()}, length=99_999),
    "a header of no length": _safetensors({"w": entry()}, length=0),
    "tensors that overlap": _safetensors({"v": entry(), "w": entry()}),
    "a hole": _safetensors({"v": entry(0, 4, (1,)), "w": entry(12, 16, (1,))}),
    "bytes behind the tensors": _safetensors({"w": entry()}, bytes(64)),
    "tensors beyond the file": _safetensors({"w": entry(0, 4096, (1024,))}),
    "offsets from behind": _safetensors({"w": entry(16, 0)}),
    "a negative offset": _safetensors({"w": entry(-16, 0)}),
    "a negative size in it": _safetensors({"w": entry(shape=(-4,))}),
    "a shape that runs over": _safetensors({"w": entry(shape=(2**62, 2**62, 16))}),
    "ten thousand sizes": _safetensors({"w": entry(shape=(2**62,) * 10_000)}),
    "a size that is true": _safetensors({"w": entry(shape=(True, 4))}),
    "a size of a fraction": _safetensors({"w": entry(shape=(4.0,))}),
    "a size that is NaN": _safetensors(b'{"w":{"dtype":"F32","shape":[NaN],"data_offsets":[0,16]}}'),
    "an unknown type": _safetensors({"w": entry(dtype="os.system")}),
    "one name twice": _safetensors(b'{"w":' + json.dumps(entry()).encode() + b',"w":1}'),
    "JSON in JSON": _safetensors(b'{"a":' * 50_000 + b"1" + b"}" * 50_000),
    "a header that is no UTF-8": _safetensors(b'{"\xff\xfe":1}'),
    "metadata that is a list": _safetensors({"__metadata__": [1], "w": entry()}),
    "a name of escapes": _safetensors({"\x1b[2J\n{0}": entry(shape=(2, 2)), "b": entry(16, 16, (0,))}),
}


def _onnx(change: Callable[[Any], None], *, name: str = "w", node: str = "n") -> Build:
    """A matrix product, in whose file ``change`` alters something."""

    def build(folder: Path, canary: Path) -> Path:
        weight = helper.make_tensor(name, TensorProto.FLOAT, [4, 3], [0.5] * 12)
        product = helper.make_node("MatMul", ["x", name], ["y"], name=node)
        inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 4])]
        outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 3])]
        model = helper.make_model(helper.make_graph([product], "g", inputs, outputs, [weight]))
        model.ir_version = 10
        change(model)
        path = folder / "model.onnx"
        path.write_bytes(model.SerializeToString())
        return path

    return build


def _outside(location: str, **places: str) -> Callable[[Any], None]:
    def change(model: ModelProto) -> None:
        weight = model.graph.initializer[0]
        del weight.float_data[:]
        weight.data_location = TensorProto.EXTERNAL
        for key, value in {"location": location, **places}.items():
            weight.external_data.add(key=key, value=value)

    return change


def _linked(folder: Path, canary: Path) -> Path:
    (folder / "weights.bin").symlink_to("/etc/passwd")
    return _onnx(_outside("weights.bin"))(folder, canary)


def _looped(model: ModelProto) -> None:
    """A loop without end."""
    body = helper.make_graph(
        [helper.make_node("Identity", ["c"], ["d"]), helper.make_node("Identity", ["a"], ["b"])],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("c", TensorProto.BOOL, []),
            helper.make_tensor_value_info("a", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("d", TensorProto.BOOL, []),
            helper.make_tensor_value_info("b", TensorProto.FLOAT, None),
        ],
    )
    model.graph.initializer.append(helper.make_tensor("trips", TensorProto.INT64, [], [2**62]))
    model.graph.initializer.append(helper.make_tensor("go", TensorProto.BOOL, [], [True]))
    model.graph.node[0].output[0] = "z"
    model.graph.node.append(helper.make_node("Loop", ["trips", "go", "z"], ["y"], body=body))


def _expanded(model: ModelProto) -> None:
    """Sixteen bytes become terabytes."""
    model.graph.initializer.append(helper.make_tensor("far", TensorProto.INT64, [2], [2**38, 3]))
    model.graph.node[0].output[0] = "z"
    model.graph.node.append(helper.make_node("Expand", ["z", "far"], ["big"]))
    model.graph.node.append(helper.make_node("ReduceMean", ["big"], ["y"]))


def _field(number: int, content: bytes) -> bytes:
    """A message in a protobuf."""
    length, size = bytearray(), len(content)
    while size >= 0x80:
        length.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([number << 3 | 2, *length, size]) + content


def _deep(folder: Path, canary: Path) -> Path:
    """Graphs in attributes of nodes of graphs, a thousand times over."""
    graph = b""
    for _ in range(1000):
        graph = _field(1, _field(5, _field(6, graph)))
    return _written("model.onnx", b"\x08\x0a" + _field(7, graph))(folder, canary)


def _code_as_name(folder: Path, canary: Path) -> Path:
    name = f'w"), {python(canary)}, ("'
    return _onnx(lambda model: None, name=name, node=name)(folder, canary)


def _cut(folder: Path, canary: Path) -> Path:
    path = _onnx(lambda model: None)(folder, canary)
    path.write_bytes(path.read_bytes()[:-20])
    return path


ONNX: dict[str, Build] = {
    "data in /etc/passwd": _onnx(_outside("/etc/passwd")),
    "data above the folder": _onnx(_outside("../../../../../etc/passwd")),
    "data behind a link": _linked,
    "data behind backslashes": _onnx(_outside("..\\..\\secret")),
    "data in the folder itself": _onnx(_outside(".")),
    "data that is not there": _onnx(_outside("nowhere.bin")),
    "data before the file": _onnx(_outside("model.onnx", offset="-8", length="48")),
    "data beyond the file": _onnx(_outside("model.onnx", offset="0", length=str(2**62))),
    "dimensions beyond the data": _onnx(lambda model: model.graph.initializer[0].dims.extend([2**40])),
    "a negative dimension": _onnx(lambda model: model.graph.initializer[0].dims.extend([-1])),
    "an unknown element": _onnx(lambda model: setattr(model.graph.initializer[0], "data_type", 99)),
    "a graph in itself": _onnx(lambda model: model.graph.node[0].input.__setitem__(0, "y")),
    "graphs in graphs": _deep,
    "a loop without end": _onnx(_looped),
    "terabytes": _onnx(_expanded),
    "an operator of its own": _onnx(lambda model: setattr(model.graph.node[0], "domain", "evil")),
    "no graph": _onnx(lambda model: model.ClearField("graph")),
    "Python as names": _code_as_name,
    "cut short": _cut,
}


def _folder(config: object, more: Callable[[Path, Path], None] = lambda folder, canary: None) -> Build:
    def build(folder: Path, canary: Path) -> Path:
        root = folder / "model"
        root.mkdir()
        raw = config if isinstance(config, bytes) else json.dumps(config).encode()
        (root / "config.json").write_bytes(raw)
        (root / "modeling.py").write_text(python(canary))
        _safetensors({"w": entry()})(root, canary)
        more(root, canary)
        return root

    return build


def _index(names: dict[str, str]) -> Callable[[Path, Path], None]:
    def more(root: Path, canary: Path) -> None:
        (root / "model.safetensors").rename(root / "one.safetensors")
        (root / "model.safetensors.index.json").write_text(json.dumps({"weight_map": names}))

    return more


def _link_out(root: Path, canary: Path) -> None:
    (root / "model.safetensors").rename(root.parent / "elsewhere.safetensors")
    (root / "model.safetensors").symlink_to(root.parent / "elsewhere.safetensors")


def _pickled(root: Path, canary: Path) -> None:
    (root / "model.safetensors").unlink()
    zipped(root, whole(call("os", "system", text(touching(canary))))).rename(root / "pytorch_model.bin")


def _pipe(root: Path, canary: Path) -> None:
    (root / "model.safetensors").unlink()
    os.mkfifo(root / "model.safetensors")


BERT = {"model_type": "bert", "architectures": ["BertForSequenceClassification"]}
FOLDERS: dict[str, Build] = {
    "code of its own": _folder({**BERT, "auto_map": {"AutoModel": "modeling.Net"}}),
    "a config in a config": _folder(b'{"a":' * 50_000),
    "a config that is a list": _folder([1]),
    "shards above the folder": _folder(BERT, _index({"w": "../../../../etc/passwd"})),
    "shards at absolute paths": _folder(BERT, _index({"w": "/etc/passwd"})),
    "shards that are numbers": _folder(BERT, _index({"w": 7})),  # type: ignore[dict-item]
    "shards that are missing": _folder(BERT, _index({"w": "two.safetensors"})),
    "weights behind a link": _folder(BERT, _link_out),
    "weights in a pickle": _folder(BERT, _pickled),
    "weights in a pipe": _folder(BERT, _pipe),
}


def _linked_in_a_circle(folder: Path, canary: Path) -> Path:
    (folder / "a.pt").symlink_to(folder / "b.pt")
    (folder / "b.pt").symlink_to(folder / "a.pt")
    return folder / "a.pt"


def _fifo(folder: Path, canary: Path) -> Path:
    os.mkfifo(folder / "model.pt")
    return folder / "model.pt"


def _socket(folder: Path, canary: Path) -> Path:
    path = folder / "s"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
    return path


def _written(name: str, content: bytes) -> Build:
    def build(folder: Path, canary: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return build


def _secret(folder: Path, canary: Path) -> Path:
    path = _written("model.pt", whole(b"}"))(folder, canary)
    path.chmod(0)
    return path


PLACES: dict[str, Build] = {
    "an empty file": _written("model.pt", b""),
    "a folder": lambda folder, canary: folder,
    "nothing there": lambda folder, canary: folder / "nowhere.pt",
    "an endless device": lambda folder, canary: Path("/dev/zero"),
    "a pipe": _fifo,
    "a socket": _socket,
    "links in a circle": _linked_in_a_circle,
    "a file that is secret": _secret,
    "a name that is too long": lambda folder, canary: folder / ("x" * 5000),
    "a name with a zero": lambda folder, canary: folder / "a\0b.pt",
    "a name of braces and lines": _written("{0}\n{path}\x1b[2J.pt", b"hello"),
    "a Python file": lambda folder, canary: _written("net.py", f"import os\n{python(canary)}\n".encode())(
        folder, canary
    ),
    "a program": _written("model.pt", b"\x7fELF" + bytes(99)),
    "HDF5": _written("model.pt", b"\x89HDF\r\n\x1a\n" + bytes(99)),
    "gzip": _written("model.pt", b"\x1f\x8b" + bytes(99)),
    "a NumPy array of objects": _written("model.npy", b"\x93NUMPY\x01\x00v\x00{'descr': '|O'}" + bytes(99)),
}
