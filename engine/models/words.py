"""Whether a model takes word numbers, and how many: told by its embeddings."""

from torch import Tensor, nn

from engine.contract.errors import RequestError
from engine.models.example import Example


def vocabulary_of(module: nn.Module) -> int | None:
    """The word numbers of the first embedding; None where there is none.

    >>> vocabulary_of(nn.Sequential(nn.Embedding(50, 8), nn.Flatten(), nn.Linear(80, 2)))
    50
    """
    found = (part for part in module.modules() if isinstance(part, nn.Embedding | nn.EmbeddingBag))
    return next((part.num_embeddings for part in found), None)


def explain_kind(module: nn.Module, example: Example) -> None:
    """Says of a model that failed on an example that it takes the other kind of samples, where its layers tell.

    Raises:
        RequestError: it begins with an embedding and got floats, or has none and got words.
    """
    first = next(
        (part for part in module.modules() if isinstance(getattr(part, "weight", None), Tensor)), None
    )
    if example.vocabulary is None and isinstance(first, nn.Embedding | nn.EmbeddingBag):
        raise RequestError("data_not_words", found=f"samples of shape {example.shape}")
    if example.vocabulary is not None and vocabulary_of(module) is None:
        raise RequestError("data_words")
