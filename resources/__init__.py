"""What ships with Penjing: icons, styles, translations, presets, the sample project. Importing this loads no torch."""

from importlib.resources import files
from pathlib import Path


def sample_folder() -> Path:
    """The folder of the sample project: model, data and recipe."""
    return Path(str(files(__name__))) / "sample"


def sample_weights() -> Path:
    """SimpleNet's trained weights, a state_dict."""
    return sample_folder() / "simplenet.pt"


def sample_data() -> Path:
    """The digits, as ``x_train, y_train, x_test, y_test``."""
    return sample_folder() / "digits.npz"


def sample_recipe() -> Path:
    """The recipe that the demo runs."""
    return sample_folder() / "recipe.toml"


def architectures_table() -> Path:
    """Names and shapes of the tensors of torchvision's classifiers, as ``architectures/update.py`` writes them."""
    return Path(str(files(__name__))) / "architectures" / "torchvision.json.xz"


def presets_folder() -> Path:
    """Recipes for common wishes, without model and data; see :mod:`gui.wizard.presets`."""
    return Path(str(files(__name__))) / "presets"
