"""The wizard's way on: back, next, and at the end the run."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gui.widgets.buttons import primary_button, secondary_button


class WizardFooter(QWidget):
    """Next gives way to Run on the last step."""

    back_requested = Signal()
    next_requested = Signal()
    run_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.back, self.next = secondary_button(), primary_button()
        self.run = primary_button(icon_name="run")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.back)
        layout.addStretch(1)
        layout.addWidget(self.next)
        layout.addWidget(self.run)
        self.back.clicked.connect(self.back_requested)
        self.next.clicked.connect(self.next_requested)
        self.run.clicked.connect(self.run_requested)
        self.retranslate()

    def show_state(self, *, is_first: bool, is_last: bool, is_free: bool) -> None:
        """Where the wizard stands; while a field is wrong there is no way on."""
        self.back.setVisible(not is_first)
        self.run.setVisible(is_last)
        if is_last and self.next.hasFocus():
            # Whoever hides with the keyboard on it hands it to any field.
            self.run.setFocus()
        self.next.setVisible(not is_last)
        self.next.setEnabled(is_free)
        self.run.setEnabled(is_free)

    def follow(self, page: QWidget) -> None:
        """Puts its buttons behind the page in the order of Tab, as they stand below it."""
        last, widget = page, page.nextInFocusChain()
        while widget is not None and widget is not page:
            is_stop = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None
            last = widget if is_stop and page.isAncestorOf(widget) else last
            widget = widget.nextInFocusChain()
        for button in (self.back, self.next, self.run):
            QWidget.setTabOrder(last, button)
            last = button

    def focus_on(self) -> None:
        """Puts the keyboard on the way on, so that Enter leads through the wizard."""
        (self.next if self.run.isHidden() else self.run).setFocus()

    def retranslate(self) -> None:
        """Renews the texts in the current language."""
        self.back.setText(self.tr("Back"))
        self.next.setText(self.tr("Next"))
        self.run.setText(self.tr("Run"))
