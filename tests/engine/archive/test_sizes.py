"""Sizes beside the entropy of positions and symbols, on LeNet-5 at 2 % density."""

import numpy as np
import pytest

from engine.archive.container import encode_archive
from engine.archive.records import Archive
from tests.engine.archive.tensors import LENET5, grid, levels_of, order_zero_bytes, plain

DENSITY = 0.02


def test_that_the_ends_of_a_file_take_little():
    tensors = (grid(np.zeros(1)), plain(np.zeros(1, np.float32)))
    assert len(encode_archive(Archive(tensors=tensors))) < 100


@pytest.mark.parametrize("bits", [2, 3, 4, 5, 8])
def test_that_random_sparsity_is_within_the_bound_with_all_that_the_file_holds(bits):
    rng = np.random.default_rng(bits)
    tensors, bound = [], 0.0
    for name, shape in LENET5.items():
        levels = levels_of(rng.random(shape) < DENSITY, rng, bits)
        biases = rng.standard_normal(shape[0]).astype(np.float32)
        tensors += [grid(levels, name=f"{name}.weight"), plain(biases, name=f"{name}.bias")]
        bound += order_zero_bytes(levels) * 1.03 + 64 + biases.nbytes
    assert len(encode_archive(Archive(tensors=tuple(tensors), document=b"{}"))) <= bound


@pytest.mark.parametrize("bits", [2, 4, 8])
@pytest.mark.parametrize("name", LENET5)
def test_that_each_layer_alone_is_within_the_bound(name, bits):
    rng = np.random.default_rng(bits)
    levels = levels_of(rng.random(LENET5[name]) < DENSITY, rng, bits)
    size = len(encode_archive(Archive(tensors=(grid(levels, name=f"{name}.weight"),))))
    ends = len(encode_archive(Archive(tensors=())))
    assert size - ends <= order_zero_bytes(levels) * 1.03 + 64


def _dead_rows(rng: np.random.Generator) -> np.ndarray:
    keep = np.zeros((500, 800), np.bool_)
    keep[::5] = rng.random((100, 800)) < 5 * DENSITY
    return keep


def _dead_rows_and_columns(rng: np.random.Generator) -> np.ndarray:
    keep = rng.random((500, 800)) < 6 * DENSITY
    return keep & (rng.random(500) < 0.4)[:, None] & (rng.random(800) < 0.4)


def _kernels(rng: np.random.Generator) -> np.ndarray:
    return np.broadcast_to(rng.random((50, 20, 1, 1)) < 4 * DENSITY, (50, 20, 5, 5))


@pytest.mark.parametrize(
    ("make", "share"),
    [(_dead_rows, 0.80), (_dead_rows_and_columns, 0.65), (_kernels, 0.15)],
    ids=["rows", "rows_and_columns", "kernels"],
)
def test_that_structure_makes_positions_shorter_than_their_entropy(make, share):
    keep = make(np.random.default_rng(1))
    size = len(encode_archive(Archive(tensors=(grid(keep),))))
    assert size < share * order_zero_bytes(keep)


def test_that_uneven_rows_and_columns_cost_little_more_than_to_one_who_knows_how_uneven_they_are():
    """As trained masks are: the chance of each flag is a product, which the coder has to learn."""
    rng = np.random.default_rng(1)
    chances = np.exp(rng.normal(size=(500, 1)) + rng.normal(size=800))
    chances = np.minimum(chances * DENSITY / chances.mean(), 0.99)
    keep = rng.random((500, 800)) < chances
    known = -float(np.log2(np.where(keep, chances, 1 - chances)).sum()) / 8
    size = len(encode_archive(Archive(tensors=(grid(keep),))))
    assert size < order_zero_bytes(keep)
    assert size < 1.10 * known


def test_that_larger_values_in_fuller_rows_make_symbols_shorter():
    rng = np.random.default_rng(2)
    full = np.where(np.arange(400) % 2, 0.3, 0.03)[:, None]
    keep = rng.random((400, 600)) < full
    size = np.where(full > 0.1, rng.integers(4, 8, keep.shape), rng.integers(1, 5, keep.shape))
    alone = len(encode_archive(Archive(tensors=(grid(keep * size),))))
    shuffled = keep * 0
    shuffled[keep] = rng.permutation((keep * size)[keep])
    assert alone < 0.98 * len(encode_archive(Archive(tensors=(grid(shuffled),))))


def test_that_dense_floats_are_shorter_by_their_exponents():
    values = np.random.default_rng(3).normal(size=(100, 100)).astype(np.float32)
    assert len(encode_archive(Archive(tensors=(plain(values),)))) < 0.86 * values.nbytes


def test_that_floats_of_few_values_are_found_out():
    rng = np.random.default_rng(4)
    values = rng.choice(rng.normal(size=15), (100, 100)).astype(np.float32)
    assert len(encode_archive(Archive(tensors=(plain(values),)))) < 10_000 * np.log2(15) / 8 * 1.03 + 200


def test_that_powers_of_two_take_no_more_than_their_entropy():
    rng = np.random.default_rng(5)
    levels = rng.choice([-1, 1], (100, 100)) * 2 ** rng.integers(0, 14, (100, 100))
    size = len(encode_archive(Archive(tensors=(grid(levels),))))
    assert size < order_zero_bytes(levels) * 1.03 + 150
