"""The stages of a run and the runner."""
