"""Observers, fake quantizers, and where they stand."""
