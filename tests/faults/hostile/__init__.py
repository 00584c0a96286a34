"""Builders of hostile and broken model files, by what they try."""
