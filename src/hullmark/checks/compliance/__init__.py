"""Checks of the compliance pillar."""
