"""The terminal's commands: clients of the worker, as the window is. No torch, no Qt."""
