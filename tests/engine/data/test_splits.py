from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.context import Control, RunContext
from engine.contract.errors import RequestError, RunCancelled
from engine.contract.methods import Augmentation, DataKind
from engine.contract.recipe import DataSpec
from engine.contract.recipe_file import read_recipe
from engine.data.sources import SOURCES, kind_of
from engine.data.splits import Data, load_data
from engine.models.example import Example
from resources import sample_data, sample_recipe

Arrays = dict[str, np.ndarray]


def make_arrays(samples: int = 60, *, classes: int = 3, shape: tuple[int, ...] = (8, 8)) -> Arrays:
    dice = np.random.default_rng(0)
    images = dice.integers(0, 256, (samples, *shape), dtype=np.uint8)
    labels = np.arange(samples) % classes
    return {"x_train": images, "y_train": labels, "x_test": images[::2], "y_test": labels[::2]}


def write_npz(folder: Path, arrays: Arrays) -> DataSpec:
    np.savez(folder / "data.npz", **arrays)
    return DataSpec(source=f"npz:{folder / 'data.npz'}")


def load(spec: DataSpec, *, seed: int = 0) -> Data:
    return load_data(spec, RunContext(), seed=seed)


def test_that_every_kind_of_source_has_its_line() -> None:
    assert set(SOURCES) == set(DataKind)


def test_that_the_sample_is_real_digits_in_ten_balanced_classes() -> None:
    data = load(DataSpec())
    assert (len(data.train), len(data.validation), len(data.test)) == (1293, 144, 360)
    assert (data.sample_shape, data.classes, data.train.inputs.dtype) == ((1, 28, 28), 10, torch.uint8)
    for split in (data.train, data.validation, data.test):
        counts = torch.bincount(split.labels, minlength=10) / len(split)
        assert torch.allclose(counts, torch.full((10,), 0.1), atol=0.02)


def test_that_the_samples_recipe_normalises_its_training_images() -> None:
    recipe = read_recipe(sample_recipe())
    data = load_data(recipe.data, RunContext(), seed=recipe.seed)
    with np.load(sample_data()) as arrays:
        pixels = arrays["x_train"].astype(np.float64) / 255
    assert data.mean.tolist() == pytest.approx([pixels.mean()], abs=1e-3)
    assert data.std.tolist() == pytest.approx([pixels.std()], abs=1e-3)


@pytest.mark.parametrize(
    ("shape", "becomes"),
    [
        ((8, 8), (1, 8, 8)),
        ((8, 9, 1), (1, 8, 9)),
        ((8, 9, 3), (3, 8, 9)),
        ((8, 9, 4), (4, 8, 9)),
        ((3, 8, 9), (3, 8, 9)),
    ],
)
def test_that_bytes_become_images_with_channels_first(
    tmp_path: Path, shape: tuple[int, ...], becomes: tuple[int, ...]
) -> None:
    arrays = make_arrays(shape=shape)
    data = load(write_npz(tmp_path, arrays))
    assert data.sample_shape == becomes
    image, moved = arrays["x_test"][4], data.test.inputs[4].numpy()
    assert np.array_equal(moved if shape == becomes else np.moveaxis(moved, 0, -1).reshape(shape), image)


@pytest.mark.parametrize("shape", [(5,), (7, 4), (3, 8, 8), (2, 3, 4, 5)])
def test_that_floats_of_any_rank_stay_as_they_stand(tmp_path: Path, shape: tuple[int, ...]) -> None:
    arrays = make_arrays(shape=shape)
    arrays |= {name: arrays[name] / 7.0 for name in ("x_train", "x_test")}
    data = load(write_npz(tmp_path, arrays))
    assert data.sample_shape == shape
    assert np.array_equal(data.test.inputs.numpy(), arrays["x_test"].astype(np.float32))
    assert torch.equal(data.to_inputs(data.test.inputs), data.test.inputs)


