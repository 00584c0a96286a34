"""The page holds everything, loads nothing, and shows hostile names as what they are: text."""

from html.parser import HTMLParser

import msgspec
import pytest

from engine.contract.events import Outcome
from engine.contract.report import Report
from engine.contract.stats import ModelStats
from engine.reporting.html import report_html, side_by_side_html
from engine.reporting.markup import Html, join, tag
from tests.gui.builders import make_artifact, make_report

HOSTILE = "<script>alert('x')</script>\"&amp;\u202e"
VOID = {"meta"}


class Page(HTMLParser):
    """Checks that elements close in order, and collects what a browser would show and do."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return "\n".join(self.words)


def hostile_report() -> Report:
    report = make_report()
    layers = (
        msgspec.structs.replace(report.layers[0], name=HOSTILE, kind=HOSTILE, why=HOSTILE),
        *report.layers[1:],
    )
    recipe = msgspec.structs.replace(
        report.recipe,
        name=HOSTILE,
        data=msgspec.structs.replace(report.recipe.data, class_names=(HOSTILE,)),
    )
    artifact = msgspec.structs.replace(make_artifact(verified=False), path=HOSTILE, why=HOSTILE)
    source = msgspec.structs.replace(report.source, file=HOSTILE)
    return msgspec.structs.replace(report, layers=layers, recipe=recipe, artifacts=(artifact,), source=source)


@pytest.mark.parametrize(
    "page",
    [report_html(hostile_report()), side_by_side_html([(HOSTILE, hostile_report()), ("b", make_report())])],
)
def test_that_hostile_names_stay_text(page: str) -> None:
    parsed = Page(page)
    assert parsed.open == []
    assert "script" not in parsed.tags
    assert not any(name.startswith("on") for name in parsed.attributes)
    assert "<script>alert('x')</script>\"&amp;\\u202e" in parsed.text


def test_that_the_page_needs_nothing_else() -> None:
    page = report_html(make_report())
    parsed = Page(page)
    assert parsed.tags.isdisjoint({"img", "link", "iframe", "object", "script", "a", "form"})
    assert parsed.attributes.isdisjoint({"src", "href"})
    assert "url(" not in page
    assert "@import" not in page
    assert "default-src 'none'" in page


def test_that_the_page_tells_before_and_after_layers_files_machine_and_recipe() -> None:
    report = make_report()
    text = Page(report_html(report)).text
    for layer in report.layers:
        assert layer.name in text
    for words in ("5.90×", "97.20 %", "96.70 %", "artifacts/model-onnx-int8.onnx", "verified", "x86-64"):
        assert words in text
    assert report.weights_sha256 in text
    assert 'strategy = "simultaneous"' in text


def test_that_bars_are_drawn_against_the_largest_layer() -> None:
    page = report_html(make_report())
    largest = max(layer.parameter_bytes_before for layer in make_report().layers)
    first = make_report().layers[0]
    assert f"width:{100 * first.parameter_bytes_before / largest:.1f}%" in page
    assert "width:100.0%" in page


def test_that_a_confusion_shows_class_names_and_every_count() -> None:
    report = make_report()
    recipe = msgspec.structs.replace(
        report.recipe, data=msgspec.structs.replace(report.recipe.data, class_names=("zero", "one", "two"))
    )
    words = Page(report_html(msgspec.structs.replace(report, recipe=recipe))).words
    assert words.count("zero") == 4  # a row and a column, before and after
    caption = next(index for index, word in enumerate(words) if word.startswith("After: rows are"))
    drawn = [word for word in words[caption:] if word == "·" or word.isdecimal()]
    counts = [count for row in report.after.confusion for count in row]
    assert drawn[: len(counts)] == [str(count) if count else "·" for count in counts]


def test_that_many_classes_are_told_by_their_most_frequent_mistakes() -> None:
    report = make_report()
    counts = [[0] * 1000 for _ in range(1000)]
    for index in range(1000):
        counts[index][index] = 50
    counts[3][5], counts[998][999] = 2, 7
    confusion = tuple(map(tuple, counts))
    page = report_html(
        msgspec.structs.replace(report, after=msgspec.structs.replace(report.after, confusion=confusion))
    )
    assert len(page) < 100_000
    words = [word for word in Page(page).words if word.strip()]
    start = words.index("After: true class") + 3
    assert words[start : start + 6] == ["998", "999", "7", "3", "5", "2"]


@pytest.mark.parametrize(
    ("latency", "accuracy_change", "said"),
    [(2.0, 0.01, ("2.00×faster", "+1.00 pt")), (0.5, -0.01, ("2.00×slower", "−1.00 pt"))],
)
def test_that_the_headline_says_faster_or_slower_as_it_is(
    latency: float, accuracy_change: float, said: tuple[str, str]
) -> None:
    report = make_report()
    ratios = msgspec.structs.replace(report.ratios, latency=latency, accuracy_change=accuracy_change)
    text = "".join(Page(report_html(msgspec.structs.replace(report, ratios=ratios))).words)
    assert all(words in text for words in said)


def without_measurements(stats: ModelStats) -> ModelStats:
    return msgspec.structs.replace(stats, confusion=(), latency_ms=None, macs=None)


def test_that_a_cancelled_run_without_measurements_has_a_page_too() -> None:
    report = make_report(outcome=Outcome.CANCELLED)
    bare = msgspec.structs.replace(
        report,
        before=without_measurements(report.before),
        after=without_measurements(report.after),
        artifacts=(),
        layers=(),
    )
    text = Page(report_html(bare)).text
    assert "cancelled" in text
    assert "What was taken for what" not in text


def test_that_every_text_is_escaped_unless_it_was_made_as_html() -> None:
    assert tag("td", "<b>", class_='"x"') == '<td class="&quot;x&quot;">&lt;b&gt;</td>'
    assert join([Html("<b></b>"), "&"]) == "<b></b>&amp;"
