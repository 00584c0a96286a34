"""Channels chosen by measured milliseconds: a table of layers, the widths it knows, and a greedy choice with jumps."""