def test_that_inputs_are_normalised_per_channel_as_numpy_would(tmp_path: Path) -> None:
    arrays = make_arrays(shape=(8, 8, 3))
    write_npz(tmp_path, arrays)
    mean, std = (0.1, 0.2, 0.3), (0.5, 0.6, 0.7)
    data = load(DataSpec(source=f"npz:{tmp_path / 'data.npz'}", mean=mean, std=std))
    before = data.test.inputs.clone()
    found = data.to_inputs(data.test.inputs)
    wanted = np.moveaxis((arrays["x_test"] / 255.0 - mean) / std, -1, 1)
    assert found.dtype == torch.float32
    assert np.allclose(found.numpy(), wanted, atol=1e-6)
    assert torch.equal(data.test.inputs, before)


def test_that_float_samples_are_not_changed_by_being_normalised(tmp_path: Path) -> None:
    arrays = make_arrays(shape=(5,))
    arrays |= {name: arrays[name] / 7.0 for name in ("x_train", "x_test")}
    write_npz(tmp_path, arrays)
    data = load(DataSpec(source=f"npz:{tmp_path / 'data.npz'}", mean=(3.0,), std=(2.0,)))
    assert np.allclose(data.to_inputs(data.test.inputs).numpy(), (arrays["x_test"] - 3) / 2, atol=1e-5)
    assert np.array_equal(data.test.inputs.numpy(), arrays["x_test"].astype(np.float32))


def test_that_validation_is_a_stratified_part_of_train_and_the_rest_keeps_its_order(tmp_path: Path) -> None:
    arrays = make_arrays(100, shape=(1, 1))
    arrays["x_train"] = np.arange(100, dtype=np.uint8).reshape(100, 1, 1)
    arrays["y_train"] = np.repeat([0, 1, 2], [50, 30, 20])
    data = load(DataSpec(source=write_npz(tmp_path, arrays).source, validation=0.2))
    train, validation = data.train.inputs.flatten().tolist(), data.validation.inputs.flatten().tolist()
    assert sorted(train + validation) == list(range(100))
    assert train == sorted(train)
    assert torch.bincount(data.validation.labels).tolist() == [10, 6, 4]
    assert [int(arrays["y_train"][pixel]) for pixel in validation] == data.validation.labels.tolist()


def test_that_rare_classes_do_not_change_how_many_samples_validate(tmp_path: Path) -> None:
    arrays = make_arrays(101)
    arrays["y_train"] = np.array([0] * 90 + list(range(1, 12)))
    arrays["y_test"] = np.zeros_like(arrays["y_test"])
    data = load(DataSpec(source=write_npz(tmp_path, arrays).source, validation=0.1))
    assert (len(data.train), len(data.validation)) == (91, 10)
    assert 8 <= int((data.validation.labels == 0).sum()) <= 10


