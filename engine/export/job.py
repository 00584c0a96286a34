"""What the writers of formats are given."""

from dataclasses import dataclass
from functools import cached_property

import torch

from engine.context import RunContext
from engine.data.splits import Data
from engine.export.prepare import rounds_weights_alone
from engine.export.verify import answers_of
from engine.joint.compressed import CompressedModel
from engine.models.cuts.records import UNKNOWN, Lineage


@dataclass(frozen=True, kw_only=True)
class ExportJob:
    """A finished model and what its files are measured against.

    Attributes:
        model: finished: cut, with rounding on where the recipe quantizes.
        data: holds the test split.
        ctx: stops between batches.
        threads: of the runtime.
        title: the run's name, for the files' own words.
        lineage: what the model was before this run, and how that is built.
    """

    model: CompressedModel
    data: Data
    ctx: RunContext
    threads: int
    title: str = "model"
    lineage: Lineage = UNKNOWN

    @cached_property
    def rounded_answers(self) -> torch.Tensor:
        """What the torch model answers on the test split with rounding on."""
        return answers_of(self.model.module, self.data, self.ctx)

    @cached_property
    def float_answers(self) -> torch.Tensor:
        """The same as files of floats hold it: with rounding off, unless weights alone are rounded."""
        if rounds_weights_alone(self.model):
            return self.rounded_answers
        self.model.switch_quantizers(is_on=False)
        answers = answers_of(self.model.module, self.data, self.ctx)
        self.model.switch_quantizers(is_on=self.model.structure.is_quantized)
        return answers
