"""Scores of weights and importances of channels by any criterion, with what it wants to see collected first.

What is gone already scores below all that is left, whatever the criterion says of zeros, so it stays gone.
"""

import math
from collections.abc import Callable, Iterable

from torch import Tensor

from engine.contract.methods import PruneMethod
from engine.pruning.channel_criteria import CHANNEL_CRITERIA, Importance
from engine.pruning.channels import ChannelMap
from engine.pruning.element_criteria import ELEMENT_CRITERIA
from engine.pruning.evidence import Evidence, Observation, Scene
from engine.pruning.masks import masks_of
from engine.pruning.observing import OF_CHANNELS, OF_TENSORS, Seen, rows_of, tensors_of_rows


def element_scores(scene: Scene, layers: Iterable[str], method: PruneMethod) -> dict[str, Tensor]:
    """For each layer a score of each element of its weight."""
    criterion, masks = ELEMENT_CRITERIA[method], masks_of(scene.module)
    names = {layer: f"{layer}.weight" for layer in layers}
    seen = {} if criterion.wants is None else OF_TENSORS[criterion.wants](scene, tuple(names.values()))
    scores = {}
    for layer, name in names.items():
        evidence = Evidence(
            weight=scene.tensor_of(name), generator=scene.generator(layer), seen=seen.get(name)
        )
        scores[layer] = criterion.score(evidence)
        if name in masks:
            scores[layer] = scores[layer].masked_fill(masks[name].keep == 0, -math.inf)
    return scores


def channel_importance(
    scene: Scene, channels: ChannelMap, layers: Iterable[str], *, method: PruneMethod, removed: frozenset[int]
) -> Importance:
    """The importance of every channel that the layers make and that can be removed.

    Args:
        scene: where evidence is collected.
        channels: the map.
        layers: those whose scores count.
        method: the criterion.
        removed: channels that are gone already.
    """
    criterion = CHANNEL_CRITERIA[method]
    seen_of = _channel_observations(scene, tuple(layers), criterion.wants)
    scores = {
        layer: criterion.score(
            Evidence(
                weight=rows_of(scene, layer, scene.tensor_of),
                generator=scene.generator(layer),
                seen=seen_of(layer),
            )
        )
        for layer in layers
    }
    importance = criterion.join(channels, scores)
    return {root: -math.inf if root in removed else value for root, value in importance.items()}


def noted_tensors(scene: Scene, layers: Iterable[str]) -> frozenset[str]:
    """The tensors whose movement would tell how the layers' channels move."""
    return frozenset(name for layer in layers for name in tensors_of_rows(scene, layer))


def _channel_observations(
    scene: Scene, layers: tuple[str, ...], wants: Observation | None
) -> Callable[[str], Tensor | None]:
    """What is seen of each layer; observations of weights are put into the rows of its channels."""
    if wants is None:
        return lambda layer: None
    if wants in OF_CHANNELS:
        return OF_CHANNELS[wants](scene, layers).get
    tensors = {layer: tensors_of_rows(scene, layer) for layer in layers}
    seen: Seen = OF_TENSORS[wants](scene, tuple(name for names in tensors.values() for name in names))

    def rows(layer: str) -> Tensor | None:
        is_seen = all(name in seen for name in tensors[layer])
        return rows_of(scene, layer, seen.__getitem__) if is_seen else None

    return rows
