"""What can go wrong, as one tree.

::

    PenjingError
    ├── RequestError          the request is wrong: file, recipe, option          exit status 2
    │   └── TrustRequired     the file wants code that nobody has vouched for      exit status 2
    ├── RunError              the run failed                                       exit status 3
    ├── RunCancelled          the user stopped it (not an error)                   exit status 4
    └── VerificationError     an artifact is not what it should be                 exit status 5

An error is a code of :data:`engine.contract.texts.TEXTS` and the arguments of its sentence, so that each client
can say it in its user's language.
"""

from engine.contract.texts import TEXTS


class PenjingError(Exception):
    """An expected failure that is told in one line.

    Args:
        code: a key of :data:`TEXTS`.
        arguments: what the sentence of that code names; each is turned into text.
    """

    exit_status = 3

    def __init__(self, code: str, **arguments: object) -> None:
        self.code = code
        self.arguments = {name: one_line(str(value)) for name, value in arguments.items()}
        super().__init__(TEXTS[code].format(**self.arguments))

    @property
    def message(self) -> str:
        """The English sentence."""
        return str(self)


class RequestError(PenjingError):
    """The request cannot be carried out as it stands; nothing was written."""

    exit_status = 2


class TrustRequired(RequestError):  # noqa: N818 - it asks, it does not accuse
    """The file runs code that is neither torch's nor known; the user must vouch for it."""


class RunError(PenjingError):
    """The run began and could not end."""

    exit_status = 3


class RunCancelled(PenjingError):  # noqa: N818 - cancelled is not an error
    """The user asked to stop; the best result so far is kept."""

    exit_status = 4

    def __init__(self) -> None:
        super().__init__("cancelled")


class VerificationError(PenjingError):
    """A written file was re-opened and does not do what it should."""

    exit_status = 5


def one_line(text: str, limit: int = 400) -> str:
    r"""Text on one line, cut to ``limit`` characters: foreign messages come with line breaks and stacks.

    What cannot be printed is written out, as names in files of strangers may steer a terminal or turn a line round.

    >>> one_line("a\n  b\x1b[2J")
    'a b\\x1b[2J'
    """
    flat = " ".join(text[: 4 * limit].split())
    printable = "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in flat
    )
    return printable if len(printable) <= limit else f"{printable[: limit - 1]}…"
