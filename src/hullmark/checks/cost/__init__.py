"""Checks of the cost pillar."""