def test_that_a_seed_gives_one_split_and_another_seed_another(tmp_path: Path) -> None:
    spec = write_npz(tmp_path, make_arrays())
    first, again, other = (load(spec, seed=seed).validation.inputs for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_that_the_split_leaves_torchs_own_random_numbers_alone(tmp_path: Path) -> None:
    spec = write_npz(tmp_path, make_arrays())
    before = torch.random.get_rng_state()
    load(spec)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_that_no_validation_leaves_it_empty(tmp_path: Path) -> None:
    data = load(DataSpec(source=write_npz(tmp_path, make_arrays()).source, validation=0.0))
    assert (len(data.train), len(data.validation)) == (60, 0)
    assert data.validation.inputs.shape == (0, 1, 8, 8)


def test_that_class_names_are_filled_up_with_numbers(tmp_path: Path) -> None:
    source = write_npz(tmp_path, make_arrays()).source
    assert load(DataSpec(source=source)).class_names == ("0", "1", "2")
    assert load(DataSpec(source=source, class_names=("cat", "dog"))).class_names == ("cat", "dog", "2")
    four = load(DataSpec(source=source, class_names=("a", "b", "c", "d")))
    assert (four.classes, four.class_names) == (4, ("a", "b", "c", "d"))


def _without(name: str) -> Arrays:
    return {key: array for key, array in make_arrays().items() if key != name}


def _with(name: str, change: Callable[[np.ndarray], np.ndarray]) -> Arrays:
    arrays = make_arrays()
    return {**arrays, name: change(arrays[name])}


WRONG: list[tuple[Arrays, str, str]] = [
    (_without("y_test"), "data_missing_arrays", "y_test"),
    ({"images": np.zeros(3)}, "data_missing_arrays", "x_train, y_train, x_test, y_test"),
    (_with("x_test", lambda array: array[:0]), "data_empty", '"test"'),
    (_with("y_train", lambda array: array[:-1]), "data_lengths_differ", "60 samples but 59 labels"),
    (_with("x_train", lambda array: array.astype(np.int64)), "data_wrong_type", "x_train has the type int64"),
    (_with("x_test", lambda array: array.astype(bool)), "data_wrong_type", "x_test"),
    (_with("x_test", lambda array: array / np.where(array > 9, 1.0, np.nan)), "data_not_finite", "x_test"),
    (_with("y_train", lambda array: array.astype(np.float32)), "labels_not_integers", "float32"),
    (_with("y_train", lambda array: np.eye(3, dtype=np.int64)[array]), "labels_not_integers", "(60, 3)"),
    (_with("y_test", lambda array: array.astype(object)), "data_unreadable", "allow_pickle"),
    (_with("x_test", lambda array: array[:, :4]), "data_wrong_shape", "(1, 4, 8)"),
]


@pytest.mark.parametrize(
    ("arrays", "code", "says"), WRONG, ids=[f"{code}: {says}" for _, code, says in WRONG]
)
def test_that_arrays_no_classifier_learns_from_are_refused(
    tmp_path: Path, arrays: Arrays, code: str, says: str
) -> None:
    with pytest.raises(RequestError) as caught:
        load(write_npz(tmp_path, arrays))
    assert caught.value.code == code
    assert says in caught.value.message


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"validation": 0.001}, "split_too_small"),
        ({"validation": 0.999}, "split_too_small"),
        ({"mean": (0.1, 0.2)}, "normalisation_channels"),
        ({"std": (1.0, 1.0, 1.0)}, "normalisation_channels"),
        ({"source": "mnist"}, "data_scheme"),
        ({"source": "npz:/nowhere/data.npz"}, "file_missing"),
        ({"source": "npz:/"}, "data_missing_files"),
    ],
)
def test_that_a_spec_that_does_not_fit_its_data_is_refused(
    tmp_path: Path, change: dict[str, object], code: str
) -> None:
    source = write_npz(tmp_path, make_arrays()).source
    with pytest.raises(RequestError) as caught:
        load(DataSpec(**{"source": source, **change}))  # type: ignore[arg-type]
    assert caught.value.code == code


def test_that_augmentation_wants_images(tmp_path: Path) -> None:
    arrays = make_arrays(shape=(5,))
    arrays |= {name: arrays[name] / 7.0 for name in ("x_train", "x_test")}
    source = write_npz(tmp_path, arrays).source
    with pytest.raises(RequestError, match=r"\(5,\)") as caught:
        load(DataSpec(source=source, augment=Augmentation.FLIP_CROP))
    assert caught.value.code == "augment_needs_images"


