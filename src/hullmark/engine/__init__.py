"""The engine: runs checks over an architecture and settles outcomes, waivers, baseline, priority and fixes."""
