"""Recognition: which objects are workloads, where their pods hide, and what AI they run."""
