"""Checks: one file each. The module docstring is the check's page, its examples are its tests."""
