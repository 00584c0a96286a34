"""The wizard's pages on pruning and on quantization: a form beside the layers that differ."""

from collections.abc import Callable

import msgspec
from PySide6.QtWidgets import QTableView

from engine.contract.errors import PenjingError
from engine.contract.fields import fields_of
from engine.contract.methods import (
    Observer,
    PruneGranularity,
    QuantizeGranularity,
    QuantizeMethod,
    QuantizeMode,
    Schedule,
    Scope,
    SparseTraining,
)
from engine.contract.recipe import PruneSpec, QuantizeSpec
from engine.contract.stats import LayerStats
from gui.translation import text_of
from gui.widgets.cards import Card
from gui.wizard.editors import can_edit
from gui.wizard.flow import Step, WizardFlow
from gui.wizard.form import RecipeForm
from gui.wizard.layer_model import PRUNE_FIELD, QUANTIZE_FIELD
from gui.wizard.layer_ratios import companions_of, exceptions_of
from gui.wizard.layer_table import LayerTable
from gui.wizard.live_estimate import LiveEstimate
from gui.wizard.quick_estimate import QuickEstimate
from gui.wizard.ratio_view import RatioView
from gui.wizard.step_page import StepPage

_PRUNE_SHOWN = ("method", "granularity", "ratio", "round_to", "scope", "schedule")
_QUANTIZE_SHOWN = ("method", "mode", "weight_bits", "activation_bits")


def _has_groups(quantize: QuantizeSpec) -> bool:
    return quantize.method.is_of_integers and quantize.granularity is QuantizeGranularity.PER_GROUP


_QUANTIZE_APPLIES: dict[str, Callable[[QuantizeSpec], bool]] = {
    "weight_bits": lambda quantize: quantize.method.own_bits is None,
    "activation_bits": lambda quantize: quantize.past_integers is None,
    "observer": lambda quantize: quantize.value_bits > 0,
    "granularity": lambda quantize: quantize.method.is_of_integers,
    "group_size": _has_groups,
    "activation_grid": lambda quantize: quantize.value_bits > 0 and quantize.mode is not QuantizeMode.DYNAMIC,
    "percentile": lambda quantize: quantize.observer is Observer.PERCENTILE,
    "only_where_faster": lambda quantize: (
        quantize.mode is not QuantizeMode.DYNAMIC and quantize.value_bits > 0
    ),
    "rounding": lambda quantize: (
        quantize.mode is QuantizeMode.POST_TRAINING and quantize.method is QuantizeMethod.UNIFORM
    ),
    "equalize": lambda quantize: quantize.mode is QuantizeMode.POST_TRAINING,
    "correct_bias": lambda quantize: quantize.mode is QuantizeMode.POST_TRAINING,
    "round_values_from": lambda quantize: quantize.mode is QuantizeMode.AWARE and quantize.value_bits > 0,
    "hold_ranges_from": lambda quantize: quantize.mode is QuantizeMode.AWARE and quantize.value_bits > 0,
    "freeze_norms_from": lambda quantize: quantize.mode is QuantizeMode.AWARE,
}
_PRUNE_APPLIES: dict[str, Callable[[PruneSpec], bool]] = {
    "ratio": lambda prune: prune.target_macs is None,
    "target_macs": lambda prune: not prune.granularity.is_of_weights,
    "objective": lambda prune: not prune.granularity.is_of_weights and prune.scope is Scope.GLOBAL,
    "round_to": lambda prune: _counts_channels(prune.granularity),
    "minimum": lambda prune: _counts_channels(prune.granularity),
    "pattern": lambda prune: prune.granularity is PruneGranularity.N_M,
    "block": lambda prune: prune.granularity is PruneGranularity.BLOCK,
    "regrow": lambda prune: prune.granularity is PruneGranularity.WEIGHT,
    "rounds": lambda prune: prune.schedule is Schedule.ITERATIVE,
    "sparse": lambda prune: prune.granularity is PruneGranularity.CHANNEL,
    "sparse_strength": lambda prune: prune.sparse is not SparseTraining.NONE,
    "correction": lambda prune: prune.granularity is PruneGranularity.CHANNEL,
}
"""Where a setting says something; elsewhere its row is dimmed."""


