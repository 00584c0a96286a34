import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester

from gui.models.layer_table import LayerTableModel, LayerTableProxy
from tests.gui.builders import make_layer, make_layers

NAME, PARAMETERS, MACS, PRUNABLE = 0, 3, 4, 6


@pytest.fixture
def proxy(qapp) -> LayerTableProxy:
    model, proxy = LayerTableModel(), LayerTableProxy()
    model.setParent(proxy)
    model.set_layers(make_layers(12))
    proxy.setSourceModel(model)
    return proxy


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
    import msgspec

    unknown = msgspec.structs.replace(make_layer(1, name="unreached"), macs=None)
    model, proxy = LayerTableModel(), LayerTableProxy()
    proxy.setSourceModel(model)
    model.set_layers((make_layer(0), unknown, make_layer(2)))

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
