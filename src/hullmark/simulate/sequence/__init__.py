"""Years simulated event by event: failures that arrive in time, and pods that share what room is left.

It needs no numpy; `play` is the way in.
"""
