"""Failures that overlap: how often too few serve because several things are broken at once."""
