"""Before and after as rows: the same in terminal and page."""

import msgspec

from engine.contract.methods import ExportFormat
from engine.contract.report import Ratios
from engine.reporting.rows import Row, headline_rows, metric_rows, side_by_side_rows
from tests.gui.builders import make_artifact, make_report


def row(rows: tuple[Row, ...], label: str) -> Row:
    return next(row for row in rows if row.label.startswith(label))


def test_that_the_headline_names_file_operations_latency_accuracy_and_agreement() -> None:
    rows = headline_rows(make_report())
    assert row(rows, "Parameters") == Row(label="Parameters", before="13,920", after="6,960", change="2.00×")
    assert row(rows, "Latency") == Row(
        label="Latency (batch 1, 1 thread)", before="0.61 ms", after="0.305 ms", change="2.90×"
    )
    assert row(rows, "Accuracy") == Row(
        label="Accuracy (test)", before="97.20 %", after="96.70 %", change="−0.50 pt"
    )
    assert row(rows, "Agreement").after == "99.70 %"


def test_that_the_length_before_is_the_ratio_times_the_length_after() -> None:
    file = row(headline_rows(make_report()), "File")
    assert (file.before, file.after, file.change) == ("84.6 KB", "14.3 KB", "5.90×")
    assert round(5.9 * 14_336 / 1000, 1) == 84.6


def test_that_a_run_without_an_int8_file_names_the_files_it_has() -> None:
    report = msgspec.structs.replace(
        make_report(), artifacts=(make_artifact(ExportFormat.STATE_DICT),), ratios=Ratios()
    )
    rows = headline_rows(report)
    assert row(rows, "File") == Row(label="File (state_dict)", before="–", after="14.3 KB")
    assert row(rows, "MACs").change == "–"


def test_that_an_archive_has_a_row_of_its_own_with_its_compression() -> None:
    archive = make_artifact(ExportFormat.ARCHIVE)
    report = msgspec.structs.replace(make_report(), artifacts=(archive,), ratios=Ratios(compression=10.0))
    rows = headline_rows(report)
    found = row(rows, "Archive")
    assert (found.before, found.after, found.change) == ("143.4 KB", "14.3 KB", "10.00×")
    assert not any(found.label.startswith("File") for found in rows)


def test_that_only_measured_metrics_have_a_row() -> None:
    rows = metric_rows(make_report())
    assert [row.label for row in rows] == [
        "Loss",
        "Accuracy",
        "Precision (macro)",
        "Recall (macro)",
        "F1 (macro)",
    ]
    assert [row.change for row in rows] == ["", *["−0.50 pt"] * 4]


def test_that_runs_side_by_side_have_one_text_each() -> None:
    rows = side_by_side_rows([make_report(3), make_report(5)])
    assert {len(row) for row in rows} == {3}
    assert {label: values for label, *values in rows}["Parameters"] == ["6,960", "17,400"]
