"""``python -m engine``: the terminal part of Penjing, for machines without Qt."""

import sys

from engine.cli import main

if __name__ == "__main__":
    sys.exit(main())
