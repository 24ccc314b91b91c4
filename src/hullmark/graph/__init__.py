"""The architecture graph: how resources and workloads hang together."""
