"""Failures that overlap: how often too few serve because several things are broken at once.

Only `answers` and `system` can be imported without numpy, which an extra installs; `solve` is the way in to the rest.
"""
