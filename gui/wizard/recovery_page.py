"""The wizard's page on training: how accuracy is won back, on what data, and where the epochs go."""

from engine.contract.recipe import DataSpec, RecoverSpec
from gui.widgets.cards import Card
from gui.widgets.labels import caption, heading
from gui.wizard.distill_card import DistillCard
from gui.wizard.flow import WizardFlow
from gui.wizard.form import RecipeForm
from gui.wizard.step_page import StepPage
from gui.wizard.words import RecipeWords, numbered

_RECOVER_SHOWN = ("epochs", "learning_rate", "optimizer", "schedule")
_RECOVER_MORE = ("momentum", "weight_decay", "precision")
_DATA_SHOWN = ("batch_size", "augment", "validation")


class RecoveryPage(StepPage):
    """How to train, on what, and the plan in words."""

    def __init__(self) -> None:
        super().__init__()
        self.recover = RecipeForm("recover", RecoverSpec, _RECOVER_SHOWN, more=_RECOVER_MORE)
        self.distill = DistillCard()
        self.data = RecipeForm("data", DataSpec, _DATA_SHOWN)
        self._data_heading, self._plan_heading, self._plan = heading(), heading(), caption()
        self._words = RecipeWords(self)
        self._flow: WizardFlow | None = None
        training, data, plan = Card(), Card(), Card()
        training.body.addWidget(self.recover)
        data.body.addWidget(self._data_heading)
        data.body.addWidget(self.data)
        plan.body.addWidget(self._plan_heading)
        plan.body.addWidget(self._plan)
        self.left.addWidget(training)
        self.left.addWidget(self.distill)
        for card in (data, plan):
            self.right.addWidget(card)
        self.left.addStretch(1)
        self.right.addStretch(1)
        for part in (self.recover, self.data, self.distill):
            part.edited.connect(self.edited)
        self.retranslate()

    def forms(self) -> tuple[RecipeForm, ...]:
        """Training, data, and what is learnt from the original."""
        return (self.recover, self.data, self.distill.form)

    def show_flow(self, flow: WizardFlow) -> None:
        """Shows ``[recover]``, and of ``[data]`` what matters in training."""
        self._flow = flow
        self.recover.show_values(flow.recipe.recover)
        self.distill.show_recover(flow.recipe.recover)
        self.data.show_values(flow.recipe.data)
        self._plan.setText(numbered(self._words.plan(flow.recipe)))

    def retranslate(self) -> None:
        """Renews the texts in the current language."""
        super().retranslate()
        self.distill.retranslate()
        self._data_heading.setText(self.tr("Training data"))
        self._plan_heading.setText(self.tr("What the run will do"))
        if self._flow is not None:
            self.show_flow(self._flow)
