"""Checks of the security pillar."""
