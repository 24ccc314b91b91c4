"""The frozen types everything else speaks in."""
