"""Simulation: where pods are placed, what fails, how it recovers, and what that means for objectives. Pure: no input, no output."""
