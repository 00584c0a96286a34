"""Folders of images: classes, splits, sizes, colours, and files that are none."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.context import Control, RunContext
from engine.contract.errors import RequestError, RunCancelled
from engine.contract.methods import InputKind
from engine.contract.recipe import DataSpec
from engine.data.splits import Data, load_data


def save(path: Path, pixels: np.ndarray, **options: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)


def make_folder(root: Path, *, classes: tuple[str, ...] = ("cat", "dog"), each: int = 10) -> Path:
    """Grey images of 8 × 6, each filled with its own number."""
    for place, name in enumerate(classes):
        for number in range(each):
            save(root / name / f"{number:03}.png", np.full((8, 6), 100 * place + number, np.uint8))
    return root


def load(folder: Path, **spec: object) -> Data:
    return load_data(
        DataSpec(source=f"folder:{folder}", validation=0.0, **spec),  # type: ignore[arg-type]
        RunContext(),
        seed=0,
    )


def pixels_of(data: Data) -> list[int]:
    return [int(image.flatten()[0]) for split in (data.train, data.test) for image in split.inputs]


def test_that_classes_are_sorted_folders_and_test_is_a_stratified_part(tmp_path: Path) -> None:
    data = load(make_folder(tmp_path, classes=("dog", "ant")))
    assert (data.class_names, data.classes, data.kind) == (("ant", "dog"), 2, InputKind.IMAGE)
    assert (data.sample_shape, data.train.inputs.dtype) == ((1, 8, 6), torch.uint8)
    assert torch.bincount(data.train.labels).tolist() == [8, 8]
    assert torch.bincount(data.test.labels).tolist() == [2, 2]
    # "dog" was written first, so its images are below 100: label 1.
    for split in (data.train, data.test):
        assert [int(image.flatten()[0] < 100) for image in split.inputs] == split.labels.tolist()
    assert sorted(pixels_of(data)) == [*range(10), *range(100, 110)]


def test_that_the_test_split_is_the_same_for_every_seed(tmp_path: Path) -> None:
    spec = DataSpec(source=f"folder:{make_folder(tmp_path)}", test=0.3)
    one, other = (load_data(spec, RunContext(), seed=seed).test.inputs for seed in (1, 2))
    assert torch.equal(one, other) and len(one) == 6


def test_that_folders_of_train_and_test_are_kept_apart(tmp_path: Path) -> None:
    make_folder(tmp_path / "Train", each=6)
    make_folder(tmp_path / "test", classes=("dog", "emu"), each=2)
    data = load(tmp_path)
    assert data.class_names == ("cat", "dog", "emu")
    assert (len(data.train), data.test.labels.tolist()) == (12, [1, 1, 2, 2])


def test_that_a_limit_takes_its_share_of_each_class_of_each_split(tmp_path: Path) -> None:
    data = load(make_folder(tmp_path), test=0.4, limit=4)
    assert torch.bincount(data.train.labels).tolist() == [2, 2]
    assert torch.bincount(data.test.labels).tolist() == [2, 2]


def test_that_the_order_of_the_recipes_class_names_numbers_the_labels(tmp_path: Path) -> None:
    data = load(make_folder(tmp_path), class_names=("dog", "fox", "cat"))
    assert data.class_names == ("dog", "fox", "cat")
    assert torch.bincount(data.train.labels).tolist() == [8, 0, 8]
    with pytest.raises(RequestError, match="lack dog") as caught:
        load(tmp_path, class_names=("cat", "cow"))
    assert caught.value.code == "data_class_names"
    assert load(tmp_path, class_names=("a cat", "a dog")).class_names == ("a cat", "a dog")


def test_that_images_of_other_sizes_are_resized_and_cut_in_the_middle(tmp_path: Path) -> None:
    stripes = np.zeros((10, 30, 3), np.uint8)
    stripes[:, 10:20] = 250
    for number in range(4):
        save(tmp_path / "a" / f"{number}.png", stripes)
        save(tmp_path / "b" / f"{number}.png", stripes[:, :10])
    data = load(tmp_path, image_size=(20, 20))
    assert data.sample_shape == (3, 20, 20)
    wide = data.train.inputs[data.train.labels == 0].float()
    # The bright third of the middle is all that is left, but for the rows of pixels that were blended at its edges.
    assert float(wide[..., 2:-2].min()) > 240
    assert load(tmp_path).sample_shape == (3, 224, 224)


def test_that_one_image_in_colour_makes_all_of_them_so(tmp_path: Path) -> None:
    make_folder(tmp_path)
    save(tmp_path / "cat" / "red.png", np.full((8, 6, 3), (200, 0, 0), np.uint8))
    assert load(tmp_path).sample_shape == (3, 8, 6)


def test_that_images_stand_upright_as_the_camera_says(tmp_path: Path) -> None:
    picture = np.zeros((8, 16, 3), np.uint8)
    picture[:, :8] = 255
    turned = Image.Exif()
    turned[0x0112] = 6
    for name in ("a", "b"):
        for number in range(4):
            save(tmp_path / name / f"{number}.jpg", picture, exif=turned, quality=95)
    data = load(tmp_path)
    assert data.sample_shape == (3, 16, 8)
    image = data.train.inputs[0].float()
    assert float(image[:, :7].min()) > 200 and float(image[:, 9:].max()) < 50


@pytest.mark.parametrize("kind", ["palette", "alpha", "deep", "bits"])
def test_that_every_way_to_store_pixels_becomes_bytes(tmp_path: Path, kind: str) -> None:
    grey = np.array([[0, 128, 255]] * 3, np.uint8)
    image = {
        "palette": Image.fromarray(grey).convert("P"),
        "alpha": Image.fromarray(np.dstack([grey] * 3 + [np.full_like(grey, 7)])),
        "deep": Image.fromarray(grey.astype(np.uint16) * 257),
        "bits": Image.fromarray(grey).convert("1", dither=Image.Dither.NONE),
    }[kind]
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for number in range(3):
            image.save(tmp_path / name / f"{number}.png")
    data = load(tmp_path)
    wanted = [0, 255, 255] if kind == "bits" else [0, 128, 255]
    assert data.sample_shape[0] == (1 if kind in ("deep", "bits") else 3)
    assert data.train.inputs[0, 0, 0].tolist() == wanted


@pytest.mark.parametrize("broken", [b"", b"no image", "half"])
def test_that_a_broken_image_is_named_in_one_line(tmp_path: Path, broken: bytes | str) -> None:
    make_folder(tmp_path)
    victim = tmp_path / "dog" / "004.png"
    save(victim, np.random.default_rng(0).integers(0, 255, (8, 6), np.uint8))
    content = victim.read_bytes()
    victim.write_bytes(content[: len(content) // 2] if isinstance(broken, str) else broken)
    with pytest.raises(RequestError) as caught:
        load(tmp_path)
    assert caught.value.code == "image_unreadable"
    assert str(victim) in caught.value.message and "\n" not in caught.value.message


def test_that_data_larger_than_the_memory_is_refused_before_it_is_read(tmp_path: Path) -> None:
    make_folder(tmp_path / "one", each=1)
    for name in ("a", "b"):
        (tmp_path / "many" / name).mkdir(parents=True)
        for number in range(2500):
            (tmp_path / "many" / name / f"{number}.png").hardlink_to(tmp_path / "one" / "cat" / "000.png")
    with pytest.raises(RequestError) as caught:
        load(tmp_path / "many", image_size=(8192, 8192))
    assert caught.value.code == "data_too_large"
    # 5,000 grey images of 8192 × 8192, and the splits that are copied from them.
    assert caught.value.arguments["needed"] == "671.1 GB"
    assert 1 <= int(caught.value.arguments["limit"]) < 2500


@pytest.mark.parametrize(
    ("source", "code"),
    [("nowhere", "data_no_folder"), ("empty", "data_no_classes"), ("flat", "data_no_classes")],
)
def test_that_a_folder_without_classes_is_explained(tmp_path: Path, source: str, code: str) -> None:
    (tmp_path / "empty" / "cat").mkdir(parents=True)
    save(tmp_path / "flat" / "0.png", np.zeros((4, 4), np.uint8))
    with pytest.raises(RequestError) as caught:
        load(tmp_path / source)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("spec", "code"),
    [({"test": 0.01}, "test_too_small"), ({"image_size": (4, 4, 4)}, "image_size_form")],
)
def test_that_a_spec_that_does_not_fit_the_images_is_refused(
    tmp_path: Path, spec: dict[str, object], code: str
) -> None:
    with pytest.raises(RequestError) as caught:
        load(make_folder(tmp_path), **spec)
    assert caught.value.code == code


def test_that_reading_images_can_be_cancelled(tmp_path: Path) -> None:
    control = Control()
    control.cancel()
    with pytest.raises(RunCancelled):
        load_data(DataSpec(source=f"folder:{make_folder(tmp_path)}"), RunContext(control=control), seed=0)