@pytest.mark.parametrize("kind", ["text", "truncated", "one array", "empty"])
def test_that_a_file_that_is_no_npz_is_one_clear_line(tmp_path: Path, kind: str) -> None:
    spec, path = write_npz(tmp_path, make_arrays()), tmp_path / "data.npz"
    whole = path.read_bytes()
    if kind == "one array":
        np.save(tmp_path / "one.npy", np.zeros(3))
        whole = (tmp_path / "one.npy").read_bytes()
    path.write_bytes(
        {"text": b"x,y\n1,2\n", "truncated": whole[:-300], "one array": whole, "empty": b""}[kind]
    )
    with pytest.raises(RequestError) as caught:
        load(spec)
    assert caught.value.code == "data_unreadable"
    assert "\n" not in caught.value.message


def test_that_flipped_bytes_of_an_npz_raise_only_our_error(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "data.npz", **make_arrays())
    spec, path, dice = (
        DataSpec(source=f"npz:{tmp_path / 'data.npz'}"),
        tmp_path / "data.npz",
        np.random.default_rng(3),
    )
    whole, refused = path.read_bytes(), 0
    for _ in range(200):
        broken = bytearray(whole)
        broken[dice.integers(len(whole))] = dice.integers(256)
        path.write_bytes(broken)
        try:
            load(spec)
        except RequestError:
            refused += 1
    assert refused > 100


def test_that_loading_can_be_cancelled(tmp_path: Path) -> None:
    control = Control()
    control.cancel()
    with pytest.raises(RunCancelled):
        load_data(write_npz(tmp_path, make_arrays()), RunContext(control=control), seed=0)


def test_that_a_folder_of_npy_files_is_as_good_as_an_npz(tmp_path: Path) -> None:
    arrays = make_arrays()
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array)
    found, wanted = load(DataSpec(source=f"npz:{tmp_path}")), load(write_npz(tmp_path, arrays))
    assert torch.equal(found.train.inputs, wanted.train.inputs)
    (tmp_path / "y_test.npy").unlink()
    with pytest.raises(RequestError, match=r"lacks y_test\.npy"):
        load(DataSpec(source=f"npz:{tmp_path}"))


def test_that_whole_numbers_in_rows_are_words(tmp_path: Path) -> None:
    words = np.arange(60 * 4, dtype=np.int32).reshape(60, 4) % 90
    arrays = make_arrays() | {"x_train": words, "x_test": words[:30]}
    data = load(write_npz(tmp_path, arrays))
    assert (data.vocabulary, data.example, data.train.inputs.dtype) == (90, Example((4,), 90), torch.int64)
    with pytest.raises(RequestError, match="word number -1"):
        load(write_npz(tmp_path, arrays | {"x_test": words[:30] - 1}))
    with pytest.raises(RequestError) as caught:
        load(write_npz(tmp_path, arrays | {"x_test": words[:30].astype(np.float32)}))
    assert caught.value.code == "data_types_differ"


def test_that_a_limit_counts_for_each_split_and_ignores_the_seed(tmp_path: Path) -> None:
    source = write_npz(tmp_path, make_arrays(90)).source
    one, other = (load(DataSpec(source=source, limit=30, validation=0.0), seed=seed) for seed in (1, 2))
    assert (len(one.train), len(one.test)) == (30, 30)
    assert torch.bincount(one.train.labels).tolist() == [10, 10, 10]
    assert torch.equal(one.train.inputs, other.train.inputs)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("sample", DataKind.SAMPLE),
        ("npz:a", DataKind.NPZ),
        ("folder:a.py:b", DataKind.FOLDER),
        ("torchvision:MNIST", DataKind.TORCHVISION),
        ("csv:a", DataKind.CSV),
        ("audio:a", DataKind.AUDIO),
        (r"C:\data.py:make", DataKind.PYTHON),
    ],
)
def test_that_a_known_word_before_the_first_colon_says_the_kind(text: str, kind: DataKind) -> None:
    assert kind_of(text) is kind


@pytest.mark.parametrize("text", ["mnist", "npz:", "python:a", "sample:a", "https://a/b.npz"])
def test_that_other_words_name_no_data(text: str) -> None:
    with pytest.raises(RequestError, match="names no data"):
        kind_of(text)
