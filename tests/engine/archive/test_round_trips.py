import subprocess
import sys

import numpy as np
import pytest

from engine.archive.container import decode_archive, encode_archive
from engine.archive.records import (
    Archive,
    CodebookTensor,
    DataType,
    GridTensor,
    PlainTensor,
    Tensor,
    hash_tensors,
)
from tests.engine.archive.tensors import grid, plain, there_and_back

SHAPES = [(), (0,), (1,), (3, 0, 2), (7,), (1, 1), (5, 3), (4, 3, 3, 3), (70, 90), (2, 1, 1, 1, 9)]
FLOATS = [DataType.FLOAT32, DataType.FLOAT16, DataType.BFLOAT16, DataType.FLOAT64]
INTEGERS = [DataType.INT64, DataType.INT32, DataType.INT16, DataType.INT8, DataType.UINT8, DataType.BOOL]


def bits_of(tensor: Tensor) -> tuple[str, str, tuple[int, ...], bytes]:
    dense = tensor.dense()
    return tensor.name, dense.dtype.name, dense.shape, dense.tobytes()


@pytest.mark.parametrize("bits", range(1, 17))
def test_that_levels_of_any_bits_shape_and_sparsity_come_back_bit_for_bit(bits):
    rng = np.random.default_rng(bits)
    most = max(1, 2 ** (bits - 1) - 1)
    for shape in SHAPES:
        for density in (0.0, 0.03, 0.5, 1.0):
            levels = rng.integers(-most - (bits > 1), most + 1, shape) * (rng.random(shape) < density)
            tensor = grid(levels, scale=float(rng.random()) - 0.5)
            (found,) = there_and_back(tensor)
            assert isinstance(found, GridTensor)
            assert np.array_equal(found.levels, levels)
            assert bits_of(found) == bits_of(tensor)


