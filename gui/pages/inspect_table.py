"""The card with the layers' table: search, filter, groups, columns, sums of what is selected, copy and CSV."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QMenu, QWidget

from engine.contract.methods import PruneGranularity
from engine.contract.stats import LayerSensitivity, LayerStats
from gui.figures import count_text, percent_text
from gui.models.layer_filter import LayerFilter, LayerTableProxy
from gui.models.layer_rows import Column, LayerRow
from gui.models.layer_table import LayerTableModel
from gui.pages.inspect_view import LayersView
from gui.theme import Space
from gui.widgets.buttons import quiet_button, secondary_button
from gui.widgets.cards import Card
from gui.widgets.labels import ElidedLabel


class LayersCard(Card):
    """``picked`` carries the selected layers, ``csv_requested`` the path of a file to write."""

    picked = Signal(tuple)
    csv_requested = Signal(Path)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Space.M, parent)
        self._model, self._proxy = LayerTableModel(self), LayerTableProxy(self)
        self._proxy.setSourceModel(self._model)
        self.view = LayersView(self._model, self._proxy)
        self._search, self._sums = QLineEdit(), ElidedLabel(role="caption", mode=Qt.TextElideMode.ElideRight)
        self._filter, self._by_group = secondary_button(), secondary_button()
        self._csv = quiet_button(icon_name="save")
        self._suggested = "layers.csv"
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self._search.setClearButtonEnabled(True)
        self._search.setMinimumWidth(110)
        self._by_group.setCheckable(True)
        self._filter.setMenu(QMenu(self._filter))
        top, bottom = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self._search, 1)
        for button in (self._filter, self._by_group):
            top.addWidget(button)
        bottom.addWidget(self._sums, 1)
        bottom.addWidget(self._csv)
        self.body.addLayout(top)
        self.body.addWidget(self.view, 1)
        self.body.addLayout(bottom)

    def _connect(self) -> None:
        self._search.textChanged.connect(self._on_search_changed)
        self._filter.menu().aboutToShow.connect(self._fill_filter)
        self._by_group.toggled.connect(self._on_by_group_toggled)
        self._csv.clicked.connect(self._on_csv_clicked)
        self.view.picked.connect(self._on_view_picked)
        self.view.customContextMenuRequested.connect(self._on_view_menu_requested)
        header = self.view.horizontalHeader()
        header.customContextMenuRequested.connect(self._on_header_menu_requested)

    def set_layers(self, layers: tuple[LayerStats, ...], name: str) -> None:
        """Shows the layers of another model, whose ``name`` is suggested for its file."""
        self._suggested = f"{name}-layers.csv" if name else "layers.csv"
        self._model.set_layers(layers)
        self._set_filter(LayerFilter(sought=self._proxy.filter.sought))
        self.view.fit_columns()
        if self._proxy.rowCount():
            self.view.selectRow(0)

    def set_sensitivities(self, found: dict[str, LayerSensitivity], granularity: PruneGranularity) -> None:
        """Shows what layers bear."""
        self._model.set_sensitivities(found, granularity)
        self.view.resizeColumnToContents(Column.BEARS)

    def rows(self) -> tuple[LayerRow, ...]:
        """What is shown, in its order."""
        return self._proxy.rows()

    def sums(self) -> str:
        """What is said below the table."""
        return self._sums.text()

    def _on_view_picked(self, layers: tuple[LayerStats, ...]) -> None:
        self._model.set_marked(frozenset(layer.group for layer in layers if layer.group is not None))
        self._show_sums()
        self.picked.emit(layers)

    def _show_sums(self) -> None:
        picked, count = self.view.layers(), self._proxy.rowCount()
        if len(picked) < 2:
            self._sums.setText(
                self.tr("1 layer") if count == 1 else self.tr("{count} layers").format(count=count)
            )
            return
        parameters = self.tr("{count} parameters").format(
            count=count_text(sum(layer.parameters for layer in picked))
        )
        share = self.tr("{share} of the size").format(
            share=percent_text(sum(layer.size_share for layer in picked))
        )
        chosen = self.tr("{count} layers selected").format(count=len(picked))
        self._sums.setText("  ·  ".join((chosen, parameters, share)))

    def _on_search_changed(self, text: str) -> None:
        self._proxy.set_sought(text)
        self._show_sums()

    def _on_by_group_toggled(self, is_on: bool) -> None:
        self._proxy.set_by_group(is_on)
        self.view.sortByColumn(Column.GROUP if is_on else -1, Qt.SortOrder.AscendingOrder)

    def _set_filter(self, wanted: LayerFilter) -> None:
        self._proxy.set_filter(wanted)
        self._show_filter()
        self._show_sums()

    def _show_filter(self) -> None:
        count = self._proxy.filter.count()
        self._filter.setText(self.tr("Filter ({count})").format(count=count) if count else self.tr("Filter"))

    def _fill_filter(self) -> None:
        """The choices are those of the model that is shown."""
        menu, now = self._filter.menu(), self._proxy.filter
        menu.clear()
        layers = [self._model.layer(row) for row in range(self._model.rowCount())]
        for text, wanted in ((self.tr("Prunable only"), True), (self.tr("Locked only"), False)):
            state = replace(now, is_prunable=None if now.is_prunable is wanted else wanted)
            self._add_choice(menu, text, state, is_on=now.is_prunable is wanted)
        menu.addSeparator()
        for kind in sorted({layer.kind for layer in layers}):
            self._add_choice(menu, kind, replace(now, kinds=now.kinds ^ {kind}), is_on=kind in now.kinds)
        groups = menu.addMenu(self.tr("Coupled group"))
        for group in sorted({layer.group for layer in layers if layer.group is not None}):
            state = replace(now, groups=now.groups ^ {group})
            self._add_choice(groups, str(group), state, is_on=group in now.groups)
        menu.addSeparator()
        menu.addAction(self.tr("Show all"), lambda: self._set_filter(LayerFilter(sought=now.sought)))

    def _add_choice(self, menu: QMenu, text: str, wanted: LayerFilter, *, is_on: bool) -> None:
        action = menu.addAction(text.replace("&", "&&"), lambda: self._set_filter(wanted))
        action.setCheckable(True)
        action.setChecked(is_on)

    def _on_header_menu_requested(self, place: QPoint) -> None:
        menu = self._columns_menu()
        menu.popup(self.view.horizontalHeader().mapToGlobal(place))

    def _columns_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for column in Column:
            if column is not Column.NAME:
                is_shown = not self.view.isColumnHidden(column)
                action = menu.addAction(self._model.title(column))
                action.setCheckable(True)
                action.setChecked(is_shown)
                action.triggered.connect(lambda is_on, column=column: self.view.want_column(column, is_on))
        return menu

    def _on_view_menu_requested(self, place: QPoint) -> None:
        menu = self._columns_menu()
        columns = menu.actions()
        copy = menu.addAction(self.tr("Copy"), self.view.copy)
        for action in (copy, menu.insertSeparator(columns[0])):
            menu.insertAction(columns[0], action)
        menu.popup(self.view.viewport().mapToGlobal(place))

    def _on_csv_clicked(self) -> None:
        tables = self.tr("Tables (*.csv)")
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save the table"), self._suggested, tables)
        if path:
            self.csv_requested.emit(Path(path))

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self._search.setPlaceholderText(self.tr("Find a layer"))
        self._by_group.setText(self.tr("By group"))
        self._by_group.setToolTip(self.tr("Keep layers together whose channels are coupled"))
        self._csv.setText(self.tr("Save as CSV…"))
        self._show_filter()
        self._show_sums()
        self._model.retranslate()
        self.view.fit_columns()
