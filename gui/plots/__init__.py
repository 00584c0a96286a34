"""Plots that follow the theme."""
