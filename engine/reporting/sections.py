"""The tables of a report's page."""

from collections.abc import Sequence

from engine.contract.report import Artifact, LayerDiagnosis, LayerReport, Report
from engine.reporting.figures import (
    UNKNOWN,
    count_text,
    decibels_text,
    milliseconds_text,
    number_text,
    shape_text,
    share_text,
    size_text,
)
from engine.reporting.markup import Html, join, tag
from engine.reporting.rounding import GUILTY

Counts = tuple[tuple[int, ...], ...]
_MOST_DRAWN_CLASSES = 24
_MOST_MISTAKES = 20


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, is_wide: bool = False) -> Html:
    """A table whose first column names the row; a wide one is set smaller."""
    head = tag("tr", *(tag("th", text, scope="col") for text in heads))
    body = [tag("tr", tag("th", row[0], scope="row"), *(tag("td", cell) for cell in row[1:])) for row in rows]
    drawn = tag("table", tag("thead", head), tag("tbody", *body), class_="wide" if is_wide else "plain")
    return tag("div", drawn, class_="scroll")


def artifact_table(artifacts: Sequence[Artifact]) -> Html:
    """What was written, and whether it held when it was re-run."""
    heads = ["File", "Size", "", "Accuracy", "Agreement", "Largest error", "Operators", "Latency"]
    return table(heads, [_artifact_row(item) for item in artifacts], is_wide=True)


def _artifact_row(item: Artifact) -> list[str]:
    mark = ("verified", "badge") if item.verified else ("not verified", "badge bad")
    operators = item.integer_operators + item.float_operators
    return [
        join([item.paths, tag("small", item.why), tag("small", f"SHA-256 {item.sha256[:16]}…")]),
        size_text(item.size_bytes),
        tag("span", mark[0], class_=mark[1]),
        share_text(item.accuracy),
        share_text(item.agreement),
        number_text(item.max_error),
        f"{item.integer_operators} integer, {item.float_operators} float" if operators else "–",
        milliseconds_text(item.latency_ms.p50 if item.latency_ms else None),
    ]


def layer_table(layers: Sequence[LayerReport]) -> Html:
    """Every layer before and after, with bars of its bytes against the largest layer's."""
    largest = max((layer.parameter_bytes_before for layer in layers), default=1) or 1
    heads = ["Layer", "Shape", "Bytes", "", "Zeros", "Bits", "MACs", "SQNR", "Answers", "All before"]
    return table(heads, [_layer_row(layer, largest) for layer in layers], is_wide=True)


def _layer_row(layer: LayerReport, largest: int) -> list[str]:
    return [
        join([layer.name, tag("small", " · ".join(filter(None, [layer.kind, layer.why])))]),
        _change(shape_text(layer.shape_before), shape_text(layer.shape_after)),
        _change(size_text(layer.parameter_bytes_before), size_text(layer.parameter_bytes_after)),
        _bars(layer.parameter_bytes_before / largest, layer.parameter_bytes_after / largest),
        _change(share_text(layer.sparsity_before), share_text(layer.sparsity_after)),
        f"{layer.weight_bits} / {layer.activation_bits}",
        _change(count_text(layer.macs_before), count_text(layer.macs_after)),
        decibels_text(layer.sqnr_db),
        *_rounding_cells(layer.diagnosis),
    ]


def _rounding_cells(found: LayerDiagnosis | None) -> list[str]:
    """How much of its answers is left where the layer alone is rounded, and where all before it is too."""
    if found is None:
        return [UNKNOWN, UNKNOWN]
    alone = decibels_text(found.local_sqnr_db)
    mark = tag("small", tag("span", GUILTY, class_="badge bad"))
    return [join([alone, mark]) if found.is_guilty else alone, decibels_text(found.cumulative_sqnr_db)]


def _change(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"


def _bars(before: float, after: float) -> Html:
    bars = [tag("i", style=f"width:{100 * share:.1f}%") for share in (before, after)]
    return tag("span", *bars, class_="bars")


def confusion_matrices(report: Report) -> Html:
    """What was taken for what, before and after; empty where nothing was measured."""
    names = report.recipe.data.class_names
    pairs = (("Before", report.before.confusion), ("After", report.after.confusion))
    # A thousand classes would make a million cells, in which nobody finds a mistake.
    drawn = [
        (_matrix if len(counts) <= _MOST_DRAWN_CLASSES else _mistakes)(title, counts, names)
        for title, counts in pairs
        if counts
    ]
    if not drawn:
        return Html("")
    return join([tag("h2", "What was taken for what"), tag("div", *drawn, class_="pair")])


def _mistakes(title: str, counts: Counts, names: tuple[str, ...]) -> Html:
    """The most frequent mistakes, as a list."""
    mistakes = [
        (-count, true, answer)
        for true, row in enumerate(counts)
        for answer, count in enumerate(row)
        if count and true != answer
    ]
    rows = [
        [_class_name(true, names), _class_name(answer, names), str(-count)]
        for count, true, answer in sorted(mistakes)[:_MOST_MISTAKES]
    ]
    return table([f"{title}: true class", "Answer", "Times"], rows)


def _class_name(index: int, names: tuple[str, ...]) -> str:
    return names[index] if index < len(names) else str(index)


def _matrix(title: str, counts: Counts, names: tuple[str, ...]) -> Html:
    labels = [_class_name(index, names) for index in range(len(counts))]
    head = tag("tr", tag("th", ""), *(tag("th", label, scope="col") for label in labels))
    rows = [
        tag("tr", tag("th", label, scope="row"), *(_cell(count, sum(row)) for count in row))
        for label, row in zip(labels, counts, strict=True)
    ]
    caption = tag("caption", f"{title}: rows are the true class, columns the answer")
    return tag(
        "div",
        tag("table", caption, tag("thead", head), tag("tbody", *rows), class_="matrix"),
        class_="scroll",
    )


def _cell(count: int, total: int) -> Html:
    # The root keeps a single mistake among hundreds of hits visible.
    strength = (count / total) ** 0.5 if total else 0.0
    return tag(
        "td", str(count) if count else "·", style=f"background:rgb(var(--heat) / {0.6 * strength:.2f})"
    )
