"""How the cells of layers look: what follows the rest stands back, what differs stands out."""

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from gui.theme import current_theme
from gui.wizard.layer_model import SHAPE, VALUE, Index, LayerExceptionModel


class LayerDelegate(QStyledItemDelegate):
    """Colours and weights of a :class:`LayerExceptionModel`'s cells."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Qt's hook: the colours of now."""
        super().initStyleOption(option, index)
        model = index.model()
        if not isinstance(model, LayerExceptionModel):
            return
        theme = current_theme()
        colour = theme.text
        if model.is_locked(index.row()) or index.column() == SHAPE:
            colour = theme.text_muted
        elif index.column() == VALUE:
            colour = theme.accent if model.is_own(index.row()) else theme.text_secondary
        option.palette.setColor(QPalette.ColorRole.Text, QColor(colour))
        if model.is_own(index.row()) and index.column() == VALUE:
            option.font.setWeight(QFont.Weight.Bold)
