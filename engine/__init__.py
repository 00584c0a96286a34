"""The engine of Penjing: opens, prunes, quantizes, retrains, exports and verifies; free of Qt.

Importing this package loads neither torch nor Qt. ``engine.contract`` holds the records that both sides
speak, ``engine.client`` starts the worker process that does the work.
"""

__version__ = "0.1.0"
