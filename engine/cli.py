"""The terminal."""

import sys


def main(arguments: list[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    if words[:1] == ["worker"]:
        from engine.worker import main as serve

        return serve()
    return 2