@pytest.mark.parametrize("scales", [1, 6, 24], ids=["tensor", "channel", "group"])
def test_that_a_grid_is_levels_times_the_scale_of_their_group_in_float32(scales):
    rng = np.random.default_rng(scales)
    levels = rng.integers(-127, 128, (6, 4, 5))
    chosen = rng.standard_normal(scales).astype(np.float32)
    tensor = GridTensor(name="weight", levels=levels.astype(np.int32), scales=chosen)
    spread = np.repeat(chosen, levels.size // scales).reshape(levels.shape)
    (found,) = there_and_back(tensor)
    assert np.array_equal(found.dense(), levels.astype(np.float32) * spread)


@pytest.mark.parametrize("group_size", [1, 7, 8, 20, 10**12])
def test_that_the_last_group_of_a_row_may_be_shorter(group_size):
    rng = np.random.default_rng(3)
    levels = rng.integers(-127, 128, (6, 4, 5)).astype(np.int32)
    scales = rng.standard_normal(6 * -(-20 // group_size)).astype(np.float32)
    tensor = GridTensor(name="weight", levels=levels, scales=scales, group_size=group_size)
    wanted = levels.astype(np.float32)
    for place, scale in zip(np.ndindex(6, -(-20 // group_size)), scales, strict=True):
        row, start = place[0], place[1] * group_size
        wanted[row].reshape(-1)[start : start + group_size] *= scale
    (found,) = there_and_back(tensor)
    assert np.array_equal(found.dense(), wanted)
    with pytest.raises(ValueError, match="scales"):
        GridTensor(name="weight", levels=levels, scales=scales[1:], group_size=group_size)


@pytest.mark.parametrize("data_type", FLOATS)
def test_that_floats_keep_every_bit_of_them(data_type):
    rng = np.random.default_rng(data_type)
    for shape in SHAPES:
        count = int(np.prod(shape)) * data_type.numpy.itemsize
        values = np.frombuffer(rng.bytes(count), data_type.numpy).reshape(shape)
        tensor = PlainTensor(name="any bits", values=values, data_type=data_type)
        (found,) = there_and_back(tensor)
        assert bits_of(found) == bits_of(tensor)


def test_that_special_floats_and_a_minus_zero_stay_what_they_are():
    values = np.array([0.0, -0.0, np.nan, np.inf, -np.inf, 1e-45, -3.4e38, 1.0], np.float32)
    assert bits_of(there_and_back(plain(values))[0]) == bits_of(plain(values))


@pytest.mark.parametrize("data_type", INTEGERS)
def test_that_integers_keep_their_type_and_their_extremes(data_type):
    rng = np.random.default_rng(data_type)
    for shape in SHAPES:
        raw = rng.bytes(int(np.prod(shape)) * data_type.numpy.itemsize)
        values = np.frombuffer(raw, np.uint8).view(data_type.numpy).reshape(shape)
        if data_type is DataType.BOOL:
            values = np.frombuffer(raw, np.uint8).reshape(shape) > 99
        tensor = PlainTensor(name="buffer", values=values, data_type=data_type)
        assert bits_of(there_and_back(tensor)[0]) == bits_of(tensor)


@pytest.mark.parametrize("value", [0.0, -1.5, 3e-41])
@pytest.mark.parametrize("shape", [(), (1,), (100, 100)])
def test_that_equal_values_take_next_to_nothing(value, shape):
    tensor = plain(np.full(shape, value, np.float32))
    data = encode_archive(Archive(tensors=(tensor,)))
    assert bits_of(decode_archive(data, path="").tensors[0]) == bits_of(tensor)
    assert len(data) < 45 + 20 + 4 * 12


@pytest.mark.parametrize(
    "table", [[0.0, 0.5, -0.5], [0.25], [-1.0, 1.0], [3.0, 0.0], [0.0], list(range(256))]
)
def test_that_a_codebook_comes_back_whether_or_not_zero_is_in_it(table):
    rng = np.random.default_rng(len(table))
    for shape in SHAPES:
        indices = rng.integers(0, len(table), shape).astype(np.int32)
        tensor = CodebookTensor(name="weight", indices=indices, table=np.array(table, np.float32))
        (found,) = there_and_back(tensor)
        assert isinstance(found, CodebookTensor)
        assert np.array_equal(found.indices, indices)
        assert np.array_equal(found.dense(), np.array(table, np.float32)[indices])


def test_that_all_kinds_share_one_file_with_their_document():
    rng = np.random.default_rng(0)
    tensors = (
        grid(rng.integers(-3, 4, (40, 30)), name="fc.weight"),
        plain(rng.standard_normal(40).astype(np.float32), name="fc.bias"),
        CodebookTensor(
            name="码本", indices=rng.integers(0, 2, (9, 9)).astype(np.int32), table=np.ones(2, np.float32)
        ),
        plain(np.array(4220), name="norm.num_batches_tracked"),
    )
    document = b'{"architecture": "LeNet5"}'
    found = decode_archive(encode_archive(Archive(tensors=tensors, document=document)), path="net.penjing")
    assert found.document == document
    assert [bits_of(tensor) for tensor in found.tensors] == [bits_of(tensor) for tensor in tensors]


def test_that_arrays_that_lie_otherwise_in_memory_come_back_too():
    rng = np.random.default_rng(6)
    levels, values = rng.integers(-3, 4, (30, 20)).T, rng.normal(size=(40, 20)).astype(np.float32)[::3, ::-1]
    tensors = (
        grid(levels),
        plain(values),
        CodebookTensor(name="t", indices=levels + 3, table=np.arange(7.0)),
    )
    assert [bits_of(tensor) for tensor in there_and_back(*tensors)] == [bits_of(tensor) for tensor in tensors]


def test_that_an_archive_of_nothing_is_read():
    assert there_and_back() == ()


def test_that_the_hash_knows_names_shapes_and_values_and_no_order():
    one, two = plain(np.zeros(4, np.float32), name="a"), plain(np.ones(4, np.float32), name="b")
    assert hash_tensors((one, two)) == hash_tensors((two, one))
    others = [
        plain(np.zeros((2, 2), np.float32), name="a"),
        plain(np.zeros(4, np.float32), name="c"),
        plain(-np.zeros(4, np.float32), name="a"),
        plain(np.zeros(4, np.int32), name="a"),
    ]
    assert len({hash_tensors((tensor, two)) for tensor in [one, *others]}) == 5


@pytest.mark.parametrize(
    "make",
    [
        lambda: grid(np.array([2**24])),
        lambda: GridTensor(name="", levels=np.zeros(5, np.int32), scales=np.ones(2, np.float32)),
        lambda: GridTensor(name="", levels=np.zeros(5, np.int32), scales=np.ones(0, np.float32)),
        lambda: GridTensor(name="", levels=np.array([0.5]), scales=np.ones(1, np.float32)),
        lambda: CodebookTensor(name="", indices=np.array([1], np.int32), table=np.ones(1, np.float32)),
        lambda: PlainTensor(name="", values=np.zeros(1), data_type=DataType.FLOAT32),
        lambda: encode_archive(Archive(tensors=(plain(np.zeros(1)), plain(np.ones(1))))),
    ],
    ids=["level", "scales", "no_scales", "fraction", "index", "type", "name"],
)
def test_that_what_could_not_come_back_is_not_taken(make):
    with pytest.raises(ValueError, match=r"not so|of its own"):
        make()


def test_that_an_archive_is_read_without_torch():
    code = "import sys, engine.archive.container; sys.exit('torch' in sys.modules or 'onnx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
