import pytest
import torch
from torch import Tensor

from engine.contract.methods import Augmentation
from engine.data.augment import AUGMENTATIONS, augment


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def all_variants(image: Tensor) -> list[Tensor]:
    """Every shift by up to an eighth, with and without mirroring, by slicing."""
    _, height, width = image.shape
    reach_y, reach_x = height // 8, width // 8
    padded = torch.zeros(image.shape[0], height + 2 * reach_y, width + 2 * reach_x, dtype=image.dtype)
    padded[:, reach_y : reach_y + height, reach_x : reach_x + width] = image
    windows = [
        padded[:, y : y + height, x : x + width]
        for y in range(2 * reach_y + 1)
        for x in range(2 * reach_x + 1)
    ]
    return windows + [window.flip(2) for window in windows]


def places_of(found: Tensor, variants: list[Tensor]) -> list[int]:
    """Which variant each image is; StopIteration where it is none."""
    return [next(i for i, variant in enumerate(variants) if torch.equal(one, variant)) for one in found]


def test_that_every_augmentation_has_its_line() -> None:
    assert set(AUGMENTATIONS) == set(Augmentation)


def test_that_none_gives_the_batch_itself() -> None:
    batch = torch.rand(4, 5)
    assert augment(batch, Augmentation.NONE, seeded()) is batch


@pytest.mark.parametrize("shape", [(3, 16, 8), (1, 8, 24)])
@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
def test_that_flip_crop_gives_every_shift_and_mirror_and_nothing_else(
    shape: tuple[int, int, int], dtype: torch.dtype
) -> None:
    image = torch.randint(1, 255, shape, generator=seeded(9)).to(dtype)
    found = augment(image.expand(800, *shape), Augmentation.FLIP_CROP, seeded())
    variants = all_variants(image)
    numbers = places_of(found, variants)
    assert found.dtype == dtype
    assert set(numbers) == set(range(len(variants)))
    assert 300 < sum(number >= len(variants) // 2 for number in numbers) < 500


def test_that_crop_gives_every_shift_and_no_mirror() -> None:
    image = torch.randint(1, 255, (1, 16, 8), generator=seeded(9))
    shifts = all_variants(image)
    shifts = shifts[: len(shifts) // 2]
    found = augment(image.expand(400, 1, 16, 8), Augmentation.CROP, seeded())
    assert set(places_of(found, shifts)) == set(range(len(shifts)))


def test_that_flip_crop_leaves_the_batch_alone_and_follows_its_generator() -> None:
    batch = torch.rand(16, 3, 16, 16, generator=seeded(1))
    before = batch.clone()
    first, again, other = (augment(batch, Augmentation.FLIP_CROP, seeded(seed)) for seed in (3, 3, 4))
    assert torch.equal(batch, before)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
