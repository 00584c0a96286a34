"""What ``penjing inspect`` prints for people: layers, why some cannot be cut, and what each bears."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from engine.contract.methods import SensitivityKind
from engine.contract.source import PrunedFrom, SourceInfo
from engine.contract.stats import Inspection, LayerSensitivity, LayerStats, SensitivityMap, Totals
from engine.reporting.figures import UNKNOWN, count_text, number_text, share_text, size_text, visible
from engine.terminal.tables import print_table

_THOUSAND = 1000
_HEADS = ("Layer", "Kind", "Weight", "Parameters", "Size", "Zeros", "MACs", "Cut")
_ZEROS = 5
_SHOWN_SHARE = 0.0005
_UNITS = ("", "k", "M", "G", "T")


def print_inspection(console: Console, inspection: Inspection) -> None:
    """All layers, their sums, how well the model does, and what its layers bear where that was measured."""
    console.print(Text(visible(_source_line(inspection.source))))
    _print_layers(console, inspection)
    _print_locked(console, inspection.layers)
    metrics = inspection.metrics
    if metrics.accuracy is not None:
        console.print(
            f"Test split: accuracy {share_text(metrics.accuracy)}, loss {number_text(metrics.loss)}"
        )
    if inspection.sensitivity is not None:
        console.print()
        print_sensitivity(console, inspection.layers, inspection.sensitivity)


def _source_line(source: SourceInfo) -> str:
    guessed = " (guessed)" if source.is_guessed else ""
    parts = [
        source.file,
        source.format.label,
        f"{source.architecture}{guessed}" if source.architecture else "",
        _pruned_from(source.pruned_from),
        f"weights {source.entry}" if source.entry else "",
        size_text(source.size_bytes),
    ]
    return " · ".join(filter(None, parts))


def _pruned_from(whole: PrunedFrom | None) -> str:
    return "" if whole is None else f"pruned from {whole.name}, {count_text(whole.parameters)} parameters"


def _print_layers(console: Console, inspection: Inspection) -> None:
    layers = inspection.layers
    rows = [_HEADS, *map(_layer_cells, layers), _sums(len(layers), inspection.totals)]
    if not any(layer.sparsity >= _SHOWN_SHARE for layer in layers):
        # A column of nothing makes the others fold.
        rows = [row[:_ZEROS] + row[_ZEROS + 1 :] for row in rows]
    print_table(console, rows[0], rows[1:], left=(0, 1, len(rows[0]) - 1))


def _layer_cells(layer: LayerStats) -> tuple[str, ...]:
    return (
        layer.name,
        layer.kind,
        "×".join(map(str, layer.shape)),
        count_text(layer.parameters),
        _percent(layer.size_share),
        _percent(layer.sparsity),
        _magnitude(layer.macs),
        "yes" if layer.prunable else "no",
    )


def _sums(layers: int, totals: Totals) -> tuple[str, ...]:
    return (
        f"{layers} layers",
        "",
        "",
        count_text(totals.parameters),
        size_text(totals.parameter_bytes),
        _percent(totals.sparsity),
        _magnitude(totals.macs),
        "",
    )


def _print_locked(console: Console, layers: Iterable[LayerStats]) -> None:
    """Why channels cannot be cut, each reason once with its layers."""
    names: dict[str, list[str]] = {}
    for layer in layers:
        if not layer.prunable:
            names.setdefault(layer.locked_because or "unknown", []).append(layer.name)
    for reason, locked in names.items():
        console.print(Text(visible(f"No channels to cut in {', '.join(locked)}: {reason}.")))


def print_sensitivity(console: Console, layers: Sequence[LayerStats], found: SensitivityMap) -> None:
    """What each layer bears by itself, and the scores of rounding it to fewer and fewer bits."""
    measured = {layer.name: layer.sensitivity for layer in layers if layer.sensitivity.quantize}
    widths = sorted({bits for one in measured.values() for bits, _ in one.quantize}, reverse=True)
    console.print(Text(_how_measured(found)))
    heads = ["Layer", "Weights", "Channels", "Bits", *(f"{bits} bit" for bits in widths)]
    rows = [[name, *_borne(one), *_scores(one, widths, found.kind)] for name, one in measured.items()]
    print_table(console, heads, rows)


def _how_measured(found: SensitivityMap) -> str:
    cached = ", measured before" if found.is_cached else ""
    if found.kind is SensitivityKind.QUICK:
        return (
            f"Quick sensitivity{cached}: the most that each layer bears while 95 % of its weights' energy are left and "
            "rounding is 20 dB below the weights; at the right, how many dB."
        )
    return (
        f"Full sensitivity{cached}, on {count_text(found.samples)} validation samples: the most that each layer bears "
        f"within one point of the {_percent(found.baseline)} {found.metric} of all; at the right, what is left."
    )


def _borne(one: LayerSensitivity) -> list[str]:
    suggestion = one.suggestion
    bits = UNKNOWN if suggestion.bits is None else str(suggestion.bits)
    return [_removed(suggestion.weight_ratio), _removed(suggestion.channel_ratio), bits]


def _removed(ratio: float | None) -> str:
    return UNKNOWN if ratio is None else f"−{ratio:.0%}".replace("%", " %")


def _scores(one: LayerSensitivity, widths: Sequence[int], kind: SensitivityKind) -> list[str]:
    score_of = dict(one.quantize)
    text = _percent if kind is SensitivityKind.FULL else _decibels
    return [text(score_of.get(bits)) for bits in widths]


def _magnitude(count: int | None) -> str:
    """A count with one decimal and its unit: 115605504 is ``115.6 M``."""
    if count is None or count < _THOUSAND:
        return count_text(count)
    value, unit = float(count), 0
    while value >= _THOUSAND and unit < len(_UNITS) - 1:
        value, unit = value / _THOUSAND, unit + 1
    return f"{value:.1f} {_UNITS[unit]}"


def _percent(share: float | None) -> str:
    """One decimal: a table of a terminal is narrow."""
    return UNKNOWN if share is None else f"{share:.1%}".replace("%", " %")


def _decibels(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.1f}".replace("-", "−")
