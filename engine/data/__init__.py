"""Reads what models are trained and measured on, checks it, and parts it into splits."""
