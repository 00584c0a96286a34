"""Zips that could be read in two ways, and files cut or flipped at many places."""

import io
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from tests.faults.hostile.pickles import Build, call, python, text, touching, whole, zipped


def honest(folder: Path) -> Path:
    path = folder / "model.pt"
    torch.save(nn.Sequential(nn.Linear(4, 3)), path)
    return path


def members_of(path: Path) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def _rezipped(
    rename: Callable[[str], str] = lambda name: name, *, compression: int = zipfile.ZIP_STORED
) -> Build:
    def build(folder: Path, canary: Path) -> Path:
        members = members_of(honest(folder))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # zipfile warns of what is made here on purpose
            with zipfile.ZipFile(folder / "model.pt", "w", compression) as archive:
                for name, content in members:
                    archive.writestr(rename(name), content)
        return folder / "model.pt"

    return build


def _edited(change: Callable[[bytes], bytes]) -> Build:
    def build(folder: Path, canary: Path) -> Path:
        path = honest(folder)
        path.write_bytes(change(path.read_bytes()))
        return path

    return build


def _second_directory(folder: Path, canary: Path) -> Path:
    """A whole second zip in the comment of the first."""
    path = zipped(folder, whole(b"}"))
    hostile = zipped(folder, whole(call("os", "system", text(touching(canary))))).read_bytes()
    zipped(folder, whole(b"}"))
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = hostile
    return path


def _prefix(folder: Path, canary: Path) -> Path:
    """A zip behind a zip: readers that begin at the front see the first."""
    front = zipped(folder, whole(call("os", "system", text(touching(canary))))).read_bytes()
    path = zipped(folder, whole(b"}"))
    path.write_bytes(front + path.read_bytes())
    return path


def _local_name(content: bytes) -> bytes:
    return content.replace(b"model/version", b"model/verslon", 1)


def _directory_name(content: bytes) -> bytes:
    before, name, after = content.rpartition(b"model/version")
    return before + name.replace(b"version", b"data.pk") + after


def _huge_sizes(content: bytes) -> bytes:
    start = content.index(b"PK\x01\x02")
    return content[: start + 20] + struct.pack("<II", 2**31, 2**31) + content[start + 28 :]


def _same_place(content: bytes) -> bytes:
    """Every member of the directory begins where the first does."""
    changed, start = bytearray(content), content.index(b"PK\x01\x02")
    while (start := content.find(b"PK\x01\x02", start)) >= 0:
        changed[start + 42 : start + 46] = bytes(4)
        start += 4
    return bytes(changed)


def _encrypted(content: bytes) -> bytes:
    start = content.index(b"PK\x01\x02")
    return content[: start + 8] + b"\x09" + content[start + 9 :]


def _bomb(folder: Path, canary: Path) -> Path:
    path = folder / "model.pt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model/data.pkl", whole(b"}"))
        archive.writestr("model/data/0", bytes(100_000_000))
    return path


def _many_members(folder: Path, canary: Path) -> Path:
    return zipped(folder, whole(b"}"), records={f"data/{number}": b"" for number in range(20_000)})


def _two_folders(folder: Path, canary: Path) -> Path:
    path = honest(folder)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("archive/data.pkl", whole(call("os", "system", text(touching(canary)))))
    return path


def _script(folder: Path, content: bytes, *, name: str = "data.pkl") -> Path:
    """A TorchScript program, one of whose members is exchanged."""
    path, buffer = folder / "script.pt", io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch.jit is deprecated, its files are still about
        torch.jit.save(torch.jit.script(nn.Linear(4, 3)), buffer)
    buffer.seek(0)
    with zipfile.ZipFile(buffer) as archive, zipfile.ZipFile(path, "w") as changed:
        for member in archive.infolist():
            is_it = member.filename.partition("/")[2] == name
            changed.writestr(member.filename, content if is_it else archive.read(member))
    return path


def _script_pickle(folder: Path, canary: Path) -> Path:
    return _script(folder, whole(call("os", "system", text(touching(canary)))))


def _script_constants(folder: Path, canary: Path) -> Path:
    return _script(folder, whole(call("builtins", "eval", text(python(canary)))), name="constants.pkl")


def _script_memo(folder: Path, canary: Path) -> Path:
    return _script(folder, whole(b"Nr\xff\xff\xff\x7f"))


