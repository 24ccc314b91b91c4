"""Hullmark: secure, compliant and resilient architecture for AI workloads on Kubernetes."""

__version__ = "0.1.0"
