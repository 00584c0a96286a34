"""Criteria, channel groups, masks, and the cut."""
