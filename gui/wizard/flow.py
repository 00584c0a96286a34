"""What the wizard decides, without a window: which steps there are, what a choice implies, what is valid.

A flow is immutable; each ``with_…`` answers a new one whose recipe is valid as a whole, or raises the
:class:`RequestError` that names the field. Of choices that exclude each other the newest wins.

>>> flow = WizardFlow.of(None, recipe)
>>> [step.value for step in flow.with_goal(Goal.QUANTIZE).steps()]
['goal', 'quantization', 'recovery', 'review']
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

import msgspec

from engine.contract.methods import (
    ExportFormat,
    Objective,
    PruneGranularity,
    PruneMethod,
    QuantizeMode,
    Scope,
    Strategy,
)
from engine.contract.recipe import PruneSpec, QuantizeSpec, Recipe, RecoverSpec
from engine.contract.recipe_file import Table, recipe_from
from engine.contract.stats import Inspection, LayerStats
from gui.wizard.presets import Preset, lay_over_


class Step(StrEnum):
    """The wizard's pages, in order."""

    GOAL = "goal"
    PRUNING = "pruning"
    QUANTIZATION = "quantization"
    RECOVERY = "recovery"
    REVIEW = "review"


class Goal(StrEnum):
    """What is done to the model."""

    BOTH = "both"
    PRUNE = "prune"
    QUANTIZE = "quantize"


@dataclass(frozen=True)
class WizardFlow:
    """A recipe on its way, for the model that ``inspection`` describes (None where nothing is open)."""

    inspection: Inspection | None
    recipe: Recipe

    @classmethod
    def of(cls, inspection: Inspection | None, recipe: Recipe) -> Self:
        """A flow that begins with ``recipe`` as it stands."""
        return cls(inspection, recipe)

    @property
    def goal(self) -> Goal:
        """What the recipe does."""
        if self.recipe.quantize is None:
            return Goal.PRUNE
        return Goal.QUANTIZE if self.recipe.prune is None else Goal.BOTH

    @property
    def is_trained(self) -> bool:
        """Whether the run trains at all; a quantization after training alone does not."""
        return self.recipe.recover.epochs > 0

    def steps(self) -> tuple[Step, ...]:
        """The steps that this recipe needs."""
        absent = {Goal.PRUNE: Step.QUANTIZATION, Goal.QUANTIZE: Step.PRUNING}.get(self.goal)
        return tuple(step for step in Step if step is not absent)

    def step_after(self, step: Step) -> Step | None:
        """The step that follows, None after the last."""
        steps = self.steps()
        place = steps.index(step) + 1
        return steps[place] if place < len(steps) else None

    def step_before(self, step: Step) -> Step | None:
        """The step that precedes, None before the first."""
        steps = self.steps()
        place = steps.index(step)
        return steps[place - 1] if place else None

    def with_goal(self, goal: Goal) -> Self:
        """Adds or drops ``[prune]`` and ``[quantize]``; what was set there before stays."""
        table = self._table()
        _keep_table_(table, "prune", goal is not Goal.QUANTIZE)
        _keep_table_(table, "quantize", goal is not Goal.PRUNE)
        if goal is not Goal.PRUNE and self.goal is Goal.PRUNE:
            _set_(table, "export.formats", [ExportFormat.ONNX_INT8.value])
        return self._settled(table, "goal")

    def with_preset(self, preset: Preset) -> Self:
        """Lays a preset over the recipe."""
        table = self._table()
        lay_over_(table, preset)
        return self._settled(table, "preset")

    def with_field(self, path: str, value: object) -> Self:
        """Sets one field, such as ``prune.ratio``, to a plain value.

        Raises:
            RequestError: the value is out of its limits or contradicts another field.
        """
        table = self._table()
        _set_(table, path, value)
        return self._settled(table, path)

    def with_layers(self, table_name: str, changes: Mapping[str, Table | None]) -> Self:
        """Sets (or with None removes) the exceptions of layers in ``prune`` or ``quantize``.

        Raises:
            RequestError: a value is out of its limits.
        """
        table = self._table()
        layers = table.setdefault(table_name, {}).setdefault("layers", {})
        for layer, values in changes.items():
            layers.pop(layer, None)
            if values:
                layers[layer] = values
        return self._settled(table, f"{table_name}.layers")

    def layers(self) -> tuple[LayerStats, ...]:
        """The layers that may be given exceptions, in the order of the model."""
        return self.inspection.layers if self.inspection is not None else ()

    def locked_layers(self, step: Step) -> tuple[LayerStats, ...]:
        """The layers that ``step`` cannot change: those whose channels cannot be cut, or that lie in no block."""
        prune = self.recipe.prune
        is_by_channel = prune is not None and not prune.granularity.is_of_weights
        if step is not Step.PRUNING or not is_by_channel:
            return ()
        if prune is not None and prune.granularity is PruneGranularity.LAYER:
            return tuple(layer for layer in self.layers() if layer.block is None)
        return tuple(layer for layer in self.layers() if not layer.prunable)

    def _table(self) -> Table:
        table: Table = msgspec.to_builtins(self.recipe)
        return table

    def _settled(self, table: Table, path: str) -> Self:
        for settle in _SETTLERS:
            settle(table, path)
        return replace(self, recipe=recipe_from(table))


