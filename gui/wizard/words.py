"""A recipe in words, in the language of now."""

from PySide6.QtCore import QObject

from engine.contract.methods import PruneGranularity, QuantizeMode, Schedule, Strategy
from engine.contract.recipe import PruneSpec, QuantizeSpec, Recipe
from gui.translation import translate_contract
from gui.wizard.suggesting import Taken


class RecipeWords(QObject):
    """Says what a recipe asks for; a QObject, as ``tr`` belongs to one."""

    def summary(self, recipe: Recipe) -> list[tuple[str, str]]:
        """What the recipe asks for: a title and a sentence for each part."""
        parts: list[tuple[str, str]] = []
        if recipe.prune is not None:
            parts.append((self.tr("Pruning"), self._pruning(recipe.prune)))
        if recipe.quantize is not None:
            parts.append((self.tr("Quantization"), self._quantization(recipe.quantize)))
        formats = [translate_contract(kind.label) for kind in recipe.export.formats]
        return [
            *parts,
            (self.tr("Training"), self._training(recipe)),
            (self.tr("Files"), self.tr(", ").join(formats)),
        ]

    def plan(self, recipe: Recipe) -> list[str]:
        """The run's stages in order, as the recipe's strategy makes them."""
        is_joint = recipe.joint.strategy is Strategy.SIMULTANEOUS
        return [
            self.tr("Measure the original on the test split."),
            *(self._joint_plan(recipe) if is_joint else self._sequential_plan(recipe)),
            self.tr("Measure the result on the test split."),
            self.tr("Write the files, open each again and compare it with the model."),
        ]

    def taken(self, taken: Taken) -> str:
        """What entered the recipe of the layers' sensitivity, and where it can be undone."""
        if not taken.layers:
            return self.tr("Nothing was taken: the recipe neither prunes nor rounds what was measured.")
        parts = []
        if taken.ratios:
            is_of_weights = taken.granularity.is_of_weights
            text = self.tr("{range} of the weights") if is_of_weights else self.tr("{range} of the channels")
            low, high = (f"{ratio * 100:g} %" for ratio in (taken.ratios[0], taken.ratios[-1]))
            parts.append(text.format(range=_range(low, high)))
        if taken.bits:
            words = [str(bits) if bits else self.tr("float") for bits in (taken.bits[0], taken.bits[-1])]
            parts.append(self.tr("{range} bits").format(range=_range(*words)))
        return self.tr(
            "Taken into the recipe for %n layer(s): {list}. Compress can undo it.", "", len(taken.layers)
        ).format(list=self.tr(", ").join(parts))

    def _pruning(self, prune: PruneSpec) -> str:
        texts = {
            PruneGranularity.CHANNEL: self.tr("Remove {share} of the channels by {method}."),
            PruneGranularity.UNIT: self.tr("Remove {share} of the hidden units by {method}."),
            PruneGranularity.HEAD: self.tr("Remove {share} of the attention heads by {method}."),
            PruneGranularity.LAYER: self.tr("Remove {share} of the residual blocks by {method}."),
            PruneGranularity.N_M: self.tr("Keep {pattern} neighbouring weights by {method}."),
        }
        text = texts.get(
            prune.granularity, self.tr("Set {share} of the weights to zero by {method}.")
        ).format(
            share=f"{prune.ratio * 100:g} %",
            pattern=prune.pattern,
            method=translate_contract(prune.method.label),
        )
        if not prune.granularity.is_of_weights and prune.round_to > 1:
            text += self.tr(" Kept channels are multiples of {number}.").format(number=prune.round_to)
        return text + self._exceptions(len(prune.layers))

    def _quantization(self, quantize: QuantizeSpec) -> str:
        numbers = (
            self.tr("{weights}-bit weights and {values}-bit activations")
            if quantize.value_bits
            else self.tr("{weights}-bit weights")
        ).format(weights=quantize.default_bits, values=quantize.value_bits)
        texts = {
            QuantizeMode.AWARE: self.tr("{numbers}, learned during training."),
            QuantizeMode.POST_TRAINING: self.tr("{numbers}, after training."),
            QuantizeMode.DYNAMIC: self.tr("{numbers}, whose ranges are found as the file runs."),
        }
        return texts[quantize.mode].format(numbers=numbers) + self._exceptions(len(quantize.layers))

    def _exceptions(self, count: int) -> str:
        return self.tr(" %n layer(s) differ.", "", count) if count else ""

    def _training(self, recipe: Recipe) -> str:
        recover = recipe.recover
        if not recover.epochs:
            return self.tr("None.")
        text = self.tr("%n epoch(s) with {optimizer}, learning rate {rate}.", "", recover.epochs)
        text = text.format(
            optimizer=translate_contract(recover.optimizer.label), rate=f"{recover.learning_rate:g}"
        )
        return text if recover.distill is None else text + self.tr(" Learns from the original.")

    def _joint_plan(self, recipe: Recipe) -> list[str]:
        return [
            self.tr("Find the ranges of activations."),
            self.tr(
                "Train %n epoch(s): the removed share grows over the first 60 %, rounding starts after a tenth.",
                "",
                recipe.recover.epochs,
            ),
        ]

    def _sequential_plan(self, recipe: Recipe) -> list[str]:
        is_aware = recipe.quantize is not None and recipe.quantize.mode is QuantizeMode.AWARE
        epochs = recipe.recover.epochs
        pruning = 0 if recipe.prune is None else (epochs + 1) // 2 if is_aware else epochs
        plan = []
        if recipe.prune is not None:
            plan.append(self._prune_plan(recipe.prune, pruning))
        if is_aware:
            plan.append(self.tr("Learn to compute with rounding for %n epoch(s).", "", epochs - pruning))
        elif recipe.quantize is not None and recipe.quantize.mode is QuantizeMode.DYNAMIC:
            plan.append(self.tr("Round the weights."))
        elif recipe.quantize is not None:
            samples = recipe.quantize.calibration_samples
            plan.append(self.tr("Find the ranges of activations on %n sample(s), then round.", "", samples))
        return plan

    def _prune_plan(self, prune: PruneSpec, epochs: int) -> str:
        if not epochs:
            return self.tr("Prune at once, without training.")
        if prune.schedule is Schedule.CUBIC:
            return self.tr("Train %n epoch(s), pruning step by step over the first 60 %.", "", epochs)
        return self.tr("Prune at once, then train %n epoch(s).", "", epochs)


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low} – {high}"


def numbered(sentences: list[str]) -> str:
    """Sentences as a numbered list, one a line."""
    return "\n".join(f"{place}.  {text}" for place, text in enumerate(sentences, 1))
