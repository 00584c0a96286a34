"""The Compare page's third view: which classes are taken for which."""

from engine.contract.report import Report
from gui.pages.compare_view import CompareView
from gui.plots.confusion import ConfusionPlot
from gui.widgets.cards import Card, EmptyState
from gui.widgets.labels import caption, strong_label


class ConfusionView(CompareView):
    """Which classes are taken for which, before and after."""

    def __init__(self) -> None:
        super().__init__()
        self.before, self.after = ConfusionPlot(), ConfusionPlot()
        self._titles = (strong_label(), strong_label())
        self._notes = (caption(), caption())
        self._cards: list[Card] = []
        self._nothing = EmptyState("compare")
        self._nothing.hide()
        for title, plot, note in zip(self._titles, (self.before, self.after), self._notes, strict=True):
            card = Card()
            for widget, stretch in ((title, 0), (plot, 1), (note, 0)):
                card.body.addWidget(widget, stretch)
            self._cards.append(card)
            self.row.addWidget(card)
        self.row.addWidget(self._nothing)

    def show_report(self, report: Report) -> None:
        """Shows both matrices."""
        names = report.recipe.data.class_names
        self.before.show_matrix(report.before.confusion, names)
        self.after.show_matrix(report.after.confusion, names)
        is_kept = bool(report.before.confusion)
        for card in self._cards:
            card.setVisible(is_kept)
        self._nothing.setVisible(not is_kept)
        super().show_report(report)

    def retranslate(self) -> None:
        """Renews what is shown in the current language."""
        for label, text in zip(self._titles, (self.tr("Before"), self.tr("After")), strict=True):
            label.setText(text)
        self._nothing.set_texts(
            self.tr("No confusion matrix"),
            self.tr("With so many classes its cells would hardly be seen: a run keeps the metrics alone."),
        )
        text = self.tr("Rows are the true classes, columns the model's answers.")
        summed = self.before.classes_a_square()
        if summed > 1:
            text += self.tr(" Each square sums up %n class(es) in a row.", "", summed)
        for note in self._notes:
            note.setText(text)
