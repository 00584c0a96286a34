"""Turns graphs that files hold back into networks of torch's own layers, and proves that they compute the same."""
