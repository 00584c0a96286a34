import csv
import io

import pytest

from engine.contract.methods import PruneGranularity
from gui.models.layer_export import csv_text, harmless, tabbed_text
from gui.models.layer_rows import make_rows
from tests.gui.builders import make_layer, make_sensitivity


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_that_a_name_that_begins_like_a_formula_is_made_harmless(sign):
    layer = make_layer(0, name=f"{sign}HYPERLINK(1)")
    rows = make_rows((layer,), {}, PruneGranularity.CHANNEL)

    assert harmless(layer.name) == f"'{layer.name}"
    assert read(csv_text(rows))[0]["layer"].startswith("'")
    assert tabbed_text([[layer.name]]).startswith("'")


def test_that_a_file_holds_numbers_in_full_and_leaves_the_unknown_empty():
    layer = make_layer(1)
    sensitivity = make_sensitivity(0.5)
    rows = make_rows((layer, make_layer(2)), {layer.name: sensitivity}, PruneGranularity.CHANNEL)

    first, second = read(csv_text(rows))

    assert int(first["parameters"]) == layer.parameters
    assert float(first["kurtosis"]) == layer.kurtosis
    assert float(first["bears_channel_ratio"]) == sensitivity.suggestion.channel_ratio
    assert second["bears_channel_ratio"] == ""
    assert first["shape"] == "32x16x3x3"


def test_that_a_cell_cannot_break_out_of_its_place_in_the_clipboard():
    text = tabbed_text([["a\tb", "c\nd"], ["e", "f"]])

    assert [line.split("\t") for line in text.split("\n")] == [["a b", "c d"], ["e", "f"]]
