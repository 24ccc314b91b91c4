"""Who may open a connection to whom: network policies of every kind, evaluated for pairs of pod sets."""
