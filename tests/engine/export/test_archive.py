"""The archive of a finished model: what is decoded is what the network computes with, and opens again."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from engine.archive.container import decode_archive, encode_archive
from engine.archive.records import CodebookTensor, GridTensor, PlainTensor
from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.events import WarningRaised
from engine.contract.methods import SourceFormat
from engine.contract.recipe import QuantizeSpec
from engine.contract.source import ModelSource
from engine.export.archive_file import archived_tensor, round_values_, tensors_of
from engine.export.formats import export_archive
from engine.export.job import ExportJob
from engine.export.safetensors_writer import export_safetensors
from engine.export.verify_archive import different_tensor, verify_archive
from engine.models.archived import document_of, state_of
from engine.models.cuts.records import Lineage, Origin
from engine.models.opening import open_model
from engine.quantization.coded import CodedWeight
from tests.engine.export.jobs import make_data, make_job
from tests.engine.models.pruned_files import opened
from tests.engine.networks import compress, make_network, some_inputs

DECODE = """
import sys
from dataclasses import replace
from pathlib import Path
from engine.archive.container import decode_archive
import numpy as np
archive = decode_archive(Path(sys.argv[1]).read_bytes(), path=sys.argv[1])
np.savez(sys.argv[2], **{tensor.name: tensor.dense() for tensor in archive.tensors})
assert "torch" not in sys.modules
"""


def of_sample(*, bits: int | None = 4) -> ExportJob:
    """Half of the sample network's channels, whose origin is known."""
    job = make_job("simple", bits=bits)
    return ExportJob(
        model=job.model,
        data=job.data,
        ctx=job.ctx,
        threads=1,
        lineage=Lineage(origin=Origin(architecture="sample"), parameters=21_840),
    )


@pytest.mark.parametrize(("name", "bits"), [("simple", 4), ("residual", 8), ("tokens", None)])
def test_that_every_tensor_is_decoded_bit_for_bit_and_computes_the_same(
    name: str, bits: int | None, tmp_path: Path
) -> None:
    job = make_job(name, bits=bits)
    artifact = export_archive(job, tmp_path / "model.penjing")
    assert (artifact.verified, artifact.agreement) == (True, 1.0)
    assert artifact.max_error is not None and artifact.max_error <= 1e-6
    assert artifact.size_bytes == (tmp_path / "model.penjing").stat().st_size
    found = state_of(decode_archive((tmp_path / "model.penjing").read_bytes(), path=""))
    for tensor_name, wanted in tensors_of(job.model).items():
        assert np.array_equal(found[tensor_name].numpy(), wanted.numpy())


def test_that_rounded_weights_are_written_as_levels(tmp_path: Path) -> None:
    job = of_sample()
    export_archive(job, tmp_path / "model.penjing")
    archive = decode_archive((tmp_path / "model.penjing").read_bytes(), path="")
    grids = {tensor.name for tensor in archive.tensors if isinstance(tensor, GridTensor)}
    assert grids == {"conv1.weight", "conv2.weight", "fc1.weight", "fc2.weight"}


