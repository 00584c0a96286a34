import msgspec
import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester

from engine.contract.methods import PruneGranularity
from engine.contract.stats import LayerStats, LayerSuggestion
from gui.models.layer_filter import LayerFilter, LayerTableProxy
from gui.models.layer_rows import Column
from gui.models.layer_table import BAND_ROLE, BAR_ROLE, MARK_ROLE, LayerTableModel
from tests.gui.builders import make_layer, make_layers, make_sensitivity

NAME, PARAMETERS, MACS, PRUNABLE = Column.NAME, Column.PARAMETERS, Column.MACS, Column.PRUNABLE
CHANNEL, WEIGHT = PruneGranularity.CHANNEL, PruneGranularity.WEIGHT


@pytest.fixture
def proxy(qapp) -> LayerTableProxy:
    return proxy_of(*make_layers(12))


def proxy_of(*layers: LayerStats) -> LayerTableProxy:
    model, proxy = LayerTableModel(), LayerTableProxy()
    model.setParent(proxy)
    model.set_layers(layers)
    proxy.setSourceModel(model)
    return proxy


def with_group(index: int, group: int | None) -> LayerStats:
    return msgspec.structs.replace(make_layer(index), group=group)


def column(proxy: LayerTableProxy, number: int) -> list[str]:
    return [proxy.index(row, number).data() for row in range(proxy.rowCount())]


def test_that_model_and_proxy_keep_the_rules_of_item_models(proxy, qtmodeltester: ModelTester):
    qtmodeltester.check(proxy)
    qtmodeltester.check(proxy.sourceModel())


def test_that_numbers_are_sorted_by_value_not_by_their_text(proxy):
    proxy.sort(PARAMETERS, Qt.SortOrder.DescendingOrder)

    sorted_names = [layer.name for layer in sorted(make_layers(12), key=lambda layer: -layer.parameters)]
    assert column(proxy, NAME) == sorted_names
    assert column(proxy, PARAMETERS) != sorted(column(proxy, PARAMETERS), reverse=True)


def test_that_layers_whose_macs_are_unknown_come_below_all_others(qapp):
    unknown = msgspec.structs.replace(make_layer(1, name="unreached"), macs=None)
    proxy = proxy_of(make_layer(0), unknown, make_layer(2))

    proxy.sort(MACS, Qt.SortOrder.AscendingOrder)

    assert column(proxy, NAME)[0] == "unreached"
    assert column(proxy, MACS)[0] == "–"


def test_that_a_search_finds_parts_of_names_and_types_in_any_case(proxy):
    proxy.set_sought("LINEAR")
    assert column(proxy, NAME) == ["classifier"]

    proxy.set_sought("features.1")
    assert column(proxy, NAME) == ["features.1.conv", "features.10.conv"]

    proxy.set_sought("")
    assert proxy.rowCount() == 12


def test_that_a_locked_layer_says_why_in_the_language_of_now(qapp, proxy):
    from gui.translation import Language, install_language

    assert column(proxy, PRUNABLE)[-1] == "it makes the model's output"

    install_language(qapp, Language.CHINESE)
    proxy.sourceModel().retranslate()

    assert column(proxy, PRUNABLE)[-1] == "它产生模型的输出"
    assert proxy.headerData(NAME, Qt.Orientation.Horizontal) == "层"


def test_that_a_filter_shows_layers_of_its_types_states_and_groups(proxy):
    proxy.set_filter(LayerFilter(is_prunable=False))
    assert column(proxy, NAME) == ["classifier"]

    proxy.set_filter(LayerFilter(kinds=frozenset({"Conv2d"}), groups=frozenset({2, 5})))
    assert column(proxy, NAME) == ["features.2.conv", "features.5.conv"]

    proxy.set_filter(LayerFilter())
    assert proxy.rowCount() == 12


def test_that_coupled_layers_stand_together_whatever_is_sorted_by(qapp):
    proxy = proxy_of(with_group(0, 7), with_group(1, 3), with_group(2, 7), with_group(3, None))

    proxy.set_by_group(True)
    proxy.sort(PARAMETERS, Qt.SortOrder.DescendingOrder)

    assert column(proxy, Column.GROUP) == ["–", "3", "7", "7"]
    assert column(proxy, NAME)[2:] == ["features.2.conv", "features.0.conv"]
    bands = [proxy.index(row, 0).data(BAND_ROLE) for row in range(4)]
    assert bands == [False, True, False, False]

    proxy.set_by_group(False)
    assert column(proxy, Column.GROUP) == ["–", "7", "3", "7"]
    assert not any(proxy.index(row, 0).data(BAND_ROLE) for row in range(4))


def test_that_the_rows_of_a_marked_group_are_marked(qapp):
    proxy = proxy_of(with_group(0, 7), with_group(1, 3), with_group(2, 7), with_group(3, None))

    proxy.sourceModel().set_marked(frozenset({7}))

    assert [proxy.index(row, 0).data(MARK_ROLE) for row in range(4)] == [True, False, True, False]


def test_that_the_longest_bar_is_that_of_the_largest_layer(proxy):
    bars = [proxy.index(row, Column.SHARE).data(BAR_ROLE) for row in range(12)]

    assert bars[-1] == 1.0
    assert bars[0] == pytest.approx(1 / 12)
    assert proxy.index(0, NAME).data(BAR_ROLE) is None


def test_that_a_layer_bears_what_the_recipes_granularity_asks_for(proxy):
    sensitivity = msgspec.structs.replace(
        make_sensitivity(), suggestion=LayerSuggestion(weight_ratio=0.7, channel_ratio=0.3, bits=4)
    )
    model = proxy.sourceModel()
    assert column(proxy, Column.BEARS)[0] == "–"

    model.set_sensitivities({"features.0.conv": sensitivity}, CHANNEL)
    assert column(proxy, Column.BEARS)[0] == "30 % · 4 bit"

    model.set_sensitivities({"features.0.conv": sensitivity}, WEIGHT)
    assert column(proxy, Column.BEARS)[0] == "70 % · 4 bit"


def test_that_a_layer_that_bears_nothing_is_told_from_one_that_was_not_measured(proxy):
    frail = msgspec.structs.replace(make_sensitivity(), suggestion=LayerSuggestion())

    proxy.sourceModel().set_sensitivities({"features.0.conv": frail}, CHANNEL)

    assert column(proxy, Column.BEARS)[:2] == ["0 % · float", "–"]
