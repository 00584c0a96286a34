"""PySide6 6.12.0 aborts Python 3.11 after some 500 emissions (docs/decisions.md); the one installed must not."""

import subprocess
import sys

EMIT = """
from PySide6.QtCore import QObject, Signal

class Counter(QObject):
    counted = Signal(int)

counter, seen = Counter(), []
counter.counted.connect(seen.append)
for number in range(5000):
    counter.counted.emit(number)
print(len(seen))
"""


def test_that_five_thousand_emissions_do_not_end_the_interpreter() -> None:
    done = subprocess.run([sys.executable, "-c", EMIT], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "5000"), done.stderr