def _counts_channels(granularity: PruneGranularity) -> bool:
    return not granularity.is_of_weights and granularity is not PruneGranularity.LAYER


def _rest_of(record: type[msgspec.Struct], shown: tuple[str, ...]) -> tuple[str, ...]:
    """The fields of a record that a form can edit and does not show at first."""
    return tuple(spec.name for spec in fields_of(record) if can_edit(spec) and spec.name not in shown)


class _MethodPage(StepPage):
    def __init__(self, form: RecipeForm, layers: LayerTable) -> None:
        super().__init__()
        self.form, self.layers, self.live = form, layers, LiveEstimate()
        card = Card()
        card.body.addWidget(form)
        self.left.addWidget(card)
        self.left.addStretch(1)
        self.right.addWidget(self.live)
        self.right.addWidget(layers, 1)
        form.edited.connect(self.edited)
        layers.edited.connect(self.layers_edited)

    def forms(self) -> tuple[RecipeForm, ...]:
        """The one form."""
        return (self.form,)

    def show_figures(self, figures: QuickEstimate | None, error: PenjingError | None) -> None:
        """Shows above the table what the recipe gives."""
        self.live.show_figures(figures, error)

    def show_layer_error(self, sentence: str) -> None:
        """Says below the table why an exception was refused."""
        self.layers.show_error(sentence)

    def retranslate(self) -> None:
        """Renews the texts in the current language."""
        super().retranslate()
        self.layers.retranslate()
        self.live.retranslate()


class PruningPage(_MethodPage):
    """What is removed, and when."""

    def __init__(self) -> None:
        super().__init__(
            RecipeForm("prune", PruneSpec, _PRUNE_SHOWN, more=_rest_of(PruneSpec, _PRUNE_SHOWN)),
            LayerTable(PRUNE_FIELD, RatioView()),
        )

    def show_flow(self, flow: WizardFlow) -> None:
        """Shows ``[prune]``."""
        prune = flow.recipe.prune
        if prune is None:
            return
        self.form.show_values(prune)
        for name, applies in _PRUNE_APPLIES.items():
            self.form.rows[name].setEnabled(applies(prune))
        is_by_block = prune.granularity is PruneGranularity.LAYER
        reason = _reason_outside_of_blocks if is_by_block else _reason
        locked = {layer.name: reason(layer) for layer in flow.locked_layers(Step.PRUNING)}
        companions = companions_of(flow.layers(), prune)
        self.layers.show_layers(flow.layers(), locked, companions)
        self.layers.show_exceptions(exceptions_of(flow.layers(), prune, companions), prune.ratio)


def _reason(layer: LayerStats) -> str:
    return text_of(layer.locked_code, layer.locked_arguments, layer.locked_because or "")


def _reason_outside_of_blocks(layer: LayerStats) -> str:
    """Without a graph there are no blocks either; any other reason is one of channels."""
    return _reason(layer) if layer.locked_code == "locked_untraced" else text_of("locked_no_block", {}, "")


class QuantizationPage(_MethodPage):
    """How numbers are stored in few bits."""

    def __init__(self) -> None:
        super().__init__(
            RecipeForm(
                "quantize", QuantizeSpec, _QUANTIZE_SHOWN, more=_rest_of(QuantizeSpec, _QUANTIZE_SHOWN)
            ),
            LayerTable(QUANTIZE_FIELD, QTableView()),
        )

    def show_flow(self, flow: WizardFlow) -> None:
        """Shows ``[quantize]``."""
        quantize = flow.recipe.quantize
        if quantize is None:
            return
        self.form.show_values(quantize)
        self.layers.show_layers(flow.layers(), {}, {})
        for name, applies in _QUANTIZE_APPLIES.items():
            self.form.rows[name].setEnabled(applies(quantize))
        self.layers.show_exceptions(quantize.layers, quantize.default_bits)
