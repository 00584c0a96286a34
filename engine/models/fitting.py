"""Gives weights the network that they belong to: the one that was named, or the one that alone fits."""

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.source import ModelSource, WeightsMatch
from engine.models.architectures import build_architecture
from engine.models.content import Content, Entry, ReadModel
from engine.models.guessing import guess_architectures
from engine.models.names import few
from engine.models.state import does_not_fit, fit_weights_, match_weights, weights_match

_TOLD = 3


def read_weights(content: Content, source: ModelSource, ctx: RunContext) -> ReadModel:
    """The network of a file that holds weights only.

    Raises:
        RequestError: no architecture is named and not exactly one fits, or the one that is named does not fit.
        TrustRequired: the architecture is a Python file that the user has not vouched for.
    """
    found = fit_or_guess(content, source, ctx)
    if found is None:
        guesses = ", ".join(map(_told, guesses_for(content, source)[:_TOLD])) or "none"
        raise RequestError("architecture_missing", path=content.path, guesses=guesses)
    return found


def fit_or_guess(content: Content, source: ModelSource, ctx: RunContext) -> ReadModel | None:
    """The network under the named architecture; without one, under the one that fits; None where that is not one.

    Raises:
        RequestError: the weights do not fit the architecture that is named.
        TrustRequired: it is a Python file that the user has not vouched for.
    """
    if source.architecture is not None:
        return _fitted(content.wanted(source), source.architecture, ctx)
    fitting = [guess for guess in guesses_for(content, source) if guess.fits]
    if len(fitting) != 1:
        return None
    found = _fitted(content.wanted(source), fitting[0].architecture, ctx)
    return ReadModel(module=found.module, architecture=found.architecture, is_guessed=True, entry=found.entry)


def guesses_for(content: Content, source: ModelSource) -> tuple[WeightsMatch, ...]:
    """Architectures for the first of the wanted sets of weights that one fits, else for the first set."""
    each = [guess_architectures(entry.state) for entry in content.wanted(source)]
    return next((guesses for guesses in each if guesses and guesses[0].fits), each[0] if each else ())


def _fitted(entries: tuple[Entry, ...], architecture: str, ctx: RunContext) -> ReadModel:
    """The first of the sets that fits.

    Raises:
        RequestError: none fits; the sentence tells of the first.
    """
    module = build_architecture(architecture, ctx, is_weightless=True)
    for entry in entries:
        match = match_weights(entry.state, module)
        if match.fits:
            if match.beside:
                names = ", ".join(few(match.beside, _TOLD))
                ctx.warn("note_tensors_beside", count=len(match.beside), names=names)
            fit_weights_(module, entry.state, architecture)
            return ReadModel(module=module, architecture=architecture, entry=entry.name)
    raise does_not_fit(weights_match(entries[0].state, module, architecture))


def _told(guess: WeightsMatch) -> str:
    return f"{guess.architecture} ({guess.matched} of {guess.total} keys)"
