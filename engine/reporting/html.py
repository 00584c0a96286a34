"""A report as one page that needs nothing else: open it in any browser, send it by mail, print it."""

from collections.abc import Sequence

from engine.contract.recipe_file import recipe_text
from engine.contract.report import Report
from engine.reporting.figures import points_text, ratio_text, seconds_text
from engine.reporting.markup import Html, join, tag
from engine.reporting.rows import Row, headline_rows, metric_rows, side_by_side_rows
from engine.reporting.sections import artifact_table, confusion_matrices, layer_table, table
from engine.reporting.style import STYLE

# The page loads nothing and runs nothing, whatever a layer is called.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def report_html(report: Report) -> str:
    """Before against after of one run, as a whole page."""
    recipe = report.recipe
    sections = (
        _tiles(report),
        tag("h2", "Before and after"),
        _before_after(headline_rows(report)),
        tag("h2", "How well it does on the test split"),
        _before_after(metric_rows(report)),
        confusion_matrices(report),
        tag("h2", "Files"),
        artifact_table(report.artifacts),
        tag("h2", "Layers"),
        layer_table(report.layers),
        tag("h2", "Where it was measured"),
        _environment(report),
        tag("h2", "Recipe"),
        tag("div", tag("pre", recipe_text(recipe)), class_="scroll"),
    )
    return _page(recipe.name, _lead(report), sections)


def side_by_side_html(reports: Sequence[tuple[str, Report]]) -> str:
    """Several runs beside each other, as a whole page; each comes with the name to show."""
    names = [name for name, _ in reports]
    rows = side_by_side_rows([report for _, report in reports])
    body = [[label, *values] for label, *values in rows]
    return _page(
        "Runs side by side", Html(", ".join(join([name]) for name in names)), (table(["", *names], body),)
    )


def _page(title: str, lead: Html, sections: Sequence[Html]) -> str:
    head = (
        Html('<meta charset="utf-8">'),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        tag("title", f"{title} · Penjing"),
        tag("style", Html(STYLE)),
    )
    body = tag("main", tag("h1", title), tag("p", lead, class_="lead"), *sections)
    return f"<!DOCTYPE html>\n{tag('html', tag('head', *head), tag('body', body), lang='en')}\n"


def _lead(report: Report) -> Html:
    is_good = report.outcome == "completed"
    badge = tag("span", report.outcome, class_="badge" if is_good else "badge bad")
    return join([badge, f" {report.source.file} · Penjing {report.environment.penjing}"])


def _tiles(report: Report) -> Html:
    ratios = report.ratios
    tiles = [
        _ratio_tile(ratios.file, "smaller file", "larger file"),
        _ratio_tile(ratios.compression, "smaller as an archive", "larger as an archive"),
        _ratio_tile(ratios.latency, "faster", "slower"),
        _accuracy_tile(ratios.accuracy_change),
        _ratio_tile(ratios.macs, "fewer MACs", "more MACs"),
        _ratio_tile(ratios.parameters, "fewer parameters", "more parameters"),
    ]
    return tag("div", *tiles, class_="tiles")


def _ratio_tile(ratio: float | None, better: str, worse: str) -> Html:
    if not ratio:
        return Html("")
    is_worse = ratio < 1
    return _tile(
        ratio_text(1 / ratio if is_worse else ratio), worse if is_worse else better, is_worse=is_worse
    )


def _accuracy_tile(change: float | None) -> Html:
    if change is None:
        return Html("")
    return _tile(points_text(change), "of accuracy on the test split", is_worse=change < 0)


def _tile(figure: str, caption: str, *, is_worse: bool) -> Html:
    return tag("div", tag("b", figure), tag("span", caption), class_="tile worse" if is_worse else "tile")


def _before_after(rows: Sequence[Row]) -> Html:
    body = [[row.label, row.before, row.after, _change(row.change)] for row in rows]
    return table(["", "Before", "After", ""], body)


def _change(text: str) -> Html:
    is_worse = text.startswith(("−", "0."))
    return tag("span", text, class_="change worse" if is_worse else "change")


def _environment(report: Report) -> Html:
    machine = report.environment
    facts = {
        "Processor": machine.cpu,
        "Threads": str(machine.threads),
        "Device": machine.device,
        "Platform": machine.platform,
        "Python, PyTorch, ONNX Runtime": f"{machine.python}, {machine.torch}, {machine.onnxruntime}",
        "Model's SHA-256": report.source.sha256,
        "Weights' SHA-256": report.weights_sha256,
        "Time of each stage": ", ".join(
            f"{name} {seconds_text(value)}" for name, value in report.seconds.items()
        ),
    }
    items = [join([tag("dt", name), tag("dd", value)]) for name, value in facts.items() if value]
    return tag("div", tag("dl", *items), class_="scroll")