def _get(table: Table, path: str) -> object:
    value: object = table
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _set_(table: Table, path: str, value: object) -> None:
    *parents, name = path.split(".")
    for parent in parents:
        table = table.setdefault(parent, {})
    table[name] = value


def _keep_table_(table: Table, name: str, is_kept: bool) -> None:
    if is_kept:
        table.setdefault(name, {})
    else:
        table.pop(name, None)


def _settle_strategy_(table: Table, path: str) -> None:
    """Together needs both tables and training; asking for it brings them, dropping one of them ends it."""
    if _get(table, "joint.strategy") != Strategy.SIMULTANEOUS:
        return
    if path == "joint.strategy":
        table.setdefault("prune", {})
        _set_(table, "quantize.mode", QuantizeMode.AWARE.value)
    elif "prune" not in table or _get(table, "quantize.mode") != QuantizeMode.AWARE:
        _set_(table, "joint.strategy", Strategy.SEQUENTIAL.value)


def _settle_objective_(table: Table, path: str) -> None:
    """Measured time compares channels over the whole model as they stand in an ONNX file; newer choices end it."""
    if _get(table, "prune.objective") != Objective.LATENCY:
        return
    if path == "prune.objective":
        _set_(table, "prune.granularity", PruneGranularity.CHANNEL.value)
        _set_(table, "prune.scope", Scope.GLOBAL.value)
    elif path in ("prune.granularity", "prune.scope"):
        _set_(table, "prune.objective", PruneSpec().objective.value)
        _set_(table, "prune.target_latency", None)


def _settle_epochs_(table: Table, path: str) -> None:
    """Quantization during training brings the epochs that it needs; a 0 set by hand stays, and is refused."""
    is_aware = _get(table, "quantize.mode") == QuantizeMode.AWARE
    if is_aware and path != "recover.epochs" and _get(table, "recover.epochs") == 0:
        _set_(table, "recover.epochs", RecoverSpec().epochs)


def _settle_numbers_(table: Table, path: str) -> None:
    """A method brings its bits and its training; what only layers of integers have goes where there are none."""
    spec = _quantize_of(table)
    if spec is None:
        return
    quantize: Table = table["quantize"]
    if path == "quantize.method" and spec.method.own_bits:
        quantize.pop("weight_bits", None)
    elif path == "quantize.method":
        quantize["weight_bits"] = min(spec.weight_bits, spec.method.most_bits)
    if path == "quantize.method" and spec.method.is_learned:
        quantize["mode"] = QuantizeMode.AWARE.value
    if path in _NUMBERS and spec.past_integers and spec.activation_bits:
        quantize.pop("activation_bits", None)


def _quantize_of(table: Table) -> QuantizeSpec | None:
    """``[quantize]``; None where there is none, or none within its limits, which is refused elsewhere."""
    try:
        return msgspec.convert(table["quantize"], QuantizeSpec) if "quantize" in table else None
    except msgspec.ValidationError:
        return None


def _settle_formats_(table: Table, path: str) -> None:
    """Without ``[quantize]``, or where weights alone are rounded, there are no integers to write."""
    int8, spec = ExportFormat.ONNX_INT8.value, _quantize_of(table)
    formats = table.get("export", {}).get("formats", [int8])
    is_float = "quantize" not in table or (spec is not None and spec.value_bits == 0)
    if is_float and int8 in formats and path != "export.formats":
        left = [name for name in formats if name != int8]
        only = ExportFormat.ONNX_FLOAT32 if spec is None else ExportFormat.ARCHIVE
        _set_(table, "export.formats", left or [only.value])


def _settle_blocks_(table: Table, path: str) -> None:
    """Who chooses whole blocks leaves behind what only channels or weights have; a layer of no share is held."""
    prune: Table = table.get("prune", {})
    if prune.get("granularity") != PruneGranularity.LAYER:
        return
    layers: dict[str, Table] = prune.get("layers", {})
    if path == "prune.granularity":
        for name in (*_NOT_OF_BLOCKS, *(["method"] if prune.get("method") in _OTHER_METHODS else [])):
            prune.pop(name, None)
        layers = {layer: own for layer, own in layers.items() if own.get("skip") or own.get("ratio") == 0}
    held: Table = {"skip": True}
    prune["layers"] = {layer: held if own.get("ratio") == 0 else own for layer, own in layers.items()}


_NUMBERS = ("quantize.method", "quantize.granularity", "quantize.weight_bits")
_NOT_OF_BLOCKS = ("round_to", "minimum", "regrow", "sparse", "correction")
_OTHER_METHODS = {method.value for method in PruneMethod if not method.is_of_blocks}
_SETTLERS: tuple[Callable[[Table, str], None], ...] = (
    _settle_strategy_,
    _settle_objective_,
    _settle_numbers_,
    _settle_epochs_,
    _settle_formats_,
    _settle_blocks_,
)