def test_that_an_archive_is_decoded_where_torch_is_not_imported(tmp_path: Path) -> None:
    job = of_sample()
    export_archive(job, tmp_path / "model.penjing")
    done = subprocess.run(
        [sys.executable, "-c", DECODE, str(tmp_path / "model.penjing"), str(tmp_path / "decoded.npz")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    decoded = np.load(tmp_path / "decoded.npz")
    wanted = job.model.module.get_submodule("conv2").weight
    assert isinstance(wanted, torch.Tensor)
    assert np.array_equal(decoded["conv2.weight"], wanted.detach().numpy())


def test_that_an_archive_of_a_known_network_opens_by_itself_and_rounds_as_it_was_measured(
    tmp_path: Path,
) -> None:
    job = of_sample()
    path = tmp_path / "model.penjing"
    export_archive(job, path)
    loaded = opened(path)
    assert (loaded.info.format, loaded.output_classes) == (SourceFormat.ARCHIVE, 10)
    assert loaded.info.pruned_from is not None and loaded.info.pruned_from.parameters == 21_840
    assert not path.with_suffix(".py").exists()
    document = document_of(decode_archive(path.read_bytes(), path=""), path)
    assert document is not None
    inputs = job.data.to_inputs(job.data.test.inputs)
    with torch.no_grad():
        answers = round_values_(loaded.captured.module, document.values)(inputs)
    assert torch.equal(answers, job.rounded_answers)


@pytest.mark.parametrize("bits", [4, None])
def test_that_who_opens_a_file_hears_where_values_are_floats_again(bits: int | None, tmp_path: Path) -> None:
    job = of_sample(bits=bits)
    for export, name in ((export_archive, "model.penjing"), (export_safetensors, "model.safetensors")):
        export(job, tmp_path / name)
        told: list[object] = []
        open_model(ModelSource(file=str(tmp_path / name)), RunContext(emit=told.append), example=None)
        heard = [event for event in told if isinstance(event, WarningRaised)]
        assert [(event.code, event.arguments["path"]) for event in heard] == (
            [("note_values_not_rounded", name)] if bits else []
        )


def test_that_an_archive_tells_who_reads_values_in_fewer_bits(tmp_path: Path) -> None:
    """Of one value a sum reads 8 bits, and layers read 3: run again, the archive answers as the network did."""
    network, shape = make_network("residual")
    model = compress(
        network, shape, quantize=QuantizeSpec(weight_bits=3, activation_bits=3, first_last_bits=8)
    )
    model.attach_quantizers()
    model.calibrate([some_inputs(shape, 64)])
    model.finish()
    assert model.placement is not None and model.placement.narrowed
    job = ExportJob(model=model, data=make_data(shape), ctx=RunContext(), threads=1, title="few bits")
    artifact = export_archive(job, tmp_path / "model.penjing")
    assert artifact.verified, artifact.why
    assert artifact.max_error == 0


def test_that_an_archive_of_somebodys_own_class_names_the_file_beside_it(tmp_path: Path) -> None:
    job = make_job("residual")
    path = tmp_path / "model.penjing"
    export_archive(job, path)
    with pytest.raises(RequestError, match=r"model\.py:Network"):
        opened(path)
    loaded = opened(
        path, architecture=f"{tmp_path / 'model.py'}:Network", shape=job.model.captured.example_shape
    )
    wanted = tensors_of(job.model)
    assert different_tensor(dict(loaded.module.state_dict()), wanted) is None


def test_that_an_archive_with_one_other_bit_is_not_verified(tmp_path: Path) -> None:
    job = of_sample()
    path = tmp_path / "model.penjing"
    export_archive(job, path)
    wanted = tensors_of(job.model)
    wanted["fc1.bias"] = torch.nextafter(wanted["fc1.bias"], torch.tensor(9.0))
    artifact = verify_archive(path, job, wanted)
    assert (artifact.verified, artifact.why_code, artifact.why_arguments) == (
        False,
        "verdict_tensors",
        {"name": "fc1.bias"},
    )


def test_that_a_table_with_one_scale_is_a_codebook_and_other_tables_are_kept_as_values() -> None:
    levels = torch.tensor([[0, 1], [2, 1]], dtype=torch.int32)
    table = torch.tensor([0.0, -0.3, 0.7])
    one = CodedWeight(levels=levels, scale=torch.tensor([0.1]), table=table)
    many = CodedWeight(levels=levels, scale=torch.tensor([0.1, 0.2]), table=table)
    for coded, kind in ((one, CodebookTensor), (many, PlainTensor)):
        tensor = archived_tensor("weight", coded.values(), coded)
        assert isinstance(tensor, kind)
        assert np.array_equal(tensor.dense(), coded.values().numpy())


def test_that_zeros_that_a_mask_left_negative_are_zeros_of_the_archive() -> None:
    tensor = archived_tensor("weight", torch.tensor([-0.0, 1.5, -0.0]))
    assert tensor.dense().tobytes() == np.array([0.0, 1.5, 0.0], np.float32).tobytes()


@pytest.mark.parametrize(
    ("document", "code"),
    [(b"\xc1", "history_damaged"), (msgspec.msgpack.encode({"schema": 9}), "history_newer"), (b"", "")],
)
def test_that_a_document_that_cannot_be_read_is_refused_in_one_line(
    document: bytes, code: str, tmp_path: Path
) -> None:
    path = tmp_path / "model.penjing"
    export_archive(of_sample(), path)
    archive = decode_archive(path.read_bytes(), path="")
    path.write_bytes(encode_archive(replace(archive, document=document)))
    with pytest.raises(RequestError) as caught:
        opened(path)
    assert caught.value.code == (code or "architecture_missing")