def _script_program(folder: Path, canary: Path) -> Path:
    """An honest one: it is a program all the same."""
    return _script(folder, b"", name="nothing")


def _script_bomb(folder: Path, canary: Path) -> Path:
    path = _script_program(folder, canary)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        root = archive.namelist()[0].partition("/")[0]
        archive.writestr(f"{root}/code/bomb.py", bytes(100_000_000))
    return path


def _exported(folder: Path, *, config: str, records: dict[str, bytes]) -> Path:
    path = folder / "model.pt2"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("m/archive_format", "pt2")
        archive.writestr("m/data/weights/model_weights_config.json", config)
        for name, content in records.items():
            archive.writestr(f"m/{name}", content)
    return path


def _exported_pickle(folder: Path, canary: Path) -> Path:
    meta = '{"dtype":7,"sizes":[{"as_int":1}],"strides":[{"as_int":1}],"storage_offset":{"as_int":0}}'
    config = f'{{"config":{{"w":{{"path_name":"weight_0","use_pickle":true,"tensor_meta":{meta}}}}}}}'
    payload = zipped(folder, whole(call("os", "system", text(touching(canary))))).read_bytes()
    records = {"data/weights/weight_0": payload, "data/sample_inputs/model.pt": payload}
    return _exported(folder, config=config, records=records)


def _exported_claim(folder: Path, canary: Path) -> Path:
    meta = f'{{"dtype":7,"sizes":[{{"as_int":{2**40}}}],"strides":[{{"as_int":1}}],"storage_offset":{{"as_int":0}}}}'
    config = f'{{"config":{{"w":{{"path_name":"weight_0","use_pickle":false,"tensor_meta":{meta}}}}}}}'
    return _exported(folder, config=config, records={"data/weights/weight_0": bytes(4)})


def _exported_machine_code(folder: Path, canary: Path) -> Path:
    return _exported(folder, config="{}", records={"data/aotinductor/model/model.so": b"\x7fELF"})


def _exported_depth(folder: Path, canary: Path) -> Path:
    return _exported(folder, config="[" * 100_000, records={})


ZIPS: dict[str, Build] = {
    "compressed": _rezipped(compression=zipfile.ZIP_DEFLATED),
    "a zip bomb": _bomb,
    "a name with dots": _rezipped(lambda name: name.replace("/version", "/../../version")),
    "an absolute name": _rezipped(lambda name: f"/{name}"),
    "a backslash": _rezipped(lambda name: name.replace("/version", "/..\\..\\version")),
    "two members of one name": _rezipped(lambda name: name.replace("byteorder", "version")),
    "a name that ends early": _edited(lambda content: content.replace(b"model/version", b"model/ver\0ion")),
    "two folders": _two_folders,
    "no members": lambda folder, canary: (zipfile.ZipFile(folder / "m.pt", "w").close(), folder / "m.pt")[1],
    "twenty thousand members": _many_members,
    "a second zip as comment": _second_directory,
    "a zip behind a zip": _prefix,
    "another name before the member": _edited(_local_name),
    "another name in the directory": _edited(_directory_name),
    "sizes beyond the file": _edited(_huge_sizes),
    "members at one place": _edited(_same_place),
    "encrypted": _edited(_encrypted),
    "bytes behind the end": _edited(lambda content: content + bytes(64)),
    "only its first bytes": _edited(lambda content: content[:4]),
    **{
        f"cut at {share} %": _edited(lambda content, share=share: content[: len(content) * share // 100])
        for share in (1, 30, 60, 90, 99)
    },
    **{
        f"a flipped bit at {share} ‰": _edited(
            lambda content, share=share: bytes(
                byte ^ (0x10 if index == len(content) * share // 1000 else 0)
                for index, byte in enumerate(content)
            )
        )
        for share in (5, 17, 90, 300, 500, 700, 900, 999)
    },
    "a script's pickle": _script_pickle,
    "a script's constants": _script_constants,
    "a script's memo": _script_memo,
    "a script": _script_program,
    "a script's bomb": _script_bomb,
    "an exported pickle": _exported_pickle,
    "an exported claim": _exported_claim,
    "exported machine code": _exported_machine_code,
    "an exported depth": _exported_depth,
}
